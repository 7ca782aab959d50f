//! The cluster of RabbitMQ: its pods, its certificate, and who reaches them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use custom_resources::rabbitmq::v1beta1 as rabbitmq;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{AMQPS, RabbitmqCluster, RabbitmqHandle};
use crate::model::bundle::{Bundle, Output, Part};
use crate::model::label::{Labels, label, matching};
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::network::certificate::{ClusterIssuer, certificate_of};
use crate::network::mesh::{Caller, MetricsScraper};
use crate::network::network_policy;
use crate::network::network_policy::{APP_NAME, admit, admit_to_all, pods, pods_of};
use crate::values::{Bytes, Image, Name, Port, PublicImage};
use crate::workload::{NodeGroup, Resources};

/// What a [`RabbitmqCluster`] is made with.
///
/// Becomes a RabbitmqCluster that speaks TLS only, a Certificate, a NetworkPolicy and, with several pods, a
/// PodDisruptionBudget.
#[derive(Clone, Debug)]
pub struct RabbitmqClusterSpec<'a> {
    /// How many pods; an odd number, of which a majority has to agree.
    pub replicas: u16,
    /// RabbitMQ with its management plugin, which the operators call.
    pub image: PublicImage,
    /// Nodes to run on.
    pub on: &'a NodeGroup,
    /// What each pod is given.
    pub resources: Resources,
    /// Disk of each pod, at least 4 GiB: RabbitMQ stops taking messages when less than 2 GB are free.
    pub storage: Bytes,
    /// Class of the disk.
    pub storage_class: &'a Name,
    /// Who issues its certificate; clients and the operator trust that CA.
    pub issuer: &'a ClusterIssuer,
    /// Namespaces that may have queues and users of it.
    pub clients: &'static [Namespace],
    /// The operator that makes queues and users.
    pub operator: &'a TopologyOperator,
    /// Who scrapes its metrics.
    pub scraper: MetricsScraper<'a>,
}

/// The pods of the messaging topology operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopologyOperator {
    /// Where they run.
    pub namespace: Namespace,
    /// Their label `app.kubernetes.io/name`.
    pub app_name: Name,
}

/// The management API by TLS.
const MANAGEMENT: Port = port!(15671);

/// Metrics by TLS.
const METRICS: Port = port!(15691);

/// Seconds that a pod has to hand over its queues; the operator's own default is a week, in which no node could be replaced.
const HANDING_OVER: i64 = 300;

impl Bundle {
    /// Runs a broker.
    #[track_caller]
    #[must_use = "a broker that nobody calls admits nobody"]
    pub fn rabbitmq_cluster(
        &self,
        cluster: &RabbitmqCluster,
        spec: RabbitmqClusterSpec<'_>,
    ) -> RabbitmqHandle {
        let RabbitmqClusterSpec {
            replicas,
            image,
            on,
            resources,
            storage,
            storage_class,
            issuer,
            clients,
            operator,
            scraper,
        } = spec;
        let origin = Origin::here();
        if replicas.is_multiple_of(2) {
            self.error(
                origin,
                format!(
                    "the broker {} has {replicas} pods, of which two halves could disagree: give it an odd number",
                    cluster.name
                ),
            );
        }
        if storage.as_mebibytes() < 4096 {
            self.error(
                origin,
                format!(
                    "the broker {} has a disk of {} MiB, and takes no message with less than 2 GB free: give it 4 GiB at least",
                    cluster.name,
                    storage.as_mebibytes()
                ),
            );
        }
        let callers: Rc<RefCell<BTreeSet<Caller>>> = Rc::default();
        self.push(RabbitmqPart {
            origin,
            cluster: cluster.clone(),
            replicas,
            image: image.into(),
            on: on.clone(),
            resources,
            storage,
            storage_class: storage_class.clone(),
            issuer: issuer.clone(),
            clients,
            operator: operator.clone(),
            scraper: (scraper.namespace.clone(), scraper.app_name),
            callers: Rc::clone(&callers),
        });
        RabbitmqHandle { cluster: cluster.clone(), callers, clients, issuer: issuer.clone() }
    }
}

