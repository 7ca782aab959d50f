//! Finds the kubectl context of an environment's cluster.

use std::io::{self, BufRead, IsTerminal, Write};

use serde_json::Value;

use crate::cluster::kind::Infrastructure;
use crate::environment::EnvironmentName;
use crate::invocation::{Invocation, Program};
use support::Failure;

/// The contexts in kubectl's configuration.
struct Contexts {
    /// Each context's name and the name of its cluster.
    known: Vec<(String, String)>,
    current: Option<String>,
}

/// The context of the environment's cluster, or the one named with `--context`.
///
/// The current context alone never decides: it is whatever was used last.
pub fn find(
    name: EnvironmentName,
    infrastructure: &Infrastructure,
    named: Option<&str>,
) -> Result<Choice, Failure> {
    let contexts = Contexts::read()?;
    let Some(named) = named else {
        return contexts.of(infrastructure).map(Choice::Own).ok_or_else(|| {
            Failure::new(format!(
                "kubectl has no context for the cluster of {name}, {}: {}, or name a context with --context",
                infrastructure.clusters_of_kubectl().join(" or "),
                infrastructure.way_to_context(name)
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
    if infrastructure.clusters_of_kubectl().contains(cluster) {
        return Ok(Choice::Own(named.to_owned()));
    }
    let others = EnvironmentName::all().filter(|other| *other != name);
    for other in others {
        if other.infrastructure().clusters_of_kubectl().contains(cluster) {
            return Err(Failure::new(format!(
                "the context {named} leads to the cluster of {other}, {cluster}, not to that of {name}: leave out --context, or \
                 name the environment {other}"
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
    /// Was named, and leads to another cluster.
    Foreign {
        /// The context.
        context: String,
        /// Its cluster.
        cluster: String,
    },
}

impl Choice {
    /// The context, for commands that only read.
    pub fn for_reading(self) -> String {
        match self {
            Self::Own(context) | Self::Foreign { context, .. } => context,
        }
    }

    /// The context, for commands that change the cluster: asks for confirmation if the cluster is not the environment's.
    pub fn for_changing(
        self,
        name: EnvironmentName,
        infrastructure: &Infrastructure,
        yes: bool,
    ) -> Result<String, Failure> {
        match self {
            Self::Own(context) => Ok(context),
            Self::Foreign { context, cluster } => {
                let question = format!(
                    "The context {context} leads to the cluster {cluster}, which is not the one of {name}, {}.",
                    infrastructure.clusters_of_kubectl().join(" or ")
                );
                confirm(&question, &context, yes)?;
                Ok(context)
            }
        }
    }
}

/// Asks the user to type `word`; without a terminal, `yes` is required.
pub fn confirm(question: &str, word: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let stopped = |how: &str| Failure::new(format!("{question} Nothing was changed: {how}"));
    if !io::stdin().is_terminal() {
        return Err(stopped("add --yes if this is what you want"));
    }
    let mut stderr = io::stderr();
    // Who cannot read the question does not type the word.
    let _ = write!(stderr, "{question} Type {word} to continue: ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == word {
        return Ok(());
    }
    Err(stopped("the answer was a different word"))
}

impl Contexts {
    fn read() -> Result<Self, Failure> {
        let output =
            Invocation::new(Program::Kubectl, ["config", "view", "--output", "json"]).output()?;
        let view: Value = serde_json::from_str(&output).map_err(|error| {
            Failure::new(format!(
                "the output of `kubectl config view` is not JSON: {error}; check which kubectl is on the PATH"
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

    /// A context of the environment's cluster. Of several it is the current one, or else the one with the default name.
    fn of(&self, infrastructure: &Infrastructure) -> Option<String> {
        let clusters = infrastructure.clusters_of_kubectl();
        let usual = infrastructure.usual_context();
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
