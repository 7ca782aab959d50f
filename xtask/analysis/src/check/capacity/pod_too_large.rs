//! Pods that are larger than every node.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::{Amounts, Count, Limit, exceeding};

pub(in crate::check) static RULE: Rule = Rule {
    name: "pod-too-large",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A pod requests more than any of its nodes has",
    consequence: "the pod stays Pending, however empty the nodes are",
    explanation: "What the pod requests, counted as the scheduler does (sidecars, init containers, the proxy that Istio adds by \
                  its annotations or the values of its chart), compared with what one node has for pods (`allocatable`) without \
                  what DaemonSets take of each node.",
    remedy: "request less, or give the cluster larger nodes",
    upstream: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    for placement in capacity.placed() {
        let place = &capacity.places[placement.place];
        let is_each = matches!(placement.count, Count::EachNode);
        if place.is_empty() || placement.count.all() == 0 && !is_each {
            continue;
        }
        let free = place.iter().map(|&group| capacity.left_on_one(group, is_each));
        let holds = |free: &Amounts| free.holds(placement.each) > 0;
        let free: Vec<Amounts> = free.collect();
        let fits = if is_each { free.iter().all(holds) } else { free.iter().any(holds) };
        if fits || !is_each && !matches!(placement.limit, Limit::Size) {
            continue;
        }
        let best = free.iter().copied().reduce(Amounts::or_more).unwrap_or_default();
        let least = free.iter().copied().reduce(Amounts::or_less).unwrap_or_default();
        let most = if is_each { least } else { best };
        let place = capacity.describe(place);
        let excess: Vec<String> = exceeding(placement.each, most)
            .map(|excess| {
                let (requested, left) = (excess.requested, excess.offered);
                let bound = if is_each { "as few as" } else { "at most" };
                format!("{requested}, and on {place} {bound} {left} are left for one")
            })
            .collect();
        let message = match excess.as_slice() {
            [] => {
                format!("a pod requests processor and memory that on {place} no one has together")
            }
            excess => format!("a pod requests {}", excess.join("; ")),
        };
        findings.add(placement.owner, At::Value(&placement.pod.spec["containers"]), message);
    }
}
