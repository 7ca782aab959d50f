//! Quotas of namespaces that refuse what is to run there.

use std::collections::HashMap;

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::graph::capacity::{Amounts, Placement, limits_of};
use crate::objects::{Object, list, quantity, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "beyond-quota",
    family: Family::Capacity,
    severity: Severity::Error,
    summary: "A namespace has more than its ResourceQuota lets it have",
    consequence: "the API server refuses what exceeds the quota: pods that a workload asks for are never created",
    explanation: "The pods that stay, as many as there are at least, and the objects of a namespace, compared with `hard` of each \
                  ResourceQuota without scopes: `requests.cpu`, `requests.memory`, `limits.cpu`, `limits.memory`, `cpu`, `memory`, \
                  `pods`, `services`, `services.loadbalancers`, `services.nodeports`, `configmaps`, `secrets`, \
                  `persistentvolumeclaims`, `requests.storage`. A rollout may need more for a while.",
    remedy: "raise the quota, or request less and run fewer",
    upstream: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let quotas = graph.objects().of_kind("", "ResourceQuota");
    let unscoped = quotas.filter(|quota| {
        let spec = &quota.json["spec"];
        list(&spec["scopes"]).is_empty() && spec["scopeSelector"].is_null()
    });
    let unscoped: Vec<&Object> = unscoped.collect();
    if unscoped.is_empty() {
        return;
    }
    let mut pods: HashMap<&str, Vec<&Placement<'_>>> = HashMap::new();
    for placement in &graph.capacity.placements {
        pods.entry(placement.owner.namespace()).or_default().push(placement);
    }
    for quota in unscoped {
        let staying = pods.get(quota.namespace()).map_or(&[][..], Vec::as_slice);
        let sum = |each: &dyn Fn(&Placement<'_>) -> Amounts| {
            let all = staying.iter().map(|placement| each(placement).times(placement.least()));
            all.fold(Amounts::default(), Amounts::and)
        };
        let requested = sum(&|placement| placement.each);
        let limited = sum(&|placement| limits_of(&placement.pod));
        let hard = &quota.json["spec"]["hard"];
        for (name, limit) in hard.as_object().into_iter().flatten() {
            let (used, limit, unit) = match name.as_str() {
                "cpu" | "requests.cpu" => {
                    (requested.millicores, quantity::thousandths(limit), "millicores")
                }
                "memory" | "requests.memory" => {
                    (requested.memory, quantity::ones(limit), "MiB of memory")
                }
                "limits.cpu" => (limited.millicores, quantity::thousandths(limit), "millicores"),
                "limits.memory" => (limited.memory, quantity::ones(limit), "MiB of memory"),
                "pods" | "count/pods" => (requested.pods, quantity::ones(limit), "pods"),
                other => match used(graph, quota.namespace(), other) {
                    Some(used) => (used, quantity::ones(limit), "of them"),
                    None => continue,
                },
            };
            if limit.is_none_or(|limit| used <= limit) {
                continue;
            }
            let used = if unit.starts_with("MiB") { used.div_ceil(1 << 20) } else { used };
            let written = &hard[name.as_str()];
            let limit = text(written).map_or_else(|| written.to_string(), str::to_owned);
            let message = format!("{name} is {limit}, and the namespace comes to {used} {unit}");
            let added = findings.add(quota, At::Value(written), message);
            let largest = staying.iter().max_by_key(|it| it.each.times(it.least()).memory);
            if let Some(placement) = largest.filter(|_| unit != "of them") {
                added.side("the pods here count", placement.owner, At::Object);
            }
        }
    }
}

/// How much of something a namespace uses by the objects that somebody wrote.
fn used(graph: &Graph<'_>, namespace: &str, name: &str) -> Option<u64> {
    let count = |kind, counts: &dyn Fn(&Object) -> bool| {
        let all = graph.objects().of_kind("", kind);
        let own = all.filter(|object| object.is_written() && object.namespace() == namespace);
        u64::try_from(own.filter(|object| counts(object)).count()).ok()
    };
    let kind =
        |object: &Object| object.json["spec"]["type"].as_str().unwrap_or_default().to_owned();
    match name.strip_prefix("count/").unwrap_or(name) {
        "services" => count("Service", &|_| true),
        "services.loadbalancers" => count("Service", &|service| kind(service) == "LoadBalancer"),
        "services.nodeports" => count("Service", &|service| {
            ["NodePort", "LoadBalancer"].contains(&kind(service).as_str())
        }),
        "configmaps" => count("ConfigMap", &|_| true),
        "secrets" => count("Secret", &|_| true),
        "persistentvolumeclaims" => count("PersistentVolumeClaim", &|_| true),
        "requests.storage" => {
            let claims = graph.objects().of_kind("", "PersistentVolumeClaim");
            let own = claims.filter(|claim| claim.is_written() && claim.namespace() == namespace);
            let sizes = own.filter_map(|claim| {
                quantity::ones(&claim.json["spec"]["resources"]["requests"]["storage"])
            });
            Some(sizes.fold(0, u64::saturating_add))
        }
        _ => None,
    }
}
