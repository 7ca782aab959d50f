//! EKS: load balancers, storage, and what pods may do in AWS.

use std::collections::{BTreeMap, BTreeSet};

use custom_resources::external_secrets::v1::ExternalSecret;
use helm_values::{HelmChart, aws_load_balancer_controller as chart};
use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::api::{admissionregistration, apps, core, policy, rbac};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::{
    AccountId, BuiltPlatform, Bundle, Chart, ClusterConfig, Eks, Issuer, Kind, Name, PodIdentity,
    Rights, Statement, WellKnownRights, mebibytes, millicores, name,
};

use super::fluentbit::{CloudwatchLogs, LogSink};
use super::{cert_manager, external_secrets, fluentbit};
use crate::deploy::argocd::KUBE_SYSTEM;
use crate::environment::{Environment, Infrastructure};
use crate::node_group;

/// Name of the load balancer controller's Helm release and, because the chart takes it over, of its service account.
const LOAD_BALANCER_CONTROLLER: Name = name!("aws-load-balancer-controller");

/// What only a cluster of EKS needs; nothing where the environment's cluster is another.
pub(crate) fn bundle(env: &Environment) -> Option<Bundle> {
    let Infrastructure::Aws(aws) = &env.infrastructure else {
        return None;
    };
    let eks = Bundle::new(name!("eks"), &KUBE_SYSTEM, &env.name);
    eks.chart(Chart {
        release: LOAD_BALANCER_CONTROLLER,
        values: values(env, &aws.cluster),
        kinds: vec![
            Kind::of::<admissionregistration::v1::MutatingWebhookConfiguration>(),
            Kind::of::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
            Kind::of::<apps::v1::Deployment>(),
            Kind::of::<core::v1::Service>(),
            Kind::of::<core::v1::ServiceAccount>(),
            Kind::of::<policy::v1::PodDisruptionBudget>(),
            Kind::of::<rbac::v1::ClusterRole>(),
            Kind::of::<rbac::v1::ClusterRoleBinding>(),
            Kind::of::<rbac::v1::Role>(),
            Kind::of::<rbac::v1::RoleBinding>(),
            Kind::namespaced("cert-manager.io", "Certificate"),
            Kind::namespaced("cert-manager.io", "Issuer"),
        ],
        installs: vec!["aga.k8s.aws", "elbv2.k8s.aws", "gateway.k8s.aws"],
    });
    cert_manager::injected_certificates(&eks);
    eks.add(gp3());
    Some(eks)
}

