//! Which context of kubectl leads to the cluster of an environment.

use std::io::{self, BufRead, IsTerminal, Write};

use manifests_lib::Eks;
use serde_json::Value;
use services::environment::{Environment, Infrastructure};

use crate::environment::EnvironmentName;
use crate::invocation::{Invocation, Program};
use support::Failure;

/// What kubectl knows of clusters.
struct Contexts {
    /// Name of each context and of the cluster that it leads to.
    known: Vec<(String, String)>,
    current: Option<String>,
}

/// The context that leads to the environment's cluster, or the one that was named.
///
/// The current context is never a reason: it is whatever was used last.
pub fn find(
    name: EnvironmentName,
    environment: &Environment,
    named: Option<&str>,
) -> Result<Choice, Failure> {
    let contexts = Contexts::read()?;
    let Some(named) = named else {
        return contexts.of(environment).map(Choice::Own).ok_or_else(|| {
            Failure::new(format!(
                "kubectl has no context for the cluster of {name}, {}: {}, or name a context with --context",
                expected(environment).join(" or "),
                way_to(name, environment)
            ))
        });
    };
    let Some((_, cluster)) = contexts.known.iter().find(|(known, _)| known == named) else {
        let known: Vec<&str> = contexts.known.iter().map(|(known, _)| known.as_str()).collect();
        return Err(Failure::new(format!(
            "kubectl has no context {named}; it has: {}",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        )));
    };
    if expected(environment).contains(cluster) {
        return Ok(Choice::Own(named.to_owned()));
    }
    let others = EnvironmentName::ALL.into_iter().filter(|other| *other != name);
    for other in others {
        if expected(&other.environment()).contains(cluster) {
            return Err(Failure::new(format!(
                "the context {named} leads to the cluster of {other}, {cluster}: {name} has nothing to do there; leave out \
                 --context, or name {other}"
            )));
        }
    }
    Ok(Choice::Foreign { context: named.to_owned(), cluster: cluster.clone() })
}

/// A context that was found.
#[derive(Debug)]
pub enum Choice {
    /// Leads to the environment's cluster.
    Own(String),
    /// Was named, and leads elsewhere.
    Foreign {
        /// The context.
        context: String,
        /// Its cluster.
        cluster: String,
    },
}

impl Choice {
    /// The context, for what only looks.
    pub fn for_reading(self) -> String {
        match self {
            Self::Own(context) | Self::Foreign { context, .. } => context,
        }
    }

    /// The context, for what changes the cluster: asks before it is one that the environment does not know.
    pub fn for_changing(
        self,
        name: EnvironmentName,
        environment: &Environment,
        yes: bool,
    ) -> Result<String, Failure> {
        match self {
            Self::Own(context) => Ok(context),
            Self::Foreign { context, cluster } => {
                let question = format!(
                    "The context {context} leads to the cluster {cluster}, which is not the one of {name}, {}.",
                    expected(environment).join(" or ")
                );
                confirm(&question, &context, yes)?;
                Ok(context)
            }
        }
    }
}

/// The context that the environment's cluster has where nobody has renamed it.
pub fn usual(environment: &Environment) -> String {
    match environment.infrastructure() {
        Infrastructure::Laptop(laptop) => laptop.cluster.profile.to_string(),
        Infrastructure::Aws(aws) => aws.cluster.arn(),
    }
}

/// Asks people to type `word`; without a terminal only `yes` goes on.
pub fn confirm(question: &str, word: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let stopped = |how: &str| Failure::new(format!("{question} Nothing was changed: {how}"));
    if !io::stdin().is_terminal() {
        return Err(stopped("add --yes if this is what you want"));
    }
    eprint!("{question} Type {word} to go on: ");
    let mut answer = String::new();
    let _ = io::stderr().flush();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == word {
        return Ok(());
    }
    Err(stopped("the answer was another word"))
}

/// How the clusters of kubectl's configuration name the environment's.
fn expected(environment: &Environment) -> Vec<String> {
    match environment.infrastructure() {
        Infrastructure::Laptop(laptop) => vec![laptop.cluster.profile.to_string()],
        Infrastructure::Aws(aws) => aws.cluster.kubeconfig_clusters().to_vec(),
    }
}

/// How one gets a context for the environment's cluster.
fn way_to(name: EnvironmentName, environment: &Environment) -> String {
    match environment.infrastructure() {
        Infrastructure::Laptop(_) => format!("make it with `cargo xtask cluster up {name}`"),
        Infrastructure::Aws(aws) => {
            format!("fetch one with `{}`", update_kubeconfig(&aws.cluster))
        }
    }
}

/// Gives kubectl a context for a cluster of EKS.
pub fn update_kubeconfig(cluster: &Eks) -> Invocation {
    let (region, name) = (cluster.region.as_str(), cluster.name.as_str());
    let words = ["eks", "update-kubeconfig", "--region", region, "--name", name];
    Invocation::new(Program::Aws, words)
}

impl Contexts {
    fn read() -> Result<Self, Failure> {
        let output =
            Invocation::new(Program::Kubectl, ["config", "view", "--output", "json"]).output()?;
        let view: Value = serde_json::from_str(&output).map_err(|error| {
            Failure::new(format!(
                "what `kubectl config view` prints is not JSON: {error}; check what kubectl on the PATH is"
            ))
        })?;
        let known = view["contexts"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            known: known
                .map(|context| (text(&context["name"]), text(&context["context"]["cluster"])))
                .collect(),
            current: view["current-context"].as_str().map(str::to_owned),
        })
    }

    /// A context of the environment's cluster: the current one where it is one of several, or the one that is named as usual.
    fn of(&self, environment: &Environment) -> Option<String> {
        let clusters = expected(environment);
        let usual = usual(environment);
        let mut candidates: Vec<&String> = self
            .known
            .iter()
            .filter(|(_, cluster)| clusters.contains(cluster))
            .map(|(name, _)| name)
            .collect();
        candidates.sort_by_key(|name| {
            (self.current.as_ref() != Some(name), **name != usual, name.as_str())
        });
        candidates.first().map(|name| (*name).clone())
    }
}
