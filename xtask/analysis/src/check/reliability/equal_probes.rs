//! Liveness probes that are the readiness probe.

use super::servers;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::Value;

pub(in crate::check) static RULE: Rule = Rule {
    name: "equal-probes",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "Liveness and readiness of a container ask the same, as often",
    consequence: "a server that is only busy is restarted as soon as it is taken out of its Service, and its load falls on the others",
    explanation: "A readiness probe takes a pod out of its Service, a liveness probe restarts it. Where both ask the same and fail \
                  after the same time, the first never has a chance. It is enough that liveness is more patient: a greater \
                  `failureThreshold` or `periodSeconds`. Probes that only open a connection (`tcpSocket`) are left out, as there is \
                  nothing else to ask.",
    remedy: "ask something cheaper for liveness, or give it more patience: a greater failureThreshold",
    upstream: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    check: |graph, findings| {
        for pod in servers(graph) {
            for container in pod.running() {
                let (live, ready) =
                    (&container.json["livenessProbe"], &container.json["readinessProbe"]);
                if live.is_object()
                    && live["tcpSocket"].is_null()
                    && asks(live) == asks(ready)
                    && patience(live) <= patience(ready)
                {
                    findings.add(
                        pod.owner,
                        At::Value(live),
                        format!("the container {} is restarted by the very probe that says whether it is ready", container.name()),
                    );
                }
            }
        }
    },
};

fn asks(probe: &Value) -> [&Value; 3] {
    ["httpGet", "exec", "grpc"].map(|handler| &probe[handler])
}

/// Seconds until a probe has failed for good.
fn patience(probe: &Value) -> u64 {
    let period = probe["periodSeconds"].as_u64().unwrap_or(10);
    period.saturating_mul(probe["failureThreshold"].as_u64().unwrap_or(3))
}
