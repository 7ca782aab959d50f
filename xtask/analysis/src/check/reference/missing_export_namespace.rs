//! Namespaces to which objects of the mesh are exported.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-export-namespace",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An object of the mesh is exported to a namespace that is not there",
    consequence: "nobody sees it there: callers go on without its routes, limits or hosts",
    explanation: "`exportTo` of VirtualService, DestinationRule and ServiceEntry is looked at; `.`, `*` and `~` are no \
                  names. In files, only a name is told that is a slip of a namespace that is written here; of what the \
                  code renders, every name that nobody creates.",
    remedy: "correct the name of the namespace",
    upstream: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule",
    check: |graph, findings| missing(graph, findings, Relation::ExportNamespace),
};
