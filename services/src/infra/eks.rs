//! EKS: load balancers and storage.

use std::collections::BTreeMap;

use helm_values::{HelmChart, aws_load_balancer_controller as chart};
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::api::{admissionregistration, apps, core, policy, rbac};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::cluster::{Eks, IamPolicy, WellKnownPolicy};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace, named};
use manifests_lib::prelude::*;

use super::shared::Infra;
use crate::node_group;
use crate::site::Site;

/// Name of the load balancer controller's Helm release and of its service account.
const LOAD_BALANCER_CONTROLLER: Name = name!("aws-load-balancer-controller");

/// What only EKS needs. The bundle contains the load balancer controller: deploy Services with load balancers after it.
pub(crate) fn bundle(infra: &Infra, site: &Site, cluster: &Eks) -> Bundle {
    let eks = infra.bundle(name!("eks"), &Namespace::KUBE_SYSTEM);
    let policy = WellKnownPolicy::AwsLoadBalancerController;
    eks.pod_identity(LOAD_BALANCER_CONTROLLER, IamPolicy::WellKnown(policy));
    eks.chart(Chart {
        release: LOAD_BALANCER_CONTROLLER,
        values: values(site, cluster),
        kinds: vec![
            GroupKind::of::<admissionregistration::v1::MutatingWebhookConfiguration>(),
            GroupKind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
            GroupKind::of::<apps::v1::Deployment>(),
            GroupKind::of::<core::v1::Service>(),
            GroupKind::of::<core::v1::ServiceAccount>(),
            GroupKind::of::<policy::v1::PodDisruptionBudget>(),
            GroupKind::of::<rbac::v1::ClusterRole>(),
            GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
            GroupKind::of::<rbac::v1::Role>(),
            GroupKind::of::<rbac::v1::RoleBinding>(),
            GroupKind::namespaced("cert-manager.io", "Certificate"),
            GroupKind::namespaced("cert-manager.io", "Issuer"),
        ],
        crd_groups: vec!["aga.k8s.aws", "elbv2.k8s.aws", "gateway.k8s.aws"],
    });
    eks.ignore_injected_ca_bundles();
    eks.add(gp3());
    eks
}

/// Storage class of the EBS CSI driver, which is an add-on of the cluster.
fn gp3() -> StorageClass {
    StorageClass {
        metadata: ObjectMeta {
            annotations: Some(BTreeMap::from([(
                "storageclass.kubernetes.io/is-default-class".to_owned(),
                "true".to_owned(),
            )])),
            ..named(Eks::GP3)
        },
        provisioner: Eks::EBS_DRIVER.to_owned(),
        parameters: Some(BTreeMap::from([
            ("encrypted".to_owned(), "true".to_owned()),
            ("type".to_owned(), "gp3".to_owned()),
        ])),
        volume_binding_mode: Some(Eks::GP3_BINDING.as_str().to_owned()),
        allow_volume_expansion: Some(true),
        reclaim_policy: Some("Delete".to_owned()),
        allowed_topologies: None,
        mount_options: None,
    }
}

/// The controller only creates network load balancers, for Services that name its class.
fn values(site: &Site, cluster: &Eks) -> chart::Values {
    // Twice the chart's own example.
    let resources = Resources { cpu: millicores(50), memory: mebibytes(256) }.of_go();
    chart::Values::with(|values| {
        values.cluster_name = Some(cluster.name.to_string());
        values.region = Some(cluster.region.to_string());
        // Found by tag: pods cannot read the instance metadata, and the VPC's id is only known once eksctl has created it.
        values.vpc_tags = Some(BTreeMap::from([cluster.vpc_tag()]));
        values.replica_count = Some(2);
        values.pod_disruption_budget = Some(serde_json::json!({ "maxUnavailable": 1 }));
        values.node_selector = Some(node_group::SYSTEM.node_selector());
        values.resources = Some(resources.requirements());
        values.env = Some(BTreeMap::from([resources.entry()]));
        values.additional_labels =
            Some(BTreeMap::from([("env".to_owned(), site.name.to_string())]));
        values.service_account.name = Some(LOAD_BALANCER_CONTROLLER.to_string());
        // Otherwise each rendering generates a new certificate, which Argo CD would deploy again and again.
        values.enable_cert_manager = Some(true);
        // The webhook rejects every new Service of the cluster while the controller is down. Services name their class.
        values.enable_service_mutator_webhook = Some(false);
        // Requests enter through NGINX's Gateways: there are no Ingresses, and this controller serves no Gateways.
        values.create_ingress_class_resource = Some(false);
        values.controller_config.feature_gates =
            Some(["ALBGatewayAPI", "NLBGatewayAPI"].map(|gate| (gate.to_owned(), false)).into());
        // None of these AWS services is used: the controller must not call them.
        values.enable_shield = Some(false);
        values.enable_waf = Some(false);
        values.enable_wafv2 = Some(false);
    })
}
