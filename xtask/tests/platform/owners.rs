//! Who has to approve which change: `.github/CODEOWNERS`, read as GitHub reads it.

use std::collections::BTreeMap;
use std::fs;

use custom_resources::argoproj::v1alpha1::Application;
use manifests_lib::delivery::gitops::{Reviewers, application_name};

use super::{build, workspace};

/// The teams that the environments name.
fn reviewers() -> Reviewers {
    let mut environments = environments::ALL.iter().map(|entry| (entry.environment)());
    environments
        .find_map(|environment| environment.reviewers)
        .expect("an environment that names its reviewers")
}

fn team(reviewers: &Reviewers, project: &str) -> String {
    let named = reviewers.teams.iter().find(|(name, _)| name.as_str() == project);
    let name = named.map_or(&reviewers.administrators, |(_, name)| name);
    format!("@{}/{name}", reviewers.organisation)
}

/// Who approves a change of a file: the owner in the last line whose pattern matches.
fn owner(path: &str) -> String {
    let file = fs::read_to_string(workspace().join(".github/CODEOWNERS")).expect("a file");
    let mut found = None;
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let (pattern, owner) = line.split_once(' ').expect("a pattern and an owner");
        if matches(pattern, path) {
            found = Some(owner.trim().to_owned());
        }
    }
    found.expect("an owner of everything")
}

/// The kinds of patterns that the file has: `*`, and folders below the repository's in which `*` stands for one name.
fn matches(pattern: &str, path: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let folder = pattern.strip_prefix('/').and_then(|pattern| pattern.strip_suffix('/'));
    let mut names = path.split('/');
    folder
        .unwrap_or_else(|| panic!("{pattern} is no folder below the repository's"))
        .split('/')
        .all(|part| names.next().is_some_and(|name| part == "*" || part == name))
        && names.next().is_some()
}

#[test]
fn a_folder_of_snapshots_belongs_to_the_team_of_its_project() {
    let reviewers = reviewers();
    for entry in environments::ALL {
        let platform = build((entry.environment)());
        let teams: BTreeMap<&str, &str> = platform
            .resources()
            .filter_map(|resource| resource.get::<Application>())
            .filter_map(|application| {
                let team = application.spec.project.split('.').next()?;
                Some((application.metadata.name.as_deref()?, team))
            })
            .collect();
        for bundle in &platform.bundles {
            let path = format!("snapshots/{}/{}/object.yaml", entry.name, bundle.name);
            let project = teams[application_name(&bundle.name).as_str()];
            assert_eq!(owner(&path), team(&reviewers, project), "{path}");
        }
    }
}

#[test]
fn what_gives_rights_to_others_belongs_to_the_administrators() {
    let administrators = team(&reviewers(), "root");
    for path in [
        ".ci/run",
        ".github/CODEOWNERS",
        ".github/workflows/ci.yaml",
        "environments/prd/src/lib.rs",
        "services/src/deploy/argocd.rs",
        "services/src/platform.rs",
        "snapshots/prd/argocd/secret.yaml",
        "snapshots/prd/infra-parent/application-istio-application.yaml",
        "snapshots/prd/istio/application-istio-cni-application.yaml",
        "snapshots/prd/root/appproject-root.yaml",
    ] {
        assert_eq!(owner(path), administrators, "{path}");
    }
}

#[test]
fn a_team_owns_its_modules() {
    let reviewers = reviewers();
    assert_eq!(owner("services/src/app/account.rs"), team(&reviewers, "app"));
    assert_eq!(owner("services/src/infra/nginx.rs"), team(&reviewers, "infra"));
}
