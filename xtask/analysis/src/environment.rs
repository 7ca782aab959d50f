//! What is checked: the objects of one environment, and what is known of the cluster that they are for.

pub mod applications;
mod nodes;
mod operators;
mod unseen;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::is_never_applied;
use crate::objects::{EXTERNAL, Identity, Line, Object, Objects, Origin};

use crate::plan::sources::Rendered;
pub use nodes::{Nodes, Taint};

/// One environment.
#[derive(Debug)]
pub struct Environment {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its objects.
    pub objects: Objects,
    /// What others make in the cluster, and what cannot be seen here.
    pub outside: Outside,
    /// The findings that are accepted, with reasons.
    pub exceptions: Vec<Exception>,
    /// The cluster, as far as it is known.
    pub cluster: Cluster,
    /// The day by which ends of life are judged: `2026-11-30`.
    pub date: String,
    /// The charts and folders of others whose objects are here, or should be.
    pub rendered: Vec<Rendered>,
}

/// What is known of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Whether all that it has is among the objects, so that what is not here is missing.
    pub is_whole: bool,
    /// The minor version of Kubernetes: 35 of 1.35.
    pub kubernetes_minor: Option<u16>,
    /// Its nodes by group; empty where they are not known.
    pub nodes: Vec<Nodes>,
}

/// What is not among the objects and may be there all the same.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// What is declared to be created by somebody else; these are among the objects.
    pub external: Vec<External>,
    /// Objects that cannot be seen, such as those of a chart that was not rendered.
    pub unseen: Vec<Unseen>,
}

/// An object that is declared to be created by somebody else.
#[derive(Clone, Debug)]
pub struct External {
    /// The object.
    pub identity: Identity,
    /// The line that declares it.
    pub line: Option<Line>,
}

/// A source of objects that cannot be seen.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// What makes them: `chart kiali-server 2.29.0`.
    pub by: String,
    /// The namespace in which it makes them; any where there is none.
    pub namespace: Option<String>,
    /// Group and kind of what it makes; anything where it is not known.
    pub kinds: Option<Vec<(String, String)>>,
    /// The name of what it makes; any where there is none.
    pub name: Option<String>,
}

/// A finding that is accepted.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Name of the rule.
    pub rule: String,
    /// The objects that it is for.
    pub scope: Scope,
    /// Why it is accepted.
    pub reason: String,
    /// The line that says so.
    pub line: Option<Line>,
}

/// What an exception is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// These objects.
    Objects(Vec<Identity>),
    /// All objects of a bundle.
    Bundle(String),
}

/// Whether an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is among the objects, or is declared to be elsewhere.
    There,
    /// Something that cannot be seen may make it.
    Unseen,
    /// Nobody makes it.
    Missing,
}

impl Environment {
    /// Objects alone, of which nothing else is known but what they say themselves; their labels may name the environment.
    #[must_use]
    pub fn of(name: Option<String>, objects: Objects) -> Self {
        Self::with_rendered(name, objects, &BTreeSet::new())
    }

    /// The same, where what these sources of Applications deploy is among the objects.
    #[must_use]
    pub fn with_rendered(
        name: Option<String>,
        objects: Objects,
        rendered: &BTreeSet<applications::DeployedKey>,
    ) -> Self {
        let unseen = unseen::of(&objects, rendered);
        let outside = Outside { external: external(&objects), unseen };
        Self {
            name: name.or_else(|| labelled(&objects)),
            outside,
            exceptions: annotated(&objects),
            cluster: Cluster { nodes: nodes::among(&objects), ..Cluster::default() },
            objects,
            date: crate::check::read_on().to_owned(),
            rendered: Vec::new(),
        }
    }

    /// The same with the objects of charts and folders of others, which were not seen before.
    #[must_use]
    pub fn with(mut self, rendered: Vec<Rendered>, objects: Vec<Object>) -> Self {
        // Tests, and what Helm alone runs when it takes back or deletes a release.
        let applied = objects.into_iter().filter(|object| !is_never_applied(object));
        self.objects = self.objects.with(applied);
        self.outside.unseen.retain(|unseen| {
            let is_seen =
                |one: &Rendered| one.failure.is_none() && one.source.is_called(&unseen.by);
            !rendered.iter().any(is_seen)
        });
        self.rendered.extend(rendered);
        self
    }

    /// Whether an object is there.
    #[must_use]
    pub fn presence(&self, identity: &Identity) -> Presence {
        if self.objects.get(identity).is_some() {
            return Presence::There;
        }
        if self.outside.unseen.iter().any(|unseen| unseen.may_make(identity)) {
            return Presence::Unseen;
        }
        Presence::Missing
    }

