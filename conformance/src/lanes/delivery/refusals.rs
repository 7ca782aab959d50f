//! What the projects of an environment have to refuse: each is tried by an Application of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harness::{Cluster, Failure, Report, cannot_write};
use serde_json::{Value, json};

use super::platform::{ARGOCD, BRANCH};
use crate::lanes::gitops::State;
use crate::rendered::{Object, Rendered};

/// The project that may contain Applications.
const ROOT: &str = "root";

/// The project that every cluster has; it may contain nothing.
const DEFAULT: &str = "default";

/// What somebody who writes to the folders of one team might try.
pub struct Attempt {
    /// Of which environment, and what.
    what: String,
    /// The name of the Application, and of the folder that it deploys.
    name: String,
    /// Its specification but for the folder.
    spec: Value,
    /// What is in the folder.
    object: Value,
    /// What Argo CD has to say.
    expected: &'static str,
}

/// The projects of an environment, under names of their own, so that several environments fit into one cluster.
pub fn projects(rendered: &Rendered) -> Result<Vec<Object>, Failure> {
    let projects = rendered.objects.iter().filter(|object| object.identity.kind == "AppProject");
    projects
        .map(|project| {
            let name = own_name(rendered, &project.identity.name);
            let mut own = project.with_field(&["metadata", "name"], json!(name))?;
            own.identity.name = name;
            Ok(own)
        })
        .collect()
}

fn own_name(rendered: &Rendered, project: &str) -> String {
    format!("{}-{project}", rendered.environment)
}

/// What is tried with the projects of an environment.
pub fn attempts(rendered: &Rendered) -> Result<Vec<Attempt>, Failure> {
    // Of each team the first project with a folder of snapshots: the language makes all of them alike.
    let mut teams: BTreeMap<&str, Team> = BTreeMap::new();
    for object in &rendered.objects {
        let Some((team, _)) = object.identity.name.split_once('.') else { continue };
        if object.identity.kind != "AppProject" || teams.contains_key(team) {
            continue;
        }
        if let Some(project) = Team::of(rendered, object) {
            teams.insert(team, project);
        }
    }
    let teams: Vec<Team> = teams.into_values().collect();
    if teams.len() < 2 {
        return Err(Failure::new(format!(
            "{}: no two teams have projects that deploy snapshots, so nothing can be tried between them: render the environment again",
            rendered.environment
        )));
    }
    let mut attempts = Vec::new();
    for (index, team) in teams.iter().enumerate() {
        let other = &teams[(index + 1) % teams.len()];
        attempts.extend(of_team(rendered, team, other));
    }
    Ok(attempts)
}

/// A project that is no root.
struct Team {
    project: String,
    repository: String,
    namespace: String,
}

impl Team {
    fn of(rendered: &Rendered, project: &Object) -> Option<Self> {
        let spec = &project.value["spec"];
        let own = own_repository(rendered);
        let repository = spec["sourceRepos"].as_array()?.iter().find(|it| **it == own)?;
        Some(Self {
            project: own_name(rendered, &project.identity.name),
            repository: repository.as_str()?.to_owned(),
            namespace: spec["destinations"][0]["namespace"].as_str()?.to_owned(),
        })
    }
}

/// The repository of the environment's snapshots: that of its first Application.
pub fn own_repository(rendered: &Rendered) -> Value {
    let root = rendered.objects.iter().find(|object| {
        object.identity.kind == "Application" && object.identity.name == "root-application"
    });
    root.map(|root| root.value["spec"]["sources"][0]["repoURL"].clone()).unwrap_or_default()
}

