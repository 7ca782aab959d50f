//! Argo CD projects: what the bundles of a team may deploy, from where, into which namespaces.

use std::collections::BTreeSet;

use custom_resources::argoproj::v1alpha1 as argo;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::application::IN_CLUSTER;
use super::{GitSource, Prerequisites};
use crate::delivery::chart::Source;
use crate::model::error::BuildError;
use crate::model::group_kind::GroupKind;
use crate::model::metadata::named;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::platform::BuiltBundle;
use crate::values::Name;

/// The project that Argo CD makes by itself, and puts Applications into that name none.
const DEFAULT: Name = name!("default");

/// The project of a bundle that holds no Applications, for the life of its Application: the bundle may leave Git before what it
/// deployed is deleted, and Argo CD deletes nothing that a project does not admit.
///
/// The dot ends the team's name, so that no pattern of one team's projects matches another's.
pub(super) fn name_of_leaf(team: &Name, bundle: &Name) -> String {
    format!("{team}.{bundle}")
}

/// The team of an Argo CD project, as `app` of `app.account`; `root` of what is beside the teams.
#[must_use]
pub fn team_of_project(project: &str) -> &str {
    project.split('.').next().unwrap_or(project)
}

/// A project that admits exactly where and from where its bundles deploy, and `kinds`. Namespaces are admitted by name, because
/// their labels decide what their pods may do.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/projects/>
pub(super) fn project<'a>(
    name: String,
    description: String,
    git_source: &GitSource,
    bundles: impl IntoIterator<Item = &'a BuiltBundle>,
    kinds: impl IntoIterator<Item = GroupKind>,
) -> argo::AppProject {
    let mut repositories = BTreeSet::new();
    let mut namespaces = BTreeSet::new();
    let mut created = BTreeSet::new();
    for bundle in bundles {
        if !bundle.resources.is_empty() {
            repositories.insert(git_source.repository.to_string());
        }
        repositories.extend(bundle.sources.iter().map(Source::repository_url));
        // Argo CD wants the Application's own namespace among the destinations, whatever it deploys there.
        namespaces.insert(bundle.namespace.to_string());
        namespaces.extend(bundle.namespaces().into_keys());
        created.extend(bundle.resources.iter().filter_map(name_of_namespace).cloned());
    }
    let kinds: BTreeSet<GroupKind> = kinds.into_iter().collect();
    let (in_namespaces, cluster_scoped): (Vec<GroupKind>, Vec<GroupKind>) =
        kinds.into_iter().partition(|kind| kind.namespaced);
    argo::AppProject {
        metadata: ObjectMeta {
            name: Some(name),
            annotations: Some(super::protection::first()),
            ..ObjectMeta::default()
        },
        spec: argo::AppProjectSpec {
            description: Some(description),
            source_repos: Some(repositories.into_iter().collect()),
            destinations: Some(namespaces.into_iter().map(destination).collect()),
            cluster_resource_whitelist: Some(
                cluster_scoped.into_iter().flat_map(|kind| cluster_kinds(kind, &created)).collect(),
            ),
            namespace_resource_whitelist: Some(
                in_namespaces.into_iter().map(namespaced_kind).collect(),
            ),
            ..argo::AppProjectSpec::default()
        },
    }
}

/// Argo CD's own project `default`, which admits everything until somebody says otherwise: it admits nothing.
pub(super) fn default() -> argo::AppProject {
    argo::AppProject {
        metadata: ObjectMeta { annotations: Some(super::protection::first()), ..named(DEFAULT) },
        spec: argo::AppProjectSpec {
            description: Some("Admits nothing: every Application names another project".to_owned()),
            source_repos: Some(Vec::new()),
            destinations: Some(Vec::new()),
            cluster_resource_whitelist: Some(Vec::new()),
            // An empty whitelist of these would admit all of them.
            namespace_resource_blacklist: Some(vec![argo::NamespacedKind {
                group: "*".to_owned(),
                kind: "*".to_owned(),
            }]),
            ..argo::AppProjectSpec::default()
        },
    }
}

fn name_of_namespace(resource: &Resource) -> Option<&String> {
    resource.get::<core::Namespace>().and_then(|namespace| namespace.metadata.name.as_ref())
}

/// Namespaces that a project would admit though they are not its own.
pub(super) fn namespaces_of_others(
    bundles: &[BuiltBundle],
    prerequisites: &Prerequisites,
) -> Vec<BuildError> {
    let mut errors = Vec::new();
    for bundle in bundles {
        for resource in &bundle.resources {
            let exists = |name: &&String| {
                prerequisites.namespaces.iter().any(|it| it.name().as_str() == **name)
            };
            if let Some(namespace) = name_of_namespace(resource).filter(exists) {
                errors.push(BuildError::new(
                    Rule::ForeignNamespace,
                    resource.origin(),
                    format!(
                        "the namespace {namespace} is there before the platform, by its `Prerequisites`, and {} would change its \
                         labels: remove one of the two",
                        bundle.name
                    ),
                ));
            }
        }
        for source in &bundle.sources {
            if source.kinds.contains(&GroupKind::of::<core::Namespace>()) {
                errors.push(BuildError::new(
                    Rule::UnnamedNamespace,
                    source.origin,
                    format!(
                        "a source of {} creates namespaces, whose names are not known here, so that its project would admit every \
                         namespace: exclude them from it, and create them with `Bundle::create_namespace`",
                        bundle.name
                    ),
                ));
            }
        }
    }
    errors
}

fn destination(namespace: String) -> argo::ApplicationDestination {
    argo::ApplicationDestination {
        namespace: Some(namespace),
        server: Some(IN_CLUSTER.to_owned()),
        name: None,
    }
}

/// Only Namespaces have names: what a project does not admit is not pruned either, and Namespaces never are.
fn cluster_kinds(kind: GroupKind, namespaces: &BTreeSet<String>) -> Vec<argo::ClusterKind> {
    let with =
        |name| argo::ClusterKind { group: kind.group.to_owned(), kind: kind.kind.to_owned(), name };
    if kind == GroupKind::of::<core::Namespace>() {
        namespaces.iter().cloned().map(Some).map(with).collect()
    } else {
        vec![with(None)]
    }
}

fn namespaced_kind(kind: GroupKind) -> argo::NamespacedKind {
    argo::NamespacedKind { group: kind.group.to_owned(), kind: kind.kind.to_owned() }
}
