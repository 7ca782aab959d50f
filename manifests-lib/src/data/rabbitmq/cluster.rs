//! The cluster of RabbitMQ: its pods, its certificate, and who reaches them.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::coreos::monitoring::v1 as monitoring;
use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{AMQPS, Rabbitmq, RabbitmqState};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::label::{Labels, label, matching};
use crate::model::metadata::named;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::certificate::certificate_of;
use crate::network::issuer::ClusterIssuer;
use crate::network::mesh::Caller;
use crate::network::network_policy::{self, APP_NAME, admit, admit_to_all, pods};
use crate::network::tool::{Pods, ToolPods};
use crate::observability::prometheus::{
    MonitoredPods, PodMonitor, Prometheus, pod_metrics_endpoint,
};
use crate::values::{Bytes, Image, Name, Port, PublicImage};
use crate::workload::disruption_budget::{Unready, disruption_budget};
use crate::workload::{NodeGroup, Resources};

/// What a cluster of RabbitMQ is made with, in the bundle's namespace.
///
/// Becomes a RabbitmqCluster that speaks TLS only, a Certificate, a NetworkPolicy and, with several pods, a
/// PodDisruptionBudget; beside Prometheus a PodMonitor, and the certificate of the CA by which it checks whom it scrapes.
///
/// Pods of the cluster talk to each other in plain text: the NetworkPolicy keeps others from their ports.
#[derive(Clone)]
pub struct RabbitmqClusterSpec<'a> {
    /// Name of the RabbitmqCluster and of the Service that the operator makes: `name!("rabbitmq")`.
    pub name: Name,
    /// How many pods; an odd number, of which a majority has to agree.
    pub replicas: u16,
    /// RabbitMQ with its management plugin, which the operators call: `public_image!("rabbitmq:4.2-management@sha256:…")`.
    pub image: PublicImage,
    /// Nodes to run on: `&NodeGroup { label, value }`.
    pub nodes: &'a NodeGroup,
    /// CPU and memory of each pod: `Resources { cpu: millicores(100), memory: mebibytes(128) }`.
    pub resources: Resources,
    /// Disk of each pod, at least 4 GiB: RabbitMQ stops taking messages when less than 2 GB are free. `gibibytes(20)`.
    pub storage: Bytes,
    /// Class of the disk: `&Eks::GP3`.
    pub storage_class: &'a Name,
    /// Issuer of its certificate; clients and the operator trust that CA.
    pub issuer: &'a ClusterIssuer,
    /// The pods of the messaging topology operator, which makes queues and users.
    pub topology_operator: &'a ToolPods,
    /// The Prometheus that scrapes it.
    pub prometheus: &'a Prometheus,
}

/// The management API by TLS.
const MANAGEMENT: Port = port!(15671);

/// Metrics by TLS.
const METRICS: Port = port!(15691);

/// Seconds that a pod has to hand over its queues; the operator's own default is a week, in which no node could be replaced.
const HANDING_OVER: i64 = 300;

impl Bundle {
    /// Runs a cluster of RabbitMQ.
    ///
    /// The build reports an even number of pods and a disk on which it takes no message.
    #[track_caller]
    #[must_use = "a broker that nobody calls admits nobody"]
    pub fn rabbitmq_cluster(&self, spec: RabbitmqClusterSpec<'_>) -> Rabbitmq {
        let RabbitmqClusterSpec {
            name,
            replicas,
            image,
            nodes,
            resources,
            storage,
            storage_class,
            issuer,
            topology_operator,
            prometheus,
        } = spec;
        let origin = Origin::here();
        issuer.refuse_in_another_platform(self, origin);
        prometheus.refuse_in_another_platform(self, origin);
        if replicas.is_multiple_of(2) {
            self.error(
                Rule::EvenReplicas,
                origin,
                format!(
                    "the broker {name} has {replicas} pods, of which two halves could disagree: give it an odd number"
                ),
            );
        }
        if storage.as_mebibytes() < 4096 {
            self.error(
                Rule::DiskTooSmall,
                origin,
                format!(
                    "the broker {name} has a disk of {} MiB, and takes no message with less than 2 GB free: give it 4 GiB at least",
                    storage.as_mebibytes()
                ),
            );
        }
        let host = format!("{name}.{}.svc", self.namespace());
        prometheus.pod_monitor(PodMonitor {
            name: name.clone(),
            pods: MonitoredPods::Labelled(self.namespace(), APP_NAME, name.clone()),
            endpoint: monitoring::PodMonitorPodMetricsEndpoint {
                scheme: Some(monitoring::Scheme::Https),
                // It scrapes the addresses of pods, which no certificate is for.
                tls_config: Some(prometheus.trusts(&name.with_suffix("authority"), issuer, host)),
                ..pod_metrics_endpoint("prometheus-tls")
            },
        });
        let state = Rc::new(RabbitmqState {
            name,
            namespace: self.namespace().clone(),
            conventions: self.place().conventions.clone(),
            issuer: issuer.clone(),
            callers: RefCell::default(),
            clients: RefCell::default(),
        });
        let made = self.push(RabbitmqPart {
            origin,
            state: Rc::clone(&state),
            replicas,
            image: image.into(),
            nodes: nodes.clone(),
            resources,
            storage,
            storage_class: storage_class.clone(),
            topology_operator: topology_operator.pods(),
            prometheus: prometheus.pods(),
        });
        Rabbitmq { state, made }
    }
}

