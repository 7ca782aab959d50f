//! Everything that depends on the kind of cluster. No other command asks for the kind.

use std::path::PathBuf;
use std::process::ExitCode;

use manifests_lib::cluster::{self, Cluster, Eks, KubernetesMinor, Minikube};
use manifests_lib::environment::Sources;
use manifests_lib::values::{Image, MinikubeProfile, Name};
use support::Failure;

use super::{aws, minikube, sizes};
use crate::check;
use crate::environment::{Built, EnvironmentName};
use crate::render;
use programs::{Invocation, Program};
use support::output;

/// The cluster of an environment, by kind.
#[derive(Clone, Debug)]
pub enum Infrastructure {
    /// Minikube on a laptop: the commands run it.
    Minikube(Laptop),
    /// EKS: the commands print the commands to run.
    Eks(Box<Eks>),
}

/// Minikube on a laptop.
#[derive(Clone, Debug)]
pub struct Laptop {
    /// The cluster.
    pub cluster: Minikube,
    /// The sources that pods run, if they do.
    pub sources: Option<Sources>,
}

/// How to reach the node ports of a cluster from the laptop that it runs on.
pub(crate) struct NodePorts<'a> {
    profile: &'a MinikubeProfile,
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
    /// A cluster, with the sources that its pods run.
    pub(crate) fn new(cluster: cluster::Infrastructure, sources: Option<Sources>) -> Self {
        match cluster {
            cluster::Infrastructure::Minikube(cluster) => {
                Self::Minikube(Laptop { cluster, sources })
            }
            cluster::Infrastructure::Eks(eks) => Self::Eks(eks),
        }
    }

    /// The nodes and storage classes.
    pub(crate) fn cluster(&self) -> Cluster {
        match self {
            Self::Minikube(laptop) => laptop.cluster.clone().into(),
            Self::Eks(eks) => Eks::clone(eks).into(),
        }
    }

    /// What it is, in a few words: `Minikube, Kubernetes 1.35`.
    pub(crate) fn words(&self) -> String {
        let kind = match self {
            Self::Minikube(_) => "Minikube",
            Self::Eks(_) => "EKS",
        };
        let KubernetesMinor(minor) = self.kubernetes();
        format!("{kind}, Kubernetes 1.{minor}")
    }

    /// The release of Kubernetes that runs there.
    pub(crate) fn kubernetes(&self) -> KubernetesMinor {
        match self {
            Self::Minikube(laptop) => laptop.cluster.kubernetes.minor,
            Self::Eks(eks) => eks.kubernetes,
        }
    }

    /// Creates the cluster, or prints the commands for that.
    pub(crate) fn up(
        &self,
        name: EnvironmentName,
        built: &Built,
        sources: Option<PathBuf>,
        yes: bool,
        dry_run: bool,
    ) -> Result<ExitCode, Failure> {
        match self {
            Self::Minikube(laptop) => {
                let images = built.platform.images.iter().filter_map(Image::local).collect();
                let up = minikube::Up {
                    name,
                    laptop,
                    images,
                    sources: minikube::sources(laptop, sources)?,
                    requested: sizes::memory(&check::of(name, built)?),
                    yes,
                };
                if dry_run {
                    output::lines(&up.commands())?;
                    return Ok(ExitCode::SUCCESS);
                }
                up.run()
            }
            Self::Eks(eks) => {
                render::cluster::require_current(name, built)?;
                let images: Vec<_> = built.platform.images.iter().filter_map(Image::ecr).collect();
                output::lines(&aws::up(name, eks, &images)?)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// Deletes the cluster after confirmation, or prints the commands for that.
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
            Self::Eks(eks) => output::lines(&aws::down(name, eks)?),
        }
    }

    /// Shows the nodes, or prints the commands for that.
    pub(crate) fn status(&self, name: EnvironmentName) -> Result<ExitCode, Failure> {
        match self {
            Self::Minikube(laptop) => minikube::status(name, laptop),
            Self::Eks(eks) => {
                output::lines(&aws::status(eks))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// The default name of the cluster's kubectl context.
    pub(crate) fn usual_context(&self) -> String {
        match self {
            Self::Minikube(laptop) => laptop.cluster.profile.to_string(),
            Self::Eks(eks) => eks.arn(),
        }
    }

    /// The names that this cluster may have in kubectl's configuration.
    pub(crate) fn clusters_of_kubectl(&self) -> Vec<String> {
        match self {
            Self::Minikube(laptop) => vec![laptop.cluster.profile.to_string()],
            Self::Eks(eks) => eks.kubeconfig_clusters().to_vec(),
        }
    }

    /// How to get a kubectl context for the cluster.
    pub(crate) fn way_to_context(&self, name: EnvironmentName) -> String {
        match self {
            Self::Minikube(_) => format!("create it with `cargo xtask cluster up {name}`"),
            Self::Eks(eks) => format!("fetch one with `{}`", aws::update_kubeconfig(eks)),
        }
    }

    /// How to reach its node ports without port forwarding; `None` if that is not possible.
    pub(crate) fn node_ports(&self) -> Option<NodePorts<'_>> {
        match self {
            Self::Minikube(laptop) => Some(NodePorts { profile: &laptop.cluster.profile }),
            Self::Eks(_) => None,
        }
    }

    /// Whether clients do not trust the issuer of the gateways' certificates.
    pub(crate) fn is_self_signed(&self) -> bool {
        match self {
            Self::Minikube(_) => true,
            Self::Eks(_) => false,
        }
    }

    /// How to watch Argo CD as soon as it runs: its web UI, or `applications` where the login to the web UI needs what Argo CD
    /// has yet to deploy.
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
