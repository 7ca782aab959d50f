//! cert-manager: issues the certificates of the gateways, of RabbitMQ and of operators' webhooks.

use helm_values::cert_manager as chart;
use k8s_openapi::api::{admissionregistration::v1 as admission, apps, core, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::name;
use manifests_lib::network::{ClusterIssuer, Issuer};
use manifests_lib::values::{Name, mebibytes, millicores};
use manifests_lib::workload::Resources;

use crate::environment::Environment;
use crate::node_group;

/// Where cert-manager runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("cert-manager"));

/// The service account of the pods that prove to a CA that a domain is ours.
pub(crate) const SERVICE_ACCOUNT: Name = name!("cert-manager");

/// Issues certificates of what people and other systems reach.
pub(crate) const PUBLIC: ClusterIssuer = ClusterIssuer { name: name!("public") };

/// Issues certificates of what only pods of the cluster reach.
pub(crate) const CLUSTER: ClusterIssuer = ClusterIssuer { name: name!("cluster") };

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let cert_manager = Bundle::new(name!("cert-manager"), &NAMESPACE, &env.name);
    cert_manager.chart(Chart {
        release: name!("cert-manager"),
        values: values(),
        kinds: vec![
            GroupKind::of::<admission::MutatingWebhookConfiguration>(),
            GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
            GroupKind::of::<apps::v1::Deployment>(),
            GroupKind::of::<core::v1::Service>(),
            GroupKind::of::<core::v1::ServiceAccount>(),
            GroupKind::of::<rbac::v1::ClusterRole>(),
            GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
            GroupKind::of::<rbac::v1::Role>(),
            GroupKind::of::<rbac::v1::RoleBinding>(),
        ],
        crd_groups: vec!["acme.cert-manager.io", "cert-manager.io"],
    });
    injected_certificates(&cert_manager);
    cert_manager.cluster_issuer(&PUBLIC, &env.issuer);
    cert_manager.cluster_issuer(&CLUSTER, &Issuer::SelfSigned);
    cert_manager
}

/// Leaves the certificates of a bundle's webhooks to who writes them: cert-manager, or a job of the chart.
pub(crate) fn injected_certificates(bundle: &Bundle) {
    for kind in [
        GroupKind::of::<admission::MutatingWebhookConfiguration>(),
        GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
    ] {
        bundle.ignore_difference(IgnoredDifference {
            kind,
            name: None,
            fields: vec![".webhooks[].clientConfig.caBundle"],
        });
    }
}

/// One pod of each: certificates are renewed weeks before they end.
fn values() -> chart::Values {
    let small = Resources { cpu: millicores(20), memory: mebibytes(128) };
    chart::Values {
        global: Some(chart::Global {
            node_selector: Some(node_group::SYSTEM.node_selector()),
            leader_election: Some(chart::GlobalLeaderElection {
                // The default is kube-system, where nothing else of it would write.
                namespace: Some(NAMESPACE.to_string()),
                ..chart::GlobalLeaderElection::default()
            }),
            ..chart::Global::default()
        }),
        crds: Some(chart::Crds { enabled: Some(true), keep: Some(true) }),
        resources: Some(small.requirements()),
        service_account: Some(chart::ServiceAccount {
            name: Some(SERVICE_ACCOUNT.to_string()),
            ..chart::ServiceAccount::default()
        }),
        webhook: Some(chart::Webhook {
            resources: Some(small.requirements()),
            ..chart::Webhook::default()
        }),
        cainjector: Some(chart::Cainjector {
            // It holds every Secret and CRD of the cluster in memory.
            resources: Some(Resources { memory: mebibytes(256), ..small }.requirements()),
            ..chart::Cainjector::default()
        }),
        startupapicheck: Some(chart::Startupapicheck {
            // A Job for `helm install --wait`; Argo CD repeats what fails.
            enabled: Some(false),
            ..chart::Startupapicheck::default()
        }),
        ..chart::Values::default()
    }
}
