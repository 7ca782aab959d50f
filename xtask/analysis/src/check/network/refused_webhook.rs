//! Webhooks that the API server may not reach.

use super::{Needed, all_refused, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::network::End;
use crate::graph::{Graph, Part, Relation};

pub(in crate::check) static RULE: Rule = Rule {
    name: "refused-webhook",
    family: Family::Network,
    severity: Severity::Error,
    summary: "A webhook or an aggregated API has pods that do not let the API server in",
    consequence: "the API server runs into a timeout: whatever the webhook is for is refused, or passes without it",
    explanation: "The API server is no pod: no `podSelector` and no `namespaceSelector` is for it, only a rule without \
                  peers or with an `ipBlock`. It calls the port of the pod, not that of the Service, and speaks no \
                  mutual TLS of a mesh. One that runs on the node of the pod gets through all the same, which hides \
                  the mistake in clusters of one node.",
    remedy: "let everybody in at the port of the webhook, or the addresses of the API server",
    upstream: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for reference in graph.named_by(Relation::WebhookService) {
        let Some(service) = graph.objects().get(&reference.target) else { continue };
        let number = match reference.part {
            Some(Part::Port(port)) => port.as_u64().unwrap_or(443),
            _ => 443,
        };
        let hops = graph.hops(service, Some(number));
        let ends: Vec<_> = hops.iter().map(|hop| (hop.end(), hop.port)).collect();
        let Some((connection, to, port)) = all_refused(graph, &[End::Node], &ends) else {
            continue;
        };
        let (from, at) = (reference.from, At::Value(reference.field));
        let (who, what) =
            ("the API server".to_owned(), format!("{} at {number}", service.identity));
        tell(findings, &Needed { from, at, who, what, to, port }, &connection);
    }
}
