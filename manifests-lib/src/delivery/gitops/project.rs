//! Argo CD projects: what the bundles of a team may deploy, from where, into which namespaces.

use std::collections::BTreeSet;

use custom_resources::argoproj::v1alpha1 as argo;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::GitSource;
use super::application::IN_CLUSTER;
use crate::delivery::chart::Source;
use crate::model::group_kind::GroupKind;
use crate::model::metadata::named;
use crate::platform::BuiltBundle;
use crate::values::Name;

/// A project that admits exactly what its bundles contain, and `kinds`.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/projects/>
pub(super) fn project<'a>(
    name: &Name,
    git_source: &GitSource,
    bundles: impl IntoIterator<Item = &'a BuiltBundle>,
    kinds: impl IntoIterator<Item = GroupKind>,
) -> argo::AppProject {
    let mut repositories = BTreeSet::new();
    let mut namespaces = BTreeSet::new();
    let mut kinds: BTreeSet<GroupKind> = kinds.into_iter().collect();
    for bundle in bundles {
        if !bundle.resources.is_empty() {
            repositories.insert(git_source.repository.to_string());
        }
        repositories.extend(bundle.sources.iter().map(Source::repository_url));
        // Argo CD wants the Application's own namespace among the destinations, whatever it deploys there.
        namespaces.insert(bundle.namespace.to_string());
        namespaces.extend(bundle.namespaces().into_keys());
        kinds.extend(bundle.kinds().into_keys());
    }
    let (in_namespaces, cluster_scoped): (Vec<GroupKind>, Vec<GroupKind>) =
        kinds.into_iter().partition(|kind| kind.namespaced);
    argo::AppProject {
        metadata: ObjectMeta { annotations: Some(super::protection::first()), ..named(name) },
        spec: argo::AppProjectSpec {
            description: Some(format!("What the bundles of {name} contain")),
            source_repos: Some(repositories.into_iter().collect()),
            destinations: Some(namespaces.into_iter().map(destination).collect()),
            cluster_resource_whitelist: Some(
                cluster_scoped.into_iter().map(cluster_kind).collect(),
            ),
            namespace_resource_whitelist: Some(
                in_namespaces.into_iter().map(namespaced_kind).collect(),
            ),
            ..argo::AppProjectSpec::default()
        },
    }
}

fn destination(namespace: String) -> argo::ApplicationDestination {
    argo::ApplicationDestination {
        namespace: Some(namespace),
        server: Some(IN_CLUSTER.to_owned()),
        name: None,
    }
}

fn cluster_kind(kind: GroupKind) -> argo::ClusterKind {
    argo::ClusterKind { group: kind.group.to_owned(), kind: kind.kind.to_owned(), name: None }
}

fn namespaced_kind(kind: GroupKind) -> argo::NamespacedKind {
    argo::NamespacedKind { group: kind.group.to_owned(), kind: kind.kind.to_owned() }
}
