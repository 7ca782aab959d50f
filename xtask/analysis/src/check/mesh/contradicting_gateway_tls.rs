//! TLS of gateways that contradicts their protocol.

use crate::check::{At, Family, Findings, Rule, Severity};

use crate::graph::{Graph, mesh};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "contradicting-gateway-tls",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A server of an Istio Gateway has TLS settings that its protocol does not go with",
    consequence: "Istio's webhook refuses the Gateway; without the webhook the port is not opened",
    explanation: "HTTPS and TLS need `tls`; HTTP may only redirect by it (`httpsRedirect`), and other protocols have \
                  none. `SIMPLE` and `MUTUAL` need a certificate: `credentialName`, or files.",
    remedy: "let protocol and `tls` say the same, and name the Secret of the certificate by `credentialName`",
    upstream: "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for gateway in graph.objects().of_kind(mesh::ROUTING, "Gateway") {
        for server in list(&gateway.json["spec"]["servers"]) {
            let (protocol, tls) = (&server["port"]["protocol"], &server["tls"]);
            let Some(name) = text(protocol).map(str::to_ascii_uppercase) else { continue };
            let is_secure = ["HTTPS", "TLS"].contains(&name.as_str());
            if is_secure && !tls.is_object() {
                let message = format!("the port is one of {name}, and nothing is said of TLS");
                findings.add(gateway, At::Value(server), message);
            } else if !is_secure && tls.is_object() && !only_redirects(&name, tls) {
                let message = format!("the port is one of {name}, which has no TLS");
                findings.add(gateway, At::Value(tls), message);
            } else if is_secure && lacks_certificate(tls) {
                let mode = text(&tls["mode"]).unwrap_or_default();
                let message = format!("the mode is {mode}, and there is no certificate");
                findings.add(gateway, At::Value(tls), message);
            }
        }
    }
}

fn only_redirects(protocol: &str, tls: &Value) -> bool {
    let is_http = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"].contains(&protocol);
    is_http
        && tls["credentialName"].is_null()
        && text(&tls["mode"]).is_none_or(|mode| mode == "PASSTHROUGH")
}

fn lacks_certificate(tls: &Value) -> bool {
    let needs = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"];
    text(&tls["mode"]).is_some_and(|mode| needs.contains(&mode))
        && ["credentialName", "credentialNames", "serverCertificate", "tlsCertificates"]
            .iter()
            .all(|field| tls[*field].is_null())
}
