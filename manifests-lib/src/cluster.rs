//! What a cluster offers to pods, and the typed descriptions that clusters are made from.
//!
//! [`Minikube`] becomes the commands of `cargo xtask cluster up`, [`Eks`] a `ClusterConfig` of eksctl. Both become a
//! [`Cluster`], from which the conformance lanes build one of simulated nodes.

mod bucket;
mod eks;
mod eksctl;
pub(crate) mod identity;
mod infrastructure;
mod minikube;
pub(crate) mod rights;
mod role;

use std::fmt;

use crate::values::{Bytes, Cpu, Name};
use crate::workload::NodeGroup;

pub use bucket::{Bucket, BucketAccess, BucketHandle};
pub use eks::{AvailabilityZone, Eks, EksAddons, EksNodeGroup, InstanceType};
pub use eksctl::ClusterConfig;
pub use identity::{Arn, ConditionOperator, IamPolicy, PodIdentity, Statement, WellKnownPolicy};
pub use infrastructure::Infrastructure;
pub use minikube::{KubernetesRelease, Minikube};
pub use rights::{AwsRights, AwsRightsHandle, IamAction};
pub use role::{ApiServer, ClusterRoleHandle, Role, RoleHandle, RoleRule, Subresource, Verb};

/// The nodes and storage classes of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Nodes of one kind each.
    pub node_pools: Vec<NodePool>,
    /// Classes that a claim may name.
    pub storage_classes: Vec<StorageClass>,
}

/// Nodes that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePool {
    /// The group whose label they carry; none for a control plane that takes pods.
    pub group: Option<NodeGroup>,
    /// How many nodes.
    pub nodes: u16,
    /// Processor time that the pods of a node can request (`allocatable`).
    pub cpu: Cpu,
    /// Memory that the pods of a node can request (`allocatable`).
    pub memory: Bytes,
    /// How many pods a node takes.
    pub pods: u16,
}

/// A class of storage that a provisioner of the cluster serves.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/storage-classes/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageClass {
    /// Name, as claims give it.
    pub name: Name,
    /// What makes the volumes.
    pub provisioner: &'static str,
    /// When a claim gets its volume.
    pub binding: VolumeBinding,
}

/// When a claim gets its volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeBinding {
    /// At once, wherever its pod runs later.
    Immediate,
    /// Once its pod has a node, which can reach the volume.
    WaitForFirstConsumer,
}

impl VolumeBinding {
    /// The value of `volumeBindingMode`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "Immediate",
            Self::WaitForFirstConsumer => "WaitForFirstConsumer",
        }
    }
}

/// Who runs the control plane, and with it whether its metrics can be scraped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlPlane {
    /// The cluster itself: etcd, the scheduler, the controller manager and kube-proxy are pods that open their metrics.
    Own,
    /// The provider, which exposes no metrics of it.
    Managed,
}

/// A minor version of Kubernetes 1, such as `1.35`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubernetesMinor(
    /// The number behind `1.`.
    pub u16,
);

impl fmt::Display for KubernetesMinor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests;
