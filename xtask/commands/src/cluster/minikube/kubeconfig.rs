//! Whether kubectl's names lead to the cluster that Minikube made under the same name.

use manifests_lib::values::MinikubeProfile;
use serde_json::Value;
use support::Failure;

use super::profile::State;
use programs::{Invocation, Program};

/// Fails if kubectl has something else under the profile's name: Minikube writes its own over it, and removes it with the cluster.
pub(super) fn require_free(profile: &MinikubeProfile) -> Result<(), Failure> {
    let view = view()?;
    let other = match leads_to(&view, profile) {
        Some(cluster) if cluster != profile.as_str() => {
            Some(format!("the context {profile} leads to the cluster {cluster}"))
        }
        _ => entry(&view["clusters"], profile).filter(|it| !is_of_minikube(it)).map(|it| {
            let server = it["cluster"]["server"].as_str().unwrap_or_default();
            format!("the cluster {profile} is at {server}")
        }),
    };
    match other {
        None => Ok(()),
        Some(other) => Err(Failure::new(format!(
            "in kubectl's configuration, {other}, which Minikube did not make and would overwrite or remove: give this entry another name \
             there, then run this command again"
        ))),
    }
}

/// Fails if the context of the profile's name leads anywhere but to the cluster of this name, which runs.
pub(super) fn require_own(profile: &MinikubeProfile, state: State) -> Result<(), Failure> {
    let context = leads_to(&view()?, profile);
    let leads_there = context.as_deref() == Some(profile.as_str()) && state == State::Reachable;
    if leads_there {
        return Ok(());
    }
    let update =
        Invocation::new(Program::Minikube, ["update-context", "--profile", profile.as_str()]);
    let (what, way) = match context {
        None => (format!("kubectl has no context {profile}"), "run"),
        Some(cluster) if cluster != profile.as_str() => (
            format!("kubectl's context {profile} leads to the cluster {cluster}"),
            "give this context another name, run",
        ),
        Some(_) => (
            format!("kubectl's context {profile} does not have the address of this cluster"),
            "run",
        ),
    };
    Err(Failure::new(format!(
        "the Minikube cluster {profile} runs, but {what}, so nothing was sent there: {way} `{update}`, then this command again"
    )))
}

fn view() -> Result<Value, Failure> {
    let question =
        Invocation::new(Program::Kubectl, ["config", "view", "--output", "json"]).output()?;
    serde_json::from_str(&question).map_err(|error| {
        Failure::new(format!(
            "the output of `kubectl config view` is not JSON: {error}; check which kubectl is on the PATH"
        ))
    })
}

/// The cluster of the context of this name; `None` if there is no such context.
fn leads_to(view: &Value, profile: &MinikubeProfile) -> Option<String> {
    let context = entry(&view["contexts"], profile)?;
    Some(context["context"]["cluster"].as_str().unwrap_or_default().to_owned())
}

fn entry<'a>(list: &'a Value, profile: &MinikubeProfile) -> Option<&'a Value> {
    list.as_array()?.iter().find(|entry| entry["name"] == profile.as_str())
}

/// Minikube signs what it writes.
fn is_of_minikube(cluster: &Value) -> bool {
    let extensions = cluster["cluster"]["extensions"].as_array().into_iter().flatten();
    let mut providers = extensions.map(|it| &it["extension"]["provider"]);
    providers.any(|provider| provider == "minikube.sigs.k8s.io")
}
