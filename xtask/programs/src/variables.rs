//! Which variables of the environment programs get: none that leads them to another cluster than the one that was checked.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use crate::invocation::Program;

/// What redirects a program, as a name or, with a `*`, the beginning of one.
///
/// Kept on purpose: `DOCKER_HOST` and `DOCKER_CONTEXT`, because docker and Minikube follow them alike and whoever runs docker without
/// root needs them; `MINIKUBE_HOME`, where all of Minikube's clusters are; proxies, behind which certificates still tell servers
/// apart; `AWS_*`, by which a plugin of kubectl logs in to the server that the context names; and whatever changes only limits,
/// output, caches and plugins.
const REDIRECTING: [(Program, &[&str]); 4] = [
    (
        Program::Helm,
        &[
            // Server, certificate, token, user and groups, each before those of the context that is named.
            // Upstream: https://helm.sh/docs/helm/helm/
            "HELM_KUBE*",
            // Where releases are recorded: a database or memory in place of the cluster.
            "HELM_DRIVER*",
            "HELM_MEMORY_DRIVER_DATA",
            // The arguments name it; no other one may be left for what they do not name.
            "HELM_NAMESPACE",
            // Where a cluster without a server leads to.
            "KUBERNETES_MASTER",
            // The cluster of the pod that this runs in, which takes the place of a configuration that is empty.
            "KUBERNETES_SERVICE_*",
            "POD_NAMESPACE",
        ],
    ),
    (
        Program::Kubectl,
        &[
            "KUBERNETES_MASTER",
            "KUBERNETES_SERVICE_*",
            "POD_NAMESPACE",
            // Turns on the file of default options, which may name a server, in a kubectl that does not know `KUBERC=off`.
            "KUBECTL_KUBERC",
        ],
    ),
    (
        Program::Minikube,
        &[
            // Each is an option that no argument names, such as another driver, address or profile; but for those below.
            // Upstream: https://minikube.sigs.k8s.io/docs/handbook/config/
            "MINIKUBE_*",
            "KUBERNETES_MASTER",
            "KUBERNETES_SERVICE_*",
        ],
    ),
    (Program::Docker, &[]),
];

/// Variables of Minikube that lead nowhere else: its place, images from a nearer registry, docker without root, what it shows, and
/// what `minikube docker-env` has changed, which it undoes by itself.
const KEPT: [&str; 13] = [
    "MINIKUBE_HOME",
    "MINIKUBE_BASE_IMAGE",
    "MINIKUBE_BINARY_MIRROR",
    "MINIKUBE_IMAGE_MIRROR_COUNTRY",
    "MINIKUBE_IMAGE_REPOSITORY",
    "MINIKUBE_REGISTRY_MIRROR",
    "MINIKUBE_ROOTLESS",
    "MINIKUBE_FORCE_SYSTEMD",
    "MINIKUBE_IN_STYLE",
    "MINIKUBE_SUPPRESS_DOCKER_PERFORMANCE",
    "MINIKUBE_WANTUPDATENOTIFICATION",
    DOCKER_IN_A_NODE,
    "MINIKUBE_EXISTING_*",
];

/// Set while a shell's docker is that in a node of Minikube, by `minikube docker-env`.
const DOCKER_IN_A_NODE: &str = "MINIKUBE_ACTIVE_DOCKERD";

/// What `minikube docker-env` sets; the values of before are behind `MINIKUBE_EXISTING_`.
const OF_DOCKER: [&str; 3] = ["DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"];

/// What leads to the configuration of kubectl.
const KUBECONFIG: &str = "KUBECONFIG";

/// Gives a command the variables of its program.
pub fn set(command: &mut Command, program: Program) {
    for name in redirecting(program, &names()) {
        command.env_remove(name);
    }
    if let Some(files) = kubeconfig() {
        command.env(KUBECONFIG, files);
    } else {
        command.env_remove(KUBECONFIG);
    }
    if program == Program::Kubectl {
        // No default options of the user, which may name a server or a user.
        // Upstream: https://kubernetes.io/docs/reference/kubectl/kuberc/
        command.env("KUBERC", "off");
    }
    if program == Program::Docker && env::var_os(DOCKER_IN_A_NODE).is_some() {
        // Images are built for the nodes, not in one of them.
        for name in OF_DOCKER {
            match env::var_os(format!("MINIKUBE_EXISTING_{name}")) {
                Some(before) => command.env(name, before),
                None => command.env_remove(name),
            };
        }
    }
}

