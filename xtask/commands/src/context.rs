//! Finds the kubectl context of an environment's cluster.

use serde_json::Value;

use crate::cluster::kind::Infrastructure;
use crate::environment::EnvironmentName;
use programs::{Invocation, Program, kubeconfig_files};
pub use support::confirm;
use support::{Failure, tell};

/// The contexts in kubectl's configuration.
struct Contexts {
    known: Vec<Known>,
    current: Option<String>,
}

/// A context, and where it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name, which is never empty.
    pub context: String,
    /// The name of its cluster.
    pub cluster: String,
    user: String,
    /// The URL of its API server.
    pub server: String,
}

/// The name of a context on the command line.
pub fn named(name: &str) -> Result<String, &'static str> {
    if name.is_empty() {
        return Err(
            "an empty name is the current context to kubectl, which is whatever was used last",
        );
    }
    Ok(name.to_owned())
}

/// The context of the environment's cluster, or the one named with `--context`.
///
/// The current context alone never decides: it is whatever was used last.
pub fn find(
    name: EnvironmentName,
    infrastructure: &Infrastructure,
    wanted: Option<&str>,
) -> Result<Choice, Failure> {
    let contexts = Contexts::read()?;
    let Some(wanted) = wanted else {
        return contexts.of(infrastructure).map(Choice::Own).ok_or_else(|| {
            Failure::new(format!(
                "kubectl has no context for the cluster of {name}, {}: {}, or name a context with --context",
                infrastructure.clusters_of_kubectl().join(" or "),
                infrastructure.way_to_context(name)
            ))
        });
    };
    let Some(known) = contexts.known.iter().find(|known| known.context == wanted) else {
        let known: Vec<&str> = contexts.known.iter().map(|known| known.context.as_str()).collect();
        return Err(Failure::new(format!(
            "kubectl has no context {wanted}; it has: {}",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        )));
    };
    let is_of =
        |environment: &Infrastructure| environment.clusters_of_kubectl().contains(&known.cluster);
    if is_of(infrastructure) {
        return Ok(Choice::Own(known.clone()));
    }
    let mut others = EnvironmentName::all().filter(|other| *other != name);
    let owner = others.find(|other| is_of(&other.infrastructure()));
    Ok(Choice::Foreign { known: known.clone(), owner })
}

/// A context that was found.
#[derive(Debug)]
pub enum Choice {
    /// Leads to the environment's cluster.
    Own(Known),
    /// Was named, and leads to another cluster.
    Foreign {
        /// The context.
        known: Known,
        /// The environment whose cluster it is, if it is one of ours.
        owner: Option<EnvironmentName>,
    },
}

impl Choice {
    /// The context, for commands that only read: says so if the cluster is not the environment's.
    pub fn for_reading(self, name: EnvironmentName, infrastructure: &Infrastructure) -> Known {
        match self {
            Self::Own(known) => known,
            Self::Foreign { known, owner } => {
                let whose = owner.map(|owner| format!(" of {owner}")).unwrap_or_default();
                tell(format_args!(
                    "The context {} leads to the cluster {}{whose}, not to the one of {name}, {}.",
                    known.context,
                    known.cluster,
                    infrastructure.clusters_of_kubectl().join(" or ")
                ));
                known
            }
        }
    }

    /// The context, for commands that change the cluster: asks for confirmation if the cluster is not the environment's, and refuses
    /// that of another environment.
    pub fn for_changing(
        self,
        name: EnvironmentName,
        infrastructure: &Infrastructure,
        yes: bool,
    ) -> Result<Known, Failure> {
        match self {
            Self::Own(known) => Ok(known),
            Self::Foreign { known: Known { context, cluster, .. }, owner: Some(owner) } => {
                Err(Failure::new(format!(
                    "the context {context} leads to the cluster of {owner}, {cluster}, not to that of {name}: leave out --context, or \
                     name the environment {owner}"
                )))
            }
            Self::Foreign { known, owner: None } => {
                let Known { context, cluster, .. } = &known;
                let question = format!(
                    "The context {context} leads to the cluster {cluster}, which is not the one of {name}, {}.",
                    infrastructure.clusters_of_kubectl().join(" or ")
                );
                confirm(&question, context, yes)?;
                Ok(known)
            }
        }
    }
}

impl Known {
    /// Whether the context still leads to where it led when it was found: kubectl's configuration may be edited while a command
    /// runs, and a copy of it would be a secret on the disk.
    pub fn is_unchanged(&self) -> Result<(), Failure> {
        let now = Contexts::read()?.known.into_iter().find(|known| known.context == self.context);
        if now.as_ref() == Some(self) {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the context {} was changed while this command runs, and led to the cluster {} at {} before: look at kubectl's \
             configuration, then run this command again",
            self.context, self.cluster, self.server
        )))
    }
}

impl Contexts {
    fn read() -> Result<Self, Failure> {
        if let Some(files) = kubeconfig_files()
            && !files.iter().any(|file| file.exists())
        {
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            return Err(Failure::new(format!(
                "no file that KUBECONFIG names is there, {}: correct it, or unset it so that kubectl reads ~/.kube/config",
                files.join(", ")
            )));
        }
        let output =
            Invocation::new(Program::Kubectl, ["config", "view", "--output", "json"]).output()?;
        let view: Value = serde_json::from_str(&output).map_err(|error| {
            Failure::new(format!(
                "the output of `kubectl config view` is not JSON: {error}; check which kubectl is on the PATH"
            ))
        })?;
        let entries = |kind: &str| view[kind].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let known = entries("contexts").map(|entry| {
            let cluster = text(&entry["context"]["cluster"]);
            let of_cluster = entries("clusters").find(|entry| entry["name"] == *cluster);
            let server = of_cluster.map(|entry| text(&entry["cluster"]["server"]));
            Known {
                context: text(&entry["name"]),
                cluster,
                user: text(&entry["context"]["user"]),
                server: server.unwrap_or_default(),
            }
        });
        Ok(Self {
            // An empty name cannot be passed on: kubectl takes it for the current context.
            known: known.filter(|known| !known.context.is_empty()).collect(),
            current: view["current-context"].as_str().map(str::to_owned),
        })
    }

    /// A context of the environment's cluster. Of several it is the current one, or else the one with the default name.
    fn of(&self, infrastructure: &Infrastructure) -> Option<Known> {
        let clusters = infrastructure.clusters_of_kubectl();
        let usual = infrastructure.usual_context();
        let candidates = self.known.iter().filter(|known| clusters.contains(&known.cluster));
        let best = candidates.min_by_key(|known| {
            let context = &known.context;
            (self.current.as_ref() != Some(context), *context != usual, context)
        });
        best.cloned()
    }
}