fn of_team(rendered: &Rendered, team: &Team, other: &Team) -> Vec<Attempt> {
    let Team { project, repository, namespace } = team;
    let attempt = |what: &str, spec: Value, object: Value, expected: &'static str| {
        let name = format!("refused-{project}-{}", what.replace(' ', "-").to_lowercase());
        let mut object = object;
        object["metadata"]["name"] = json!(object_name(&name));
        Attempt { what: format!("{project}: {what}"), name, spec, object, expected }
    };
    let spec = |project: &str, repository: &str, namespace: &str| {
        json!({
            "project": project,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace},
            "source": {"repoURL": repository, "targetRevision": BRANCH},
            "syncPolicy": {"automated": {}},
        })
    };
    let own = || spec(project, repository, namespace);
    let namespaced = |version: &str, kind: &str, namespace: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"namespace": namespace}});
    let mut application = namespaced("argoproj.io/v1alpha1", "Application", ARGOCD.name().as_str());
    application["spec"] = spec(&own_name(rendered, ROOT), repository, namespace);
    application["spec"]["source"]["path"] = json!("anything");
    let mut service_account = namespaced("v1", "ServiceAccount", "kube-public");
    service_account["automountServiceAccountToken"] = json!(false);
    let mut rights = namespaced("rbac.authorization.k8s.io/v1", "Role", "kube-public");
    rights["rules"] = json!([]);
    let plain = || namespaced("v1", "Service", namespace);
    vec![
        attempt("an Application", own(), application, "is not permitted in project"),
        attempt("another namespace", own(), service_account, "is not permitted in project"),
        attempt("rights elsewhere", own(), rights, "is not permitted in project"),
        attempt(
            "a kind that no bundle has",
            own(),
            json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {}, "value": 1}),
            "is not permitted in project",
        ),
        attempt(
            "a namespace",
            own(),
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {}}),
            "is not permitted in project",
        ),
        attempt(
            "the project default",
            spec(&own_name(rendered, DEFAULT), repository, namespace),
            plain(),
            "is not permitted in project",
        ),
        attempt(
            "the destination of another team",
            spec(project, repository, &other.namespace),
            plain(),
            "do not match any of the allowed destinations in project",
        ),
        attempt(
            "another repository",
            spec(project, "https://github.com/example/others.git", namespace),
            plain(),
            "is not permitted in project",
        ),
    ]
}

/// One that the Application does not have, of which there may be one more.
fn object_name(attempt: &str) -> String {
    format!("object-of-{attempt}")
}

/// Writes the folders that are tried to be deployed.
pub fn write(attempts: &[Attempt], files: &Path) -> Result<(), Failure> {
    for attempt in attempts {
        let folder = files.join("refused").join(&attempt.name);
        let file = folder.join("object.json");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&file, attempt.object.to_string()))
            .map_err(|error| cannot_write(&file, &error))?;
    }
    Ok(())
}

/// The Applications that try it.
pub fn applications(attempts: &[Attempt]) -> Vec<Value> {
    let application = |attempt: &Attempt| {
        let mut spec = attempt.spec.clone();
        spec["source"]["path"] = json!(format!("refused/{}", attempt.name));
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": attempt.name, "namespace": ARGOCD.name().as_str()},
            "spec": spec,
        })
    };
    attempts.iter().map(application).collect()
}

/// Whether Argo CD has come to a decision about everything that is tried.
pub fn are_decided(attempts: &[Attempt], state: &State) -> bool {
    attempts.iter().all(|attempt| {
        state.named(&attempt.name).is_some_and(|application| {
            application.complains_of(attempt.expected) || application.sync() == "Synced"
        })
    })
}

/// What was not refused, or not with the expected sentence.
pub fn check(
    attempts: &[Attempt],
    state: &State,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut refused = 0;
    for Attempt { what, name, object, expected, .. } in attempts {
        let said = state.named(name).filter(|application| application.complains_of(expected));
        if said.is_none() {
            let found = state.named(name).map(|application| application.to_string());
            report.finding(format!(
                "{what} is not refused: {}",
                found.unwrap_or_else(|| "Argo CD knows nothing of it".to_owned())
            ));
            continue;
        }
        let (kind, metadata) = (&object["kind"], &object["metadata"]);
        let kind = kind.as_str().unwrap_or_default();
        let name = object_name(name);
        let mut get = vec![kind, &name, "--ignore-not-found", "--output", "name"];
        if let Some(namespace) = metadata["namespace"].as_str() {
            get.extend(["--namespace", namespace]);
        }
        let found = cluster.run_kubectl(&[&["get"], &get[..]].concat())?;
        if found.trim().is_empty() {
            refused += 1;
        } else {
            report.finding(format!("{what} is refused, but {} exists", found.trim()));
        }
    }
    report.compared(refused, "attempts refused by the projects of the environments");
    Ok(())
}