struct RabbitmqPart {
    origin: Origin,
    state: Rc<RabbitmqState>,
    replicas: u16,
    image: Image,
    nodes: NodeGroup,
    resources: Resources,
    storage: Bytes,
    storage_class: Name,
    topology_operator: Pods,
    prometheus: Pods,
}

impl RabbitmqPart {
    fn metadata(&self) -> ObjectMeta {
        named(&self.state.name)
    }

    fn certificate_name(&self) -> Name {
        self.state.name.with_suffix("tls")
    }

    fn cluster(&self) -> rabbitmq::RabbitmqCluster {
        let certificate = self.certificate_name().to_string();
        rabbitmq::RabbitmqCluster {
            metadata: ObjectMeta {
                annotations: Some(label(
                    "rabbitmq.com/topology-allowed-namespaces",
                    self.state.clients().join(","),
                )),
                ..self.metadata()
            },
            spec: Some(rabbitmq::RabbitmqClusterSpec {
                affinity: Some(core::Affinity {
                    node_affinity: Some(core::NodeAffinity {
                        required_during_scheduling_ignored_during_execution: Some(
                            self.nodes.selector(),
                        ),
                        ..core::NodeAffinity::default()
                    }),
                    pod_anti_affinity: Some(apart(self.state.pod_labels())),
                    pod_affinity: None,
                }),
                image: Some(self.image.reference()),
                persistence: Some(rabbitmq::RabbitmqClusterPersistence {
                    storage: Some(self.storage.into()),
                    storage_class_name: Some(self.storage_class.to_string()),
                    ..rabbitmq::RabbitmqClusterPersistence::default()
                }),
                replicas: Some(self.replicas.into()),
                resources: Some(self.resources.requirements()),
                termination_grace_period_seconds: Some(HANDING_OVER),
                service: Some(rabbitmq::RabbitmqClusterService {
                    type_: Some(rabbitmq::ServiceType::ClusterIp),
                    ..rabbitmq::RabbitmqClusterService::default()
                }),
                tls: Some(rabbitmq::RabbitmqClusterTls {
                    disable_non_tls_listeners: Some(true),
                    secret_name: Some(certificate),
                    ca_secret_name: None,
                }),
                ..rabbitmq::RabbitmqClusterSpec::default()
            }),
        }
    }

    /// The names by which clients, the operator and the pods among themselves call.
    fn hosts(&self) -> Vec<String> {
        let RabbitmqState { name, namespace, .. } = &*self.state;
        vec![
            format!("{name}.{namespace}.svc"),
            self.state.service().host(),
            self.state.conventions.host(format!("*.{name}-nodes"), namespace),
        ]
    }

    fn network_policy(&self) -> networking::NetworkPolicy {
        let mut admitted = vec![
            // Its own pods, on the ports of Erlang.
            admit_to_all(pods(&self.state.namespace, matching(self.state.pod_labels()))),
            admit([self.topology_operator.peer()], [MANAGEMENT]),
            admit([self.prometheus.peer()], [METRICS]),
        ];
        let callers = self.state.callers.borrow();
        // A rule without peers would admit everybody.
        if !callers.is_empty() {
            admitted.push(admit(callers.iter().map(Caller::peer), [AMQPS]));
        }
        networking::NetworkPolicy {
            metadata: self.metadata(),
            spec: Some(network_policy::only(matching(self.state.pod_labels()), admitted)),
        }
    }
}

/// On different nodes as far as there are several: a majority survives the loss of one.
fn apart(pod_labels: Labels) -> core::PodAntiAffinity {
    core::PodAntiAffinity {
        preferred_during_scheduling_ignored_during_execution: Some(vec![
            core::WeightedPodAffinityTerm {
                pod_affinity_term: core::PodAffinityTerm {
                    label_selector: Some(matching(pod_labels)),
                    topology_key: "kubernetes.io/hostname".to_owned(),
                    ..core::PodAffinityTerm::default()
                },
                weight: 100,
            },
        ]),
        ..core::PodAntiAffinity::default()
    }
}

impl Part for RabbitmqPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.state.issuer.asked_in(&self.state.namespace));
    }

    fn build(&self, output: &mut Output<'_>) {
        let certificate =
            certificate_of(&self.certificate_name(), &self.state.issuer, self.hosts());
        output.add(self.origin, certificate);
        output.facts.push(self.image.clone());
        output.add(self.origin, self.cluster());
        output.add(self.origin, self.network_policy());
        if self.replicas > 1 {
            let pods = matching(self.state.pod_labels());
            output.add(self.origin, disruption_budget(self.metadata(), pods, Unready::Counted));
        }
    }
}
