//! Names of places: where requests come from, and where they go.

use std::fmt;

use crate::check::hint;
use crate::graph::Graph;
use crate::graph::mesh::service_of;
use crate::objects::{Identity, Object, Pod};

/// A name that is nobody's, or that of several: a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where requests come from.
#[derive(Clone, Debug)]
pub enum From<'g, 'a> {
    /// Pods.
    Pod(&'g Pod<'a>),
    /// Users outside of the cluster, who ask for this host, where it is known.
    Internet(Option<Address>),
}

/// Where requests are to go.
#[derive(Clone, Debug)]
pub enum To<'g, 'a> {
    /// Pods, whatever leads there.
    Pod(&'g Pod<'a>),
    /// A Service, at a port or at each.
    Service(&'a Object, Option<u64>, Option<String>),
    /// A host that is no Service of the cluster.
    Host(Address),
}

/// A host, with a port and a path where they are said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The host.
    pub host: String,
    /// The port, that of the scheme where none is written.
    pub port: Option<u64>,
    /// The path, with a slash at its beginning.
    pub path: Option<String>,
}

impl Address {
    /// Reads a URL, or a host with or without a port.
    fn of(name: &str) -> Option<Self> {
        let (scheme, rest) = match name.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, name),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (authority, None),
        };
        let of_scheme = match scheme {
            Some("http") => Some(80),
            Some("https") => Some(443),
            _ => None,
        };
        let path = path.split('?').next().filter(|path| !path.is_empty());
        let path = path.or(scheme.map(|_| "/")).map(str::to_owned);
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port: port.or(of_scheme), path })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.host)?;
        if let Some(port) = self.port {
            write!(formatter, ":{port}")?;
        }
        formatter.write_str(self.path.as_deref().unwrap_or_default())
    }
}

impl fmt::Display for From<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod(pod) => write!(formatter, "{}", pod.owner.identity),
            Self::Internet(None) => formatter.write_str("internet"),
            Self::Internet(Some(address)) => write!(formatter, "{address}"),
        }
    }
}

impl fmt::Display for To<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod(pod) => write!(formatter, "{}", pod.owner.identity),
            Self::Service(service, port, path) => {
                write!(formatter, "{}", service.identity)?;
                if let Some(port) = port {
                    write!(formatter, ":{port}")?;
                }
                formatter.write_str(path.as_deref().unwrap_or_default())
            }
            Self::Host(address) => write!(formatter, "{address}"),
        }
    }
}

/// The name of an object, as people write it: `shop/cart`, `deployment/cart`, `deployment/shop/cart`, `cart`.
struct Written<'n> {
    kind: Option<&'n str>,
    namespace: Option<&'n str>,
    name: &'n str,
}

impl<'n> Written<'n> {
    fn of(written: &'n str) -> Self {
        let parts: Vec<&str> = written.split('/').collect();
        match parts.as_slice() {
            [kind, namespace, name] => Self { kind: Some(kind), namespace: Some(namespace), name },
            [kind, name] if is_kind(kind) => Self { kind: Some(kind), namespace: None, name },
            [namespace, name] => Self { kind: None, namespace: Some(namespace), name },
            _ => Self { kind: None, namespace: None, name: written },
        }
    }

    fn is_of(&self, identity: &Identity) -> bool {
        self.name == identity.name
            && self
                .namespace
                .is_none_or(|namespace| identity.namespace.as_deref() == Some(namespace))
            && self.kind.is_none_or(|kind| names_kind(kind, &identity.kind))
    }
}

/// Kinds with the short names that kubectl has for them.
const KINDS: &[(&str, &[&str])] = &[
    ("CronJob", &["cj"]),
    ("DaemonSet", &["ds"]),
    ("Deployment", &["deploy"]),
    ("Job", &[]),
    ("Pod", &["po"]),
    ("ReplicaSet", &["rs"]),
    ("Rollout", &[]),
    ("Service", &["svc"]),
    ("StatefulSet", &["sts"]),
];

fn is_kind(word: &str) -> bool {
    KINDS.iter().any(|(kind, _)| names_kind(word, kind))
}

fn names_kind(word: &str, kind: &str) -> bool {
    let word = word.split('.').next().unwrap_or(word).to_ascii_lowercase();
    let full = kind.to_ascii_lowercase();
    word == full
        || word.strip_suffix('s') == Some(&full)
        || KINDS.iter().any(|(known, short)| *known == kind && short.contains(&word.as_str()))
}

