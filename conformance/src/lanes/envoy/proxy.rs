//! The proxy of a pod: the injected containers, run as a kubelet and the CNI plugin of the mesh run them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::path::Path;

use harness::{Failure, Process, Program, Programs, cannot_write};
use serde_json::Value;

use super::container;
use super::node::{FILES, Node, PodNetwork};

/// The user of the injected container, whose own connections are not redirected to it.
const USER: u32 = 1337;

/// The container of the proxy.
const CONTAINER: &str = "istio-proxy";

/// Where it prints to, in the folder of its pod.
const LOG: &str = "log";

/// What the kubelet of a pod hands to its proxy.
pub struct Secrets<'a> {
    /// A token of its service account for the control plane.
    pub token: String,
    /// The certificate of the control plane's authority.
    pub root_certificate: &'a str,
}

/// Starts the proxy of a pod that the API server has stored; sidecars get the pod's connections.
pub fn start(
    programs: &Programs,
    node: &Node<'_>,
    network: &PodNetwork,
    pod: &Value,
    secrets: &Secrets<'_>,
) -> Result<Process, Failure> {
    let name =
        format!("{}.{}", text(&pod["metadata"]["name"]), text(&pod["metadata"]["namespace"]));
    let container = container::of(pod, CONTAINER).ok_or_else(|| {
        Failure::new(format!(
            "the webhook of the mesh has put no proxy into {name}: compare the labels of its namespace with the revision of \
             istiod"
        ))
    })?;
    let folder = Path::new(FILES).join("pods").join(&name);
    write(&folder, programs, pod, secrets)?;
    let agent = node.program(&programs.path(Program::PILOT_AGENT)?)?;
    node.program(&programs.path(Program::ENVOY)?)?;
    if let Some(rules) = container::of(pod, "istio-validation") {
        let mut command = network.command();
        command.arg(&agent).args(redirection(rules, container));
        node.run(&mut command)?;
    }
    let environment = container::environment(container, pod);
    let mut command = network.command();
    let user = USER.to_string();
    command
        .args(["--setuid", &user, "--setgid", &user, "--"])
        .arg(&agent)
        .args(container::arguments(container, &environment))
        .current_dir(&folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", &folder)
        .envs(environment);
    programs.start("pilot-agent", &mut command, folder.join(LOG))
}

/// What the CNI plugin does: the arguments of the container that only validates, and what it reads from the pod besides.
fn redirection(validation: &Value, proxy: &Value) -> Vec<String> {
    let mut arguments = container::arguments(validation, &BTreeMap::new());
    arguments
        .retain(|argument| !["--run-validation", "--skip-rule-apply"].contains(&argument.as_str()));
    let variables = proxy["env"].as_array().into_iter().flatten();
    let captures_names = variables.clone().any(|variable| {
        variable["name"] == "ISTIO_META_DNS_CAPTURE" && variable["value"] == "true"
    });
    if captures_names {
        arguments.push("--redirect-dns".to_owned());
    }
    arguments
}

/// Writes the volumes of the container, below a folder that is its root.
fn write(
    folder: &Path,
    programs: &Programs,
    pod: &Value,
    secrets: &Secrets<'_>,
) -> Result<(), Failure> {
    let bootstrap = programs.path(Program::PILOT_DISCOVERY)?.with_file_name("envoy_bootstrap.json");
    let template = fs::read(&bootstrap).map_err(|error| {
        Failure::new(format!(
            "{} cannot be read: {error}; remove its folder, then it is built again",
            bootstrap.display()
        ))
    })?;
    let [labels, annotations] =
        ["labels", "annotations"].map(|fields| downward(&pod["metadata"][fields]));
    let files: [(&str, &[u8]); 6] = [
        // Envoy opens its standard output once more, for the log of accesses.
        (LOG, b""),
        ("var/run/secrets/tokens/istio-token", secrets.token.as_bytes()),
        ("var/run/secrets/istio/root-cert.pem", secrets.root_certificate.as_bytes()),
        ("etc/istio/pod/labels", labels.as_bytes()),
        ("etc/istio/pod/annotations", annotations.as_bytes()),
        ("var/lib/istio/envoy/envoy_bootstrap_tmpl.json", &template),
    ];
    for (name, contents) in files {
        let file = folder.join(name);
        file.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&file, contents))
            .map_err(|error| cannot_write(&file, &error))?;
    }
    fs::create_dir_all(folder.join("etc/istio/proxy"))
        .and_then(|()| give(folder))
        .map_err(|error| cannot_write(folder, &error))
}

/// Gives a folder with all that is in it to the user of the proxy.
fn give(path: &Path) -> io::Result<()> {
    chown(path, Some(USER), Some(USER))?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path())?;
        }
    }
    Ok(())
}

/// Labels or annotations as the downward API writes them.
fn downward(fields: &Value) -> String {
    let fields = fields.as_object().into_iter().flatten();
    let lines: Vec<String> = fields.map(|(key, value)| format!("{key}={value}\n")).collect();
    lines.concat()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_redirection_is_applied_with_what_the_validation_checks() {
        let validation = json!({"args": ["istio-iptables", "-p", "15001", "--run-validation", "--skip-rule-apply"]});
        let proxy = json!({"env": [{"name": "ISTIO_META_DNS_CAPTURE", "value": "true"}]});
        assert_eq!(
            redirection(&validation, &proxy),
            ["istio-iptables", "-p", "15001", "--redirect-dns"]
        );
        assert_eq!(redirection(&validation, &json!({})), ["istio-iptables", "-p", "15001"]);
    }

    #[test]
    fn labels_are_written_as_the_downward_api_does() {
        assert_eq!(
            downward(&json!({"app": "web", "note": "a \"b\""})),
            "app=\"web\"\nnote=\"a \\\"b\\\"\"\n"
        );
    }
}
