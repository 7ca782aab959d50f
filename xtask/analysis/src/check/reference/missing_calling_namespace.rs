//! Namespaces whose callers the mesh admits.

use super::missing;
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, Relation, mesh};
use crate::objects::{Object, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-calling-namespace",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A policy of the mesh names a namespace that is not there",
    consequence: "nobody calls from there: a policy that admits it admits nobody, one that refuses it refuses nobody",
    explanation: "Every cluster has some of its own. In files, only a name is told that is a slip of one that is \
                  written here; of what the code renders, and of all that is in a cluster (`--whole`), every name that nobody has, and \
                  every pattern that no name is like.",
    remedy: "correct the name of the namespace",
    upstream: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
    check: |graph, findings| {
        missing(graph, findings, Relation::CallingNamespace);
        if graph.is_whole() {
            patterns(graph, findings);
        }
    },
};

/// Patterns that no namespace is like, where all namespaces are here.
fn patterns(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let namespaces: Vec<&str> =
        graph.objects().of_kind("", "Namespace").map(Object::name).collect();
    for policy in graph.objects().of_kind(mesh::SECURITY, "AuthorizationPolicy") {
        let rules = list(&policy.json["spec"]["rules"]).iter();
        for source in rules.flat_map(|rule| list(&rule["from"])) {
            for field in ["namespaces", "notNamespaces"] {
                for value in list(&source["source"][field]) {
                    let Some(pattern) = text(value).filter(|text| text.contains('*')) else {
                        continue;
                    };
                    let is_like = |name: &&str| {
                        let end = pattern.strip_prefix('*');
                        let begin = pattern.strip_suffix('*');
                        pattern == "*"
                            || end.is_some_and(|end| name.ends_with(end))
                            || begin.is_some_and(|begin| name.starts_with(begin))
                    };
                    if !namespaces.iter().any(is_like) {
                        let message = format!("no namespace has a name like {pattern}");
                        findings.add(policy, At::Value(value), message);
                    }
                }
            }
        }
    }
}
