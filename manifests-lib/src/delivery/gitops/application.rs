//! Argo CD Applications.

use std::collections::BTreeMap;

use custom_resources::argoproj::v1alpha1 as argo;
use k8s_openapi::Resource as _;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::json;

use super::declared::IgnoredDifference;
use super::{GitSource, protection};
use crate::delivery::chart::{KustomizeImage, Source, SourceFrom, holds_null};
use crate::model::group_kind::GroupKind;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;
use crate::values::Name;
use crate::yaml;

/// The cluster that Argo CD itself runs in.
pub(super) const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// Deletes what the Application has deployed when the Application is deleted, and waits for it.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/>
const CASCADE: &str = "resources-finalizer.argocd.argoproj.io/foreground";

/// The manager whose fields a server-side apply takes over, if it wrote them by a client-side one.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#client-side-apply-migration>
const TAKE_OVER: &str = "argocd.argoproj.io/client-side-apply-migration-manager";

/// What a sync does with an object that another Application has deployed.
pub(super) enum ObjectsOfOthers {
    /// Fails.
    Refuse,
    /// Makes it the Application's own.
    Adopt,
}

/// What an Application is made from.
pub(super) struct Application<'a> {
    /// The bundle that it deploys.
    pub(super) bundle: Name,
    pub(super) project: String,
    pub(super) namespace: &'a Namespace,
    /// Whether the bundle has objects of its own.
    pub(super) has_folder: bool,
    pub(super) sources: &'a [Source],
    pub(super) ignored: &'a [IgnoredDifference],
    /// Whether the Application itself is never removed, nor anything with it.
    pub(super) keep: bool,
    /// Whether what is no longer rendered is removed.
    pub(super) prune: bool,
    pub(super) of_others: ObjectsOfOthers,
    pub(super) wave: u32,
}

impl Application<'_> {
    pub(super) fn build(self, environment: &Name, git_source: &GitSource) -> argo::Application {
        let installs_crds = self.sources.iter().any(|source| !source.crd_groups.is_empty());
        let mut annotations =
            BTreeMap::from([(protection::SYNC_WAVE.to_owned(), self.wave.to_string())]);
        if self.sources.iter().any(|source| source.crd_groups.contains(&argo::Application::GROUP)) {
            // Helm installs Argo CD, before Argo CD itself can: what helm owns would stay after it has left Git.
            annotations.insert(TAKE_OVER.to_owned(), "helm".to_owned());
        }
        if self.keep {
            protection::keep(&mut annotations);
        }
        let mut sources: Vec<argo::ApplicationSource> = self.sources.iter().map(source).collect();
        if self.has_folder {
            // Mostly the only one, where there would be room for four.
            sources.reserve_exact(1);
            sources.push(folder(&self.bundle, environment, git_source));
        }
        let retry = retry(self.sources);
        let mut options = Vec::new();
        if matches!(self.of_others, ObjectsOfOthers::Refuse) {
            options.push("FailOnSharedResource=true".to_owned());
        }
        if installs_crds {
            // A CRD does not fit into the annotation that a client-side apply keeps it in.
            options.push("ServerSideApply=true".to_owned());
        }
        if !self.ignored.is_empty() {
            options.push("RespectIgnoreDifferences=true".to_owned());
        }
        argo::Application {
            metadata: ObjectMeta {
                annotations: Some(annotations),
                finalizers: (!self.keep).then(|| vec![CASCADE.to_owned()]),
                ..named(super::application_name(&self.bundle))
            },
            spec: argo::ApplicationSpec {
                sources: Some(sources),
                sync_policy: Some(sync_policy(self.prune, retry, options)),
                ignore_differences: (!self.ignored.is_empty())
                    .then(|| self.ignored.iter().map(ignored).collect()),
                ..argo::ApplicationSpec::required(
                    argo::ApplicationDestination {
                        namespace: Some(self.namespace.to_string()),
                        server: Some(IN_CLUSTER.to_owned()),
                        name: None,
                    },
                    self.project,
                )
            },
        }
    }
}

fn sync_policy(
    prune: bool,
    retry: argo::SyncPolicyRetry,
    options: Vec<String>,
) -> argo::ApplicationSyncPolicy {
    argo::ApplicationSyncPolicy {
        automated: Some(argo::SyncPolicyAutomated {
            prune: Some(prune),
            self_heal: Some(true),
            ..argo::SyncPolicyAutomated::default()
        }),
        retry: Some(retry),
        sync_options: (!options.is_empty()).then_some(options),
        managed_namespace_metadata: None,
    }
}

/// How often a sync that has failed is tried again.
///
/// Each attempt takes the newest commit, but the Application's sources as they were when the sync began. So what comes from Git
/// alone is tried without end, and what has a chart or a kustomization for a quarter of an hour: then a sync begins anew as soon
/// as its values, its version or the commit is another one.
///
/// The first of them comes after ten seconds: Argo CD counts it before it waits, which doubles the duration.
///
/// Upstream: <https://github.com/argoproj/argo-cd/issues/28794>
fn retry(sources: &[Source]) -> argo::SyncPolicyRetry {
    let (limit, longest_wait) = if sources.is_empty() { (-1, "1m") } else { (7, "5m") };
    argo::SyncPolicyRetry {
        limit: Some(limit),
        backoff: Some(argo::RetryBackoff {
            duration: Some("5s".to_owned()),
            factor: Some(2),
            max_duration: Some(longest_wait.to_owned()),
        }),
        refresh: Some(true),
    }
}

