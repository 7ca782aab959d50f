//! Objects that Argo CD never deletes, because data goes with them.

use std::collections::BTreeMap;

use crate::model::resource::{ObjectRef, Resource};

/// `argocd.argoproj.io/sync-options`: comma-separated.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/>
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// `argocd.argoproj.io/compare-options`: comma-separated.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/compare-options/>
const COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";

/// `argocd.argoproj.io/sync-wave`: a number; lower ones are applied and healthy first.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/>
pub(crate) const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The texts of an object that a sync may copy into an annotation of it: a client-side apply keeps the whole object there, as JSON, and
/// annotations have 256 KiB at most. JSON may double a text.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#server-side-apply>
const COPIED: usize = 128 << 10;

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
        keep(annotations(resource));
    }
}

/// A sync does not fail before it has begun because the CRD comes with it.
pub(super) fn allow_missing_kind(resource: &mut Resource) {
    add_options(annotations(resource), SYNC_OPTIONS, &["SkipDryRunOnMissingResource=true"]);
}

/// A sync lets the API server apply what is too large for an annotation: otherwise it would fail, for ever.
pub(super) fn apply_large(resource: &mut Resource) {
    if resource.text_size() > COPIED {
        add_options(annotations(resource), SYNC_OPTIONS, &["ServerSideApply=true"]);
    }
}

/// Neither a sync nor the removal of the Application that deploys the object deletes it. Once it has left Git, it is no longer
/// compared: otherwise the Application would be out of sync, and synced in vain, for ever.
pub(super) fn keep(annotations: &mut BTreeMap<String, String>) {
    add_options(annotations, SYNC_OPTIONS, &["Prune=false", "Delete=false"]);
    add_options(annotations, COMPARE_OPTIONS, &["IgnoreExtraneous"]);
}

/// A project exists before the first Application that names it, and stays as long as one may.
pub(super) fn first() -> BTreeMap<String, String> {
    let mut annotations = [(SYNC_WAVE.to_owned(), "-1".to_owned())].into();
    keep(&mut annotations);
    annotations
}

pub(super) fn annotations(resource: &mut Resource) -> &mut BTreeMap<String, String> {
    resource.metadata_mut().annotations.get_or_insert_with(BTreeMap::new)
}

/// Adds to what the object says already.
fn add_options(annotations: &mut BTreeMap<String, String>, key: &str, options: &[&str]) {
    let value = annotations.entry(key.to_owned()).or_default();
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
