//! Pods that are killed while they still prepare to stop.

use super::servers;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "short-grace-period",
    family: Family::Reliability,
    severity: Severity::Error,
    summary: "A pod is killed before its preStop hook has ended",
    consequence: "the container is killed without ever having been asked to stop, and the requests that it has are lost",
    explanation: "The time of the hook counts against `terminationGracePeriodSeconds`, 30 without one. Looked at are `preStop.sleep` \
                  and commands that only sleep.",
    remedy: "give the pod a longer terminationGracePeriodSeconds: that of the hook, and what the server needs to finish requests",
    upstream: "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-execution",
    check: |graph, findings| {
        for pod in servers(graph) {
            let grace = pod.spec["terminationGracePeriodSeconds"].as_u64().unwrap_or(30);
            for container in pod.running() {
                let hook = &container.json["lifecycle"]["preStop"];
                if let Some(seconds) = sleeps(hook).filter(|&seconds| seconds >= grace) {
                    let message = format!(
                        "the hook of {} sleeps for {seconds} s, and the pod has {grace} s to end",
                        container.name()
                    );
                    findings.add(pod.owner, At::Value(hook), message);
                }
            }
        }
    },
};

/// The seconds that a hook sleeps.
fn sleeps(hook: &Value) -> Option<u64> {
    if let Some(seconds) = hook["sleep"]["seconds"].as_u64() {
        return Some(seconds);
    }
    let command: Vec<&str> = list(&hook["exec"]["command"]).iter().filter_map(text).collect();
    let words: Vec<&str> = match command.as_slice() {
        [.., "-c", script] => script.split_whitespace().collect(),
        words => words.to_vec(),
    };
    match words.as_slice() {
        [program, seconds] if program.rsplit('/').next() == Some("sleep") => {
            seconds.trim_end_matches('s').parse().ok()
        }
        _ => None,
    }
}
