//! Which nodes pods may run on.
//!
//! Upstream: <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/>

use std::collections::BTreeSet;

use crate::environment::{Cluster, Nodes, Taint};
use crate::objects::{Pod, Value, list, text, texts};

/// The labels that some node is known to have.
#[derive(Debug)]
pub(super) struct Keys<'a>(BTreeSet<&'a str>);

/// Begins or ends the domains of labels that clusters and providers put on nodes themselves.
const OF_CLUSTERS: &[&str] = &[
    "kubernetes.io",
    "k8s.io",
    "k8s.aws",
    "amazonaws.com",
    "karpenter.sh",
    "cloud.google.com",
    "azure.com",
    "eksctl.io",
];

/// What is known of a label of nodes.
enum Label<'a> {
    Is(&'a str),
    IsNone,
    Unknown,
}

impl<'a> Keys<'a> {
    pub(super) fn of(cluster: &'a Cluster) -> Self {
        let labels = cluster.nodes.iter().flat_map(|nodes| &nodes.labels);
        Self(labels.map(|(key, _)| key.as_str()).collect())
    }

    /// Whether pods may run on such nodes, as far as labels and taints decide. What cannot be told, they may.
    pub(super) fn admit(&self, nodes: &Nodes, pod: &Pod<'_>) -> bool {
        let mut selected = texts(&pod.spec["nodeSelector"]);
        let affinity = &pod.spec["affinity"]["nodeAffinity"];
        let required = &affinity["requiredDuringSchedulingIgnoredDuringExecution"];
        let terms = list(&required["nodeSelectorTerms"]);
        selected.all(|(key, value)| match self.label(nodes, key) {
            Label::Is(own) => own == value,
            Label::IsNone => false,
            Label::Unknown => true,
        }) && (terms.is_empty() || terms.iter().any(|term| self.satisfies(nodes, term)))
            && nodes.taints.iter().all(|taint| is_tolerated(taint, pod))
    }

    fn label<'n>(&self, nodes: &'n Nodes, key: &str) -> Label<'n> {
        if let Some((_, value)) = nodes.labels.iter().find(|(own, _)| own == key) {
            return Label::Is(value);
        }
        let domain = key.split_once('/').map_or("", |(domain, _)| domain);
        let may_be_given = OF_CLUSTERS.iter().any(|known| domain.ends_with(known));
        let is_known = nodes.has_all_labels || self.0.contains(key) || !may_be_given;
        if is_known { Label::IsNone } else { Label::Unknown }
    }

    /// A term asks for all that it has; one that has nothing is satisfied by nothing.
    fn satisfies(&self, nodes: &Nodes, term: &Value) -> bool {
        let expressions = list(&term["matchExpressions"]);
        let fields = list(&term["matchFields"]);
        (!expressions.is_empty() || !fields.is_empty())
            && expressions.iter().all(|expression| self.fulfils(nodes, expression))
    }

    fn fulfils(&self, nodes: &Nodes, expression: &Value) -> bool {
        let Some(key) = text(&expression["key"]) else { return true };
        let value = match self.label(nodes, key) {
            Label::Is(value) => Some(value),
            Label::IsNone => None,
            Label::Unknown => return true,
        };
        let mut named = list(&expression["values"]).iter().filter_map(text);
        let number = |text: &str| text.parse::<i64>().ok();
        match text(&expression["operator"]) {
            Some("In") => value.is_some_and(|value| named.any(|named| named == value)),
            Some("NotIn") => value.is_none_or(|value| named.all(|named| named != value)),
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            Some(operator @ ("Gt" | "Lt")) => {
                match (value.and_then(number), named.next().and_then(number)) {
                    (Some(own), Some(limit)) if operator == "Gt" => own > limit,
                    (Some(own), Some(limit)) => own < limit,
                    _ => false,
                }
            }
            _ => true,
        }
    }
}

fn is_tolerated(taint: &Taint, pod: &Pod<'_>) -> bool {
    list(&pod.spec["tolerations"]).iter().any(|toleration| {
        let field = |name: &str| text(&toleration[name]).unwrap_or_default();
        let (key, effect) = (field("key"), field("effect"));
        let has_key = if key.is_empty() { field("operator") == "Exists" } else { key == taint.key };
        has_key
            && (effect.is_empty() || effect == taint.effect)
            && (field("operator") == "Exists" || field("value") == taint.value)
    })
}
