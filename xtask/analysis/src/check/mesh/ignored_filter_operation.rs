//! Operations that Envoy's configuration does not have.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, mesh};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "ignored-filter-operation",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An EnvoyFilter has an operation that what it is applied to does not have",
    consequence: "istiod passes the patch over without a word: the proxies are configured as if it were not there",
    explanation: "`REPLACE` is for filters: `HTTP_FILTER` and `NETWORK_FILTER`. `ADD` and `REMOVE` do nothing to \
                  `ROUTE_CONFIGURATION` and `HTTP_ROUTE`.",
    remedy: "use `MERGE`, or `INSERT_BEFORE` and its like for filters and routes",
    upstream: "https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for filter in graph.objects().of_kind(mesh::ROUTING, "EnvoyFilter") {
        for patch in list(&filter.json["spec"]["configPatches"]) {
            let operation = &patch["patch"]["operation"];
            let (Some(to), Some(name)) = (text(&patch["applyTo"]), text(operation)) else {
                continue;
            };
            let is_of_filters = ["HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER"].contains(&to);
            let is_of_routes = ["ROUTE_CONFIGURATION", "HTTP_ROUTE"].contains(&to);
            if (name == "REPLACE" && !is_of_filters)
                || (["ADD", "REMOVE"].contains(&name) && is_of_routes)
            {
                findings.add(filter, At::Value(operation), format!("{name} does nothing to {to}"));
            }
        }
    }
}
