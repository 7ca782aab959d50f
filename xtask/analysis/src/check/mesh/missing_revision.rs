//! Revisions of Istio that nobody installs.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-revision",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A label asks for the sidecar of a revision of Istio that is not there",
    consequence: "no webhook answers to the label: pods start without a sidecar, outside of the mesh",
    explanation: "Revisions and tags are those of the Applications of istiod's chart, and of injectors that are here \
                  (`MutatingWebhookConfiguration`). `istio-injection: enabled` asks for the revision or tag `default`.",
    remedy: "correct the revision, or add it to `revisionTags` of istiod",
    upstream: "https://istio.io/latest/docs/setup/upgrade/canary/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let Some(known) = graph.mesh_revisions() else { return };
    let words = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    for namespace in graph.objects().of_kind("", "Namespace") {
        let labels = &namespace.json["metadata"]["labels"];
        let is_default = text(&labels["istio-injection"]) == Some("enabled");
        let (field, revision) = match text(&labels["istio.io/rev"]) {
            _ if is_default => (&labels["istio-injection"], "default"),
            Some(revision) => (&labels["istio.io/rev"], revision),
            None => continue,
        };
        if !known.contains(revision) {
            let hint = hint(revision, known.iter().map(String::as_str));
            let message =
                format!("no istiod has the revision or tag {revision}, but {words}{hint}");
            findings.add(namespace, At::Value(field), message);
        }
    }
    for pod in &graph.pods {
        let field = &pod.labels()["istio.io/rev"];
        let Some(revision) = text(field).filter(|revision| !known.contains(*revision)) else {
            continue;
        };
        let namespace = graph.objects().find("", "Namespace", None, pod.namespace());
        let is_told_by_namespace = namespace.is_none_or(|namespace| {
            namespace.label("istio-injection").is_some()
                || namespace.label("istio.io/rev").is_some()
        });
        if !is_told_by_namespace {
            let message = format!("no istiod has the revision or tag {revision}, but {words}");
            findings.add(pod.owner, At::Value(field), message);
        }
    }
}
