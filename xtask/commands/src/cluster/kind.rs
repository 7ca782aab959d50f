//! What differs by the kind of cluster. Nothing else asks which kind it is.

use std::path::PathBuf;
use std::process::ExitCode;

use manifests_lib::{AbsolutePath, Cluster, EcrImage, Eks, LocalImage, Minikube, Name, NodePort};
use support::Failure;

use super::{aws, minikube};
use crate::environment::{Built, EnvironmentName};
use crate::invocation::{Invocation, Program};
use crate::output;
use crate::render;

/// What the cluster of an environment is made of.
#[derive(Clone, Debug)]
pub enum Infrastructure {
    /// Minikube on a laptop: the commands run it.
    Minikube(Laptop),
    /// EKS: the commands print what to run.
    Eks(Aws),
}

/// Minikube on a laptop, and what has to reach its nodes.
#[derive(Clone, Debug)]
pub struct Laptop {
    /// The cluster.
    pub cluster: Minikube,
    /// What was built on the laptop.
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

/// How the node ports of a cluster are reached from the laptop that it runs on.
pub(crate) struct NodePorts<'a> {
    profile: &'a Name,
    /// The port that leads to the public gateway.
    pub(crate) entrance: NodePort,
}

impl NodePorts<'_> {
    /// Prints the URL of each node port of a Service.
    pub(crate) fn urls(&self, namespace: &str, service: &str) -> Invocation {
        let profile = self.profile.as_str();
        let words = ["service", "--profile", profile, "--namespace", namespace, "--url", service];
        Invocation::new(Program::Minikube, words)
    }
}

impl Infrastructure {
    /// The nodes and storage classes.
    pub(crate) fn cluster(&self) -> Cluster {
        match self {
            Self::Minikube(laptop) => laptop.cluster.clone().into(),
            Self::Eks(aws) => aws.cluster.clone().into(),
        }
    }

    /// Makes the cluster, or prints what makes it.
    pub(crate) fn up(
        &self,
        name: EnvironmentName,
        built: &Built,
        sources: Option<PathBuf>,
        dry_run: bool,
    ) -> Result<ExitCode, Failure> {
        match self {
            Self::Minikube(laptop) => {
                let up = minikube::Up { laptop, sources: minikube::sources(sources)? };
                if dry_run {
                    output::lines(&up.commands())?;
                    return Ok(ExitCode::SUCCESS);
                }
                up.run()
            }
            Self::Eks(aws) => {
                render::cluster::require_current(name, built)?;
                output::lines(&aws::up(name, aws))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// Deletes the cluster after asking, or prints what deletes it.
    pub(crate) fn down(
        &self,
        name: EnvironmentName,
        yes: bool,
        dry_run: bool,
    ) -> Result<(), Failure> {
        match self {
            Self::Minikube(laptop) if dry_run => {
                output::lines(&[minikube::delete(laptop).to_string()])
            }
            Self::Minikube(laptop) => minikube::down(name, laptop, yes),
            Self::Eks(aws) => output::lines(&aws::down(name, aws)),
        }
    }

    /// Shows the nodes, or prints what shows them.
    pub(crate) fn status(&self, name: EnvironmentName) -> Result<ExitCode, Failure> {
        match self {
            Self::Minikube(laptop) => minikube::status(name, laptop),
            Self::Eks(aws) => {
                output::lines(&aws::status(aws))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// The context of kubectl that the cluster has where nobody has renamed it.
    pub(crate) fn usual_context(&self) -> String {
        match self {
            Self::Minikube(laptop) => laptop.cluster.profile.to_string(),
            Self::Eks(aws) => aws.cluster.arn(),
        }
    }

    /// How the clusters of kubectl's configuration may call this one.
    pub(crate) fn clusters_of_kubectl(&self) -> Vec<String> {
        match self {
            Self::Minikube(laptop) => vec![laptop.cluster.profile.to_string()],
            Self::Eks(aws) => aws.cluster.kubeconfig_clusters().to_vec(),
        }
    }

    /// How one gets a context for the cluster.
    pub(crate) fn way_to_context(&self, name: EnvironmentName) -> String {
        match self {
            Self::Minikube(_) => format!("make it with `cargo xtask cluster up {name}`"),
            Self::Eks(aws) => format!("fetch one with `{}`", aws::update_kubeconfig(&aws.cluster)),
        }
    }

    /// How its node ports are reached without any forwarding; nothing where they are not.
    pub(crate) fn node_ports(&self) -> Option<NodePorts<'_>> {
        match self {
            Self::Minikube(Laptop { cluster, entrance, .. }) => {
                Some(NodePorts { profile: &cluster.profile, entrance: *entrance })
            }
            Self::Eks(_) => None,
        }
    }

    /// Whether the certificates of its gateways are issued by nobody that a client trusts.
    pub(crate) fn is_self_signed(&self) -> bool {
        match self {
            Self::Minikube(_) => true,
            Self::Eks(_) => false,
        }
    }

    /// How one sees what Argo CD does as soon as it runs: its page, or where people log in elsewhere, which only Argo CD makes
    /// possible, its `applications`.
    pub(crate) fn view_of_argocd(
        &self,
        name: EnvironmentName,
        page: &Name,
        applications: &Invocation,
    ) -> String {
        match self {
            Self::Minikube(_) => format!("cargo xtask open {page} {name}"),
            Self::Eks(_) => applications.to_string(),
        }
    }
}
