//! cert-manager: issues the certificates of the gateways, of RabbitMQ and of operators' webhooks.

use helm_values::{HelmChart, cert_manager as chart};
use k8s_openapi::api::{admissionregistration::v1 as admission, apps, core, rbac};
use manifests_lib::{
    Bundle, Chart, ClusterIssuer, IgnoredDifference, Issuer, Kind, Name, Namespace, Resources,
    mebibytes, millicores, name,
};

use crate::environment::Environment;
use crate::node_group;

/// Where cert-manager runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("cert-manager"));

/// The service account of the pods that prove to an authority that a domain is ours.
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
            Kind::of::<admission::MutatingWebhookConfiguration>(),
            Kind::of::<admission::ValidatingWebhookConfiguration>(),
            Kind::of::<apps::v1::Deployment>(),
            Kind::of::<core::v1::Service>(),
            Kind::of::<core::v1::ServiceAccount>(),
            Kind::of::<rbac::v1::ClusterRole>(),
            Kind::of::<rbac::v1::ClusterRoleBinding>(),
            Kind::of::<rbac::v1::Role>(),
            Kind::of::<rbac::v1::RoleBinding>(),
        ],
        installs: vec!["acme.cert-manager.io", "cert-manager.io"],
    });
    injected_certificates(&cert_manager);
    cert_manager.cluster_issuer(&PUBLIC, &env.issuer);
    cert_manager.cluster_issuer(&CLUSTER, &Issuer::SelfSigned);
    cert_manager
}

/// Leaves the certificates of a bundle's webhooks to who writes them: cert-manager, or a job of the chart.
pub(crate) fn injected_certificates(bundle: &Bundle) {
    for kind in [
        Kind::of::<admission::MutatingWebhookConfiguration>(),
        Kind::of::<admission::ValidatingWebhookConfiguration>(),
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
    chart::Values::with(|values| {
        values.global.node_selector = Some(node_group::SYSTEM.node_selector());
        // The default is kube-system, where nothing else of it would write.
        values.global.leader_election.namespace = Some(NAMESPACE.to_string());
        values.crds.enabled = Some(true);
        values.crds.keep = Some(true);
        values.resources = Some(small.requirements());
        values.service_account.name = Some(SERVICE_ACCOUNT.to_string());
        values.webhook.resources = Some(small.requirements());
        // It holds every Secret and CRD of the cluster in memory.
        let cainjector = Resources { memory: mebibytes(256), ..small };
        values.cainjector.resources = Some(cainjector.requirements());
        // A Job for `helm install --wait`; Argo CD repeats what fails.
        values.startupapicheck.enabled = Some(false);
    })
}
