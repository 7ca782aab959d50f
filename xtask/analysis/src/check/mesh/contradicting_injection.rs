//! Labels of injection that contradict each other.

use crate::check::{At, Family, Findings, Rule, Severity};

use crate::graph::Graph;
use crate::objects::{Value, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-injection",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Labels say different things of how pods get into the mesh",
    consequence: "one of them is ignored: pods start without a sidecar, or with one of another revision",
    explanation: "`istio-injection` goes before `istio.io/rev`, and knows `enabled` and `disabled` only. A sidecar goes before \
                  `istio.io/dataplane-mode: ambient`. The label of a pod (`sidecar.istio.io/inject`: `true` or `false`) \
                  keeps a sidecar away anywhere, but brings one only where its namespace says nothing or `enabled`.",
    remedy: "leave the one label that is meant",
    upstream: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
    check,
};

const INJECTION: &str = "istio-injection";
const REVISION: &str = "istio.io/rev";
const INJECT: &str = "sidecar.istio.io/inject";

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for namespace in graph.objects().of_kind("", "Namespace") {
        if let Some((field, message)) = of_namespace(&namespace.json["metadata"]["labels"]) {
            findings.add(namespace, At::Value(field), message);
        }
    }
    for pod in &graph.pods {
        let field = &pod.labels()[INJECT];
        let Some(asked) = text(field) else { continue };
        if !["true", "false"].contains(&asked) {
            let message = format!("{INJECT} is true or false, and not {asked}");
            findings.add(pod.owner, At::Value(field), message);
            continue;
        }
        let namespace = graph.objects().find("", "Namespace", None, pod.namespace());
        let Some(namespace) = namespace.filter(|_| asked == "true") else { continue };
        let by_namespace = &namespace.json["metadata"]["labels"][INJECTION];
        if text(by_namespace).is_some_and(|value| value != "enabled") {
            let message = format!(
                "nothing is injected into pods of {}, whatever they ask for",
                namespace.name()
            );
            findings.add(pod.owner, At::Value(field), message).side(
                "the namespace says so",
                namespace,
                At::Value(by_namespace),
            );
        }
    }
}

/// The label that is in vain, and why.
fn of_namespace(labels: &Value) -> Option<(&Value, String)> {
    let (injection, revision) = (text(&labels[INJECTION]), text(&labels[REVISION]));
    let is_ambient = text(&labels["istio.io/dataplane-mode"]) == Some("ambient");
    match (injection, revision) {
        (Some(value), _) if value != "enabled" && value != "disabled" => Some((
            &labels[INJECTION],
            format!("{INJECTION} is enabled or disabled, and not {value:?}: nothing is injected"),
        )),
        // Who turns it off may name a revision for what is left.
        (Some(value @ "enabled"), Some(revision)) => Some((
            &labels[REVISION],
            format!("{INJECTION} {value} goes before the revision {revision}"),
        )),
        (Some("enabled"), _) | (None, Some(_)) if is_ambient => {
            let label = if injection.is_some() { INJECTION } else { REVISION };
            let message =
                format!("{label} gives each pod a sidecar, which then is not in ambient mode");
            Some((&labels["istio.io/dataplane-mode"], message))
        }
        _ => None,
    }
}
