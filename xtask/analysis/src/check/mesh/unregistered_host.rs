//! Hosts outside of the cluster that the mesh does not know.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::mesh::Host;
use crate::graph::mesh::membership::Proxy;
use crate::graph::{Graph, mesh};
use crate::objects::{Pod, Value, list, text, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unregistered-host",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A pod calls a host that no ServiceEntry has, where the mesh lets out to known hosts only",
    consequence: "the sidecar refuses the connection, or answers with 502",
    explanation: "Told where the configuration of the mesh is here and says `outboundTrafficPolicy: REGISTRY_ONLY`, of pods with a \
                  sidecar that captures all they send. Variables are read that surely say whom the pod calls: URLs \
                  of databases and brokers, hosts of databases (`DB_HOST`), and URLs of HTTP whose variable ends in \
                  `ENDPOINT`, `API_URL`, `WEBHOOK_URL`, `TOKEN_URL` or `JWKS_URI`.",
    remedy: "add a ServiceEntry for the host, in the namespace of the pod or exported to it",
    upstream: "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/",
    check,
};

/// Schemes that only who connects uses.
const SCHEMES: &[&str] = &[
    "amqp",
    "amqps",
    "grpc",
    "kafka",
    "mongodb",
    "mysql",
    "nats",
    "postgres",
    "postgresql",
    "redis",
    "rediss",
    "tcp",
];
/// Ends of names of variables with the URL of somebody who is called.
const CALLED: &[&str] =
    &["ENDPOINT", "API_URL", "WEBHOOK_URL", "TOKEN_URL", "JWKS_URI", "JWKS_URL"];
/// Ends of names of variables with the host of a database.
const SERVERS: &[&str] =
    &["DB_HOST", "DATABASE_HOST", "MYSQL_HOST", "POSTGRES_HOST", "REDIS_HOST", "SMTP_HOST"];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let refuses = |mode: &Value| text(&mode["mode"]) == Some("REGISTRY_ONLY");
    let configurations = graph.mesh_configurations();
    if !configurations.iter().any(|mesh| refuses(&mesh.value["outboundTrafficPolicy"])) {
        return;
    }
    let mut sidecars = graph.objects().of_kind(mesh::ROUTING, "Sidecar");
    if sidecars.any(|sidecar| {
        text(&sidecar.json["spec"]["outboundTrafficPolicy"]["mode"]) == Some("ALLOW_ANY")
    }) {
        return;
    }
    for pod in
        graph.pods.iter().filter(|pod| graph.proxy(pod) == Proxy::Sidecar && is_captured(pod))
    {
        for container in pod.running().filter(|container| container.name() != "istio-proxy") {
            for variable in list(&container.json["env"]) {
                let name = text(&variable["name"]).unwrap_or_default();
                let value = &variable["value"];
                let Some(host) = text(value).and_then(|value| host(name, value)) else { continue };
                if is_outside(host) && matches!(graph.host(host, pod.namespace()), Host::Missing) {
                    let message = format!(
                        "no ServiceEntry that {} sees has the host {host}",
                        pod.namespace()
                    );
                    findings.add(pod.owner, At::Value(value), message);
                }
            }
        }
    }
}

/// Whether all that the pod sends goes by its sidecar.
fn is_captured(pod: &Pod<'_>) -> bool {
    !texts(&pod.metadata["annotations"])
        .any(|(key, _)| key.starts_with("traffic.sidecar.istio.io/"))
}

/// The host that a variable surely says is called.
fn host<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    let is_one_of = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let rest = match value.split_once("://") {
        Some((scheme, rest)) if SCHEMES.contains(&scheme) => rest,
        Some(("http" | "https", rest)) if is_one_of(CALLED) => rest,
        None if is_one_of(SERVERS) => value,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(host.split_once(':').map_or(host, |(host, _)| host))
}

/// Whether a host is a name outside of the cluster, and no address.
fn is_outside(host: &str) -> bool {
    let is_name =
        host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter));
    let last = host.rsplit('.').next().unwrap_or_default();
    is_name
        && host.contains('.')
        && last.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && !["local", "localhost", "svc"].contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_surely_called_is_read() {
        for (name, value, expected) in [
            ("A", "mysql://me:secret@db.example.com:3306/a", Some("db.example.com")),
            ("A_ENDPOINT", "https://api.example.com/v1", Some("api.example.com")),
            ("DB_HOST", "db.example.com", Some("db.example.com")),
            ("PUBLIC_URL", "https://shop.example.com", None),
            ("ALLOWED_HOST", "shop.example.com", None),
        ] {
            assert_eq!(host(name, value), expected, "{name}={value}");
        }
        for inside in ["cart", "cart.shop.svc", "cart.local", "10.0.0.1", "$(HOST).example.com"] {
            assert!(!is_outside(inside), "{inside}");
        }
    }
}
