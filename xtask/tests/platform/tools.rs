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
    // The code names none: see below.
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

/// The first release of Minikube 1 that knows a release of Kubernetes 1.
///
/// Upstream: <https://github.com/kubernetes/minikube/blob/master/CHANGELOG.md>
const MINIKUBE: [(u16, u32); 3] = [(35, 38), (36, 39), (37, 39)];

/// `cluster up` asks Minikube itself, and refuses one that does not: what people install must not be refused.
#[test]
fn minikube_knows_the_release_of_the_clusters() {
    let told = versions();
    let (major, rest) = told["minikube"].split_once('.').expect("a release");
    let (minor, _) = rest.split_once('.').expect("a release");
    let installed: (u32, u32) =
        (major.parse().expect("a number"), minor.parse().expect("a number"));
    let mut count = 0;
    for entry in environments::ALL {
        let Infrastructure::Minikube(cluster) = (entry.environment)().infrastructure else {
            continue;
        };
        let wanted = cluster.kubernetes.minor;
        let known = MINIKUBE.iter().find(|(kubernetes, _)| *kubernetes == wanted.0);
        let (_, first) = known.unwrap_or_else(|| {
            panic!(
                "{}: add the first Minikube that knows Kubernetes {wanted} to MINIKUBE",
                entry.name
            )
        });
        assert!(
            installed >= (1, *first),
            "{}: Kubernetes {wanted} needs Minikube 1.{first}",
            entry.name
        );
        count += 1;
    }
    assert!(count > 0, "no environment on Minikube");
}
