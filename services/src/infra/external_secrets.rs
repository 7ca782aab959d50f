//! External Secrets: generates credentials, and delivers those of AWS Secrets Manager.

use helm_values::{HelmChart, external_secrets as chart};
use k8s_openapi::api::{admissionregistration, apps, core, rbac};
use manifests_lib::{
    Bundle, Chart, ClusterSecretStore, IgnoredDifference, Kind, Name, Namespace, Resources,
    mebibytes, millicores, name,
};

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
    readers: &[
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
            Kind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
            Kind::of::<apps::v1::Deployment>(),
            Kind::of::<core::v1::Secret>(),
            Kind::of::<core::v1::Service>(),
            Kind::of::<core::v1::ServiceAccount>(),
            Kind::of::<rbac::v1::ClusterRole>(),
            Kind::of::<rbac::v1::ClusterRoleBinding>(),
            Kind::of::<rbac::v1::Role>(),
            Kind::of::<rbac::v1::RoleBinding>(),
        ],
        installs: vec!["external-secrets.io", "generators.external-secrets.io"],
    });
    // The certificate controller writes the certificate that it has made for the webhook.
    external_secrets.ignore_difference(IgnoredDifference {
        kind: Kind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
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
    chart::Values::with(|values| {
        values.global.node_selector = Some(node_group::SYSTEM.node_selector());
        values.resources = Some(small.requirements());
        values.service_account.name = Some(SERVICE_ACCOUNT.to_string());
        values.webhook.resources = Some(small.requirements());
        values.cert_controller.resources = Some(small.requirements());
        // The platform copies secrets into namespaces, one by one, and never back: what does more gets no rights.
        values.process_cluster_external_secret = Some(false);
        values.process_cluster_generator = Some(false);
        values.process_cluster_push_secret = Some(false);
        values.process_push_secret = Some(false);
        // Who may edit a namespace may not read a store through it.
        values.rbac.aggregate_to_admin = Some(false);
        values.rbac.aggregate_to_edit = Some(false);
        values.rbac.service_account_token_create = Some(false);
        values.rbac.servicebindings.create = Some(false);
    })
}
