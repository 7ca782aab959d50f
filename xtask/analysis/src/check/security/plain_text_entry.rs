//! Ways into a production cluster that are not encrypted.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::mesh;
use crate::objects::{Object, Value, list, text, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "plain-text-entry",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A way into a production environment serves no TLS",
    consequence: "whoever is on the way reads and changes requests: passwords, cookies, whole pages",
    explanation: "An Ingress without `tls`, a Gateway without a listener for `HTTPS` or `TLS`, an Istio Gateway without a server with \
                  `tls`. One that has both is taken to redirect. Nothing is found where annotations speak of a certificate, as those for \
                  balancers of clouds do, and for classes whose controller encrypts by itself (Tailscale, Cloudflare). Looked at are \
                  environments, namespaces and objects that are called production: by `--environment`, by the label `env`, or by name.",
    remedy: "give it a certificate, such as one of cert-manager, and redirect HTTP to it",
    upstream: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    check: |graph, findings| {
        let objects = graph.objects();
        let ingresses = objects.of_kind("networking.k8s.io", "Ingress");
        let gateways = objects.of_kind("gateway.networking.k8s.io", "Gateway");
        let of_mesh = objects.of_kind(mesh::ROUTING, "Gateway");
        for entry in ingresses.chain(gateways).chain(of_mesh) {
            let spec = &entry.json["spec"];
            let field = match entry.identity.group.as_str() {
                "networking.k8s.io" if list(&spec["tls"]).is_empty() => &spec["rules"],
                "gateway.networking.k8s.io"
                    if serves_only(&spec["listeners"], |it| &it["protocol"]) =>
                {
                    &spec["listeners"]
                }
                mesh::ROUTING if serves_only(&spec["servers"], |it| &it["port"]["protocol"]) => {
                    &spec["servers"]
                }
                _ => continue,
            };
            if graph.environment.is_production(entry) && !is_encrypted_elsewhere(entry) {
                let at = if field.is_null() { At::Object } else { At::Value(field) };
                findings.add(entry, at, "it serves HTTP alone");
            }
        }
    },
};

/// Whether there is something to serve, and all of it is HTTP in plain text.
fn serves_only(ports: &Value, protocol: fn(&Value) -> &Value) -> bool {
    let is_plain = |port: &Value| {
        port["tls"].is_null()
            && text(protocol(port))
                .is_some_and(|protocol| ["HTTP", "HTTP2", "GRPC"].contains(&protocol))
    };
    !list(ports).is_empty() && list(ports).iter().all(is_plain)
}

fn is_encrypted_elsewhere(entry: &Object) -> bool {
    const WORDS: [&str; 6] = ["cert", "https", "ssl", "termination", "tls", "websecure"];
    const CLASSES: [&str; 2] = ["cloudflare", "tailscale"];
    let says = |text: &str| WORDS.iter().any(|word| text.to_ascii_lowercase().contains(word));
    let spec = &entry.json["spec"];
    let of_object = texts(&entry.json["metadata"]["annotations"]);
    let mut annotations = of_object.chain(texts(&spec["infrastructure"]["annotations"]));
    let class = text(&spec["ingressClassName"]).or(text(&spec["gatewayClassName"]));
    annotations.any(|(key, value)| says(key) || says(value))
        || class.is_some_and(|class| CLASSES.iter().any(|own| class.contains(own)))
}
