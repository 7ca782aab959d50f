//! Whom pods have to reach: what their variables, configuration and `Sidecars` name.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Callee;
use crate::graph::mesh::{ROUTING, full, service_of};
use crate::graph::{Graph, Relation};
use crate::objects::{Object, Pod, Selector, Value, list, text};

/// A call that is declared.
#[derive(Clone, Debug)]
pub struct Need<'g, 'a> {
    /// Who calls.
    pub pod: &'g Pod<'a>,
    /// The object that says so.
    pub from: &'a Object,
    /// The value that says so.
    pub field: &'a Value,
    /// The host that is called: in full where it is a Service.
    pub host: String,
    /// The port, where one is said.
    pub port: Option<u64>,
}

impl<'a> Graph<'a> {
    /// Every call that pods declare: in variables, arguments, and the ConfigMaps that they read; in the hosts that a `Sidecar` of
    /// theirs spells out, where nothing else says a port of it.
    #[must_use]
    pub fn needs(&self) -> Vec<Need<'_, 'a>> {
        let mut needs = Vec::new();
        let by_owner: HashMap<_, usize> = self
            .pods
            .iter()
            .enumerate()
            .map(|(position, pod)| (&pod.owner.identity, position))
            .collect();
        let mut readers: HashMap<_, Vec<&Pod<'a>>> = HashMap::new();
        for reference in &self.references {
            if reference.relation == Relation::ConfigMap
                && let Some(&reader) = by_owner.get(&reference.from.identity)
            {
                readers.entry(&reference.target).or_default().push(&self.pods[reader]);
            }
        }
        for call in self.calls() {
            let namespace = call.service.namespace.as_deref().unwrap_or_default();
            let host = format!("{}.{namespace}.svc.cluster.local", call.service.name);
            let own = by_owner.get(&call.from.identity).map(|&position| &self.pods[position]);
            let of_map = readers.get(&call.from.identity).into_iter().flatten().copied();
            for pod in own.into_iter().chain(of_map) {
                let (from, field, port) = (call.from, call.field, call.port);
                needs.push(Need { pod, from, field, host: host.clone(), port });
            }
        }
        for pod in &self.pods {
            self.outside(pod, &mut needs);
        }
        self.of_sidecars(&mut needs);
        needs.dedup_by(|one, other| {
            std::ptr::eq(one.pod, other.pod)
                && std::ptr::eq(one.field, other.field)
                && (&one.host, one.port) == (&other.host, other.port)
        });
        needs
    }

    /// Hosts of `ServiceEntries` in variables.
    fn outside<'g>(&'g self, pod: &'g Pod<'a>, needs: &mut Vec<Need<'g, 'a>>) {
        for variable in pod.containers().flat_map(|container| list(&container.json["env"])) {
            let Some(content) = text(&variable["value"]) else { continue };
            let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
            let mut rest = content;
            while let Some(start) = rest.find(is_of_name) {
                let word = &rest[start..];
                let end = word.find(|letter| !is_of_name(letter)).unwrap_or(word.len());
                let (host, after) = word.split_at(end);
                if host.contains('.') && self.entries_of_host.contains_key(host) {
                    let port = after.strip_prefix(':').and_then(|after| {
                        let end = after.find(|letter: char| !letter.is_ascii_digit());
                        after[..end.unwrap_or(after.len())].parse().ok()
                    });
                    let (from, field) = (pod.owner, &variable["value"]);
                    needs.push(Need { pod, from, field, host: host.to_owned(), port });
                }
                rest = after;
            }
        }
    }

    /// Hosts that a `Sidecar` spells out for pods that it selects.
    fn of_sidecars<'g>(&'g self, needs: &mut Vec<Need<'g, 'a>>) {
        let mut declared: std::collections::HashSet<(*const Pod<'a>, String)> =
            needs.iter().map(|need| (std::ptr::from_ref(need.pod), need.host.clone())).collect();
        for sidecar in self.objects().of_kind(ROUTING, "Sidecar") {
            let spec = &sidecar.json["spec"];
            let selector = Selector::of_labels(&spec["workloadSelector"]["labels"]);
            if selector.is_empty() {
                continue;
            }
            for field in list(&spec["egress"]).iter().flat_map(|listener| list(&listener["hosts"]))
            {
                let Some((_, host)) = text(field).and_then(|host| host.split_once('/')) else {
                    continue;
                };
                if host.contains('*') {
                    continue;
                }
                let host: Cow<'_, str> = full(host, sidecar.namespace());
                for pod in self.selected(sidecar.namespace(), selector) {
                    // A gateway on the way to another host is not called for itself.
                    if self.is_on_the_way(pod, sidecar, &host) {
                        continue;
                    }
                    if declared.insert((std::ptr::from_ref(pod), host.to_string())) {
                        let host = host.to_string();
                        needs.push(Need { pod, from: sidecar, field, host, port: None });
                    }
                }
            }
        }
    }

    /// Whether routes send calls of another host, which the same `Sidecar` spells out, to this one.
    fn is_on_the_way(&self, pod: &Pod<'a>, sidecar: &Object, host: &str) -> bool {
        let Some(service) = service_of(host) else { return false };
        let named = list(&sidecar.json["spec"]["egress"]).iter();
        let named = named.flat_map(|listener| list(&listener["hosts"])).filter_map(text);
        let mut others = named
            .filter_map(|named| Some(named.split_once('/')?.1))
            .filter(|other| *other != host && service_of(other).is_none() && !other.contains('*'));
        others.any(|other| {
            let legs = self.legs(pod, other, None, None);
            legs.iter()
                .any(|leg| matches!(&leg.callee, Callee::Service(to) if to.identity == service))
        })
    }
}
