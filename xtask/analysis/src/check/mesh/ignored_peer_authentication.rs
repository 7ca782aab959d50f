//! What a `PeerAuthentication` says to nobody.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::mesh::mutual_tls::{Scope, scope};
use crate::graph::{Graph, mesh};

pub(in crate::check) static RULE: Rule = Rule {
    name: "ignored-peer-authentication",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A PeerAuthentication says something where Istio does not read it",
    consequence: "it is as if it were not there: the ports go on taking what they took",
    explanation: "`portLevelMtls` counts only where a selector chooses pods. In the root namespace of the mesh, a \
                  PeerAuthentication with a selector counts for no pod at all.",
    remedy: "set a selector beside `portLevelMtls`; put what is for some pods into their namespace",
    upstream: "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for policy in graph.objects().of_kind(mesh::SECURITY, "PeerAuthentication") {
        let spec = &policy.json["spec"];
        let has_ports = spec["portLevelMtls"].as_object().is_some_and(|ports| !ports.is_empty());
        if scope(graph, policy) != Scope::Pods && has_ports {
            let message = "ports are told apart, and no pods are selected";
            findings.add(policy, At::Value(&spec["portLevelMtls"]), message);
        }
        if scope(graph, policy) == Scope::Pods && policy.namespace() == graph.root_namespace() {
            let message =
                format!("pods are selected in {}, the root namespace", policy.namespace());
            findings.add(policy, At::Value(&spec["selector"]), message);
        }
    }
}
