//! Nodes have room for it: requests, replicas, rollouts, quotas.

pub(super) mod autoscaled_beyond_nodes;
pub(super) mod beyond_limit_range;
pub(super) mod beyond_quota;
pub(super) mod pod_too_large;
pub(super) mod pod_without_node;
pub(super) mod replicas_beyond_nodes;
pub(super) mod requests_beyond_nodes;
pub(super) mod rollout_without_room;
pub(super) mod run_without_room;

use crate::graph::capacity::{Capacity, Limit, Placement, exceeding, is_inside};
use crate::objects::text;

/// What limits the pods of an object, in words.
fn reason(limit: &Limit<'_>) -> String {
    match limit {
        Limit::Size => "there is not enough left for another".to_owned(),
        Limit::Apart(term) => {
            let key = text(&term["topologyKey"]).unwrap_or_default();
            format!("no two of them may share one {key}")
        }
        Limit::NodePort(_) => "each takes the same port of its node".to_owned(),
        Limit::Spread(_) => "they are to be spread over more than there are".to_owned(),
    }
}

/// What pods more of an object would request beyond what its nodes have, beside the pods that stay at least; nothing where these alone
/// do not fit, which another rule tells.
fn beyond_what_is_left(
    capacity: &Capacity<'_>,
    placement: &Placement<'_>,
    more: u64,
) -> Option<String> {
    let own = &capacity.places[placement.place];
    let mut around = capacity.filled().filter(|(place, ..)| is_inside(own, place));
    around.find_map(|(place, staying, offered)| {
        let fits = exceeding(staying, offered).next().is_none();
        let all = staying.and(placement.each.times(more));
        let excess = exceeding(all, offered).next()?;
        fits.then(|| excess.on(&capacity.describe(place)))
    })
}
