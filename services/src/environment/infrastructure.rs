//! What the cluster of an environment is made of.

use manifests_lib::cluster::{Cluster, Eks, Minikube};
use manifests_lib::values::{AbsolutePath, EcrImage, LocalImage, NodePort};

/// What the cluster of an environment is made of, for those who make it.
#[derive(Clone, Debug)]
pub enum Infrastructure {
    /// Minikube on a laptop.
    Laptop(Laptop),
    /// EKS.
    Aws(Aws),
}

/// Minikube on a laptop.
#[derive(Clone, Debug)]
pub struct Laptop {
    /// The cluster.
    pub cluster: Minikube,
    /// What was built on the laptop and has to reach the nodes.
    pub images: Vec<LocalImage>,
    /// Where the nodes have the laptop's sources.
    pub sources: AbsolutePath,
    /// The port of every node that leads to the public gateway.
    pub entrance: NodePort,
}

/// EKS, and the images that it runs.
#[derive(Clone, Debug)]
pub struct Aws {
    /// The cluster.
    pub cluster: Eks,
    /// What is in the registry.
    pub images: Vec<EcrImage>,
}

impl From<&Infrastructure> for Cluster {
    fn from(infrastructure: &Infrastructure) -> Self {
        match infrastructure {
            Infrastructure::Laptop(laptop) => laptop.cluster.clone().into(),
            Infrastructure::Aws(aws) => aws.cluster.clone().into(),
        }
    }
}
