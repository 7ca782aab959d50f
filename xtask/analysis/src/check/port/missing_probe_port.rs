//! Ports that probes name.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-probe-port",
    family: Family::Port,
    severity: Severity::Error,
    summary: "A probe or a hook asks a port by a name that its container does not have",
    consequence: "the probe fails each time: the pod never becomes ready, or is restarted again and again",
    explanation: "Probes and hooks of every container are looked at; a name is one of the same container.",
    remedy: "name the port of the container so, or ask it by its number",
    upstream: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in &graph.pods {
        for container in pod.containers() {
            let json = container.json;
            let probes =
                ["livenessProbe", "readinessProbe", "startupProbe"].map(|probe| &json[probe]);
            let hooks = ["postStart", "preStop"].map(|hook| &json["lifecycle"][hook]);
            for asked in probes.into_iter().chain(hooks) {
                for field in [&asked["httpGet"]["port"], &asked["tcpSocket"]["port"]] {
                    let names = || container.ports().iter().filter_map(|port| text(&port["name"]));
                    let Some(name) =
                        text(field).filter(|name| !names().any(|known| known == *name))
                    else {
                        continue;
                    };
                    let hint = hint(name, names());
                    let message =
                        format!("the container {} has no port {name}{hint}", container.name());
                    findings.add(pod.owner, At::Value(field), message);
                }
            }
        }
    }
}
