//! Probes whose times do not fit together.

use super::servers;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::Value;

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-probe-times",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "The times of a probe do not fit together, or those of two probes of a container",
    consequence: "a container that is slow to start is killed before it is ever asked whether it is ready, or failures are seen later than \
                  written",
    explanation: "A `timeoutSeconds` greater than `periodSeconds`: the next probe waits for the one before. And, without a startup probe, \
                  a liveness probe that has failed for good (`initialDelaySeconds` and `periodSeconds` × `failureThreshold`) before the \
                  `initialDelaySeconds` of readiness are over, which is how long its author takes the start for.",
    remedy: "let no probe last longer than its period, and cover the start by a startupProbe instead of delays",
    upstream: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes",
    check: |graph, findings| {
        for pod in servers(graph) {
            for container in pod.running() {
                for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
                    let probe = &container.json[field];
                    let (timeout, period) = (seconds(probe, "timeoutSeconds", 1), period(probe));
                    if timeout > period {
                        let message = format!(
                            "it may last {timeout} s, and the next one is due after {period} s"
                        );
                        findings.add(pod.owner, At::Value(&probe["timeoutSeconds"]), message);
                    }
                }
                let (live, ready) =
                    (&container.json["livenessProbe"], &container.json["readinessProbe"]);
                let tries = seconds(live, "failureThreshold", 3);
                let killed = seconds(live, "initialDelaySeconds", 0)
                    .saturating_add(period(live).saturating_mul(tries));
                let asked = seconds(ready, "initialDelaySeconds", 0);
                if live.is_object() && container.json["startupProbe"].is_null() && killed < asked {
                    let message = format!(
                        "{} is restarted after {killed} s, and first asked after {asked} s whether it is ready",
                        container.name()
                    );
                    findings.add(pod.owner, At::Value(live), message).side(
                        "readiness is asked here",
                        pod.owner,
                        At::Value(ready),
                    );
                }
            }
        }
    },
};

fn period(probe: &Value) -> u64 {
    seconds(probe, "periodSeconds", 10)
}

fn seconds(probe: &Value, field: &str, default: u64) -> u64 {
    probe[field].as_u64().unwrap_or(default)
}
