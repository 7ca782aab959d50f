//! Certificates that ways in serve.

use super::missing;
use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::{Graph, Relation, mesh};
use crate::objects::{Identity, Object, Selector, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-served-certificate",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "An Ingress or a Gateway serves the certificate of a Secret that is not there",
    consequence: "the listener does not come up, or serves a certificate that no browser trusts",
    explanation: "Secrets of `tls` of an Ingress, of `certificateRefs` of a Gateway and of `credentialName` of a Gateway of \
                  Istio are looked at; the last one has to be in the namespace of the proxies, which Services tell that select by the \
                  labels of the Gateway. What cert-manager makes of a Certificate, or of an annotation, counts. Certificates are \
                  told missing in namespaces of which workloads or Services are here.",
    remedy: "have the Secret delivered into the namespace that is named, or correct the name",
    upstream: "https://gateway-api.sigs.k8s.io/guides/tls/",
    check: |graph, findings| {
        missing(graph, findings, Relation::ServedCertificate);
        of_mesh(graph, findings);
    },
};

/// The Secrets of Istio's Gateways, which the proxies read in their own namespace.
fn of_mesh(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
        let spec = &gateway.json["spec"];
        let selector = Selector::of_labels(&spec["selector"]);
        let fields = list(&spec["servers"]).iter().map(|server| &server["tls"]["credentialName"]);
        let mut fields = fields.filter(|field| field.is_string()).peekable();
        if selector.is_empty() || fields.peek().is_none() {
            continue;
        }
        let services = graph.objects().of_kind("", "Service");
        let of_proxies =
            services.filter(|service| selector.selects(&service.json["spec"]["selector"]));
        let mut namespaces: Vec<&str> = of_proxies.map(Object::namespace).collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        // Proxies in several namespaces may serve different hosts.
        let [namespace] = namespaces[..] else { continue };
        for field in fields {
            let name = text(field).unwrap_or_default();
            // The name may have a scheme, which says where it is read.
            let target = Identity::new("", "Secret", Some(namespace), name);
            if name.contains("://")
                || graph.objects().get(&target).is_some()
                || !graph.is_missing(&target)
            {
                continue;
            }
            let secrets = || graph.objects().of_kind("", "Secret");
            let others = secrets().filter(|secret| secret.namespace() == namespace);
            let hint = hint(name, others.map(Object::name));
            let message = format!("{target} is not there{hint}");
            let added = findings.add(gateway, At::Value(field), message);
            if let Some(other) = secrets().find(|secret| secret.name() == name) {
                added.side("one of this name is in another namespace", other, At::Object);
            }
        }
    }
}
