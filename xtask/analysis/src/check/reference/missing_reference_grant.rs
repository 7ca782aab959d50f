//! Grants for what is named in another namespace.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::{Graph, Reference, Relation};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-reference-grant",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A route or Gateway names something in another namespace that no ReferenceGrant lets it",
    consequence: "requests that match are answered with 500, or the listener does not come up",
    explanation: "Backends of routes and certificates of Gateways are looked at, where what they name is here: its \
                  owner has to let others have it, by a grant in its own namespace.",
    remedy: "create a ReferenceGrant in the namespace of what is named",
    upstream: "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let backends = graph.named_by(Relation::RouteBackend);
    for reference in backends.chain(graph.named_by(Relation::ServedCertificate)) {
        let Reference { from, field, target, .. } = reference;
        if from.identity.namespace == target.namespace || graph.is_granted(from, target) {
            continue;
        }
        let Some(object) = graph.objects().get(target) else { continue };
        let namespace = object.namespace();
        let message =
            format!("no ReferenceGrant in {namespace} lets {} name {target}", from.identity);
        findings.add(from, At::Value(field), message).side("it is here", object, At::Object);
    }
}
