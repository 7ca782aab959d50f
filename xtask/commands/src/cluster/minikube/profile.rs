//! What Minikube itself says of a cluster.

use std::net::IpAddr;

use manifests_lib::cluster::Minikube;
use manifests_lib::values::MinikubeProfile;
use serde_json::Value;
use support::Failure;

use crate::environment::EnvironmentName;
use programs::{Invocation, Program};

/// minikube's exit code if there is no such cluster (`ExGuestNotFound`).
const NO_CLUSTER: i32 = 85;

/// The names of the nodes that the cluster has, in Minikube's order; `None` where there is no such cluster.
pub(super) fn nodes(profile: &MinikubeProfile) -> Result<Option<Vec<String>>, Failure> {
    let list = Invocation::new(Program::Minikube, ["node", "list", "--profile", profile.as_str()])
        .output_unless(NO_CLUSTER)?;
    let names = |list: String| {
        list.lines().filter_map(|line| node(line, profile)).map(str::to_owned).collect()
    };
    Ok(list.map(names))
}

/// The name in `<name><tab><address>`, the address of a node that never ran being empty; `None` for every other line, such as a
/// warning of Minikube's.
fn node<'a>(line: &'a str, profile: &MinikubeProfile) -> Option<&'a str> {
    let (name, address) = line.split_once('\t')?;
    let number = name.strip_prefix(profile.as_str())?;
    let is_number =
        |number: &str| number.strip_prefix("-m").is_some_and(|it| it.parse::<u32>().is_ok());
    let is_address = address.is_empty() || address.parse::<IpAddr>().is_ok();
    (is_address && (number.is_empty() || is_number(number))).then_some(name)
}

/// The names of the nodes that the environment describes.
pub(super) fn described(cluster: &Minikube) -> Vec<String> {
    let first = cluster.profile.to_string();
    [first].into_iter().chain(cluster.group_nodes().map(|(node, _)| node)).collect()
}

/// A label of every node, which the kubelet gives it: Minikube keeps it with the cluster from its first start on, so that it is known
/// by it when it is stopped, or half made.
const MADE_FOR: (&str, &str) = ("kubelet", "node-labels");

fn made_for(environment: EnvironmentName) -> String {
    format!("manifests/environment={environment}")
}

/// The option of `minikube start` that says for which environment it makes the cluster.
pub(super) fn mark(environment: EnvironmentName) -> String {
    let (component, key) = MADE_FOR;
    format!("{component}.{key}={}", made_for(environment))
}

/// Whether the cluster was made for this environment.
pub(super) fn is_marked(
    profile: &MinikubeProfile,
    environment: EnvironmentName,
) -> Result<bool, Failure> {
    // Without `--light` it would look into every other cluster, too.
    let list = ["profile", "list", "--light", "--output", "json"];
    let list = Invocation::new(Program::Minikube, list).output()?;
    let profiles = objects(&list).find_map(|list| list.get("valid").cloned());
    let own = profiles.as_ref().and_then(Value::as_array).into_iter().flatten();
    let own = own.filter(|it| it["Name"] == profile.as_str());
    let mut options =
        own.filter_map(|it| it["Config"]["KubernetesConfig"]["ExtraOptions"].as_array()).flatten();
    let (component, key) = MADE_FOR;
    Ok(options.any(|it| {
        it["Component"] == component
            && it["Key"] == key
            && it["Value"] == made_for(environment).as_str()
    }))
}

/// What the control plane does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its machine does not run.
    Stopped,
    /// It runs, and kubectl's cluster of the profile's name has its address.
    Reachable,
    /// It runs, and kubectl's cluster of the profile's name has another address.
    Elsewhere,
}

/// Asks Minikube, which compares kubectl's configuration with the machine.
pub(super) fn state(profile: &MinikubeProfile) -> Result<State, Failure> {
    let question = ["status", "--profile", profile.as_str(), "--output", "json"];
    let question = Invocation::new(Program::Minikube, question);
    // Its exit code only says which of these is not well.
    let outcome = question.outcome()?;
    objects(&outcome.output).find_map(|answer| state_of(&answer)).ok_or_else(|| {
        Failure::new(format!(
            "`{question}` does not say whether the cluster runs: run it, remove the cause, then run this command again"
        ))
    })
}

/// One object for one node, else a list of them.
fn state_of(answer: &Value) -> Option<State> {
    let nodes = answer.as_array().map_or_else(|| std::slice::from_ref(answer), Vec::as_slice);
    let control_plane = nodes.iter().find(|node| node["Worker"] != true)?;
    Some(match (control_plane["Host"].as_str()?, control_plane["Kubeconfig"].as_str()?) {
        ("Running", "Configured") => State::Reachable,
        ("Running", _) => State::Elsewhere,
        _ => State::Stopped,
    })
}

/// The lines that are JSON: Minikube may print remarks around them.
fn objects(output: &str) -> impl Iterator<Item = Value> {
    output.lines().filter_map(|line| serde_json::from_str(line).ok())
}

#[cfg(test)]
mod tests {
    use manifests_lib::minikube_profile;

    use super::*;

    #[test]
    fn a_node_is_a_name_and_an_address() {
        let profile = minikube_profile!("shop-dev");
        for (line, name) in [
            ("shop-dev\t192.0.2.2", Some("shop-dev")),
            ("shop-dev-m02\t192.0.2.3", Some("shop-dev-m02")),
            ("shop-dev-m03\t", Some("shop-dev-m03")),
            ("shop-dev-m04\t2001:db8::4", Some("shop-dev-m04")),
            ("", None),
            ("* There is a newer version of Minikube", None),
            ("shop-dev", None),
            ("shop-dev 192.0.2.2", None),
            ("shop-dev-mine\t192.0.2.2", None),
            ("shop-development\t192.0.2.2", None),
            ("shop\t192.0.2.2", None),
            ("shop-dev\tsoon", None),
        ] {
            assert_eq!(node(line, &profile), name, "{line:?}");
        }
    }

    #[test]
    fn the_control_plane_decides_whether_the_cluster_runs() {
        let read = |text: &str| objects(text).find_map(|answer| state_of(&answer));
        let one = r#"{"Name":"shop-dev","Host":"Running","Kubelet":"Running","APIServer":"Running","Kubeconfig":"Configured","Worker":false}"#;
        let worker =
            r#"{"Name":"shop-dev-m02","Host":"Stopped","Kubeconfig":"Irrelevant","Worker":true}"#;
        let elsewhere = one.replace("Configured", "Misconfigured");
        let stopped = one.replace("Running", "Stopped").replace("Configured", "Stopped");
        for (text, state) in [
            (one.to_owned(), Some(State::Reachable)),
            (format!("[{worker},{one}]"), Some(State::Reachable)),
            (format!("! a warning\n[{one},{worker}]"), Some(State::Reachable)),
            (elsewhere, Some(State::Elsewhere)),
            (format!("[{stopped},{worker}]"), Some(State::Stopped)),
            ("[]".to_owned(), None),
            ("{}".to_owned(), None),
            ("3\n\"text\"\nnull\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(read(&text), state, "{text}");
        }
    }
}