struct RabbitmqPart {
    origin: Origin,
    cluster: RabbitmqCluster,
    replicas: u16,
    image: Image,
    on: NodeGroup,
    resources: Resources,
    storage: Bytes,
    storage_class: Name,
    issuer: ClusterIssuer,
    clients: &'static [Namespace],
    operator: TopologyOperator,
    /// Namespace and `app.kubernetes.io/name`.
    scraper: (Namespace, Name),
    callers: Rc<RefCell<BTreeSet<Caller>>>,
}

impl RabbitmqPart {
    fn metadata(&self) -> ObjectMeta {
        ObjectMeta {
            name: Some(self.cluster.name.to_string()),
            namespace: Some(self.cluster.namespace.to_string()),
            ..ObjectMeta::default()
        }
    }

    fn certificate_name(&self) -> Name {
        self.cluster.name.with_suffix("tls")
    }

    fn pod_labels(&self) -> Labels {
        label(APP_NAME, &self.cluster.name)
    }

    fn cluster(&self) -> rabbitmq::RabbitmqCluster {
        let clients: Vec<_> = self.clients.iter().map(ToString::to_string).collect();
        let certificate = self.certificate_name().to_string();
        rabbitmq::RabbitmqCluster {
            metadata: ObjectMeta {
                annotations: Some(label(
                    "rabbitmq.com/topology-allowed-namespaces",
                    clients.join(","),
                )),
                ..self.metadata()
            },
            spec: Some(rabbitmq::RabbitmqClusterSpec {
                affinity: Some(core::Affinity {
                    node_affinity: Some(core::NodeAffinity {
                        required_during_scheduling_ignored_during_execution: Some(
                            self.on.selector(),
                        ),
                        ..core::NodeAffinity::default()
                    }),
                    pod_anti_affinity: Some(apart(self.pod_labels())),
                    pod_affinity: None,
                }),
                image: Some(self.image.reference().to_owned()),
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
        let RabbitmqCluster { name, namespace } = &self.cluster;
        vec![
            format!("{name}.{namespace}.svc"),
            self.cluster.service().host(),
            format!("*.{name}-nodes.{namespace}.svc.cluster.local"),
        ]
    }

    fn network_policy(&self) -> networking::NetworkPolicy {
        let (scraper, scraper_name) = &self.scraper;
        let mut admitted = vec![
            // Its own pods, on the ports of Erlang.
            admit_to_all(pods(&self.cluster.namespace, matching(self.pod_labels()))),
            admit([pods_of(&self.operator.namespace, &self.operator.app_name)], [MANAGEMENT]),
            admit([pods_of(scraper, scraper_name)], [METRICS]),
        ];
        let callers = self.callers.borrow();
        // A rule without peers would admit everybody.
        if !callers.is_empty() {
            admitted.push(admit(callers.iter().map(Caller::peer), [AMQPS]));
        }
        networking::NetworkPolicy {
            metadata: self.metadata(),
            spec: Some(network_policy::only(matching(self.pod_labels()), admitted)),
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
    fn build(&self, output: &mut Output) {
        let mut certificate = certificate_of(&self.certificate_name(), &self.issuer, self.hosts());
        certificate.metadata.namespace = Some(self.cluster.namespace.to_string());
        output.add(self.origin, certificate);
        output.add(self.origin, self.cluster());
        output.add(self.origin, self.network_policy());
        if self.replicas > 1 {
            output.add(
                self.origin,
                policy::PodDisruptionBudget {
                    metadata: self.metadata(),
                    spec: Some(policy::PodDisruptionBudgetSpec {
                        max_unavailable: Some(IntOrString::Int(1)),
                        selector: Some(matching(self.pod_labels())),
                        ..policy::PodDisruptionBudgetSpec::default()
                    }),
                    status: None,
                },
            );
        }
    }
}