/// The variables of this process that the program does not get, as a shell takes them away: for commands that the user runs.
pub fn taken_away(program: Program) -> Vec<String> {
    redirecting(program, &names())
}

fn names() -> Vec<OsString> {
    env::vars_os().map(|(name, _)| name).collect()
}

fn redirecting(program: Program, names: &[OsString]) -> Vec<String> {
    let patterns = REDIRECTING.iter().filter(|(of, _)| *of == program);
    let patterns: Vec<&str> = patterns.flat_map(|(_, patterns)| patterns.iter().copied()).collect();
    let mut found: Vec<String> = names
        .iter()
        .filter_map(|name| name.to_str())
        .filter(|name| patterns.iter().any(|pattern| is_like(name, pattern)))
        .filter(|name| !KEPT.iter().any(|pattern| is_like(name, pattern)))
        .map(str::to_owned)
        .collect();
    found.sort();
    found
}

fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == pattern,
    }
}

/// The files that `KUBECONFIG` names, each by its absolute path; `None` where it names none and `~/.kube/config` holds.
pub fn kubeconfig_files() -> Option<Vec<PathBuf>> {
    let value = env::var_os(KUBECONFIG)?;
    files_of(&value)
}

/// Empty entries are nothing to kubectl and Minikube either.
fn files_of(value: &OsStr) -> Option<Vec<PathBuf>> {
    let files = env::split_paths(value).filter(|file| !file.as_os_str().is_empty());
    // A program may be started elsewhere, or change its folder.
    let files: Vec<_> = files.map(|file| std::path::absolute(&file).unwrap_or(file)).collect();
    (!files.is_empty()).then_some(files)
}

/// One value for every program of a run.
fn kubeconfig() -> Option<OsString> {
    env::join_paths(kubeconfig_files()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(program: Program, names: &[&str]) -> Vec<String> {
        let names: Vec<OsString> = names.iter().map(OsString::from).collect();
        redirecting(program, &names)
    }

    #[test]
    fn what_leads_elsewhere_is_taken_away_and_nothing_else() {
        for (program, names) in [
            (
                Program::Helm,
                &[
                    "HELM_DRIVER",
                    "HELM_DRIVER_SQL_CONNECTION_STRING",
                    "HELM_KUBEAPISERVER",
                    "HELM_KUBEASGROUPS",
                    "HELM_KUBEASUSER",
                    "HELM_KUBECAFILE",
                    "HELM_KUBECONTEXT",
                    "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
                    "HELM_KUBETLS_SERVER_NAME",
                    "HELM_KUBETOKEN",
                    "HELM_MEMORY_DRIVER_DATA",
                    "HELM_NAMESPACE",
                    "KUBERNETES_MASTER",
                ][..],
            ),
            (Program::Kubectl, &["KUBECTL_KUBERC", "KUBERNETES_MASTER", "POD_NAMESPACE"]),
            (Program::Minikube, &["MINIKUBE_DRIVER", "MINIKUBE_PROFILE"]),
        ] {
            assert_eq!(taken(program, names), names, "{program:?}");
        }
        for program in [Program::Helm, Program::Kubectl, Program::Minikube, Program::Docker] {
            let names = [
                "PATH",
                "HOME",
                "HELM_CACHE_HOME",
                "HELM_PLUGINS",
                "HELM_BURST_LIMIT",
                "MINIKUBE_HOME",
                "DOCKER_HOST",
                "HTTPS_PROXY",
                "AWS_PROFILE",
            ];
            assert_eq!(taken(program, &names), Vec::<String>::new(), "{program:?}");
        }
    }

    #[test]
    fn a_list_of_files_is_absolute_and_without_empty_entries() {
        let current = env::current_dir().expect("a folder");
        for (value, expected) in [
            ("", None),
            (":", None),
            ("/a", Some(vec![PathBuf::from("/a")])),
            ("/a::b", Some(vec![PathBuf::from("/a"), current.join("b")])),
        ] {
            assert_eq!(files_of(OsStr::new(value)), expected, "{value}");
        }
    }
}
