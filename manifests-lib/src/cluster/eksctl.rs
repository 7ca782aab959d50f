//! EKS as eksctl makes it: a `ClusterConfig`.
//!
//! Only the fields that are used, and only for writing.
//!
//! Upstream: <https://schema.eksctl.io/>

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::eks::{Eks, EksAddons, EksNodeGroup};
use super::identity::{IamPolicy, PodIdentity, Statement, WellKnownPolicy};
use crate::values::{AccountId, EksAddonVersion};

/// A `ClusterConfig` of `eksctl.io/v1alpha5`, which `eksctl create cluster -f` takes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterConfig {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    access_config: AccessConfig,
    secrets_encryption: SecretsEncryption,
    upgrade_policy: UpgradePolicy,
    availability_zones: Vec<String>,
    vpc: Vpc,
    cloud_watch: CloudWatch,
    addons: Vec<Addon>,
    iam: Iam,
    managed_node_groups: Vec<ManagedNodeGroup>,
}

#[derive(Clone, Debug, Serialize)]
struct Metadata {
    name: String,
    region: String,
    version: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessConfig {
    authentication_mode: &'static str,
    bootstrap_cluster_creator_admin_permissions: bool,
    access_entries: Vec<AccessEntry>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessEntry {
    #[serde(rename = "principalARN")]
    principal_arn: String,
    access_policies: Vec<AccessPolicy>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessPolicy {
    #[serde(rename = "policyARN")]
    policy_arn: &'static str,
    access_scope: AccessScope,
}

#[derive(Clone, Debug, Serialize)]
struct AccessScope {
    #[serde(rename = "type")]
    type_: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct SecretsEncryption {
    #[serde(rename = "keyARN")]
    key_arn: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UpgradePolicy {
    support_type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Vpc {
    cidr: String,
    cluster_endpoints: ClusterEndpoints,
    nat: Nat,
    #[serde(rename = "publicAccessCIDRs")]
    public_access_cidrs: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterEndpoints {
    private_access: bool,
    public_access: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Nat {
    gateway: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CloudWatch {
    cluster_logging: ClusterLogging,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterLogging {
    enable_types: Vec<&'static str>,
    log_retention_in_days: u16,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Addon {
    name: &'static str,
    version: String,
    /// The role that AWS recommends, for the add-on's own service account.
    #[serde(skip_serializing_if = "is_false")]
    use_default_pod_identity_associations: bool,
    /// Settings of the add-on, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration_values: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Iam {
    pod_identity_associations: Vec<Association>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Association {
    namespace: String,
    service_account_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    well_known_policies: Option<WellKnownPolicies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission_policy: Option<Policy>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WellKnownPolicies {
    aws_load_balancer_controller: bool,
}

/// An IAM policy document.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<PolicyStatement>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyStatement {
    effect: &'static str,
    action: Vec<&'static str>,
    resource: Vec<String>,
    /// By operator and key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ManagedNodeGroup {
    name: String,
    instance_type: &'static str,
    desired_capacity: u16,
    min_size: u16,
    max_size: u16,
    labels: BTreeMap<String, String>,
    private_networking: bool,
    #[serde(rename = "disablePodIMDS")]
    disable_pod_imds: bool,
    volume_size: u16,
    volume_type: &'static str,
    volume_encrypted: bool,
    update_config: UpdateConfig,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateConfig {
    max_unavailable: u16,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Eks {
    /// The cluster for eksctl, with these rights for its pods.
    ///
    /// Nodes have no address of their own on the internet, pods cannot take the rights of their node, and both read and
    /// write encrypted disks. Everything that the control plane logs is kept for 90 days.
    #[must_use]
    pub fn cluster_config(&self, identities: &[PodIdentity]) -> ClusterConfig {
        ClusterConfig {
            api_version: "eksctl.io/v1alpha5",
            kind: "ClusterConfig",
            metadata: Metadata {
                name: self.name.to_string(),
                region: self.region.to_string(),
                version: self.kubernetes.to_string(),
            },
            access_config: AccessConfig {
                // Rights are entries of the API, not lines of a ConfigMap in the cluster.
                authentication_mode: "API",
                // Otherwise the role or person that ran eksctl once keeps all rights, and no file says so.
                bootstrap_cluster_creator_admin_permissions: false,
                access_entries: vec![AccessEntry {
                    principal_arn: format!(
                        "arn:aws:iam::{}:role/{}",
                        self.account, self.administrators
                    ),
                    access_policies: vec![AccessPolicy {
                        policy_arn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                        access_scope: AccessScope { type_: "cluster" },
                    }],
                }],
            },
            secrets_encryption: SecretsEncryption {
                key_arn: format!(
                    "arn:aws:kms:{}:{}:key/{}",
                    self.region, self.account, self.secrets_key
                ),
            },
            upgrade_policy: UpgradePolicy {
                // At its end AWS upgrades; extended support would cost six times as much without anybody deciding so.
                support_type: "STANDARD",
            },
            availability_zones: self.zone_names(),
            vpc: Vpc {
                cidr: self.vpc_cidr.to_string(),
                cluster_endpoints: ClusterEndpoints { private_access: true, public_access: true },
                nat: Nat { gateway: "HighlyAvailable" },
                public_access_cidrs: self
                    .public_access_cidrs
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            },
            cloud_watch: CloudWatch {
                cluster_logging: ClusterLogging {
                    enable_types: vec![
                        "api",
                        "audit",
                        "authenticator",
                        "controllerManager",
                        "scheduler",
                    ],
                    log_retention_in_days: 90,
                },
            },
            addons: addons(&self.addons),
            iam: Iam {
                pod_identity_associations: identities
                    .iter()
                    .map(|identity| association(identity, &self.account))
                    .collect(),
            },
            managed_node_groups: self.node_groups.iter().map(node_group).collect(),
        }
    }
}

fn addons(addons: &EksAddons) -> Vec<Addon> {
    let EksAddons {
        nodes,
        aws_ebs_csi_driver,
        coredns,
        eks_pod_identity_agent,
        kube_proxy,
        metrics_server,
        vpc_cni,
    } = addons;
    let addon = |name, version: &EksAddonVersion| Addon {
        name,
        version: version.to_string(),
        use_default_pod_identity_associations: false,
        configuration_values: None,
    };
    let on_nodes = json!({ "nodeSelector": nodes.node_selector() });
    vec![
        // First: the others' roles are given out by it.
        addon("eks-pod-identity-agent", eks_pod_identity_agent),
        Addon {
            use_default_pod_identity_associations: true,
            // Without it no NetworkPolicy has an effect.
            configuration_values: Some(json!({ "enableNetworkPolicy": "true" }).to_string()),
            ..addon("vpc-cni", vpc_cni)
        },
        Addon { configuration_values: Some(on_nodes.to_string()), ..addon("coredns", coredns) },
        addon("kube-proxy", kube_proxy),
        Addon {
            use_default_pod_identity_associations: true,
            configuration_values: Some(json!({ "controller": on_nodes }).to_string()),
            ..addon("aws-ebs-csi-driver", aws_ebs_csi_driver)
        },
        Addon {
            configuration_values: Some(on_nodes.to_string()),
            ..addon("metrics-server", metrics_server)
        },
    ]
}

fn association(identity: &PodIdentity, account: &AccountId) -> Association {
    let PodIdentity { namespace, service_account, policy, origin: _ } = identity;
    let (well_known_policies, permission_policy) = match policy {
        IamPolicy::WellKnown(WellKnownPolicy::AwsLoadBalancerController) => {
            (Some(WellKnownPolicies { aws_load_balancer_controller: true }), None)
        }
        IamPolicy::Statements(statements) => (
            None,
            Some(Policy {
                version: "2012-10-17",
                statement: statements.iter().map(|allowed| statement(allowed, account)).collect(),
            }),
        ),
    };
    Association {
        namespace: namespace.to_string(),
        service_account_name: service_account.to_string(),
        well_known_policies,
        permission_policy,
    }
}

fn statement(statement: &Statement, account: &AccountId) -> PolicyStatement {
    let Statement { actions, resources, conditions } = statement;
    let resource = resources.iter().map(|arn| arn.in_account(account)).collect();
    let mut condition: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for ((operator, key), values) in conditions {
        condition.entry(operator.as_str()).or_default().insert(*key, values.clone());
    }
    PolicyStatement { effect: "Allow", action: actions.clone(), resource, condition }
}

fn node_group(node_group: &EksNodeGroup) -> ManagedNodeGroup {
    let EksNodeGroup { group, instance, nodes } = node_group;
    ManagedNodeGroup {
        name: group.value.to_string(),
        instance_type: instance.as_str(),
        desired_capacity: *nodes,
        min_size: *nodes,
        max_size: *nodes,
        labels: group.node_selector(),
        private_networking: true,
        disable_pod_imds: true,
        // Images and logs; volumes of pods are their own.
        volume_size: 50,
        volume_type: "gp3",
        volume_encrypted: true,
        update_config: UpdateConfig { max_unavailable: 1 },
    }
}
