//! Autoscalers that may ask for more than nodes have.

use super::{beyond_what_is_left, reason};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::{Count, Placement, Told, exceeding, is_inside};

pub(in crate::check) static RULE: Rule = Rule {
    name: "autoscaled-beyond-nodes",
    family: Family::Capacity,
    severity: Severity::Warning,
    summary: "An autoscaler may ask for more pods than nodes have room for",
    consequence: "under the load that it is there for, the last pods stay Pending",
    explanation: "The most of an autoscaler (`maxReplicas`, KEDA's `maxReplicaCount` where it is written), beside the least of all \
                  others; and the most of all of them together. Where nodes are added when they are needed, the nodes that are \
                  compared are not the last word: accept it there.",
    remedy: "give the cluster more nodes, or lower the most",
    upstream: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let capacity = &graph.capacity;
    let scaled = |placement: &Placement<'_>| match placement.count {
        Count::Stay { least, scaled: Some((most, _)) } => most.saturating_sub(least),
        _ => 0,
    };
    let mut told = Told::default();
    for placement in capacity.placed() {
        let Count::Stay { least, scaled: Some((most, by)) } = placement.count else { continue };
        let (holds, limit) = (placement.holds, placement.limit);
        let place = &capacity.places[placement.place];
        if holds == 0 || least > holds || most <= least {
            continue;
        }
        let spec = &by.json["spec"];
        let of_keda = &spec["maxReplicaCount"];
        let at = At::Value(if of_keda.is_null() { &spec["maxReplicas"] } else { of_keda });
        let name = &placement.owner.identity;
        let message = if most > holds {
            let place = capacity.describe(place);
            format!("of {most} pods of {name} {holds} fit on {place}: {}", reason(&limit))
        } else if let Some(beyond) = beyond_what_is_left(capacity, placement, most - least) {
            format!("with {most} pods of {name}, pods request {beyond}")
        } else {
            continue;
        };
        told.is_new("processor", place);
        findings.add(by, at, message).side("the workload is here", placement.owner, At::Object);
    }
    for place in capacity.places.iter().filter(|place| !place.is_empty()) {
        let offered = capacity.offered(place);
        let least = capacity.requested(place, Placement::least);
        let most = capacity.requested(place, |placement| placement.count.most());
        let Some(excess) = exceeding(most, offered).next() else { continue };
        if exceeding(least, offered).next().is_some() || !told.is_new("processor", place) {
            continue;
        }
        let inside = capacity.placed().filter(|it| is_inside(&capacity.places[it.place], place));
        let Some(placement) = inside.max_by_key(|it| it.each.times(scaled(it)).millicores) else {
            continue;
        };
        if let Count::Stay { scaled: Some((_, by)), .. } = placement.count {
            let beyond = excess.on(&capacity.describe(place));
            let message = format!("when all that scales is at its most, pods request {beyond}");
            findings.add(by, At::Object, message);
        }
    }
}
