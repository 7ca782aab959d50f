//! Services, who calls whom, and routes.

use analysis::objects::{Object, Value, list, text};

use super::{Row, all, object};
use crate::page::{Piece, Text, code, codes, joined, words};
use crate::view::{Bundle, Edge, View};

/// The ports of Services.
pub(super) fn services(_: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let services = bundle.objects.iter().filter(|object| object.is("", "Service"));
    services
        .map(|service| {
            let ports = list(&service.json["spec"]["ports"]).iter().map(port);
            vec![object(bundle, service), codes(ports)]
        })
        .collect()
}

fn port(port: &Value) -> String {
    let number = port["port"].as_u64().unwrap_or_default();
    let target = match &port["targetPort"] {
        Value::Null => number.to_string(),
        Value::String(name) => name.to_string(),
        other => other.to_string(),
    };
    let name = text(&port["name"]).map(|name| format!(" {name}")).unwrap_or_default();
    let node = port["nodePort"].as_u64().map(|node| format!(", node port {node}"));
    format!("{number} → {target}{name}{}", node.unwrap_or_default())
}

/// Who calls it.
pub(super) fn callers(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    of_network(view, bundle, |view, id| view.network.callers(id).map(owned).collect())
}

/// Whom it calls.
pub(super) fn calls(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    of_network(view, bundle, |view, id| view.network.calls(id).map(owned).collect())
}

fn owned((id, edge): (&str, &Edge)) -> (String, Edge) {
    (id.to_owned(), edge.clone())
}

