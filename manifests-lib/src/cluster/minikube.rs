//! Minikube: a cluster on a laptop.

use std::fmt;

use super::{Cluster, ControlPlane, KubernetesMinor, NodePool, StorageClass, VolumeBinding};
use crate::values::{Bytes, MinikubeProfile, Name, millicores};
use crate::workload::NodeGroup;

/// Minikube with several nodes: a control plane that takes pods, and one node for each group.
///
/// Upstream: <https://minikube.sigs.k8s.io/docs/tutorials/multi_node/>
#[derive(Clone, Debug)]
pub struct Minikube {
    /// Name of the cluster, of its first node and of its context, `minikube --profile`, and no other project's on the same laptop:
    /// `minikube_profile!("shop-dev")`.
    pub profile: MinikubeProfile,
    /// What runs on the nodes, `minikube start --kubernetes-version`.
    pub kubernetes: KubernetesRelease,
    /// The groups; one node each. `vec![NodeGroup { label, value }]`.
    pub node_groups: Vec<NodeGroup>,
    /// Processors of every node, `minikube start --cpus`.
    pub cpus: u16,
    /// Memory of every node, `minikube start --memory`: `mebibytes(12_288)`.
    pub memory: Bytes,
}

/// A release of Kubernetes 1, such as `1.35.4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubernetesRelease {
    /// `1.<minor>`.
    pub minor: KubernetesMinor,
    /// The last number.
    pub patch: u16,
}

impl fmt::Display for KubernetesRelease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.minor, self.patch)
    }
}

/// The kubelet's own limit, which Minikube leaves as it is.
const KUBELET_PODS: u16 = 110;

impl Minikube {
    /// The storage class that makes a volume on the node of its pod, from one of [`Self::ADDONS`].
    pub const LOCAL_PATH: Name = name!("local-path");

    /// Minikube runs the control plane on a node of its own.
    pub const CONTROL_PLANE: ControlPlane = ControlPlane::Own;

    /// What Minikube itself adds to the cluster: the figures of `kubectl top`, and [`Self::LOCAL_PATH`].
    pub const ADDONS: [&'static str; 2] = ["metrics-server", "storage-provisioner-rancher"];

    /// Opens metrics of the control plane that kubeadm keeps to its node, out of reach for Prometheus,
    /// `minikube start --extra-config`. Those of kube-proxy Minikube opens itself.
    pub const OPEN_METRICS: [(&'static str, &'static str); 3] = [
        ("controller-manager.bind-address", "0.0.0.0"),
        ("scheduler.bind-address", "0.0.0.0"),
        ("etcd.listen-metrics-urls", "http://0.0.0.0:2381"),
    ];

    /// What makes the nodes, `minikube start --driver`.
    pub const DRIVER: &'static str = "docker";

    /// What runs the containers, `minikube start --container-runtime`.
    pub const CONTAINER_RUNTIME: &'static str = "containerd";

    /// How many nodes the cluster has.
    #[must_use]
    pub fn nodes(&self) -> usize {
        1 + self.node_groups.len()
    }

    /// The name of each group's node, as Minikube gives it: `<profile>-m02` follows the control plane.
    pub fn group_nodes(&self) -> impl Iterator<Item = (String, &NodeGroup)> {
        (2..)
            .zip(&self.node_groups)
            .map(|(number, group)| (format!("{}-m{number:02}", self.profile), group))
    }
}

impl From<Minikube> for Cluster {
    fn from(minikube: Minikube) -> Self {
        let Minikube { profile: _, kubernetes: _, node_groups, cpus, memory } = minikube;
        let pool = |group| NodePool {
            group,
            nodes: 1,
            cpu: millicores(u32::from(cpus) * 1000),
            memory,
            pods: KUBELET_PODS,
        };
        Self {
            // Minikube takes the taint off its control plane.
            node_pools: [pool(None)]
                .into_iter()
                .chain(node_groups.into_iter().map(|group| pool(Some(group))))
                .collect(),
            storage_classes: vec![
                StorageClass {
                    name: name!("standard"),
                    provisioner: "k8s.io/minikube-hostpath",
                    binding: VolumeBinding::Immediate,
                },
                StorageClass {
                    name: Minikube::LOCAL_PATH,
                    provisioner: "rancher.io/local-path",
                    binding: VolumeBinding::WaitForFirstConsumer,
                },
            ],
        }
    }
}
