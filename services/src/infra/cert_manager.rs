//! cert-manager: issues the certificates of the gateways, of RabbitMQ and of operators' webhooks.

use std::fmt::Debug;

use helm_values::{HelmChart, cert_manager as chart};
use k8s_openapi::api::{admissionregistration::v1 as admission, apps, core, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::{Acme, ClusterIssuer, Issuer, network_policy};
use manifests_lib::prelude::*;

use super::shared::Infra;
use crate::node_group;
use crate::site::{Aws, Laptop};

/// cert-manager's namespace.
const NAMESPACE: Namespace = Namespace::new(name!("cert-manager"));

/// Port of the webhook's pods: the chart's own.
const WEBHOOK: Port = port!(10250);

/// Service account of the pods that solve ACME challenges.
const SERVICE_ACCOUNT: Name = name!("cert-manager");

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Issuers> {
    /// Issuer of the certificates that clients outside the cluster see.
    pub issuer: K::Issuer,
}

/// The public issuer of each kind of place.
pub trait Issuers {
    /// Its issuer.
    type Issuer: Into<Issuer> + Debug;
}

/// A CA of the cluster's own, which nobody outside the cluster trusts.
#[derive(Debug)]
pub struct SelfSigned;

impl From<SelfSigned> for Issuer {
    fn from(SelfSigned: SelfSigned) -> Self {
        Self::SelfSigned
    }
}

impl Issuers for Laptop {
    type Issuer = SelfSigned;
}

impl Issuers for Aws {
    type Issuer = Acme;
}

/// The issuers of the cluster.
pub(crate) struct ClusterIssuers {
    /// For endpoints that clients outside the cluster reach.
    pub(crate) public: ClusterIssuer,
    /// For endpoints that only pods reach.
    pub(crate) cluster: ClusterIssuer,
}

pub(crate) fn bundle<K: Issuers>(infra: &Infra, settings: Settings<K>) -> ClusterIssuers {
    let Settings { issuer } = settings;
    let issuer = issuer.into();
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    let cert_manager = infra.bundle(name!("cert-manager"), &NAMESPACE);
    let webhook = cert_manager.tool_pods(&network_policy::APP_NAME, &name!("webhook"));
    webhook.admit_api_server(WEBHOOK);
    if let Issuer::Acme(acme) = &issuer {
        cert_manager.pod_identity(SERVICE_ACCOUNT, acme.rights());
    }
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
    cert_manager.ignore_injected_ca_bundles();
    ClusterIssuers {
        public: cert_manager.host_issuer(name!("public"), &issuer),
        cluster: cert_manager.service_issuer(name!("cluster")),
    }
}

/// One replica of each: certificates are renewed weeks before they expire.
fn values() -> chart::Values {
    // Four times the chart's own example.
    let small = Resources { cpu: millicores(20), memory: mebibytes(128) };
    chart::Values::with(|values| {
        values.global.node_selector = Some(node_group::SYSTEM.node_selector());
        // The default is kube-system, where cert-manager would write nothing else.
        values.global.leader_election.namespace = Some(NAMESPACE.to_string());
        values.crds.enabled = Some(true);
        values.crds.keep = Some(true);
        values.resources = Some(small.of_go().requirements());
        values.extra_env = Some(vec![small.of_go().variable()]);
        values.service_account.name = Some(SERVICE_ACCOUNT.to_string());
        values.webhook.resources = Some(small.of_go().requirements());
        values.webhook.extra_env = Some(vec![small.of_go().variable()]);
        // cainjector caches every Secret and CRD of the cluster.
        let cainjector = Resources { memory: mebibytes(256), ..small }.of_go();
        values.cainjector.resources = Some(cainjector.requirements());
        values.cainjector.extra_env = Some(vec![cainjector.variable()]);
        // A Job for `helm install --wait`; Argo CD retries what fails.
        values.startupapicheck.enabled = Some(false);
    })
}
