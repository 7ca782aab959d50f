//! Prometheus, and the monitors by which it finds what to scrape.

use std::collections::BTreeMap;

use custom_resources::coreos::monitoring::v1::{self as monitoring, NamespaceSelector};
use k8s_openapi::api::core::v1::SecretKeySelector;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::model::bundle::{Added, Bundle, Output, Part};
use crate::model::label::{Labels, label, matching};
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::network::certificate::CA_KEY;
use crate::network::issuer::ClusterIssuer;
use crate::network::tool::{Pods, ToolPods};
use crate::values::{LabelKey, Name, Port, UrlPath};

/// A Prometheus that an operator runs: a tool declares that it is scraped, and so admits it.
///
/// Upstream: <https://prometheus-operator.dev/docs/developer/getting-started/>
#[derive(Clone)]
pub struct Prometheus {
    pods: ToolPods,
}

/// Pods that serve metrics on a port of a container.
///
/// Becomes a PodMonitor beside Prometheus.
///
/// Upstream: <https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor>
#[derive(Clone, Debug)]
pub struct PodMonitor<'a> {
    /// Name of the PodMonitor: `name!("istiod")`.
    pub name: Name,
    /// Where the pods are.
    pub pods: MonitoredPods<'a>,
    /// What is asked.
    pub endpoint: monitoring::PodMonitorPodMetricsEndpoint,
}

/// Which pods a [`PodMonitor`] is for.
#[derive(Clone, Debug)]
pub enum MonitoredPods<'a> {
    /// Every pod with the port, in every namespace.
    Everywhere,
    /// Every pod with the port in this namespace.
    In(&'a Namespace),
    /// The pods of this namespace with this label.
    Labelled(&'a Namespace, LabelKey, Name),
}

/// Pods behind Services of one namespace that serve metrics.
///
/// Becomes a ServiceMonitor beside Prometheus.
///
/// Upstream: <https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor>
#[derive(Clone, Debug)]
pub struct ServiceMonitor<'a> {
    /// Name of the ServiceMonitor: `name!("istiod")`.
    pub name: Name,
    /// Namespace of the Services: `&Namespace::KUBE_SYSTEM`.
    pub namespace: &'a Namespace,
    /// Which Services of it.
    pub services: LabelSelector,
    /// Name of their port.
    pub port: &'static str,
    /// The label of the Services that gives the label `job`: `label_key!("app.kubernetes.io/name")`.
    pub job_label: LabelKey,
}

/// A port of containers, by its name, that answers at `/metrics`.
#[must_use]
pub fn pod_metrics_endpoint(port: &str) -> monitoring::PodMonitorPodMetricsEndpoint {
    monitoring::PodMonitorPodMetricsEndpoint {
        port: Some(port.to_owned()),
        ..monitoring::PodMonitorPodMetricsEndpoint::default()
    }
}

/// A port of containers, by its number, for charts that give it no name.
#[must_use]
pub fn pod_metrics_port(port: Port) -> monitoring::PodMonitorPodMetricsEndpoint {
    monitoring::PodMonitorPodMetricsEndpoint {
        port_number: Some(port.into()),
        ..monitoring::PodMonitorPodMetricsEndpoint::default()
    }
}

impl Prometheus {
    /// The Prometheus that runs as these pods; monitors are added to their bundle.
    #[must_use]
    pub fn new(pods: &ToolPods) -> Self {
        Self { pods: pods.clone() }
    }

    /// Admits Prometheus to a port of a tool's pods. What it scrapes there is said by a monitor: the chart's own, or a
    /// [`pod_monitor`](Self::pod_monitor) or [`service_monitor`](Self::service_monitor) beside this line.
    #[track_caller]
    pub fn scrapes(&self, pods: &ToolPods, port: Port) {
        self.refuse_in_another_platform(pods.bundle(), Origin::here());
        pods.admit_scraper(&self.pods, port);
    }

    /// Has Prometheus scrape pods, whose NetworkPolicies have to admit it.
    #[track_caller]
    pub fn pod_monitor(&self, monitor: PodMonitor<'_>) -> Added<monitoring::PodMonitor> {
        let PodMonitor { name, pods, endpoint } = monitor;
        let (namespaces, labels) = match pods {
            MonitoredPods::Everywhere => {
                let everywhere = NamespaceSelector { any: Some(true), match_names: None };
                (everywhere, None)
            }
            MonitoredPods::In(namespace) => (only(namespace), None),
            MonitoredPods::Labelled(namespace, key, value) => {
                (only(namespace), Some(label(&key, &value)))
            }
        };
        let selector = LabelSelector { match_labels: labels, match_expressions: None };
        self.pods.bundle().add(monitoring::PodMonitor {
            metadata: named(name),
            spec: monitoring::PodMonitorSpec {
                namespace_selector: Some(namespaces),
                pod_metrics_endpoints: Some(vec![endpoint]),
                ..monitoring::PodMonitorSpec::required(selector)
            },
        })
    }