    /// Whether an object is for people who depend on it: of an environment that is called production or, where it has no name, of a
    /// namespace or with a label that says so.
    #[must_use]
    pub fn is_production(&self, object: &Object) -> bool {
        if let Some(name) = &self.name {
            return says_production(name);
        }
        let namespace = object.identity.namespace.as_deref();
        let namespace_object =
            namespace.and_then(|name| self.objects.find("", "Namespace", None, name));
        let labels = [Some(object), namespace_object].into_iter().flatten().flat_map(|object| {
            ["env", "environment"].into_iter().filter_map(|key| object.label(key))
        });
        labels.chain(namespace).any(says_production)
    }
}

/// Whether a name is one of a production environment: `prd`, `shop-prod`, but not `pre-prod`.
fn says_production(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_other = |word: &str| ["no", "non", "not", "pre"].contains(&word);
    !words.clone().any(is_other) && words.any(|word| ["prd", "prod", "production"].contains(&word))
}

impl Unseen {
    /// Whether pods may come from it in a namespace.
    #[must_use]
    pub fn may_make_pods(&self, namespace: &str) -> bool {
        let there = self.namespace.as_deref().is_none_or(|own| own == namespace);
        let makes_pods = |kinds: &Vec<(String, String)>| {
            kinds.iter().any(|(group, kind)| operators::may_make_pods(group, kind))
        };
        there && self.name.is_none() && self.kinds.as_ref().is_none_or(makes_pods)
    }

    fn may_make(&self, identity: &Identity) -> bool {
        let there = match (&self.namespace, &identity.namespace) {
            (Some(own), Some(asked)) => own == asked,
            // What belongs to the whole cluster comes from anywhere.
            _ => true,
        };
        let is_kind = |kinds: &Vec<(String, String)>| {
            kinds.iter().any(|(group, kind)| *group == identity.group && *kind == identity.kind)
        };
        let is_named = self.name.as_ref().is_none_or(|name| *name == identity.name);
        there && is_named && self.kinds.as_ref().is_none_or(is_kind)
    }
}

/// Labels that name the environment of an object.
const ENVIRONMENT: [&str; 3] = ["env", "environment", "app.kubernetes.io/environment"];

/// The environment that most objects name, if none names another one.
fn labelled(objects: &Objects) -> Option<String> {
    let of = |object: &Object| {
        let mut names = ENVIRONMENT.iter().filter_map(|key| object.label(key));
        names.next().map(str::to_owned)
    };
    let mut names = BTreeMap::new();
    let mut count = 0;
    for object in objects.written() {
        count += 1;
        if let Some(name) = of(object) {
            *names.entry(name).or_insert(0) += 1;
        }
    }
    let (name, labelled) = names.pop_first()?;
    (names.is_empty() && labelled * 2 > count).then_some(name)
}

/// What the objects declare to be created by somebody else.
fn external(objects: &Objects) -> Vec<External> {
    let declared = objects.all().iter().filter_map(|object| match &object.origin {
        Origin::Foreign { line, .. } if object.annotation(EXTERNAL).is_some() => {
            Some(External { identity: object.identity.clone(), line: line.clone() })
        }
        _ => None,
    });
    declared.collect()
}

/// Begins the annotations that accept findings; the rule follows, and the value is the reason.
pub const ALLOW: &str = "check.manifests/";

/// The exceptions that objects carry themselves: `check.manifests/missing-secret: the vault's operator creates it`.
fn annotated(objects: &Objects) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    for object in objects.written() {
        let annotations = &object.json["metadata"]["annotations"];
        for (key, reason) in crate::objects::texts(annotations) {
            if let Some(rule) = key.strip_prefix(ALLOW).filter(|_| key != EXTERNAL) {
                let path = crate::objects::FieldPath::of(&object.json, &annotations[key]);
                exceptions.push(Exception {
                    rule: rule.to_owned(),
                    scope: Scope::Objects(vec![object.identity.clone()]),
                    reason: reason.to_owned(),
                    line: object.line(&path.unwrap_or_default()),
                });
            }
        }
    }
    exceptions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_has_several_names() {
        for name in ["prd", "prod", "production", "shop-prod", "prd_eu"] {
            assert!(says_production(name), "{name}");
        }
        for name in ["dev", "pre-prod", "non-prd", "products", "reproduction"] {
            assert!(!says_production(name), "{name}");
        }
    }
}
