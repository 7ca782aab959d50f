//! `DestinationRules` of one host that say different things.

use crate::check::{At, Family, Findings, Rule, Severity};
use std::collections::HashMap;

use crate::graph::{Graph, mesh};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "competing-destination-rules",
    family: Family::Mesh,
    severity: Severity::Warning,
    summary: "Two DestinationRules of one namespace and host set a policy or define a subset twice",
    consequence: "the older one counts, and what the other one says of TLS, limits or the subset does nothing",
    explanation: "DestinationRules of one host in one namespace are put together: subsets are added up, but of two \
                  with the same name, and of two `trafficPolicy`, one counts. Those with a `workloadSelector` or \
                  other readers (`exportTo`) are told apart.",
    remedy: "put the policy and the subsets of the host into one DestinationRule",
    upstream: "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
    check,
};

/// What a rule says once: its policy, or a subset by its name.
type Key<'a> = (String, &'a str, &'a str);

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<Key<'_>, (&Object, &Value)> = HashMap::new();
    for rule in graph.objects().of_kind(mesh::ROUTING, "DestinationRule") {
        let spec = &rule.json["spec"];
        let Some(host) = text(&spec["host"]).filter(|_| !spec["workloadSelector"].is_object())
        else {
            continue;
        };
        let full = mesh::full(host, rule.namespace());
        let policy = Some(("", &spec["trafficPolicy"])).filter(|(_, policy)| policy.is_object());
        let subsets = list(&spec["subsets"]).iter();
        let subsets = subsets.filter_map(|subset| Some((text(&subset["name"])?, subset)));
        for (name, place) in policy.into_iter().chain(subsets) {
            let key = (full.to_string(), rule.namespace(), name);
            let (first, earlier) = *known.entry(key).or_insert((rule, place));
            if first.identity == rule.identity
                || *earlier == *place
                || !graph.audience(rule).is_of_equals(&graph.audience(first))
            {
                continue;
            }
            let what =
                if name.is_empty() { "a policy".to_owned() } else { format!("the subset {name}") };
            let message = format!("{} sets {what} of {host}, too", first.identity);
            findings.add(rule, At::Value(place), message).side(
                "it is here",
                first,
                At::Value(earlier),
            );
        }
    }
}
