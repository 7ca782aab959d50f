//! EKS: a cluster in AWS.

use super::{Cluster, ControlPlane, KubernetesMinor, NodePool, StorageClass, VolumeBinding};
use crate::values::{
    AccountId, Bytes, Cidr, Cpu, EksAddonVersion, IamRoleName, KmsKeyId, Name, Region, gibibytes,
    mebibytes, millicores,
};
use crate::workload::NodeGroup;

/// EKS with managed node groups in private subnets, and the EBS driver.
///
/// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html>
#[derive(Clone, Debug)]
pub struct Eks {
    /// Name of the cluster: `name!("microservices")`.
    pub name: Name,
    /// Account that owns the cluster: `account_id!("123456789012")`.
    pub account: AccountId,
    /// Where it runs: `region!("ap-northeast-1")`.
    pub region: Region,
    /// Zones of its nodes and volumes. Two: a volume stays in its zone, so a group needs a node in each zone for a pod to
    /// find its volume again.
    pub zones: [AvailabilityZone; 2],
    /// What runs on the control plane and the nodes.
    pub kubernetes: KubernetesMinor,
    /// The addresses of its VPC, from which nodes and pods get theirs; `192.168.0.0/16` is eksctl's own. Only a new cluster takes another.
    /// `cidr!("192.168.0.0/16")`.
    pub vpc_cidr: Cidr,
    /// From where people reach the API server; nodes reach it inside the VPC. `vec![cidr!("203.0.113.0/24")]`.
    pub public_access_cidrs: Vec<Cidr>,
    /// IAM role whose holders may do everything in the cluster. Nobody else has rights in it, not even who creates it: create the
    /// cluster with this role. `iam_role_name!("platform-administrators")`.
    pub administrators: IamRoleName,
    /// Key in KMS, of the account and the region, that encrypts Secrets in etcd; whoever may not use it cannot read a backup of
    /// them. It cannot be replaced or removed later, and without it the Secrets are lost: forbid its deletion.
    /// `kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab")`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html>
    pub secrets_key: KmsKeyId,
    /// Releases of the add-ons.
    pub addons: EksAddons,
    /// The managed node groups.
    pub node_groups: Vec<EksNodeGroup>,
}

/// Releases of the add-ons, and where they run. An add-on without a release would be a new one with every new cluster.
///
/// For the releases that fit a cluster: `aws eks describe-addon-versions --kubernetes-version 1.35 --addon-name coredns`.
#[derive(Clone, Debug)]
pub struct EksAddons {
    /// The group that runs those that do not run on every node: `NodeGroup { label, value }`.
    pub nodes: NodeGroup,
    /// `aws-ebs-csi-driver`: makes volumes. `eks_addon_version!("v1.13.2-eksbuild.4")`.
    pub aws_ebs_csi_driver: EksAddonVersion,
    /// `coredns`: names of Services. `eks_addon_version!("v1.13.2-eksbuild.4")`.
    pub coredns: EksAddonVersion,
    /// `eks-pod-identity-agent`: rights in AWS for pods. `eks_addon_version!("v1.13.2-eksbuild.4")`.
    pub eks_pod_identity_agent: EksAddonVersion,
    /// `kube-proxy`: addresses of Services. `eks_addon_version!("v1.13.2-eksbuild.4")`.
    pub kube_proxy: EksAddonVersion,
    /// `metrics-server`: what `kubectl top` shows. `eks_addon_version!("v1.13.2-eksbuild.4")`.
    pub metrics_server: EksAddonVersion,
    /// `vpc-cni`: addresses of pods, and NetworkPolicies. `eks_addon_version!("v1.13.2-eksbuild.4")`.
    pub vpc_cni: EksAddonVersion,
}

/// The letter of an availability zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvailabilityZone {
    /// `<region>a`
    A,
    /// `<region>b`
    B,
    /// `<region>c`
    C,
    /// `<region>d`
    D,
}

/// A managed node group of EKS.
#[derive(Clone, Debug)]
pub struct EksNodeGroup {
    /// The group whose label its nodes carry: `NodeGroup { label, value }`.
    pub group: NodeGroup,
    /// Type of its instances.
    pub instance: InstanceType,
    /// How many nodes it has. Nothing scales it: another number is another line here.
    pub nodes: u16,
}

