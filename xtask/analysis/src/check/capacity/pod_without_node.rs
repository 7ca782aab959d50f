//! Pods that no node takes.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::graph::capacity::{Count, Placement};
use crate::objects::{Value, list, text, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "pod-without-node",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A pod asks for nodes that are not there",
    consequence: "the pod stays Pending",
    explanation: "`nodeSelector`, required node affinity and tolerations, compared with the nodes of the cluster: those that the \
                  environment describes, or the Nodes among the manifests (`kubectl get nodes --output yaml`), which count as all \
                  that there are. Labels that clusters and providers give nodes themselves (`topology.kubernetes.io/zone`, \
                  `karpenter.sh/nodepool`) are not known of described nodes, and count as there. A DaemonSet may wait for nodes \
                  that come later.",
    remedy: "ask for a label that nodes have, or give the cluster such nodes",
    upstream: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    for placement in capacity.placed() {
        let wants = !matches!(placement.count, Count::EachNode) && placement.count.all() > 0;
        if !wants || !capacity.places[placement.place].is_empty() {
            continue;
        }
        let labels = || capacity.nodes.iter().flat_map(|nodes| &nodes.labels);
        let is_there = |key: &str, value: &str| labels().any(|(k, v)| k == key && v == value);
        let absent = asked(placement).find(|(_, key, value)| !is_there(key, value));
        if let Some((at, key, value)) = absent {
            let near = hint(value, labels().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()));
            let message = format!("no node has the label {key}={value}{near}");
            findings.add(placement.owner, At::Value(at), message);
        } else {
            let message =
                "no node has all labels that it asks for and no taint that it does not tolerate";
            findings.add(placement.owner, At::Value(placement.pod.spec), message);
        }
    }
}

/// The labels that pods ask for, of which each has to be there.
fn asked<'a>(placement: &Placement<'a>) -> impl Iterator<Item = (&'a Value, &'a str, &'a str)> {
    let spec = placement.pod.spec;
    let selector = &spec["nodeSelector"];
    let selected = texts(selector).map(|(key, value)| (&selector[key], key, value));
    let affinity = &spec["affinity"]["nodeAffinity"];
    let terms = &affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    // Of several terms one is enough, of several values too.
    let terms = list(terms).iter().filter(|_| list(terms).len() == 1);
    let expressions = terms.flat_map(|term| list(&term["matchExpressions"]));
    let required = expressions.filter_map(|expression| match list(&expression["values"]) {
        [value] if text(&expression["operator"]) == Some("In") => {
            Some((value, text(&expression["key"])?, text(value)?))
        }
        _ => None,
    });
    selected.chain(required)
}
