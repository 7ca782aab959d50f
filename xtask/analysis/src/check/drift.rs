//! Environments differ where they say so.
//!
//! A rule looks at one environment, and from there at the others that are checked with it. What several have is told in the first
//! of them. Whole bundles that an environment lacks are its own choice: only what belongs to a bundle of both is compared, or to a
//! namespace with workloads of both where nothing says what a bundle is.

pub(super) mod container_of_one_environment;
pub(super) mod policy_of_one_environment;
pub(super) mod port_of_one_environment;
pub(super) mod probe_of_one_environment;
pub(super) mod variable_of_one_environment;
pub(super) mod workload_of_one_environment;

use std::collections::HashSet;

use super::{At, Findings};
use crate::environment::Environment;
use crate::graph::Graph;
use crate::objects::{Container, Object, Pod, Value};

/// What objects are compared by: the bundle that deploys them, or the namespace of those that belong to none.
type Scope<'a> = (Option<&'a str>, &'a str);

fn scope(object: &Object) -> Scope<'_> {
    match &object.bundle {
        Some(bundle) => (Some(bundle), ""),
        None => (None, object.namespace()),
    }
}

/// Another environment.
struct Other<'a> {
    environment: &'a Environment,
    scopes: HashSet<Scope<'a>>,
    /// Whether it comes before the one that is looked at.
    is_before: bool,
}

impl<'a> Other<'a> {
    /// The other environments.
    fn all(graph: &Graph<'a>) -> Vec<Self> {
        let own = |other: &&Environment| std::ptr::eq(*other, graph.environment);
        let position = graph.together.iter().position(|other| own(&other)).unwrap_or_default();
        let others = graph.together.iter().enumerate().filter(|(_, other)| !own(other));
        let of_one = |(index, environment): (usize, &'a Environment)| {
            let pods = environment.objects.written().filter(|object| Pod::of(object).is_some());
            let namespaces = pods.map(|object| (None, object.namespace()));
            let bundles = environment.objects.written().filter(|object| object.bundle.is_some());
            let scopes = namespaces.chain(bundles.map(scope)).collect();
            Self { environment, scopes, is_before: index < position }
        };
        others.map(of_one).collect()
    }

    /// Its name.
    fn name(&self) -> &'a str {
        self.environment.name.as_deref().unwrap_or("the other environment")
    }

    /// The same object there.
    fn same(&self, object: &Object) -> Option<&'a Object> {
        self.environment.objects.get(&object.identity)
    }
}

/// The others that lack something, if none before has it, which would have told.
///
/// `has` tells whether one has it; nothing where it cannot be compared.
fn lacking<'o, 'a>(
    others: &'o [Other<'a>],
    has: impl Fn(&Other<'a>) -> Option<bool>,
) -> Vec<&'o Other<'a>> {
    let told = others.iter().any(|other| other.is_before && has(other) == Some(true));
    let lacks = others.iter().filter(|other| has(other) == Some(false));
    lacks.filter(|_| !told).collect()
}

/// Says that the environment has something that others lack, and where those have the object.
fn tell(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    (object, at): (&Object, At<'_>),
    what: &str,
    lacking: &[&Other<'_>],
) {
    if lacking.is_empty() {
        return;
    }
    let own = graph.environment.name.as_deref().unwrap_or("this environment");
    let names: Vec<&str> = lacking.iter().map(|other| other.name()).collect();
    let message = format!("{what} is in {own}, and not in {}", names.join(" and "));
    let mut added = findings.add(object, at, message);
    for other in lacking {
        if let Some(same) = other.same(object) {
            added = added.side(format!("the one of {} is here", other.name()), same, At::Object);
        }
    }
}

/// Calls `find` with each container of a workload that another environment has too, and with what the others have in its place.
fn compared<'g, 'a>(
    graph: &'g Graph<'a>,
    others: &'g [Other<'a>],
    mut find: impl FnMut(&Pod<'a>, Container<'a>, &dyn Fn(&Other<'a>) -> Option<Container<'a>>),
) {
    for pod in written(graph, others) {
        for container in pod.containers() {
            find(pod, container, &|other| same_container(other, pod, &container));
        }
    }
}

/// Pods of objects that somebody wrote; none where nothing is to be compared.
fn written<'g, 'a>(
    graph: &'g Graph<'a>,
    others: &[Other<'a>],
) -> impl Iterator<Item = &'g Pod<'a>> + use<'g, 'a> {
    let is_compared = !others.is_empty();
    graph.pods.iter().filter(move |pod| is_compared && pod.owner.is_written())
}

fn same_pod<'a>(other: &Other<'a>, pod: &Pod<'_>) -> Option<Pod<'a>> {
    Pod::of(other.same(pod.owner)?)
}

fn same_container<'a>(
    other: &Other<'a>,
    pod: &Pod<'_>,
    container: &Container<'_>,
) -> Option<Container<'a>> {
    same_pod(other, pod)?.containers().find(|same| same.name() == container.name())
}

/// Whether a list has an element whose field has the same value.
fn has(list: &[Value], element: &Value, field: &str) -> bool {
    list.iter().any(|other| other[field] == element[field])
}
