//! Argo CD can deploy it, in this order.

pub(super) mod duplicate_object;
pub(super) mod forbidden_by_project;
pub(super) mod late_definition;
pub(super) mod null_value;
pub(super) mod too_large_to_apply;

use serde_json::Value;

use crate::objects::{Object, list, text};

/// The sources of an Application: charts, folders.
fn sources(application: &Object) -> impl Iterator<Item = &Value> {
    let spec = &application.json["spec"];
    let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
    sources.filter(|source| source.is_object())
}

/// The sync wave of an object: `-1` comes before `0`.
fn wave(object: &Object) -> i64 {
    object
        .annotation("argocd.argoproj.io/sync-wave")
        .and_then(|wave| wave.parse().ok())
        .unwrap_or(0)
}

/// Whether an option of a sync is set, at the object itself or for all of an Application.
fn has_option(object: &Object, option: &str) -> bool {
    let own = object.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    own.split(',').any(|set| set.trim() == option)
        || list(&object.json["spec"]["syncPolicy"]["syncOptions"])
            .iter()
            .any(|set| text(set) == Some(option))
}
