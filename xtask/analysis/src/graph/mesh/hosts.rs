//! What hosts of the mesh lead to.

use std::borrow::Cow;

use super::{DOMAIN, ROUTING};
use crate::graph::Graph;
use crate::objects::{Identity, Object};

/// What a host of the mesh leads to.
#[derive(Clone, Copy, Debug)]
pub enum Host<'a> {
    /// A Service.
    Service(&'a Object),
    /// A `ServiceEntry`.
    Entry(&'a Object),
    /// Something that cannot be seen, or more than one host.
    Unknown,
    /// Nothing: neither a Service nor a `ServiceEntry`.
    Missing,
}

/// A host as the mesh knows it: a name without dots is a Service beside the object that names it.
#[must_use]
pub fn full<'h>(host: &'h str, namespace: &str) -> Cow<'h, str> {
    if host.contains(['.', '*']) {
        Cow::Borrowed(host)
    } else {
        Cow::Owned(format!("{host}.{namespace}{DOMAIN}"))
    }
}

/// The Service of a full host.
#[must_use]
pub fn service_of(host: &str) -> Option<Identity> {
    let (name, namespace) = host.strip_suffix(DOMAIN)?.split_once('.')?;
    let is_plain = !name.contains('*') && !namespace.contains(['.', '*']);
    is_plain.then(|| Identity::new("", "Service", Some(namespace), name))
}

/// Whether two hosts have a name in common; either may begin with a wildcard.
#[must_use]
pub fn overlap(one: &str, other: &str) -> bool {
    let matches = |pattern: &str, host: &str| {
        pattern == "*" || pattern.strip_prefix('*').is_some_and(|end| host.ends_with(end))
    };
    one == other || matches(one, other) || matches(other, one)
}

impl<'a> Graph<'a> {
    /// What a host leads to, as an object of a namespace names it.
    #[must_use]
    pub fn host(&self, host: &str, namespace: &str) -> Host<'a> {
        let full = full(host, namespace);
        if full.contains('*') {
            return Host::Unknown;
        }
        let service = service_of(&full);
        if let Some(service) = service.as_ref().and_then(|service| self.objects().get(service)) {
            return Host::Service(service);
        }
        if let Some(entry) = self.entry(&full, namespace) {
            return Host::Entry(entry);
        }
        match service {
            Some(service) if self.is_missing(&service) => Host::Missing,
            Some(_) => Host::Unknown,
            // A name within the cluster that is not spelled out, which Istio does not know but others may.
            None if full.contains(".svc") || !full.contains('.') => Host::Unknown,
            None if self.is_namespace_of_host(&full) => Host::Unknown,
            None => {
                let mut entries = self.objects().of_kind(ROUTING, "ServiceEntry");
                if self.is_whole() || entries.any(Object::is_written) {
                    Host::Missing
                } else {
                    Host::Unknown
                }
            }
        }
    }

    /// The `ServiceEntry` of a full host, of those that a namespace can see.
    #[must_use]
    pub fn entry(&self, host: &str, namespace: &str) -> Option<&'a Object> {
        let exact = self.entries_of_host.get(host).into_iter().flatten().copied();
        let wildcards = self.wildcard_entries.iter().filter(|(pattern, _)| overlap(pattern, host));
        let mut all = exact.chain(wildcards.map(|&(_, entry)| entry));
        all.find(|entry| self.audience(entry).has(namespace))
    }

    /// What names a full host as its own, whoever sees it: its Service and its `ServiceEntries`.
    #[must_use]
    pub fn owners_of_host(&self, host: &str) -> Vec<&'a Object> {
        let service = service_of(host).and_then(|service| self.objects().get(&service));
        let entries = self.entries_of_host.get(host).into_iter().flatten().copied();
        service.into_iter().chain(entries).collect()
    }

    /// Whether a host is `service.namespace`.
    fn is_namespace_of_host(&self, host: &str) -> bool {
        let parts = host.split_once('.');
        parts.is_some_and(|(_, namespace)| self.services_of_namespace.contains_key(namespace))
    }
}
