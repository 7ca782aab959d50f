//! What bootstrap has written, as the cluster holds it.

use std::collections::BTreeMap;

use harness::{Cluster, Failure};
use manifests_lib::delivery::gitops::{ROOT, application_name};
use serde_json::Value;

use crate::compare;
use crate::rendered::Rendered;

/// Who writes on behalf of bootstrap: helm, and kubectl under the name of Argo CD, which does not run here.
const WRITERS: [&str; 2] = ["helm", "argocd-controller"];

/// What each cluster assigns anew: addresses of Services, numbers of Jobs.
const ASSIGNED: [&str; 5] = [
    "spec.clusterIP",
    "spec.clusterIPs[]",
    "spec.selector.matchLabels[\"batch.kubernetes.io/controller-uid\"]",
    "spec.template.metadata.labels[\"batch.kubernetes.io/controller-uid\"]",
    "spec.template.metadata.labels.controller-uid",
];

/// The type of the Secrets in which helm notes its releases: one more for each run.
const RELEASE: &str = "helm.sh/release.v1";

/// Objects by kind, namespace and name.
pub struct Objects {
    stored: BTreeMap<String, Value>,
    /// What helm has noted of each release, the last one last: `deployed`.
    releases: BTreeMap<String, Vec<String>>,
}

impl Objects {
    /// Reads every object that bootstrap has written.
    pub fn read(cluster: &mut Cluster) -> Result<Self, Failure> {
        let kinds = cluster.run_kubectl(&[
            "api-resources",
            "--cached=false",
            "--verbs=list",
            "--output=name",
        ])?;
        let kinds: Vec<&str> = kinds.lines().collect();
        let answer = cluster.get(&[
            &kinds.join(","),
            "--all-namespaces",
            "--show-managed-fields",
            "--ignore-not-found",
        ])?;
        let mut objects = Self { stored: BTreeMap::new(), releases: BTreeMap::new() };
        for object in answer["items"].as_array().into_iter().flatten() {
            if object["type"] == RELEASE {
                objects.note_release(object);
            } else if is_written(object) {
                objects.stored.insert(title(object), object.clone());
            }
        }
        Ok(objects)
    }

    fn note_release(&mut self, secret: &Value) {
        let labels = &secret["metadata"]["labels"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.releases.entry(text(&labels["name"])).or_default().push(text(&labels["status"]));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.stored.len()
    }

    /// The objects of the environment that bootstrap is there to write, and has not.
    pub fn missing(&self, rendered: &Rendered) -> Vec<String> {
        let root = application_name(&ROOT);
        let is_wanted = |kind: &str, name: &str| {
            kind == "AppProject" || (kind == "Application" && name == root)
        };
        rendered
            .objects
            .iter()
            .filter(|object| is_wanted(object.identity.kind, &object.identity.name))
            .map(|object| title(&object.value))
            .filter(|title| !self.stored.contains_key(title))
            .collect()
    }

    /// What is otherwise in `others`.
    pub fn differences(&self, others: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        for (title, object) in &self.stored {
            match others.stored.get(title) {
                None => differences.push(format!("{title} is missing")),
                Some(other) => {
                    let fields = compare::stored(object, other).into_iter();
                    differences.extend(
                        fields
                            .filter(|field| !ASSIGNED.contains(&field.pattern.as_str()))
                            .map(|field| format!("{title}: {} differs", field.path)),
                    );
                }
            }
        }
        for title in others.stored.keys() {
            if !self.stored.contains_key(title) {
                differences.push(format!("{title} is there in addition"));
            }
        }
        for release in self.releases.keys() {
            if !others.releases.contains_key(release) {
                differences.push(format!("helm has noted nothing of the release {release}"));
            }
        }
        for (release, states) in &others.releases {
            let last = states.last().map(String::as_str).unwrap_or_default();
            if last != "deployed" || states.iter().any(|state| state.starts_with("pending")) {
                differences.push(format!(
                    "helm has noted of the release {release}: {}",
                    states.join(", ")
                ));
            }
        }
        differences
    }
}

fn is_written(object: &Value) -> bool {
    let managers = object["metadata"]["managedFields"].as_array();
    managers
        .into_iter()
        .flatten()
        .any(|entry| entry["manager"].as_str().is_some_and(|manager| WRITERS.contains(&manager)))
}

/// `ConfigMap argocd/argocd-cm`.
fn title(object: &Value) -> String {
    let metadata = &object["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&metadata["name"]);
    let kind = text(&object["kind"]);
    match metadata["namespace"].as_str() {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn objects(stored: &[Value], releases: &[(&str, &[&str])]) -> Objects {
        Objects {
            stored: stored.iter().map(|object| (title(object), object.clone())).collect(),
            releases: releases
                .iter()
                .map(|(name, states)| {
                    let states = states.iter().map(ToString::to_string).collect();
                    ((*name).to_owned(), states)
                })
                .collect(),
        }
    }

    fn map(name: &str, value: &str) -> Value {
        json!({
            "kind": "ConfigMap",
            "metadata": {"namespace": "argocd", "name": name, "uid": value},
            "data": {"key": value},
        })
    }

    #[test]
    fn what_differs_is_told_by_object_and_field() {
        let wanted = objects(
            &[map("a", "1"), map("b", "1")],
            &[("argocd", &["deployed"]), ("lost", &["deployed"])],
        );
        let found = objects(
            &[map("b", "2"), map("c", "1")],
            &[("argocd", &["superseded", "pending-install"])],
        );
        insta::assert_snapshot!(wanted.differences(&found).join("\n"), @"
        ConfigMap argocd/a is missing
        ConfigMap argocd/b: data.key differs
        ConfigMap argocd/c is there in addition
        helm has noted nothing of the release lost
        helm has noted of the release argocd: superseded, pending-install
        ");
    }

    #[test]
    fn what_a_cluster_assigns_is_no_difference() {
        let service = |address: &str| {
            json!({
                "kind": "Service",
                "metadata": {"namespace": "argocd", "name": "argocd-redis"},
                "spec": {"clusterIP": address, "clusterIPs": [address]},
            })
        };
        let wanted = objects(&[service("10.96.0.1")], &[]);
        let found = objects(&[service("10.96.0.2")], &[]);
        assert_eq!(wanted.differences(&found), Vec::<String>::new());
    }

    #[test]
    fn a_second_release_is_no_difference() {
        let wanted = objects(&[map("a", "1")], &[("argocd", &["deployed"])]);
        let found = objects(&[map("a", "1")], &[("argocd", &["superseded", "deployed"])]);
        assert_eq!(wanted.differences(&found), Vec::<String>::new());
    }
}
