//! External Secrets: generates credentials, and delivers those of AWS Secrets Manager.

use helm_values::{HelmChart, external_secrets as chart};
use k8s_openapi::api::{admissionregistration, apps, core, rbac};
use manifests_lib::data::SecretsManagerStore;
use manifests_lib::delivery::Chart;
use manifests_lib::delivery::gitops::IgnoredDifference;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::network_policy;
use manifests_lib::prelude::*;
use manifests_lib::values::Region;

use super::shared::Infra;
use crate::node_group;

/// The namespace of External Secrets.
const NAMESPACE: Namespace = Namespace::new(name!("external-secrets"));

/// Port of the webhook's pods: the chart's own.
const WEBHOOK: Port = port!(10250);

/// Service account of the pods that read the secret store.
const SERVICE_ACCOUNT: Name = name!("external-secrets");

/// `secrets_manager` is the region of AWS Secrets Manager, if the site has one.
pub(crate) fn bundle(infra: &Infra, secrets_manager: Option<&Region>) {
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    let external_secrets = infra.bundle(name!("external-secrets"), &NAMESPACE);
    let webhook =
        external_secrets.tool_pods(&network_policy::APP_NAME, &name!("external-secrets-webhook"));
    webhook.admit_api_server(WEBHOOK);
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
    // The certificate controller writes the webhook's certificate.
    external_secrets.ignore_difference(IgnoredDifference {
        kind: GroupKind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
        name: None,
        fields: vec![".webhooks[].clientConfig.caBundle"],
    });
    if let Some(region) = secrets_manager {
        let service_account = SERVICE_ACCOUNT;
        external_secrets.secrets_manager_store(SecretsManagerStore { region, service_account });
    }
}

/// One replica of each: Secrets in the cluster stay while no controller runs for a minute.
fn values() -> chart::Values {
    // Four times the chart's own example.
    let small = Resources { cpu: millicores(20), memory: mebibytes(128) }.of_go();
    chart::Values::with(|values| {
        values.global.node_selector = Some(node_group::SYSTEM.node_selector());
        values.resources = Some(small.requirements());
        values.extra_env = Some(vec![small.variable()]);
        values.service_account.name = Some(SERVICE_ACCOUNT.to_string());
        values.webhook.resources = Some(small.requirements());
        values.webhook.extra_env = Some(vec![small.variable()]);
        values.cert_controller.resources = Some(small.requirements());
        values.cert_controller.extra_env = Some(vec![small.variable()]);
        // The platform only syncs single secrets into namespaces: features beyond that are off, and so are their rights.
        values.process_cluster_external_secret = Some(false);
        values.process_cluster_generator = Some(false);
        values.process_cluster_push_secret = Some(false);
        values.process_push_secret = Some(false);
        // Whoever may edit a namespace must not read the store through it.
        values.rbac.aggregate_to_admin = Some(false);
        values.rbac.aggregate_to_edit = Some(false);
        values.rbac.service_account_token_create = Some(false);
        values.rbac.servicebindings.create = Some(false);
    })
}
