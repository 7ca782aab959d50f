//! What istioctl says although nothing is wrong, with the reasons.

use manifests_lib::model::ObjectRef;
use serde_json::Value;

use super::Message;
use crate::rendered::Object;

/// A kind of message that is no finding.
#[derive(Clone, Copy)]
pub struct Explained {
    /// Its code.
    pub code: &'static str,
    /// The kind of the objects that it is about.
    pub kind: &'static str,
    /// Whether the reason holds for an object of that kind, beside all objects of its environment.
    pub holds: fn(&Object, &[Object]) -> bool,
}

/// Every message that is no finding.
pub const EXPLAINED: &[Explained] = &[
    // A TCP service without an address of its own would take every connection to its port. istiod allocates one to it
    // (PILOT_ENABLE_IP_AUTOALLOCATE, on unless turned off) for proxies that capture DNS, which the ProxyConfig of the
    // namespace turns on; the analyzer looks for both in the mesh configuration only, which is not rendered.
    Explained { code: "IST0134", kind: "ServiceEntry", holds: is_found_by_captured_dns },
    // A client that finds one certificate for two hosts may send requests for both over one HTTP/2 connection. These Gateways
    // are different ports, which no connection shares, and NGINX, the only client, speaks HTTP/1.1 to them.
    Explained { code: "IST0138", kind: "Gateway", holds: has_ports_of_its_own },
];

/// Whether the proxies of its namespace capture DNS.
fn is_found_by_captured_dns(entry: &Object, all: &[Object]) -> bool {
    all.iter().any(|object| {
        let captures = "/spec/environmentVariables/ISTIO_META_DNS_CAPTURE";
        object.identity.kind == "ProxyConfig"
            && object.identity.namespace == entry.identity.namespace
            && object.value.pointer(captures).is_some_and(|value| value == "true")
    })
}

/// Whether other Gateways for the same pods have the same certificate, and none of them opens one of its ports.
fn has_ports_of_its_own(gateway: &Object, all: &[Object]) -> bool {
    let selector = |object: &Object| object.value["spec"]["selector"].clone();
    let ports = |object: &Object| -> Vec<Value> {
        let servers = object.value["spec"]["servers"].as_array().into_iter().flatten();
        servers.map(|server| server["port"]["number"].clone()).collect()
    };
    let certificates = |object: &Object| -> Vec<Value> {
        let servers = object.value["spec"]["servers"].as_array().into_iter().flatten();
        let names = servers.map(|server| server["tls"]["credentialName"].clone());
        names.filter(|name| !name.is_null()).collect()
    };
    let shares = |other: &&Object| {
        let own = certificates(gateway);
        other.identity.kind == "Gateway"
            && other.identity != gateway.identity
            && selector(other) == selector(gateway)
            && certificates(other).iter().any(|certificate| own.contains(certificate))
    };
    let own = ports(gateway);
    let others: Vec<&Object> = all.iter().filter(shares).collect();
    !others.is_empty()
        && others.into_iter().all(|other| ports(other).iter().all(|port| !own.contains(port)))
}

/// How istioctl calls an object.
fn origin(object: &Object) -> String {
    let ObjectRef { group: _, kind, namespace, name } = &object.identity;
    match namespace {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// The table while it is used.
pub struct Table {
    entries: Vec<Entry>,
}

struct Entry {
    explained: Explained,
    used: bool,
}

impl Table {
    /// A table of these lines.
    pub fn new(lines: &[Explained]) -> Self {
        let entry = |&explained| Entry { explained, used: false };
        Self { entries: lines.iter().map(entry).collect() }
    }

    /// Whether a message about one of these objects is explained; notes the entry as used.
    pub fn explains(&mut self, message: &Message, objects: &[Object]) -> bool {
        let Some(about) = objects.iter().find(|object| origin(object) == message.origin) else {
            return false;
        };
        let mut explained = false;
        for Entry { explained: Explained { code, kind, holds }, used } in &mut self.entries {
            if message.code == *code && about.identity.kind == *kind && holds(about, objects) {
                *used = true;
                explained = true;
            }
        }
        explained
    }

    /// The entries that were not needed.
    pub fn unused(&self) -> impl Iterator<Item = Explained> {
        self.entries.iter().filter(|entry| !entry.used).map(|entry| entry.explained)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rendered;

    fn object(kind: &'static str, name: &str, spec: Value) -> Object {
        let mut object = rendered::tests::service(name);
        object.identity = ObjectRef { kind, group: "networking.istio.io", ..object.identity };
        object.value = json!({ "spec": spec });
        object
    }

    fn message(code: &str, about: &Object) -> Message {
        Message {
            code: code.to_owned(),
            level: "Error".to_owned(),
            origin: origin(about),
            text: "Referenced selector not found".to_owned(),
        }
    }

    /// A Gateway for the pods with this label.
    fn gateway(name: &str, pods: &str, port: u16) -> Object {
        let tls = json!({ "credentialName": "certificate" });
        let servers = json!([{ "port": { "number": port }, "tls": tls }]);
        object("Gateway", name, json!({ "selector": { "istio": pods }, "servers": servers }))
    }

    #[test]
    fn explains_by_code_and_kind_what_the_reason_holds_for() {
        let lines = [
            Explained {
                code: "IST0101",
                kind: "Gateway",
                holds: |it, _| it.identity.name == "web",
            },
            Explained { code: "IST0102", kind: "Namespace", holds: |_, _| true },
        ];
        let mut table = Table::new(&lines);
        let [web, other] = ["web", "other"].map(|name| gateway(name, "ingress", 80));
        let service = object("VirtualService", "web", json!({}));
        let objects = [web.clone(), other.clone(), service.clone()];
        assert!(table.explains(&message("IST0101", &web), &objects));
        assert!(!table.explains(&message("IST0101", &other), &objects));
        assert!(!table.explains(&message("IST0101", &service), &objects));
        assert!(!table.explains(&message("IST0103", &web), &objects));
        assert!(!table.explains(&message("IST0101", &gateway("unknown", "ingress", 80)), &objects));
        assert_eq!(origin(&web), "Gateway example/web");
        assert_eq!(table.unused().map(|it| it.code).collect::<Vec<_>>(), ["IST0102"]);
    }

    #[test]
    fn a_service_outside_needs_proxies_that_capture_dns() {
        let entry = object("ServiceEntry", "database", json!({}));
        let config = |value: &str| {
            let variables = json!({ "ISTIO_META_DNS_CAPTURE": value });
            object("ProxyConfig", "dns", json!({ "environmentVariables": variables }))
        };
        assert!(is_found_by_captured_dns(&entry, &[entry.clone(), config("true")]));
        assert!(!is_found_by_captured_dns(&entry, &[entry.clone(), config("false")]));
        let mut elsewhere = config("true");
        elsewhere.identity.namespace = Some("elsewhere".to_owned());
        assert!(!is_found_by_captured_dns(&entry, &[entry.clone(), elsewhere]));
    }

    #[test]
    fn a_shared_certificate_needs_ports_that_are_not_shared() {
        let web = gateway("web", "ingress", 80);
        let beside = |other: Object| has_ports_of_its_own(&web, &[web.clone(), other]);
        assert!(beside(gateway("other", "ingress", 81)));
        assert!(!beside(gateway("other", "elsewhere", 80)));
        assert!(!beside(gateway("other", "ingress", 80)));
    }
}