/// Volumes of the EBS driver, which is an add-on of the cluster.
fn gp3() -> StorageClass {
    StorageClass {
        metadata: ObjectMeta {
            name: Some(Eks::GP3.to_string()),
            annotations: Some(BTreeMap::from([(
                "storageclass.kubernetes.io/is-default-class".to_owned(),
                "true".to_owned(),
            )])),
            ..ObjectMeta::default()
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

/// The controller makes a network load balancer for a Service that asks for one; nothing else.
fn values(env: &Environment, cluster: &Eks) -> chart::Values {
    chart::Values::with(|values| {
        values.cluster_name = Some(cluster.name.to_string());
        values.region = Some(cluster.region.to_string());
        // Pods cannot ask the node's metadata for it, and its number is only known once eksctl has made it.
        values.vpc_tags = Some(BTreeMap::from([cluster.vpc_tag()]));
        values.replica_count = Some(2);
        values.pod_disruption_budget = Some(serde_json::json!({ "maxUnavailable": 1 }));
        values.node_selector = Some(node_group::SYSTEM.node_selector());
        values.resources = Some(resources());
        values.additional_labels = Some(BTreeMap::from([("env".to_owned(), env.name.to_string())]));
        values.service_account.name = Some(LOAD_BALANCER_CONTROLLER.to_string());
        // Otherwise each rendering makes another certificate, which Argo CD would deploy again and again.
        values.enable_cert_manager = Some(true);
        // Its webhook refuses every new Service of the cluster while the controller is down. A Service names its class.
        values.enable_service_mutator_webhook = Some(false);
        // Requests enter by the Gateway of NGINX: there are no Ingresses, and Gateways are not this controller's.
        values.create_ingress_class_resource = Some(false);
        values.controller_config.feature_gates =
            Some(["ALBGatewayAPI", "NLBGatewayAPI"].map(|gate| (gate.to_owned(), false)).into());
        // None of these AWS services is used, so the controller does not ask for them.
        values.enable_shield = Some(false);
        values.enable_waf = Some(false);
        values.enable_wafv2 = Some(false);
    })
}

fn resources() -> ResourceRequirements {
    let memory = mebibytes(256);
    ResourceRequirements {
        requests: Some(BTreeMap::from([
            ("cpu".to_owned(), millicores(50).into()),
            ("memory".to_owned(), memory.into()),
        ])),
        limits: Some(BTreeMap::from([("memory".to_owned(), memory.into())])),
        claims: None,
    }
}

/// The cluster for eksctl, with the rights that the platform's pods need; nothing where the cluster is not of EKS.
///
/// Which secrets External Secrets may read is read from the platform itself: those that some ExternalSecret names.
#[must_use]
pub fn cluster_config(
    environment: &Environment,
    platform: &BuiltPlatform,
) -> Option<ClusterConfig> {
    let Infrastructure::Aws(aws) = &environment.infrastructure else {
        return None;
    };
    let mut identities = vec![PodIdentity {
        namespace: KUBE_SYSTEM,
        service_account: LOAD_BALANCER_CONTROLLER,
        rights: Rights::WellKnown(WellKnownRights::AwsLoadBalancerController),
    }];
    if let Issuer::Acme(_) = &environment.issuer {
        identities.push(PodIdentity {
            namespace: cert_manager::NAMESPACE,
            service_account: cert_manager::SERVICE_ACCOUNT,
            rights: Rights::WellKnown(WellKnownRights::CertManager),
        });
    }
    let secrets = secrets(platform);
    if !secrets.is_empty() {
        identities.push(PodIdentity {
            namespace: external_secrets::NAMESPACE,
            service_account: external_secrets::SERVICE_ACCOUNT,
            rights: Rights::Statements(vec![reads(&aws.cluster, secrets)]),
        });
    }
    if let LogSink::Cloudwatch(logs) = &environment.logs {
        identities.push(PodIdentity {
            namespace: fluentbit::NAMESPACE,
            service_account: fluentbit::SERVICE_ACCOUNT,
            rights: Rights::Statements(vec![writes_logs(&aws.cluster.account, logs)]),
        });
    }
    Some(aws.cluster.cluster_config(&identities))
}

/// The names in Secrets Manager that each `ExternalSecret` of the platform reads from there.
fn secrets(platform: &BuiltPlatform) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for resource in platform.bundles.iter().flat_map(|bundle| &bundle.resources) {
        let Some(spec) = resource.get::<ExternalSecret>().and_then(|secret| secret.spec.as_ref())
        else {
            continue;
        };
        let store = spec.secret_store_ref.as_ref();
        if store.and_then(|store| store.name.as_deref())
            != Some(external_secrets::STORE.name.as_str())
        {
            continue;
        }
        names.extend(spec.data.iter().flatten().map(|data| data.remote_ref.key.as_str()));
        let extracted = spec.data_from.iter().flatten();
        names.extend(
            extracted.filter_map(|from| from.extract.as_ref()).map(|extract| extract.key.as_str()),
        );
    }
    names
}

/// Secrets Manager adds a dash and six characters to the name of a secret in its ARN.
fn reads(cluster: &Eks, secrets: BTreeSet<&str>) -> Statement {
    let Eks { region, account, .. } = cluster;
    Statement {
        actions: vec!["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        resources: secrets
            .into_iter()
            .map(|name| format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????"))
            .collect(),
    }
}

/// What Fluent Bit's output calls, on its own log group only. In policies the ARN of a group ends in `:*`.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
fn writes_logs(account: &AccountId, logs: &CloudwatchLogs) -> Statement {
    let CloudwatchLogs { region, log_group, .. } = logs;
    Statement {
        actions: vec![
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:PutRetentionPolicy",
        ],
        resources: vec![format!("arn:aws:logs:{region}:{account}:log-group:{log_group}:*")],
    }
}
