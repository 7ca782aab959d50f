//! RabbitMQ: the operators, and the broker that carries the orchestrator's sagas.

use k8s_openapi::api::{admissionregistration::v1 as admission, apps, core, rbac};
use manifests_lib::data::rabbitmq::RabbitmqClusterSpec;
use manifests_lib::delivery::{Kustomization, KustomizeImage};
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::{ClusterIssuer, network_policy};
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;
use manifests_lib::{git_commit, git_url, relative_path};

use super::shared::Infra;
use crate::node_group;
use crate::site::Site;

/// The broker's.
const IMAGE: PublicImage = public_image!(
    "rabbitmq:4.2.9-management@sha256:a2751b3b5eed89e47ebbd5e776de0d6d85d924002773933ab881da49c073b85d"
);

/// Namespace of the operators.
const OPERATORS: Namespace = Namespace::new(name!("rabbitmq-system"));

/// Namespace of the broker.
const NAMESPACE: Namespace = Namespace::new(name!("rabbitmq"));

/// Port of the webhooks of both operators.
const WEBHOOK: Port = port!(9443);

/// What differs between environments: the size of the broker.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Number of pods; must be odd.
    pub replicas: u16,
    /// Volume size of each pod: `gibibytes(5)`.
    pub storage: Bytes,
    /// Memory of each pod; above 60 % RabbitMQ blocks publishers. `mebibytes(512)`.
    pub memory: Bytes,
}

/// The broker; `issuer` signs its certificate.
pub(crate) fn bundle(
    infra: &Infra,
    site: &Site,
    settings: Settings,
    issuer: &ClusterIssuer,
    prometheus: &Prometheus,
) -> Rabbitmq {
    let Settings { replicas, storage, memory } = settings;
    let operators = operators(infra, issuer);
    let topology_operator =
        operators.tool_pods(&network_policy::APP_NAME, &name!("messaging-topology-operator"));
    let cluster_operator =
        operators.tool_pods(&network_policy::APP_NAME, &name!("rabbitmq-cluster-operator"));
    for operator in [&topology_operator, &cluster_operator] {
        operator.admit_api_server(WEBHOOK);
    }
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    let rabbitmq = infra.bundle(name!("rabbitmq"), &NAMESPACE);
    rabbitmq.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbitmq"),
        replicas,
        image: IMAGE,
        nodes: &node_group::APP,
        resources: Resources { cpu: millicores(200), memory },
        storage,
        storage_class: &site.storage_class,
        issuer,
        topology_operator: &topology_operator,
        prometheus,
    })
}

/// The operators of the cluster and of queues and users.
fn operators(infra: &Infra, issuer: &ClusterIssuer) -> Bundle {
    infra.namespace(&OPERATORS, PodSecurity::Restricted);
    let operators = infra.bundle(name!("rabbitmq-operators"), &OPERATORS);
    operators.kustomization(Kustomization {
        repository: git_url!("https://github.com/rabbitmq/cluster-operator.git"),
        release: tag!("v2.22.3"),
        commit: git_commit!("03e0b49c077a9c8d926fb4c8cbe2dd0bbdffd539"),
        path: relative_path!("config/installation"),
        images: vec![KustomizeImage {
            name: repository!("ghcr.io/rabbitmq/cluster-operator"),
            from: repository!("ghcr.io/rabbitmq/cluster-operator"),
            release: tag!("2.22.3"),
        }],
        exclude: vec![(GroupKind::of::<core::v1::Namespace>(), name!("rabbitmq-system"))],
        pod_patch: Some(on_system_nodes()),
        kinds: kinds(),
        crd_groups: vec!["rabbitmq.com"],
    });
    operators.kustomization(Kustomization {
        repository: git_url!("https://github.com/rabbitmq/messaging-topology-operator.git"),
        release: tag!("v1.20.1"),
        commit: git_commit!("bf34d8456e5c44e861d40e265085fe2e9b8d1976"),
        path: relative_path!("config/default"),
        images: vec![KustomizeImage {
            name: repository!("rabbitmqoperator/messaging-topology-operator"),
            from: repository!("ghcr.io/rabbitmq/messaging-topology-operator"),
            release: tag!("1.20.1"),
        }],
        // `system`: patches are applied before the kustomization's own `namespace` renames it.
        exclude: vec![(GroupKind::of::<core::v1::Namespace>(), name!("system"))],
        pod_patch: Some(trusting_broker_ca(&operators, issuer)),
        kinds: kinds(),
        crd_groups: vec!["rabbitmq.com"],
    });
    operators.ignore_injected_ca_bundles();
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

fn on_system_nodes() -> core::v1::PodSpec {
    core::v1::PodSpec {
        node_selector: Some(node_group::SYSTEM.node_selector()),
        ..core::v1::PodSpec::default()
    }
}

/// Folder of the CA that the topology operator trusts.
const CA_FOLDER: &str = "/etc/cluster-authority";

/// The topology operator calls the broker's management API over TLS, and must trust its CA.
///
/// Upstream: <https://www.rabbitmq.com/kubernetes/operator/tls-topology-operator>
fn trusting_broker_ca(operators: &Bundle, issuer: &ClusterIssuer) -> core::v1::PodSpec {
    let volume = name!("cluster-authority");
    let ca = operators.ca(volume.clone(), issuer);
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
        volumes: Some(vec![ca.ca_volume(operators, &volume)]),
        ..on_system_nodes()
    }
}