/// A type of EC2 instance.
///
/// Upstream: <https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceType {
    /// 2 processors, 4 GiB.
    T3Medium,
    /// 2 processors, 8 GiB.
    T3Large,
    /// 4 processors, 16 GiB.
    T3Xlarge,
}

impl Eks {
    /// The storage class of the EBS driver.
    pub const GP3: Name = name!("gp3");

    /// AWS runs the control plane and hides it.
    pub const CONTROL_PLANE: ControlPlane = ControlPlane::Managed;

    /// What makes the volumes of [`Self::GP3`].
    pub const EBS_DRIVER: &'static str = "ebs.csi.aws.com";

    /// When a claim of [`Self::GP3`] gets its volume: a volume is in one zone, and its pod has to be there.
    pub const GP3_BINDING: VolumeBinding = VolumeBinding::WaitForFirstConsumer;

    /// The name that is unique in AWS.
    #[must_use]
    pub fn arn(&self) -> String {
        let Self { name, account, region, .. } = self;
        format!("arn:aws:eks:{region}:{account}:cluster/{name}")
    }

    /// The cluster as `kubectl` configurations name it: by `aws eks update-kubeconfig`, by eksctl.
    #[must_use]
    pub fn kubeconfig_clusters(&self) -> [String; 2] {
        let Self { name, region, .. } = self;
        [self.arn(), format!("{name}.{region}.eksctl.io")]
    }

    /// The tag by which the VPC that eksctl makes for the cluster is found.
    #[must_use]
    pub fn vpc_tag(&self) -> (String, String) {
        ("Name".to_owned(), format!("eksctl-{}-cluster/VPC", self.name))
    }

    pub(super) fn zone_names(&self) -> Vec<String> {
        let name = |zone: &AvailabilityZone| format!("{}{}", self.region, zone.letter());
        self.zones.iter().map(name).collect()
    }
}

impl AvailabilityZone {
    fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
            Self::C => 'c',
            Self::D => 'd',
        }
    }
}

impl From<Eks> for Cluster {
    fn from(eks: Eks) -> Self {
        let pool = |node_group: EksNodeGroup| {
            let EksNodeGroup { group, instance, nodes } = node_group;
            NodePool {
                group: Some(group),
                nodes,
                cpu: instance.allocatable_cpu(),
                memory: instance.allocatable_memory(),
                pods: instance.pods(),
            }
        };
        Self {
            node_pools: eks.node_groups.into_iter().map(pool).collect(),
            storage_classes: vec![StorageClass {
                name: Eks::GP3,
                provisioner: Eks::EBS_DRIVER,
                binding: Eks::GP3_BINDING,
            }],
        }
    }
}

impl InstanceType {
    /// As AWS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::T3Medium => "t3.medium",
            Self::T3Large => "t3.large",
            Self::T3Xlarge => "t3.xlarge",
        }
    }

    /// What is left of the processors: the node image keeps 6 % of the first, 1 % of the second, 0.5 % of the next two.
    fn allocatable_cpu(self) -> Cpu {
        match self {
            Self::T3Medium | Self::T3Large => millicores(2_000 - 70),
            Self::T3Xlarge => millicores(4_000 - 80),
        }
    }

    /// What is left of the memory: 7.5 % never reach the node (the estimate that Karpenter uses), the node image keeps
    /// 255 MiB and 11 MiB for each pod, and pods are evicted at the last 100 MiB.
    fn allocatable_memory(self) -> Bytes {
        let whole = match self {
            Self::T3Medium => gibibytes(4),
            Self::T3Large => gibibytes(8),
            Self::T3Xlarge => gibibytes(16),
        };
        let reaching = whole.as_mebibytes() * 37 / 40;
        mebibytes(reaching - 255 - 11 * u32::from(self.pods()) - 100)
    }

    /// How many pods have an address: interfaces × (addresses of each - 1) + 2.
    ///
    /// Upstream: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html>
    fn pods(self) -> u16 {
        match self {
            Self::T3Medium => 3 * (6 - 1) + 2,
            Self::T3Large => 3 * (12 - 1) + 2,
            Self::T3Xlarge => 4 * (15 - 1) + 2,
        }
    }
}