/// The bundle's folder of snapshots.
fn folder(bundle: &Name, environment: &Name, git_source: &GitSource) -> argo::ApplicationSource {
    argo::ApplicationSource {
        name: None,
        repo_url: git_source.repository.to_string(),
        target_revision: Some(git_source.branch.to_string()),
        path: Some(git_source.snapshots.join(environment).join(bundle).to_string()),
        chart: None,
        helm: None,
        kustomize: None,
    }
}

fn source(source: &Source) -> argo::ApplicationSource {
    let mut of_application = argo::ApplicationSource {
        kustomize: source.kustomize(),
        ..argo::ApplicationSource::required(source.repository_url())
    };
    match &source.from {
        SourceFrom::Chart { name, version, release, values, .. } => {
            of_application.target_revision = Some(version.clone());
            if source.is_in_registry() {
                of_application.path = Some(".".to_owned());
            } else {
                of_application.chart = Some((*name).to_owned());
            }
            // An apply takes a null in an object for the order to remove the key; in a text it reaches helm.
            let text = holds_null(values).then(|| yaml::to_string(values).ok()).flatten();
            of_application.helm = Some(argo::SourceHelm {
                release_name: Some(release.to_string()),
                values_object: text.is_none().then(|| values.clone()),
                values: text,
                ..argo::SourceHelm::default()
            });
        }
        SourceFrom::Kustomization { repository, release, commit, path, .. } => {
            of_application.name = Some(format!("{}@{release}", repository.repository_name()));
            of_application.target_revision = Some(commit.to_string());
            of_application.path = Some(path.to_string());
        }
    }
    of_application
}

impl Source {
    /// What Argo CD does to the kustomization before it builds it; nothing where it builds it as it is, or where it is a chart.
    #[must_use]
    pub fn kustomize(&self) -> Option<argo::SourceKustomize> {
        let SourceFrom::Kustomization { images, exclude, pod_patch, .. } = &self.from else {
            return None;
        };
        let kustomize = argo::SourceKustomize {
            images: (!images.is_empty()).then(|| images.iter().map(image).collect()),
            patches: patches(exclude, pod_patch.as_deref()),
        };
        // Argo CD takes an empty one out of the Application, which would then never be in sync.
        (kustomize != argo::SourceKustomize::default()).then_some(kustomize)
    }
}

/// `name=repository:tag`, as `kustomize edit set image` takes it.
fn image(image: &KustomizeImage) -> String {
    let KustomizeImage { name, from, release } = image;
    format!("{name}={from}:{release}")
}

fn patches(
    exclude: &[(GroupKind, Name)],
    pods: Option<&core::PodSpec>,
) -> Option<Vec<argo::KustomizePatch>> {
    let removals = exclude.iter().map(|(kind, name)| removal(*kind, name));
    let patches: Vec<_> = removals.chain(pods.map(addition)).collect();
    (!patches.is_empty()).then_some(patches)
}

/// A patch that adds to the pods of every Deployment.
fn addition(pods: &core::PodSpec) -> argo::KustomizePatch {
    let deployment = GroupKind::of::<apps::Deployment>();
    let mut pods = json!(pods);
    if let Some(pods) = pods.as_object_mut() {
        // Required in the type; an empty list would say that there are none.
        pods.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    }
    let patch = json!({
        "apiVersion": <apps::Deployment as k8s_openapi::Resource>::API_VERSION,
        "kind": deployment.kind,
        "metadata": { "name": "any" },
        "spec": { "template": { "spec": pods } },
    });
    argo::KustomizePatch {
        // JSON is YAML too, for what cannot be written as such.
        patch: Some(yaml::to_string(&patch).unwrap_or_else(|_| patch.to_string())),
        target: Some(argo::PatchTarget {
            group: Some(deployment.group.to_owned()),
            kind: Some(deployment.kind.to_owned()),
            ..argo::PatchTarget::default()
        }),
    }
}

/// A patch that takes an object out of the kustomization.
fn removal(kind: GroupKind, name: &Name) -> argo::KustomizePatch {
    argo::KustomizePatch {
        patch: Some(format!("$patch: delete\nkind: {}\nmetadata:\n  name: {name}\n", kind.kind)),
        target: Some(argo::PatchTarget {
            group: (!kind.group.is_empty()).then(|| kind.group.to_owned()),
            kind: Some(kind.kind.to_owned()),
            name: Some(name.to_string()),
            ..argo::PatchTarget::default()
        }),
    }
}

fn ignored(difference: &IgnoredDifference) -> argo::ApplicationIgnoreDifference {
    let IgnoredDifference { kind, name, fields } = difference;
    argo::ApplicationIgnoreDifference {
        group: (!kind.group.is_empty()).then(|| kind.group.to_owned()),
        name: name.as_ref().map(ToString::to_string),
        jq_path_expressions: Some(fields.iter().map(|field| (*field).to_owned()).collect()),
        ..argo::ApplicationIgnoreDifference::required(kind.kind.to_owned())
    }
}
