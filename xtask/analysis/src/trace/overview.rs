//! Who reaches whom: every call that is declared, and every way in.

use super::walk::Walk;
use super::{Kind, Trace, Way};
use crate::graph::{Graph, Outcome};

/// Every declared call and every way of users into the cluster, each with all of its ways, once each.
#[must_use]
pub fn overview(graph: &Graph<'_>) -> Vec<Trace> {
    let mut traces: Vec<Trace> = Vec::new();
    for need in graph.needs() {
        let from = need.pod.owner.identity.to_string();
        let to = match need.port {
            Some(port) => format!("{}:{port}", need.host),
            None => need.host.clone(),
        };
        if !traces.iter().rev().any(|known| known.from == from && known.to == to) {
            traces.push(Trace { from, to, ways: Walk::of_need(graph, &need) });
        }
    }
    let mut users: Vec<Trace> = Vec::new();
    for way in Walk::of_users(graph) {
        match users.iter_mut().find(|known| known.to == way.end) {
            Some(known) => known.ways.push(way),
            None => users.push(Trace {
                from: "internet".to_owned(),
                to: way.end.clone(),
                ways: vec![way],
            }),
        }
    }
    traces.extend(users);
    traces.sort_by(|one, other| (&one.from, &one.to).cmp(&(&other.from, &other.to)));
    traces
}

impl Trace {
    /// Where its ways end, without the same end twice.
    #[must_use]
    pub fn ends(&self) -> Vec<&str> {
        let mut ends: Vec<&str> = Vec::new();
        for way in &self.ways {
            if !ends.contains(&way.end.as_str()) {
                ends.push(&way.end);
            }
        }
        ends
    }
}

impl Way {
    /// The step that refuses, or on which it depends.
    #[must_use]
    pub fn decisive(&self) -> Option<&super::Step> {
        let with = |outcome| self.steps.iter().find(|step| step.outcome == outcome);
        with(Outcome::Refused)
            .or_else(|| with(Outcome::Depends))
            .filter(|step| step.kind != Kind::Caller)
    }
}
