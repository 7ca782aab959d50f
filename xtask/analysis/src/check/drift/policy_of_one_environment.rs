//! What holds for a workload in one environment and not in another.

use super::{Other, lacking, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, Relation};
use crate::objects::{Identity, Object, Pod, Selector, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "policy-of-one-environment",
    family: Family::Drift,
    severity: Severity::Warning,
    summary: "A Service, an autoscaler, a budget or a policy is for a workload that has none of it in another environment",
    consequence: "the workload is reached, scaled, drained or protected in one environment, and not in the other",
    explanation: "Services, HorizontalPodAutoscalers, ScaledObjects, PodDisruptionBudgets, NetworkPolicies and Istio's AuthorizationPolicies, \
                  PeerAuthentications and RequestAuthentications, of workloads that both environments have. It is enough that the other \
                  one has something of the same kind for the workload, whatever its name. A budget is not missed where the workload has \
                  one pod. Environments are compared that are checked together.",
    remedy: "add it to the others, remove it, or accept it with the reason",
    upstream: "https://12factor.net/dev-prod-parity",
    check,
};

/// Kinds that select pods: group, kind, and the field with the selector.
const KINDS: &[(&str, &str, &str)] = &[
    ("", "Service", "selector"),
    ("networking.k8s.io", "NetworkPolicy", "podSelector"),
    ("policy", "PodDisruptionBudget", "selector"),
    ("security.istio.io", "AuthorizationPolicy", "selector"),
    ("security.istio.io", "PeerAuthentication", "selector"),
    ("security.istio.io", "RequestAuthentication", "selector"),
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let others = Other::all(graph);
    if others.is_empty() {
        return;
    }
    for &(group, kind, field) in KINDS {
        let written = graph.objects().of_kind(group, kind).filter(|object| object.is_written());
        for object in written {
            let Some(selector) = selector(object, field) else { continue };
            let lacking = lacking(&others, |other| {
                if other.same(object).is_some() {
                    return Some(true);
                }
                let mut there = graph
                    .selected(object.namespace(), selector)
                    .filter_map(|pod| Pod::of(other.same(pod.owner)?))
                    .filter(|pod| kind != "PodDisruptionBudget" || has_several(pod.owner))
                    .peekable();
                there.peek()?;
                let all = other.environment.objects.of_kind(group, kind);
                let of_namespace: Vec<&Object> =
                    all.filter(|same| same.namespace() == object.namespace()).collect();
                let is_selected = |pod: &Pod<'_>| {
                    let mut selectors =
                        of_namespace.iter().filter_map(|same| self::selector(same, field));
                    selectors.any(|selector| pod.is_selected_by(&selector))
                };
                Some(there.all(|pod| is_selected(&pod)))
            });
            let what = format!("a {kind} for these pods");
            tell(graph, findings, (object, At::Object), &what, &lacking);
        }
    }
    for reference in graph.named_by(Relation::ScaleTarget) {
        let (scaler, target) = (reference.from, &reference.target);
        let lacking = lacking(&others, |other| {
            other.environment.objects.get(target)?;
            let all =
                other.environment.objects.of_kind(&scaler.identity.group, &scaler.identity.kind);
            let mut targets = all.filter_map(scaled);
            Some(targets.any(|scaled| scaled == *target))
        });
        let what = format!("a {} for {target}", scaler.identity.kind);
        tell(graph, findings, (scaler, At::Object), &what, &lacking);
    }
}

/// What an object selects pods by; nothing where it selects none.
fn selector<'a>(object: &'a Object, field: &str) -> Option<Selector<'a>> {
    let spec = &object.json["spec"];
    let value = &spec[field];
    let is_for_others = spec["targetRef"].is_object() || spec["targetRefs"].is_array();
    if is_for_others || field == "selector" && value.is_null() && object.identity.group == "policy"
    {
        return None;
    }
    match object.identity.kind.as_str() {
        "Service" => Some(Selector::of_labels(value)).filter(|selector| !selector.is_empty()),
        _ => Some(Selector::of(value)),
    }
}

/// What an autoscaler scales.
fn scaled(scaler: &Object) -> Option<Identity> {
    let spec = &scaler.json["spec"];
    let target = if spec["scaleTargetRef"].is_object() {
        &spec["scaleTargetRef"]
    } else {
        &spec["targetRef"]
    };
    let group = text(&target["apiVersion"])
        .and_then(|version| version.split_once('/'))
        .map_or("apps", |(group, _)| group);
    let kind = text(&target["kind"]).unwrap_or("Deployment");
    Some(Identity::new(group, kind, Some(scaler.namespace()), text(&target["name"])?))
}

fn has_several(workload: &Object) -> bool {
    workload.json["spec"]["replicas"].as_u64().unwrap_or(1) > 1
}
