//! External Secrets: generates credentials, and delivers those of AWS Secrets Manager.

use helm_values::external_secrets as chart;
use k8s_openapi::api::{admissionregistration, apps, core, rbac};
use manifests_lib::data::ClusterSecretStore;
use manifests_lib::delivery::Chart;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::name;
use manifests_lib::values::{Name, mebibytes, millicores};
use manifests_lib::workload::Resources;

use super::prometheus;
use crate::app::shared;
use crate::deploy::argocd;
use crate::environment::Environment;
use crate::node_group;

/// Where External Secrets runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("external-secrets"));

/// The service account of the pods that read the store.
pub(crate) const SERVICE_ACCOUNT: Name = name!("external-secrets");

/// The store that reads AWS Secrets Manager.
pub(crate) const STORE: ClusterSecretStore = ClusterSecretStore {
    name: name!("aws-secrets-manager"),
    namespaces: &[
        shared::NAMESPACE,
        argocd::NAMESPACE,
        // Receivers of alerts.
        prometheus::NAMESPACE,
    ],
};

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let external_secrets = Bundle::new(name!("external-secrets"), &NAMESPACE, &env.name);
    external_secrets.chart(Chart {
        release: name!("external-secrets"),
        values: values(),
        kinds: vec![
            GroupKind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
            GroupKind::of::<apps::v1::Deployment>(),
            GroupKind::of::<core::v1::Secret>(),
            GroupKind::of::<core::v1::Service>(),
            GroupKind::of::<core::v1::ServiceAccount>(),
            GroupKind::of::<rbac::v1::ClusterRole>(),
            GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
            GroupKind::of::<rbac::v1::Role>(),
            GroupKind::of::<rbac::v1::RoleBinding>(),
        ],
        crd_groups: vec!["external-secrets.io", "generators.external-secrets.io"],
    });
    // The certificate controller writes the certificate that it has made for the webhook.
    external_secrets.ignore_difference(IgnoredDifference {
        kind: GroupKind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
        name: None,
        fields: vec![".webhooks[].clientConfig.caBundle"],
    });
    if let Some(region) = &env.secrets_manager {
        external_secrets.secrets_manager_store(&STORE, region);
    }
    external_secrets
}

/// One pod of each: a Secret that has been delivered stays when nobody looks after it for a minute.
fn values() -> chart::Values {
    let small = Resources { cpu: millicores(20), memory: mebibytes(128) };
    chart::Values {
        global: Some(chart::Global {
            node_selector: Some(node_group::SYSTEM.node_selector()),
            ..chart::Global::default()
        }),
        resources: Some(small.requirements()),
        service_account: Some(chart::ServiceAccount {
            name: Some(SERVICE_ACCOUNT.to_string()),
            ..chart::ServiceAccount::default()
        }),
        webhook: Some(chart::Webhook {
            resources: Some(small.requirements()),
            ..chart::Webhook::default()
        }),
        cert_controller: Some(chart::CertController {
            resources: Some(small.requirements()),
            ..chart::CertController::default()
        }),
        // The platform copies secrets into namespaces, one by one, and never back: what does more gets no rights.
        process_cluster_external_secret: Some(false),
        process_cluster_generator: Some(false),
        process_cluster_push_secret: Some(false),
        process_push_secret: Some(false),
        rbac: Some(chart::Rbac {
            // Who may edit a namespace may not read a store through it.
            aggregate_to_admin: Some(false),
            aggregate_to_edit: Some(false),
            service_account_token_create: Some(false),
            servicebindings: Some(chart::RbacServicebindings { create: Some(false) }),
            ..chart::Rbac::default()
        }),
        ..chart::Values::default()
    }
}
