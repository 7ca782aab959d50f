//! What the Prometheus operator's monitors select and name.
//!
//! Upstream: <https://prometheus-operator.dev/docs/api-reference/api/>

use super::reference::Names;
use super::{Graph, Part, Relation};
use crate::objects::{Object, Pod, Selector, Value, list, text};

const GROUP: &str = "monitoring.coreos.com";

/// The Secrets and accounts that an object of the operator names.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    if object.identity.group != GROUP {
        return;
    }
    let spec = &object.json["spec"];
    let own = Some(object.namespace());
    match object.identity.kind.as_str() {
        "ServiceMonitor" | "PodMonitor" => {
            for endpoint in endpoints(object) {
                let tls = &endpoint["tlsConfig"];
                let keys = [
                    (&endpoint["basicAuth"]["username"], "Secret"),
                    (&endpoint["basicAuth"]["password"], "Secret"),
                    (&endpoint["bearerTokenSecret"], "Secret"),
                    (&endpoint["authorization"]["credentials"], "Secret"),
                    (&tls["ca"]["secret"], "Secret"),
                    (&tls["ca"]["configMap"], "ConfigMap"),
                    (&tls["cert"]["secret"], "Secret"),
                    (&tls["cert"]["configMap"], "ConfigMap"),
                    (&tls["keySecret"], "Secret"),
                ];
                for (source, kind) in keys {
                    let part = Some(Part::Key(&source["key"]));
                    let relation = Relation::Credential;
                    names.part(&source["name"], relation, ("", kind, own), part);
                }
            }
        }
        "Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler" => {
            let account = ("", "ServiceAccount", own);
            names.name(&spec["serviceAccountName"], Relation::ServiceAccount, account);
            for alertmanager in list(&spec["alerting"]["alertmanagers"]) {
                let namespace = text(&alertmanager["namespace"]).or(own);
                let part = Some(Part::Port(&alertmanager["port"]));
                let service = ("", "Service", namespace);
                names.part(&alertmanager["name"], Relation::Alertmanager, service, part);
            }
        }
        _ => {}
    }
}

fn endpoints(object: &Object) -> &[Value] {
    let spec = &object.json["spec"];
    let of_pods = list(&spec["podMetricsEndpoints"]);
    if of_pods.is_empty() { list(&spec["endpoints"]) } else { of_pods }
}

/// A `ServiceMonitor` or `PodMonitor`.
#[derive(Clone, Copy, Debug)]
pub struct Monitor<'a> {
    /// The object.
    pub object: &'a Object,
    /// Whether it selects Services, and not pods.
    pub of_services: bool,
}

impl<'a> Monitor<'a> {
    /// What it selects by.
    #[must_use]
    pub fn selector(&self) -> Selector<'a> {
        Selector::of(&self.object.json["spec"]["selector"])
    }

    /// What it scrapes of each that it selects.
    #[must_use]
    pub fn endpoints(&self) -> &'a [Value] {
        endpoints(self.object)
    }

    /// The namespaces in which it selects; none where it is all of them.
    #[must_use]
    pub fn namespaces(&self) -> Option<Vec<&'a str>> {
        let selector = &self.object.json["spec"]["namespaceSelector"];
        if selector["any"].as_bool() == Some(true) {
            return None;
        }
        let names: Vec<&str> = list(&selector["matchNames"]).iter().filter_map(text).collect();
        Some(if names.is_empty() { vec![self.object.namespace()] } else { names })
    }
}

impl<'a> Graph<'a> {
    /// The monitors that somebody wrote.
    pub fn monitors(&self) -> impl Iterator<Item = Monitor<'a>> + use<'a> {
        let of = |kind| {
            let of_services = kind == "ServiceMonitor";
            let objects = self.objects().of_kind(GROUP, kind).filter(|object| object.is_written());
            objects.map(move |object| Monitor { object, of_services })
        };
        of("ServiceMonitor").chain(of("PodMonitor"))
    }

    /// Whether all that a monitor may select is here.
    #[must_use]
    pub fn sees_all_monitored(&self, monitor: Monitor<'a>) -> bool {
        let sees = |namespace: &str| {
            if monitor.of_services {
                self.sees_all_services(namespace)
            } else {
                self.sees_all_pods(namespace)
            }
        };
        monitor.namespaces().is_some_and(|namespaces| namespaces.into_iter().all(sees))
    }

    /// The Services that a monitor selects.
    pub fn monitored_services<'s>(&'s self, monitor: Monitor<'a>) -> Vec<&'a Object> {
        let selector = monitor.selector();
        let selects = |service: &&&Object| selector.selects(&service.json["metadata"]["labels"]);
        match monitor.namespaces() {
            Some(names) => {
                let services = names.into_iter().flat_map(|name| self.services_in(name));
                services.filter(selects).copied().collect()
            }
            None => {
                self.services_of_namespace.values().flatten().filter(selects).copied().collect()
            }
        }
    }

    /// The pods that a monitor selects.
    pub fn monitored_pods<'s>(&'s self, monitor: Monitor<'a>) -> Vec<&'s Pod<'a>> {
        let selector = monitor.selector();
        match monitor.namespaces() {
            Some(names) => {
                names.into_iter().flat_map(|name| self.selected(name, selector)).collect()
            }
            None => self.pods.iter().filter(|pod| pod.is_selected_by(&selector)).collect(),
        }
    }
}
