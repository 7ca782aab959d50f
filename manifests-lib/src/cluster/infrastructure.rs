//! What the cluster of an environment is made of.

use super::{Cluster, ControlPlane, Eks, Minikube};
use crate::values::Region;

/// What the cluster of an environment is made of, for the commands that make it and for tools that depend on it.
#[derive(Clone, Debug)]
pub enum Infrastructure {
    /// Minikube on a laptop.
    Minikube(Minikube),
    /// EKS in AWS.
    Eks(Box<Eks>),
}

impl Infrastructure {
    /// The nodes and storage classes.
    #[must_use]
    pub fn cluster(&self) -> Cluster {
        match self {
            Self::Minikube(minikube) => minikube.clone().into(),
            Self::Eks(eks) => Eks::clone(eks).into(),
        }
    }

    /// Who runs the control plane.
    #[must_use]
    pub fn control_plane(&self) -> ControlPlane {
        match self {
            Self::Minikube(_) => Minikube::CONTROL_PLANE,
            Self::Eks(_) => Eks::CONTROL_PLANE,
        }
    }

    /// Region of AWS that it is in, where it is in one.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::Minikube(_) => None,
            Self::Eks(eks) => Some(&eks.region),
        }
    }
}

impl From<Minikube> for Infrastructure {
    fn from(minikube: Minikube) -> Self {
        Self::Minikube(minikube)
    }
}

impl From<Eks> for Infrastructure {
    fn from(eks: Eks) -> Self {
        Self::Eks(Box::new(eks))
    }
}
