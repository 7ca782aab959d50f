//! Gateways of `VirtualServices`.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-mesh-gateway",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A VirtualService belongs to an Istio Gateway that is not there",
    consequence: "the gateway answers with 404: it gets no route from here",
    explanation: "`mesh` stands for all sidecars. A Gateway is told missing where one is written in the namespace that \
                  is named.",
    remedy: "correct the name, with its namespace and a slash before it where it is in another one",
    upstream: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService",
    check: |graph, findings| missing(graph, findings, Relation::MeshGateway),
};