fn of_network(
    view: &View<'_>,
    bundle: &Bundle<'_>,
    others: impl Fn(&View<'_>, &str) -> Vec<(String, Edge)>,
) -> Vec<Row> {
    let own: Vec<&str> = view.network.of_bundle(bundle.built.name.as_str()).collect();
    let mut rows = Vec::new();
    for id in &own {
        for (other, edge) in others(view, id) {
            let node = &view.network.nodes[&other];
            let who = match &node.bundle {
                Some(bundle) if *bundle == node.title => vec![Piece::Bundle(bundle.clone())],
                Some(bundle) => vec![
                    Piece::Code(node.title.clone()),
                    Piece::Words(format!(", {} of ", node.kind.word())),
                    Piece::Bundle(bundle.clone()),
                ],
                None if node.title == node.kind.word() => words(node.title.clone()),
                None => vec![
                    Piece::Code(node.title.clone()),
                    Piece::Words(format!(", {}", node.kind.word())),
                ],
            };
            let mut how = codes(edge.labels.iter().cloned());
            let title = &view.network.nodes[*id].title;
            if title != bundle.built.name.as_str() {
                how = joined([
                    how,
                    vec![
                        Piece::Words(format!("{} ", view.network.nodes[*id].kind.word())),
                        Piece::Code(title.clone()),
                    ],
                ]);
            }
            if edge.is_refused {
                how = joined([how, words("**refused**")]);
            }
            rows.push(vec![who, how]);
        }
    }
    rows
}

/// What leads requests to it, or from it to others.
pub(super) fn routes(_: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for object in all(bundle) {
        let Some(kind) = Kind::of(object) else { continue };
        let spec = &object.json["spec"];
        let about = |what: &str| {
            vec![
                Piece::Words(format!("{} ", object.identity.kind)),
                Piece::Code(object.name().to_owned()),
                Piece::Words(what.to_owned()),
            ]
        };
        match kind {
            Kind::Route => {
                rows.extend(
                    public(object)
                        .into_iter()
                        .map(|(url, to)| vec![[about(": "), code(url)].concat(), to]),
                );
            }
            Kind::Virtual => {
                let hosts = codes(texts(&spec["hosts"]));
                let ways = ["http", "tls", "tcp"].into_iter();
                let ways = ways.flat_map(|field| list(&spec[field]));
                let to = ways.flat_map(|way| list(&way["route"]));
                let to: Vec<String> = to.map(|route| destination(&route["destination"])).collect();
                rows.push(vec![[about(": "), hosts].concat(), codes(unique(to))]);
            }
            Kind::Gateway => {
                let servers = list(&spec["servers"]).iter();
                let servers = servers.map(|server| {
                    let port = &server["port"];
                    let hosts = texts(&server["hosts"]).join(" ");
                    let protocol = text(&port["protocol"]).unwrap_or_default();
                    format!("{hosts} {}/{protocol}", port["number"])
                });
                let listeners = list(&spec["listeners"]).iter().map(|listener| {
                    let host = text(&listener["hostname"]).unwrap_or("*");
                    let protocol = text(&listener["protocol"]).unwrap_or_default();
                    format!("{host} {}/{protocol}", listener["port"])
                });
                rows.push(vec![about(" listens"), codes(servers.chain(listeners))]);
            }
            Kind::Entry => {
                let ports = list(&spec["ports"]).iter().map(|port| {
                    format!("{}/{}", port["number"], text(&port["protocol"]).unwrap_or_default())
                });
                let hosts = codes(texts(&spec["hosts"]));
                rows.push(vec![[about(": "), hosts].concat(), codes(ports)]);
            }
        }
    }
    rows
}

enum Kind {
    /// Of the Gateway API.
    Route,
    /// A VirtualService.
    Virtual,
    /// Either kind of Gateway.
    Gateway,
    /// A ServiceEntry.
    Entry,
}

impl Kind {
    fn of(object: &Object) -> Option<Self> {
        match (object.identity.group.as_str(), object.identity.kind.as_str()) {
            ("gateway.networking.k8s.io" | "networking.istio.io", "Gateway") => Some(Self::Gateway),
            ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => Some(Self::Route),
            ("networking.istio.io", "VirtualService") => Some(Self::Virtual),
            ("networking.istio.io", "ServiceEntry") => Some(Self::Entry),
            _ => None,
        }
    }
}

fn texts(values: &Value) -> Vec<String> {
    list(values).iter().filter_map(text).map(str::to_owned).collect()
}

fn unique(mut all: Vec<String>) -> Vec<String> {
    let mut known = std::collections::HashSet::new();
    all.retain(|one| known.insert(one.clone()));
    all
}

/// What people ask for: each host with the path of a match.
fn urls(hosts: &[String], one: &Value) -> Vec<String> {
    let path = text(&one["path"]["value"]).unwrap_or("/");
    let method = match &one["method"] {
        Value::String(method) => format!("{method} "),
        Value::Object(grpc) => {
            let part = |name: &str| grpc.get(name).and_then(text).unwrap_or("*");
            return hosts
                .iter()
                .map(|host| format!("{host} {}/{}", part("service"), part("method")))
                .collect();
        }
        _ => String::new(),
    };
    if hosts.is_empty() {
        return vec![format!("{method}*{path}")];
    }
    hosts.iter().map(|host| format!("{method}{host}{path}")).collect()
}

fn backend(backend: &Value) -> String {
    let name = text(&backend["name"]).unwrap_or_default();
    let port = backend["port"].as_u64().map(|port| format!(":{port}")).unwrap_or_default();
    match text(&backend["namespace"]) {
        Some(namespace) => format!("{namespace}/{name}{port}"),
        None => format!("{name}{port}"),
    }
}

fn filters(rule: &Value) -> Vec<String> {
    let filters = list(&rule["filters"]).iter().filter_map(|filter| text(&filter["type"]));
    filters.map(str::to_owned).collect()
}

fn destination(destination: &Value) -> String {
    let host = text(&destination["host"]).unwrap_or_default();
    match destination["port"]["number"].as_u64() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The hosts and paths of an object that people ask for, without its name.
#[must_use]
pub fn public(object: &Object) -> Vec<(String, Text)> {
    if !matches!(Kind::of(object), Some(Kind::Route)) {
        return Vec::new();
    }
    let spec = &object.json["spec"];
    let hosts = texts(&spec["hostnames"]);
    let mut all = Vec::new();
    for rule in list(&spec["rules"]) {
        let to = codes(list(&rule["backendRefs"]).iter().map(backend));
        let to = if to.is_empty() { codes(filters(rule)) } else { to };
        let matches = list(&rule["matches"]);
        if matches.is_empty() {
            all.extend(urls(&hosts, &Value::Null).into_iter().map(|url| (url, to.clone())));
        }
        for one in matches {
            all.extend(urls(&hosts, one).into_iter().map(|url| (url, to.clone())));
        }
    }
    all
}
