//! The objects of an environment as a graph: who names whom, and who selects whom. Built once, read by every rule.

mod access;
mod calls;
pub mod capacity;
pub(crate) mod delivery;
mod gateway_api;
mod knowledge;
pub mod mesh;
pub mod messaging;
mod monitors;
pub mod network;
mod pods;
pub(crate) mod reading;
mod reference;
mod secrets;
mod services;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::environment::{Environment, Presence};
use crate::objects::{
    Identity, Object, Objects, Pod, Selector, is_labelled_later, list, text, texts,
};

use crate::schema::{self, Breach, Kinds};

pub use calls::Call;
use capacity::Capacity;
use delivery::Delivery;
use knowledge::Knowledge;
pub use mesh::authorization::{Caller, Outcome, Verdict};
pub use mesh::{Destination, Host, Layer};
pub use monitors::Monitor;
use reference::Names;
pub use reference::{Part, Reference, Relation};
pub use services::target_port;

/// The objects and what holds between them.
#[derive(Debug)]
pub struct Graph<'a> {
    /// What the graph is of.
    pub environment: &'a Environment,
    /// The environments that are checked together, this one among them; none where it is checked alone.
    pub together: &'a [Environment],
    /// Every object that makes pods, with its pods.
    pub pods: Vec<Pod<'a>>,
    /// Every field that names another object.
    pub references: Vec<Reference<'a>>,
    /// The pods that want room on nodes.
    pub capacity: Capacity<'a>,
    pods_of_namespace: HashMap<&'a str, Vec<usize>>,
    /// The least number of pods of what is scaled automatically.
    scaled: HashMap<Identity, u64>,
    pods_of_label: HashMap<Label<'a>, Vec<usize>>,
    services_of_namespace: HashMap<&'a str, Vec<&'a Object>>,
    entries_of_host: HashMap<&'a str, Vec<&'a Object>>,
    wildcard_entries: Vec<(&'a str, &'a Object)>,
    mesh: mesh::Mesh<'a>,
    delivery: Delivery<'a>,
    policies: network::Policies<'a>,
    routes: network::Routes<'a>,
    /// Positions of references by what they name.
    naming: HashMap<Identity, Vec<usize>>,
    knowledge: Knowledge<'a>,
    kinds: Kinds<'a>,
    breaches: OnceCell<Vec<Breach<'a>>>,
}

/// Namespace, key and value.
type Label<'a> = (&'a str, &'a str, &'a str);

impl<'a> Graph<'a> {
    /// Reads all objects once, of an environment by itself.
    #[must_use]
    pub fn of(environment: &'a Environment) -> Self {
        Self::among(environment, &[])
    }

    /// Reads all objects once, of one of several environments.
    #[must_use]
    pub fn among(environment: &'a Environment, together: &'a [Environment]) -> Self {
        let objects = environment.objects.all();
        let pods: Vec<Pod<'a>> = objects.iter().filter_map(Pod::of).collect();
        let mut pods_of_namespace: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut pods_of_label: HashMap<Label<'_>, Vec<usize>> = HashMap::new();
        for (position, pod) in pods.iter().enumerate() {
            pods_of_namespace.entry(pod.namespace()).or_default().push(position);
            for (key, value) in texts(pod.labels()) {
                pods_of_label.entry((pod.namespace(), key, value)).or_default().push(position);
            }
        }
        let mut services_of_namespace: HashMap<&str, Vec<&Object>> = HashMap::new();
        for service in environment.objects.of_kind("", "Service") {
            services_of_namespace.entry(service.namespace()).or_default().push(service);
        }
        let mut references = Vec::new();
        for pod in &pods {
            pods::references(pod, &mut Names { from: pod.owner, references: &mut references });
        }
        for object in objects {
            let names = &mut Names { from: object, references: &mut references };
            services::references(names);
            access::references(names);
            delivery::references(names);
            gateway_api::references(names);
            mesh::references(names);
            messaging::references(names);
            monitors::references(names);
            secrets::references(names);
        }
        let mut entries_of_host: HashMap<&str, Vec<&Object>> = HashMap::new();
        let mut wildcard_entries = Vec::new();
        for entry in environment.objects.of_kind(mesh::ROUTING, "ServiceEntry") {
            for host in list(&entry.json["spec"]["hosts"]).iter().filter_map(text) {
                if host.contains('*') {
                    wildcard_entries.push((host, entry));
                } else {
                    entries_of_host.entry(host).or_default().push(entry);
                }
            }
        }
        let knowledge = Knowledge::of(environment);
        let mut naming: HashMap<Identity, Vec<usize>> = HashMap::new();
        for (position, reference) in references.iter().enumerate() {
            if [Relation::MeshGateway, Relation::RouteParent].contains(&reference.relation) {
                naming.entry(reference.target.clone()).or_default().push(position);
            }
        }
        let scaled =
            references.iter().filter(|reference| reference.relation == Relation::ScaleTarget);
        // It changes the size of pods, not their number.
        let scaled = scaled.filter(|it| it.from.identity.kind != "VerticalPodAutoscaler");
        let scaled = scaled.map(|reference| {
            let spec = &reference.from.json["spec"];
            let least =
                spec["minReplicas"].as_u64().or(spec["minReplicaCount"].as_u64()).unwrap_or(1);
            (reference.target.clone(), least)
        });
        Self {
            scaled: scaled.collect(),
            capacity: Capacity::of(environment, &pods, &references),
            environment,
            together,
            pods,
            references,
            pods_of_namespace,
            pods_of_label,
            services_of_namespace,
            entries_of_host,
            wildcard_entries,
            mesh: mesh::Mesh::of(&environment.objects),
            delivery: Delivery::of(&environment.objects),
            policies: network::Policies::of(environment),
            routes: network::Routes::of(&environment.objects),
            naming,
            knowledge,
            kinds: Kinds::of(&environment.objects),
            breaches: OnceCell::new(),
        }
    }

