//! The objects of an environment as a graph: who names whom, and who selects whom. Built once, read by every rule.

mod access;
mod pods;
mod reference;
mod services;

use std::collections::{HashMap, HashSet};

use crate::environment::Environment;
use crate::objects::{Identity, Object, Objects, Pod, Selector, list, text};

pub use reference::{Part, Reference, Relation};

/// The objects and what holds between them.
#[derive(Debug)]
pub struct Graph<'a> {
    /// What the graph is of.
    pub environment: &'a Environment,
    /// Every object that makes pods, with its pods.
    pub pods: Vec<Pod<'a>>,
    /// Every field that names another object.
    pub references: Vec<Reference<'a>>,
    pods_of_namespace: HashMap<&'a str, Vec<usize>>,
    /// The least number of pods of what is scaled automatically.
    scaled: HashMap<Identity, u64>,
}

impl<'a> Graph<'a> {
    /// Reads all objects once.
    #[must_use]
    pub fn of(environment: &'a Environment) -> Self {
        let objects = environment.objects.all();
        let pods: Vec<Pod<'a>> = objects.iter().filter_map(Pod::of).collect();
        let mut pods_of_namespace: HashMap<&str, Vec<usize>> = HashMap::new();
        for (position, pod) in pods.iter().enumerate() {
            pods_of_namespace.entry(pod.namespace()).or_default().push(position);
        }
        let mut references = Vec::new();
        for pod in &pods {
            pods::references(pod, &mut references);
        }
        for object in objects {
            services::references(object, &mut references);
            access::references(object, &mut references);
        }
        let scaled =
            references.iter().filter(|reference| reference.relation == Relation::ScaleTarget);
        let scaled = scaled.map(|reference| {
            let spec = &reference.from.json["spec"];
            let least =
                spec["minReplicas"].as_u64().or(spec["minReplicaCount"].as_u64()).unwrap_or(1);
            (reference.target.clone(), least)
        });
        Self { environment, pods, scaled: scaled.collect(), references, pods_of_namespace }
    }

    /// The objects.
    #[must_use]
    pub fn objects(&self) -> &'a Objects {
        &self.environment.objects
    }

    /// The pods of a namespace.
    pub fn pods_in(&self, namespace: &str) -> impl Iterator<Item = &Pod<'a>> {
        let positions = self.pods_of_namespace.get(namespace);
        positions.into_iter().flatten().map(|&position| &self.pods[position])
    }

    /// The pods of a namespace that are selected.
    pub fn selected<'s>(
        &'s self,
        namespace: &str,
        selector: Selector<'s>,
    ) -> impl Iterator<Item = &'s Pod<'a>> {
        self.pods_in(namespace).filter(move |pod| pod.is_selected_by(&selector))
    }

    /// The pods that a Service leads to; none where it has no selector.
    pub fn behind<'s>(&'s self, service: &'s Object) -> impl Iterator<Item = &'s Pod<'a>> {
        let selector = Selector::of_labels(&service.json["spec"]["selector"]);
        self.selected(service.namespace(), selector).filter(move |_| !selector.is_empty())
    }

    /// How many pods a workload has at least: what is written, or the least of its autoscaler. None where nodes decide.
    #[must_use]
    pub fn replicas(&self, workload: &Object) -> Option<u64> {
        if let Some(&least) = self.scaled.get(&workload.identity) {
            return Some(least);
        }
        match workload.identity.kind.as_str() {
            "DaemonSet" => None,
            _ => Some(workload.json["spec"]["replicas"].as_u64().unwrap_or(1)),
        }
    }

    /// The Application that deploys a bundle: the one of this name, which the end of its name may say as well.
    #[must_use]
    pub fn application_of(&self, bundle: &str) -> Option<&'a Object> {
        let suffix = format!("-{bundle}");
        let mut applications = self.objects().of_kind("argoproj.io", "Application");
        applications.find(|application| {
            application.name() == bundle || application.name().ends_with(&suffix)
        })
    }

    /// The `ExternalSecret` that a Secret comes from.
    #[must_use]
    pub fn external_secret_of(&self, secret: &Identity) -> Option<&'a Object> {
        let mut all = self.objects().of_kind("external-secrets.io", "ExternalSecret");
        all.find(|source| {
            let name = text(&source.json["spec"]["target"]["name"]).unwrap_or(source.name());
            name == secret.name && secret.namespace.as_deref() == Some(source.namespace())
        })
    }

    /// The groups of users that some binding gives rights to.
    #[must_use]
    pub fn groups_with_rights(&self) -> HashSet<&'a str> {
        let bindings = ["ClusterRoleBinding", "RoleBinding"];
        let bindings =
            bindings.into_iter().flat_map(|kind| self.objects().of_kind(access::GROUP, kind));
        let subjects = bindings.flat_map(|binding| list(&binding.json["subjects"]));
        let groups = subjects.filter(|subject| text(&subject["kind"]) == Some("Group"));
        groups.filter_map(|group| text(&group["name"])).collect()
    }

    /// What objects name by one relation, where somebody wrote it.
    pub fn named_by(&self, relation: Relation) -> impl Iterator<Item = &Reference<'a>> {
        let all = self.references.iter();
        all.filter(move |reference| reference.relation == relation && reference.from.is_written())
    }
}
