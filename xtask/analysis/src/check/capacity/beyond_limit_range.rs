//! Limits of namespaces that refuse a pod or a claim.

use std::collections::HashMap;

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{ContainerKind, Object, Value, list, quantity, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "beyond-limit-range",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A container, a pod or a claim is outside of what the LimitRange of its namespace allows",
    consequence: "the API server refuses it: pods that a workload asks for are never created",
    explanation: "Requests and limits as they are written, compared with `min`, `max` and `maxLimitRequestRatio` of each LimitRange in the \
                  namespace: of a container, of a pod (all its containers together) and of a PersistentVolumeClaim. A request above the \
                  limit that a LimitRange would fill in (`default`) is refused too.",
    remedy: "change the request or the limit, or what the LimitRange allows",
    upstream: "https://kubernetes.io/docs/concepts/policy/limit-range/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut ranges: HashMap<&str, Vec<&Object>> = HashMap::new();
    for range in graph.objects().of_kind("", "LimitRange") {
        ranges.entry(range.namespace()).or_default().push(range);
    }
    let of = |namespace: &str| ranges.get(namespace).into_iter().flatten().copied();
    for pod in &graph.pods {
        for range in of(pod.namespace()) {
            for limit in list(&range.json["spec"]["limits"]) {
                let containers = pod.containers().filter(|it| it.kind != ContainerKind::Ephemeral);
                match text(&limit["type"]) {
                    Some("Container") => {
                        for container in containers {
                            let resources = &container.json["resources"];
                            let who = format!("the container {}", container.name());
                            tell(
                                findings,
                                pod.owner,
                                At::Value(resources),
                                &who,
                                range,
                                of_container(resources, limit),
                            );
                        }
                    }
                    Some("Pod") => {
                        let main = pod.running().map(|container| &container.json["resources"]);
                        let problem = of_pod(&main.collect::<Vec<_>>(), limit);
                        tell(findings, pod.owner, At::Value(pod.spec), "the pod", range, problem);
                    }
                    _ => {}
                }
            }
        }
    }
    for claim in graph.objects().of_kind("", "PersistentVolumeClaim") {
        for range in of(claim.namespace()) {
            for limit in list(&range.json["spec"]["limits"]) {
                if text(&limit["type"]) == Some("PersistentVolumeClaim") {
                    let resources = &claim.json["spec"]["resources"];
                    let problem = outside(&resources["requests"]["storage"], limit, "storage")
                        .map(|problem| format!("requests {problem}"));
                    tell(findings, claim, At::Value(resources), "the claim", range, problem);
                }
            }
        }
    }
}

fn tell(
    findings: &mut Findings<'_>,
    object: &Object,
    at: At<'_>,
    who: &str,
    range: &Object,
    problem: Option<String>,
) {
    if let Some(problem) = problem {
        let message = format!("{who} {problem}");
        findings.add(object, at, message).side("the LimitRange is here", range, At::Object);
    }
}

const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// What a `LimitRange` refuses of a container.
fn of_container(resources: &Value, limit: &Value) -> Option<String> {
    RESOURCES.into_iter().find_map(|what| {
        let (request, most) = (&resources["requests"][what], &resources["limits"][what]);
        let requests = || outside(request, limit, what).map(|it| format!("requests {it}"));
        let limits = || outside(most, limit, what).map(|it| format!("is limited to {it}"));
        let filled_in = || {
            let default = &limit["default"][what];
            let is_above = most.is_null() && amount(request)? > amount(default)?;
            is_above.then(|| {
                format!(
                    "requests {} {what}, and {} is filled in as its limit",
                    show(request),
                    show(default)
                )
            })
        };
        let ratio = || {
            let allowed = &limit["maxLimitRequestRatio"][what];
            let is_above = amount(most)? > amount(request)?.saturating_mul(amount(allowed)?) / 1000;
            is_above.then(|| {
                format!(
                    "may take {} {what} and requests {}, more than {} times as much",
                    show(most),
                    show(request),
                    show(allowed)
                )
            })
        };
        requests().or_else(limits).or_else(filled_in).or_else(ratio)
    })
}

/// What a `LimitRange` refuses of the containers of a pod together.
fn of_pod(resources: &[&Value], limit: &Value) -> Option<String> {
    RESOURCES.into_iter().find_map(|what| {
        // Those that say nothing can only add to it.
        let sum = |field: &str| {
            let said = resources.iter().filter_map(|own| amount(&own[field][what]));
            said.fold(0, u64::saturating_add)
        };
        let is_said = |own: &&Value| {
            amount(&own["requests"][what]).and(amount(&own["limits"][what])).is_some()
        };
        let (requests, most, max) = (sum("requests"), sum("limits"), &limit["max"][what]);
        let allowed = amount(max).unwrap_or(u64::MAX);
        let ratio = &limit["maxLimitRequestRatio"][what];
        if requests > allowed {
            Some(format!("requests more {what} than {}", show(max)))
        } else if most > allowed {
            Some(format!("may take more {what} than {}", show(max)))
        } else if resources.iter().all(is_said)
            && amount(ratio).is_some_and(|ratio| most > requests.saturating_mul(ratio) / 1000)
        {
            Some(format!("may take more than {} times the {what} that it requests", show(ratio)))
        } else {
            None
        }
    })
}

/// An amount in words that is less than `min` or more than `max`.
fn outside(value: &Value, limit: &Value, what: &str) -> Option<String> {
    let own = amount(value)?;
    let (min, max) = (&limit["min"][what], &limit["max"][what]);
    if amount(min).is_some_and(|min| own < min) {
        Some(format!("{} {what}, less than {}", show(value), show(min)))
    } else if amount(max).is_some_and(|max| own > max) {
        Some(format!("{} {what}, more than {}", show(value), show(max)))
    } else {
        None
    }
}

fn amount(value: &Value) -> Option<u64> {
    quantity::thousandths(value)
}

/// A quantity as it is written.
fn show(value: &Value) -> String {
    text(value).map_or_else(|| value.to_string(), str::to_owned)
}
