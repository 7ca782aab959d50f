//! Objects that Argo CD never deletes, because data goes with them.

use std::collections::BTreeMap;

use crate::model::resource::{ObjectRef, Resource};

/// `argocd.argoproj.io/sync-options`: comma-separated.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/>
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// `argocd.argoproj.io/sync-wave`: a number; lower ones are applied and healthy first.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/>
pub(super) const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// Whether data goes with the object: by itself, or because others are deleted with it.
fn holds_data(object: &ObjectRef) -> bool {
    matches!(
        (object.group, object.kind),
        ("", "Namespace" | "PersistentVolume" | "PersistentVolumeClaim" | "Secret")
            | ("rabbitmq.com", "RabbitmqCluster")
    )
}

/// Neither a sync nor the removal of the Application deletes what holds data.
pub(super) fn protect(resource: &mut Resource) {
    if holds_data(&resource.object_ref()) {
        add_options(annotations(resource), &["Prune=false", "Delete=false"]);
    }
}

/// The object is applied after the CRDs and operators of its own Application.
pub(super) fn wait_for_own_kinds(resource: &mut Resource) {
    let annotations = annotations(resource);
    add_options(annotations, &["SkipDryRunOnMissingResource=true"]);
    second(annotations);
}

/// The object is applied once everything else of its own Application is healthy.
pub(crate) fn second(annotations: &mut BTreeMap<String, String>) {
    annotations.entry(SYNC_WAVE.to_owned()).or_insert_with(|| "1".to_owned());
}

/// Neither the parent's sync nor its removal deletes this Application.
pub(super) fn keep(annotations: &mut BTreeMap<String, String>) {
    add_options(annotations, &["Prune=false", "Delete=false"]);
}

/// A project exists before the first Application that names it, and stays as long as one may.
pub(super) fn first() -> BTreeMap<String, String> {
    let mut annotations = [(SYNC_WAVE.to_owned(), "-1".to_owned())].into();
    keep(&mut annotations);
    annotations
}

fn annotations(resource: &mut Resource) -> &mut BTreeMap<String, String> {
    resource.metadata_mut().annotations.get_or_insert_with(BTreeMap::new)
}

/// Adds to what the object says already.
fn add_options(annotations: &mut BTreeMap<String, String>, options: &[&str]) {
    let value = annotations.entry(SYNC_OPTIONS.to_owned()).or_default();
    for option in options {
        if value.split(',').any(|present| present == *option) {
            continue;
        }
        if !value.is_empty() {
            value.push(',');
        }
        value.push_str(option);
    }
}