    /// The objects.
    #[must_use]
    pub fn objects(&self) -> &'a Objects {
        &self.environment.objects
    }

    /// The kinds of objects, with their schemas.
    pub(crate) fn kinds(&self) -> &Kinds<'a> {
        &self.kinds
    }

    /// Where objects are not what the schemas of their kinds allow.
    pub(crate) fn breaches(&self) -> &[Breach<'a>] {
        self.breaches.get_or_init(|| {
            let mut breaches = Vec::new();
            for object in self.environment.objects.written() {
                if let Some(kind) = self.kinds.kind(object) {
                    schema::compare(object, kind, &mut breaches);
                }
            }
            breaches
        })
    }

    /// The pods of a namespace.
    pub fn pods_in(&self, namespace: &str) -> impl Iterator<Item = &Pod<'a>> {
        let positions = self.pods_of_namespace.get(namespace);
        positions.into_iter().flatten().map(|&position| &self.pods[position])
    }

    /// The pods of a namespace that are selected.
    pub fn selected<'s>(
        &'s self,
        namespace: &'s str,
        selector: Selector<'s>,
    ) -> impl Iterator<Item = &'s Pod<'a>> + use<'s, 'a> {
        let of_label = |(key, value)| {
            self.pods_of_label.get(&(namespace, key, value)).map_or(&[][..], Vec::as_slice)
        };
        // The label with the fewest pods tells soonest.
        let of_templates = selector.labels().filter(|(key, _)| !is_labelled_later(key));
        let fewest = of_templates.map(of_label).min_by_key(|positions| positions.len());
        let all = || self.pods_of_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
        let pods = fewest.unwrap_or_else(all).iter().map(|&position| &self.pods[position]);
        pods.filter(move |pod| pod.is_selected_by(&selector))
    }

    /// The Services of a namespace.
    pub fn services_in(&self, namespace: &str) -> &[&'a Object] {
        self.services_of_namespace.get(namespace).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody would have to make this object here: it is not there, and what makes its like can be seen.
    ///
    /// What is read may be a part of what a cluster has. See [`Graph::is_whole`], and what is counted as a part that is complete.
    #[must_use]
    pub fn is_missing(&self, identity: &Identity) -> bool {
        self.environment.presence(identity) == Presence::Missing
            && self.knowledge.tells_of(identity)
    }

    /// Whether all that a cluster gets is here: of what the code renders, and of files that are said to be all.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.knowledge.is_whole()
    }

    /// Whether the workloads or Services of a namespace are here.
    #[must_use]
    pub fn is_populated(&self, namespace: &str) -> bool {
        self.knowledge.is_populated(namespace)
    }

    /// Whether all Services of a namespace are here.
    #[must_use]
    pub fn sees_all_services(&self, namespace: &str) -> bool {
        // No Service has this name, but whatever may make any may make this one.
        self.is_missing(&Identity::new("", "Service", Some(namespace), ""))
    }

    /// Whether all pods of a namespace are here, so that what selects none of them selects nothing.
    #[must_use]
    pub fn sees_all_pods(&self, namespace: &str) -> bool {
        let has_pods = self.is_whole() || self.pods_of_namespace.contains_key(namespace);
        has_pods && !self.knowledge.hides_pods(namespace)
    }

    /// Whether all pods of all namespaces are here.
    #[must_use]
    pub fn sees_every_pod(&self) -> bool {
        self.is_whole() && !self.knowledge.hides_any_pods()
    }

    /// The pods that a Service leads to; none where it has no selector.
    pub fn behind<'s>(&'s self, service: &'s Object) -> impl Iterator<Item = &'s Pod<'a>> {
        let selector = Selector::of_labels(&service.json["spec"]["selector"]);
        self.selected(service.namespace(), selector).filter(move |_| !selector.is_empty())
    }

    /// The pods that a Service leads to and that stay.
    pub fn staying<'s>(&'s self, service: &'s Object) -> impl Iterator<Item = &'s Pod<'a>> {
        self.behind(service).filter(|pod| pod.stays())
    }

    /// Whether an autoscaler decides how many pods a workload has.
    #[must_use]
    pub fn is_scaled(&self, workload: &Object) -> bool {
        self.scaled.contains_key(&workload.identity)
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

    /// The Applications, by what they deploy.
    pub(crate) fn delivery(&self) -> &Delivery<'a> {
        &self.delivery
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