impl<'g, 'a> From<'g, 'a> {
    /// The place of a name.
    ///
    /// # Errors
    /// If nobody has it, or several.
    pub fn of(graph: &'g Graph<'a>, written: &str) -> Result<Self, Unknown> {
        if written == "internet" {
            return Ok(Self::Internet(None));
        }
        if let Some(pod) = workload(graph, written)? {
            return Ok(Self::Pod(pod));
        }
        match Address::of(written) {
            Some(address) if is_public(&address.host) && !is_name(written) => {
                Ok(Self::Internet(Some(address)))
            }
            _ => Err(nobody(graph, written, "no workload, no URL and not `internet`", false)),
        }
    }
}

impl<'g, 'a> To<'g, 'a> {
    /// The place of a name.
    ///
    /// # Errors
    /// If nobody has it, or several.
    pub fn of(graph: &'g Graph<'a>, written: &str) -> Result<Self, Unknown> {
        if let Some(address) = Address::of(written) {
            // `order.shop.svc`, with or without a scheme.
            let host = address.host.strip_suffix('.').unwrap_or(&address.host);
            let full = match host.strip_suffix(".svc") {
                Some(_) => format!("{host}.cluster.local"),
                None => host.to_owned(),
            };
            if let Some(service) = service_of(&full) {
                let Some(found) = graph.objects().get(&service) else {
                    return Err(nobody(graph, &service.name, "no Service", true));
                };
                return Ok(Self::Service(found, address.port, address.path));
            }
        }
        let (name, port) = match written.rsplit_once(':') {
            Some((name, port)) if !written.contains("://") => match port.parse() {
                Ok(port) => (name, Some(port)),
                Err(_) => (written, None),
            },
            _ => (written, None),
        };
        let wanted = Written::of(name);
        let mut services = Vec::new();
        for service in graph.objects().of_kind("", "Service") {
            if wanted.is_of(&service.identity) {
                services.push(service);
            }
        }
        match services.as_slice() {
            [service] => return Ok(Self::Service(service, port, None)),
            [] => {}
            several => return Err(ambiguous(name, several.iter().map(|one| &one.identity))),
        }
        if port.is_none()
            && let Some(pod) = workload(graph, name)?
        {
            return Ok(Self::Pod(pod));
        }
        match Address::of(written) {
            Some(address) if is_public(&address.host) && !is_name(written) => {
                Ok(Self::Host(address))
            }
            _ => Err(nobody(graph, name, "neither a Service nor a workload, nor a host", true)),
        }
    }
}

/// Whether something looks like a host of the world, and not like a name of an object.
fn is_public(host: &str) -> bool {
    host.contains('.') && !host.contains('/')
}

/// Whether something is written as the name of an object: `shop/cart`.
fn is_name(written: &str) -> bool {
    !written.contains("://")
        && written.contains('/')
        && !written.split('/').next().is_some_and(is_public)
}

fn workload<'g, 'a>(graph: &'g Graph<'a>, written: &str) -> Result<Option<&'g Pod<'a>>, Unknown> {
    let wanted = Written::of(written);
    let found: Vec<&Pod<'a>> =
        graph.pods.iter().filter(|pod| wanted.is_of(&pod.owner.identity)).collect();
    match found.as_slice() {
        [] => Ok(None),
        [pod] => Ok(Some(pod)),
        several => Err(ambiguous(written, several.iter().map(|pod| &pod.owner.identity))),
    }
}

fn ambiguous<'i>(written: &str, found: impl Iterator<Item = &'i Identity>) -> Unknown {
    let found: Vec<String> = found.map(with_kind).collect();
    Unknown(format!("{written} may be {}: name one of them", found.join(" or ")))
}

/// A name that is nobody else's: `deployment/shop/cart`.
fn with_kind(identity: &Identity) -> String {
    let namespace = identity.namespace.as_deref().unwrap_or_default();
    format!("{}/{namespace}/{}", identity.kind.to_lowercase(), identity.name)
}

fn nobody(graph: &Graph<'_>, written: &str, what: &str, with_services: bool) -> Unknown {
    let wanted = Written::of(written);
    let workloads = graph.pods.iter().map(|pod| &pod.owner.identity);
    let services = graph.objects().of_kind("", "Service").map(|service| &service.identity);
    let known: Vec<&Identity> = workloads.chain(services.filter(|_| with_services)).collect();
    let mut near = hint(wanted.name, known.iter().map(|identity| identity.name.as_str()));
    if near.is_empty() && !wanted.name.is_empty() {
        // Names often say more than what people have in mind: the component, the kind.
        let longer = known.iter().filter(|identity| identity.name.contains(wanted.name));
        let longer: Vec<String> = longer.take(3).map(|identity| with_kind(identity)).collect();
        if !longer.is_empty() {
            near = format!("; did you mean {}?", longer.join(" or "));
        }
    }
    Unknown(format!("{written} is {what}{near}"))
}