    /// Lets Prometheus check that what it scrapes has a certificate of this issuer for this host, whatever the address.
    ///
    /// Becomes a Certificate of this name beside Prometheus, whose Secret holds the certificate of the CA.
    #[track_caller]
    pub fn trusts(
        &self,
        name: &Name,
        issuer: &ClusterIssuer,
        host: String,
    ) -> monitoring::SafeTlsConfig {
        let authority = self.pods.bundle().ca(name.clone(), issuer);
        monitoring::SafeTlsConfig {
            ca: Some(monitoring::SecretOrConfigMap {
                secret: Some(SecretKeySelector {
                    key: CA_KEY.to_owned(),
                    name: authority.name.to_string(),
                    optional: None,
                }),
                config_map: None,
            }),
            server_name: Some(host),
            ..monitoring::SafeTlsConfig::default()
        }
    }

    /// Has Prometheus scrape the pods behind Services, whose NetworkPolicies have to admit it.
    #[track_caller]
    pub fn service_monitor(
        &self,
        monitor: ServiceMonitor<'_>,
    ) -> Added<monitoring::ServiceMonitor> {
        let ServiceMonitor { name, namespace, services, port, job_label } = monitor;
        let endpoint = monitoring::ServiceMonitorEndpoint {
            port: Some(port.to_owned()),
            ..monitoring::ServiceMonitorEndpoint::default()
        };
        self.pods.bundle().add(monitoring::ServiceMonitor {
            metadata: named(name),
            spec: monitoring::ServiceMonitorSpec {
                job_label: Some(job_label.to_string()),
                namespace_selector: Some(only(namespace)),
                ..monitoring::ServiceMonitorSpec::required(vec![endpoint], services)
            },
        })
    }

    /// It reads nothing of another platform.
    pub(crate) fn refuse_in_another_platform(&self, bundle: &Bundle, origin: Origin) {
        bundle.state().refuse_foreign("the Prometheus", self.pods.bundle().state(), origin);
    }

    pub(crate) fn pods(&self) -> Pods {
        self.pods.pods()
    }

    /// Reads what programs of the namespace declare, where they have no proxies that do.
    pub(crate) fn reads_namespace(&self, namespace: &Namespace) {
        self.pods.bundle().note(ScrapedPart(namespace.clone()));
    }
}

/// Metrics that a program without a proxy serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scraped {
    pub(crate) origin: Origin,
    /// Name of the component's PodMonitor.
    pub(crate) monitor: String,
    pub(crate) job_label: LabelKey,
    pub(crate) namespace: Namespace,
    pub(crate) pods: Labels,
    pub(crate) port: Port,
    pub(crate) path: UrlPath,
}

impl Scraped {
    /// Whether both are of one component.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.namespace == other.namespace && self.pods == other.pods
    }

    fn endpoint(&self) -> monitoring::PodMonitorPodMetricsEndpoint {
        monitoring::PodMonitorPodMetricsEndpoint {
            path: Some(self.path.to_string()),
            ..pod_metrics_port(self.port)
        }
    }
}

/// The monitors of what is scraped in a namespace.
struct ScrapedPart(Namespace);

impl Part for ScrapedPart {
    fn build(&self, output: &mut Output<'_>) {
        let scraped = output.declared.all::<Scraped>().iter().filter(|it| it.namespace == self.0);
        let mut monitors: BTreeMap<&str, Vec<&Scraped>> = BTreeMap::new();
        for endpoint in scraped {
            let endpoints = monitors.entry(&endpoint.monitor).or_default();
            if !endpoints.iter().any(|it| (it.port, &it.path) == (endpoint.port, &endpoint.path)) {
                endpoints.push(endpoint);
            }
        }
        for (name, endpoints) in monitors {
            let first = endpoints[0];
            let endpoints_of = endpoints.iter().map(|it| it.endpoint()).collect();
            output.add(
                first.origin,
                monitoring::PodMonitor {
                    metadata: named(name),
                    spec: monitoring::PodMonitorSpec {
                        job_label: Some(first.job_label.to_string()),
                        namespace_selector: Some(only(&self.0)),
                        pod_metrics_endpoints: Some(endpoints_of),
                        ..monitoring::PodMonitorSpec::required(matching(first.pods.clone()))
                    },
                },
            );
        }
    }
}

fn only(namespace: &Namespace) -> NamespaceSelector {
    NamespaceSelector { any: None, match_names: Some(vec![namespace.to_string()]) }
}
