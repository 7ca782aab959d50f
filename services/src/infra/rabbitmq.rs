//! RabbitMQ: the operators, and the broker that carries the orchestrator's sagas.

use k8s_openapi::api::{admissionregistration::v1 as admission, apps, core, rbac};
use manifests_lib::data::rabbitmq::{
    RabbitmqCluster, RabbitmqClusterSpec, RabbitmqHandle, TopologyOperator,
};
use manifests_lib::delivery::{Kustomization, KustomizeImage};
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::network::mesh::MetricsScraper;
use manifests_lib::values::{Bytes, PublicImage, Version, millicores};
use manifests_lib::workload::Resources;
use manifests_lib::{git_url, name, relative_path, repository, tag};

use super::{cert_manager, prometheus};
use crate::app::shared;
use crate::environment::Environment;
use crate::node_group;

/// Where the operators run.
pub(crate) const OPERATORS: Namespace = Namespace::new(name!("rabbitmq-system"));

/// Where the broker runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("rabbitmq"));

/// The broker.
const BROKER: RabbitmqCluster = RabbitmqCluster { name: name!("rabbitmq"), namespace: NAMESPACE };

/// Applications that have queues.
const CLIENTS: &[Namespace] = &[shared::NAMESPACE];

/// The operator that makes queues and users.
const TOPOLOGY_OPERATOR: TopologyOperator =
    TopologyOperator { namespace: OPERATORS, app_name: name!("messaging-topology-operator") };

/// How large the broker is.
#[derive(Clone, Debug)]
pub struct BrokerSize {
    /// How many pods; an odd number.
    pub replicas: u16,
    /// Disk of each pod.
    pub storage: Bytes,
    /// Memory of each pod, of which RabbitMQ uses 60 % before it slows senders down.
    pub memory: Bytes,
}

/// The operators of the cluster and of queues and users.
pub(crate) fn operators(env: &Environment) -> Bundle {
    let operators = Bundle::new(name!("rabbitmq-operators"), &OPERATORS, &env.name);
    operators.kustomization(Kustomization {
        repository: git_url!("https://github.com/rabbitmq/cluster-operator.git"),
        release: tag!("v2.22.3"),
        path: relative_path!("config/installation"),
        images: vec![KustomizeImage {
            name: repository!("ghcr.io/rabbitmq/cluster-operator"),
            image: PublicImage {
                repository: repository!("ghcr.io/rabbitmq/cluster-operator"),
                version: Version::Tag(tag!("2.22.3")),
            },
        }],
        exclude: vec![(GroupKind::of::<core::v1::Namespace>(), name!("rabbitmq-system"))],
        pod_patch: Some(on_system()),
        kinds: kinds(),
        crd_groups: vec!["rabbitmq.com"],
    });
    operators.kustomization(Kustomization {
        repository: git_url!("https://github.com/rabbitmq/messaging-topology-operator.git"),
        release: tag!("v1.20.1"),
        path: relative_path!("config/default"),
        images: vec![KustomizeImage {
            name: repository!("rabbitmqoperator/messaging-topology-operator"),
            image: PublicImage {
                repository: repository!("ghcr.io/rabbitmq/messaging-topology-operator"),
                version: Version::Tag(tag!("1.20.1")),
            },
        }],
        // Patches come before the kustomization's own `namespace`, which would rename it.
        exclude: vec![(GroupKind::of::<core::v1::Namespace>(), name!("system"))],
        pod_patch: Some(trusting_the_broker(&operators)),
        kinds: kinds(),
        crd_groups: vec!["rabbitmq.com"],
    });
    cert_manager::injected_certificates(&operators);
    operators
}

/// Both make the same kinds.
fn kinds() -> Vec<GroupKind> {
    vec![
        GroupKind::of::<admission::MutatingWebhookConfiguration>(),
        GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        GroupKind::of::<apps::v1::Deployment>(),
        GroupKind::of::<custom_resources::cert_manager::v1::Certificate>(),
        GroupKind::of::<custom_resources::cert_manager::v1::Issuer>(),
        GroupKind::of::<core::v1::Service>(),
        GroupKind::of::<core::v1::ServiceAccount>(),
        GroupKind::of::<rbac::v1::ClusterRole>(),
        GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
        GroupKind::of::<rbac::v1::Role>(),
        GroupKind::of::<rbac::v1::RoleBinding>(),
    ]
}

fn on_system() -> core::v1::PodSpec {
    core::v1::PodSpec {
        node_selector: Some(node_group::SYSTEM.node_selector()),
        ..core::v1::PodSpec::default()
    }
}

/// Where the topology operator finds the CA that it believes.
const CA_FOLDER: &str = "/etc/cluster-authority";

/// The topology operator calls the broker's management API by TLS, and has to believe its CA.
///
/// Upstream: <https://www.rabbitmq.com/kubernetes/operator/tls-topology-operator>
fn trusting_the_broker(operators: &Bundle) -> core::v1::PodSpec {
    let volume = name!("cluster-authority");
    let ca = operators.ca(volume.clone(), &cert_manager::CLUSTER);
    core::v1::PodSpec {
        containers: vec![core::v1::Container {
            name: "manager".to_owned(),
            volume_mounts: Some(vec![core::v1::VolumeMount {
                name: volume.to_string(),
                mount_path: CA_FOLDER.to_owned(),
                read_only: Some(true),
                ..core::v1::VolumeMount::default()
            }]),
            env: Some(vec![core::v1::EnvVar {
                name: "SSL_CERT_DIR".to_owned(),
                value: Some(CA_FOLDER.to_owned()),
                value_from: None,
            }]),
            ..core::v1::Container::default()
        }],
        volumes: Some(vec![ca.ca_volume(&volume)]),
        ..on_system()
    }
}

pub(crate) fn bundle(env: &Environment) -> (Bundle, RabbitmqHandle) {
    let rabbitmq = Bundle::new(name!("rabbitmq"), &NAMESPACE, &env.name);
    let BrokerSize { replicas, storage, memory } = &env.broker;
    let broker = rabbitmq.rabbitmq_cluster(
        &BROKER,
        RabbitmqClusterSpec {
            replicas: *replicas,
            image: PublicImage {
                repository: repository!("rabbitmq"),
                version: Version::Tag(tag!("4.2.6-management")),
            },
            on: &node_group::APP,
            resources: Resources { cpu: millicores(200), memory: *memory },
            storage: *storage,
            storage_class: &env.storage_class,
            issuer: &cert_manager::CLUSTER,
            clients: CLIENTS,
            operator: &TOPOLOGY_OPERATOR,
            scraper: MetricsScraper {
                namespace: &prometheus::NAMESPACE,
                app_name: prometheus::APP_NAME,
            },
        },
    );
    (rabbitmq, broker)
}
