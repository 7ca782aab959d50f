//! More requests of all pods together than their nodes have.

use std::cmp::Reverse;

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::{Amounts, Count, Placement, Told, exceeding, is_inside};

pub(in crate::check) static RULE: Rule = Rule {
    name: "requests-beyond-nodes",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "Pods request more than all their nodes together have",
    consequence: "some pods stay Pending, and which ones is a matter of chance",
    explanation: "For each set of nodes that pods ask for: the pods that can run nowhere else, as many as stay at least, with the \
                  proxies that Istio adds and with DaemonSets, compared with what all these nodes have for pods. The number of pods \
                  that a node takes counts too. Pods that are not among the manifests, such as those of charts, come on top.",
    remedy: "request less, run fewer, or give the cluster more nodes",
    upstream: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    let mut told = Told::default();
    let mut filled: Vec<_> = capacity.filled().collect();
    filled.sort_by_key(|(place, ..)| place.len());
    for (place, staying, offered) in filled {
        for excess in exceeding(staying, offered) {
            if !told.is_new(excess.of, place) {
                continue;
            }
            let share = |placement: &&Placement<'_>| {
                let count = match placement.count {
                    Count::EachNode => capacity.nodes_of(place).map(|nodes| nodes.count).sum(),
                    _ => placement.least(),
                };
                let Amounts { millicores, memory, pods } = placement.each.times(count);
                Reverse(match excess.of {
                    "processor" => millicores,
                    "memory" => memory,
                    _ => pods,
                })
            };
            let inside = |placement: &&Placement<'_>| {
                is_inside(&capacity.places[placement.place], place)
                    && placement.least() <= placement.holds
            };
            let mut largest: Vec<&Placement<'_>> = capacity.placed().filter(inside).collect();
            largest.sort_by_key(share);
            let mut largest = largest.into_iter();
            let Some(first) = largest.next() else { continue };
            let beyond = excess.on(&capacity.describe(place));
            let message = format!("the pods here and others request {beyond}");
            let mut added = findings.add(first.owner, At::Object, message);
            for other in largest.take(3) {
                added = added.side("so do the pods here", other.owner, At::Object);
            }
        }
    }
}
