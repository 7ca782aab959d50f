//! What selects by labels selects what it should.

pub(super) mod budget_without_pods;
pub(super) mod contested_volume;
pub(super) mod gateway_without_pods;
pub(super) mod mesh_policy_without_pods;
pub(super) mod monitor_without_targets;
pub(super) mod network_policy_without_pods;
pub(super) mod overlapping_workloads;
pub(super) mod peer_without_pods;
pub(super) mod pod_in_two_budgets;
pub(super) mod selector_misses_template;
pub(super) mod service_of_two_workloads;
pub(super) mod service_without_pods;
pub(super) mod spread_without_self;
pub(super) mod subset_without_pods;
pub(super) mod workload_scaled_twice;

use super::{At, Findings};
use crate::graph::Graph;
use crate::objects::{Object, Selector, Value, text};

/// Tells a selector that selects none of the pods of a namespace, where all of them are here.
fn nothing_selected(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    object: &Object,
    field: &Value,
    selector: Selector<'_>,
) {
    let namespace = object.namespace();
    if selector.is_empty()
        || !object.is_written()
        || !graph.sees_all_pods(namespace)
        || graph.selected(namespace, selector).next().is_some()
    {
        return;
    }
    let message = format!("no pod in {namespace} has these labels");
    let added = findings.add(object, At::Value(field), message);
    if let Some((near, key, value)) = nearest(graph, namespace, selector) {
        let labels = near.labels();
        let own = text(&labels[key]).map_or_else(
            || format!("this one has no label {key}"),
            |own| format!("this one has {key} {own}, not {value}"),
        );
        let at = if labels.is_object() { At::Value(labels) } else { At::Object };
        added.side(own, near.owner, at);
    }
}

/// A pod that has all labels but one of those that are asked for, and that label.
fn nearest<'g, 'a, 's>(
    graph: &'g Graph<'a>,
    namespace: &str,
    selector: Selector<'s>,
) -> Option<(&'g crate::objects::Pod<'a>, &'s str, &'s str)> {
    let several = selector.labels().nth(1).is_some();
    graph.pods_in(namespace).find_map(|pod| {
        let mut others = selector.lacking(pod.labels());
        let (key, value) = others.next()?;
        let is_near = several
            || text(&pod.labels()[key]).is_some_and(|own| !super::hint(value, [own]).is_empty());
        (others.next().is_none() && is_near).then_some((pod, key, value))
    })
}
