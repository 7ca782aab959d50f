//! What a cluster offers to pods: nodes and storage classes.
//!
//! Nothing of it is rendered. It is what the conformance lanes build a cluster of simulated nodes from.

use crate::{Bytes, Cpu, Name, NodeGroup, gibibytes, mebibytes, millicores, name};

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

/// Minikube with several nodes: a control plane that takes pods, and one node for each group.
///
/// Upstream: <https://minikube.sigs.k8s.io/docs/tutorials/multi_node/>
#[derive(Clone, Debug)]
pub struct Minikube {
    /// The groups; one node each.
    pub node_groups: Vec<NodeGroup>,
    /// Processors of every node, `minikube start --cpus`.
    pub cpu: Cpu,
    /// Memory of every node, `minikube start --memory`.
    pub memory: Bytes,
}

/// EKS with managed node groups and the EBS driver.
///
/// Upstream: <https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html>
#[derive(Clone, Debug)]
pub struct Eks {
    /// The managed node groups.
    pub node_groups: Vec<EksNodeGroup>,
}

/// A managed node group of EKS.
#[derive(Clone, Debug)]
pub struct EksNodeGroup {
    /// The group whose label its nodes carry.
    pub group: NodeGroup,
    /// Type of its instances.
    pub instance: InstanceType,
    /// How many nodes it has at least.
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

/// The kubelet's own limit, which Minikube leaves as it is.
const KUBELET_PODS: u16 = 110;

impl Minikube {
    /// The storage class that makes a volume on the node of its pod: the addon storage-provisioner-rancher.
    pub const LOCAL_PATH: Name = name!("local-path");
}

impl Eks {
    /// The storage class of the EBS driver, with volumes of the type of that name.
    pub const GP3: Name = name!("gp3");
}

impl From<Minikube> for Cluster {
    fn from(minikube: Minikube) -> Self {
        let Minikube {
            node_groups,
            cpu,
            memory,
        } = minikube;
        let pool = |group| NodePool {
            group,
            nodes: 1,
            cpu,
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

impl From<Eks> for Cluster {
    fn from(eks: Eks) -> Self {
        let pool = |node_group: EksNodeGroup| {
            let EksNodeGroup {
                group,
                instance,
                nodes,
            } = node_group;
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
                provisioner: "ebs.csi.aws.com",
                binding: VolumeBinding::WaitForFirstConsumer,
            }],
        }
    }
}

impl InstanceType {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label_key;

    fn group(value: Name) -> NodeGroup {
        NodeGroup {
            label: label_key!("example.com/group"),
            value,
        }
    }

    #[test]
    fn minikube_has_a_control_plane_beside_its_groups() {
        let cluster = Cluster::from(Minikube {
            node_groups: vec![group(name!("front")), group(name!("back"))],
            cpu: millicores(4_000),
            memory: gibibytes(8),
        });
        let groups: Vec<_> = cluster
            .node_pools
            .iter()
            .map(|pool| {
                (
                    pool.group.as_ref().map(|group| group.value.as_str()),
                    pool.nodes,
                )
            })
            .collect();
        assert_eq!(groups, [(None, 1), (Some("front"), 1), (Some("back"), 1)]);
    }

    #[test]
    fn eks_nodes_keep_a_part_for_themselves() {
        let cluster = Cluster::from(Eks {
            node_groups: vec![EksNodeGroup {
                group: group(name!("front")),
                instance: InstanceType::T3Large,
                nodes: 3,
            }],
        });
        assert_eq!(
            cluster.node_pools,
            [NodePool {
                group: Some(group(name!("front"))),
                nodes: 3,
                cpu: millicores(1_930),
                memory: mebibytes(7_577 - 255 - 385 - 100),
                pods: 35,
            }]
        );
    }
}
