//! `.tool-versions`: the programs that people need, in the versions that the code names elsewhere.

use std::collections::BTreeMap;
use std::fs;

use manifests_lib::cluster::Infrastructure;

use super::workspace;

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn versions() -> BTreeMap<String, String> {
    let text = read(".tool-versions");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (tool, version) = line.split_once(' ').expect("a tool and a version");
            (tool.to_owned(), version.to_owned())
        })
        .collect()
}

/// What follows a text, up to something that is no part of a version.
fn after(text: &str, before: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} is not there"));
    rest.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect()
}

/// The newest release of Go that a module of the lanes asks for.
fn go() -> String {
    let programs = workspace().join("conformance/harness/programs");
    let modules = fs::read_dir(programs).expect("the programs of the lanes");
    let releases = modules.filter_map(|module| {
        let text = fs::read_to_string(module.expect("an entry").path().join("go.mod")).ok()?;
        let release = text.lines().find_map(|line| line.strip_prefix("go "))?.to_owned();
        let numbers = release.split('.').map(|number| number.parse::<u32>().expect("a number"));
        Some((numbers.collect::<Vec<_>>(), release.clone()))
    });
    releases.max().expect("a module").1
}

#[test]
fn versions_are_those_that_the_code_names() {
    let mut named = BTreeMap::from([
        ("argocd", after(&read("conformance/harness/programs/argocd/go.mod"), "argo-cd/v3 v")),
        ("eksctl", after(&read("xtask/eksctl-schema/schema.toml"), "eksctl-io/eksctl/v")),
        ("golang", go()),
        ("helm", after(&read("conformance/harness/programs/helm/go.mod"), "helm.sh/helm/v4 v")),
        (
            "kubectl",
            after(&read("conformance/harness/programs/kubernetes/go.mod"), "k8s.io/kubernetes v"),
        ),
        ("rust", after(&read("rust-toolchain.toml"), "channel = \"")),
    ]);
    let charts = read("manifests-lib/helm-values/charts.toml");
    let (_, istiod) = charts.split_once("name = \"istiod\"").expect("the chart of istiod");
    named.insert("istioctl", after(istiod, "version = \""));
    let mut told = versions();
    // The code names none: it asks Minikube whether it knows the release of Kubernetes.
    assert!(told.remove("minikube").is_some(), "minikube is missing");
    let told: BTreeMap<&str, String> =
        told.iter().map(|(tool, version)| (tool.as_str(), version.clone())).collect();
    assert_eq!(told, named);
}

#[test]
fn kubectl_is_of_the_release_of_the_clusters() {
    let told = versions();
    for entry in environments::ALL {
        let minor = match (entry.environment)().infrastructure {
            Infrastructure::Minikube(cluster) => {
                assert_eq!(told["kubectl"], cluster.kubernetes.to_string().trim_start_matches('v'));
                continue;
            }
            Infrastructure::Eks(cluster) => cluster.kubernetes.0,
        };
        assert!(told["kubectl"].starts_with(&format!("1.{minor}.")), "{}", entry.name);
    }
}
