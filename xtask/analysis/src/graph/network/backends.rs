//! Where routes of the Gateway API and Ingresses send requests.

use super::{Callee, Leg};
use crate::graph::mesh::overlap;
use crate::graph::{Graph, Relation};
use crate::objects::{Object, Value, list, text};

impl<'a> Graph<'a> {
    /// Where the routes of a `Gateway` of the Gateway API send what it takes.
    #[must_use]
    pub fn legs_of_routes(
        &self,
        gateway: &Object,
        host: Option<&str>,
        path: Option<&str>,
    ) -> Vec<Leg<'a>> {
        let mut seen = std::collections::HashSet::new();
        let mut legs = Vec::new();
        let bound = self.named_of(Relation::RouteParent, &gateway.identity);
        for route in bound.filter(|route| seen.insert(&route.identity)) {
            let spec = &route.json["spec"];
            let mut hosts = list(&spec["hostnames"]).iter().filter_map(text).peekable();
            let is_host = hosts.peek().is_none()
                || host.is_none_or(|host| hosts.any(|named| overlap(named, host)));
            if !is_host {
                continue;
            }
            for rule in list(&spec["rules"]) {
                let mut matches = list(&rule["matches"]).iter().peekable();
                let is_path = matches.peek().is_none()
                    || path
                        .is_none_or(|path| matches.any(|matched| is_path(&matched["path"], path)));
                let taking = list(&rule["matches"])
                    .iter()
                    .map(|matched| &matched["path"])
                    .filter(|matched| path.is_none_or(|path| self::is_path(matched, path)));
                let longest = taking.map(|matched| length(&matched["value"])).max().unwrap_or(0);
                for backend in list(&rule["backendRefs"]).iter().filter(|_| is_path) {
                    // What has no weight gets nothing.
                    if backend["weight"] == 0
                        || text(&backend["kind"]).is_some_and(|kind| kind != "Service")
                    {
                        continue;
                    }
                    let Some(name) = text(&backend["name"]) else { continue };
                    let namespace = text(&backend["namespace"]).unwrap_or(route.namespace());
                    let leg = Leg {
                        route: Some((route, rule)),
                        destination: Some(backend),
                        callee: self.service(namespace, name),
                        port: backend["port"].as_u64(),
                    };
                    legs.push((longest, leg));
                }
            }
        }
        of_longest(legs, path)
    }

    /// Where an Ingress sends what it takes.
    #[must_use]
    pub fn legs_of_ingress(
        &self,
        ingress: &'a Object,
        host: Option<&str>,
        path: Option<&str>,
    ) -> Vec<Leg<'a>> {
        let mut legs = Vec::new();
        for rule in list(&ingress.json["spec"]["rules"]) {
            let is_host = text(&rule["host"])
                .is_none_or(|named| host.is_none_or(|host| overlap(named, host)));
            for of_path in list(&rule["http"]["paths"]).iter().filter(|_| is_host) {
                let is_path = path.is_none_or(|path| {
                    let exact = text(&of_path["pathType"]) == Some("Exact");
                    text(&of_path["path"]).is_none_or(|named| {
                        if exact { named == path } else { is_below(named, path) }
                    })
                });
                if is_path {
                    let leg = self.of_backend(ingress, rule, &of_path["backend"]["service"]);
                    legs.extend(leg.map(|leg| (length(&of_path["path"]), leg)));
                }
            }
        }
        let mut legs = of_longest(legs, path);
        if legs.is_empty() {
            let spec = &ingress.json["spec"];
            legs.extend(self.of_backend(ingress, spec, &spec["defaultBackend"]["service"]));
        }
        legs
    }

    fn of_backend(
        &self,
        ingress: &'a Object,
        rule: &'a Value,
        service: &'a Value,
    ) -> Option<Leg<'a>> {
        let callee = self.service(ingress.namespace(), text(&service["name"])?);
        let port = &service["port"];
        let named = || match &callee {
            Callee::Service(object) => {
                let mut ports = list(&object.json["spec"]["ports"]).iter();
                ports.find(|known| known["name"] == port["name"])?["port"].as_u64()
            }
            _ => None,
        };
        let port = port["number"].as_u64().or_else(named);
        Some(Leg { route: Some((ingress, rule)), destination: Some(service), callee, port })
    }
}

/// How much a path says.
fn length(path: &Value) -> usize {
    text(path).map_or(0, |path| path.trim_end_matches('/').len())
}

/// Of ways of which each takes a path, those that say the most of it; all where no path is known.
fn of_longest<'a>(legs: Vec<(usize, Leg<'a>)>, path: Option<&str>) -> Vec<Leg<'a>> {
    let longest = legs.iter().map(|(length, _)| *length).max().filter(|_| path.is_some());
    let chosen =
        legs.into_iter().filter(|(length, _)| longest.is_none_or(|longest| longest == *length));
    chosen.map(|(_, leg)| leg).collect()
}

/// Whether a path is a prefix of another by whole parts.
fn is_below(prefix: &str, path: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a match of an `HTTPRoute` takes a path; an expression may.
fn is_path(matched: &Value, path: &str) -> bool {
    let Some(value) = text(&matched["value"]) else { return true };
    match text(&matched["type"]) {
        Some("Exact") => value == path,
        Some("RegularExpression") => true,
        _ => is_below(value, path),
    }
}
