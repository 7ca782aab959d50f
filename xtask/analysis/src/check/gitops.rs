//! Argo CD can deploy it, in this order.

pub(super) mod duplicate_object;
pub(super) mod forbidden_by_project;
pub(super) mod late_definition;
pub(super) mod null_value;
pub(super) mod too_large_to_apply;

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use crate::graph::Graph;
use crate::objects::{Object, Origin, list, text};

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
pub(super) fn has_option(object: &Object, option: &str) -> bool {
    let own = object.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    own.split(',').any(|set| set.trim() == option)
        || list(&object.json["spec"]["syncPolicy"]["syncOptions"])
            .iter()
            .any(|set| text(set) == Some(option))
}

/// The Applications that deploy what is here.
pub(super) struct Deployers<'a> {
    by_name: HashMap<&'a str, &'a Object>,
    by_folder: HashMap<&'a str, &'a Object>,
}

impl<'a> Deployers<'a> {
    pub(super) fn of(graph: &Graph<'a>) -> Self {
        let (mut by_name, mut by_folder) = (HashMap::new(), HashMap::new());
        for application in graph.objects().of_kind("argoproj.io", "Application") {
            let name = application.name();
            by_name.entry(name.strip_suffix("-application").unwrap_or(name)).or_insert(application);
            for source in list(&application.json["spec"]["sources"])
                .iter()
                .chain(Some(&application.json["spec"]["source"]))
            {
                let folder = text(&source["path"]).map(|path| path.trim_matches(['.', '/']));
                if let Some(folder) = folder.filter(|folder| !folder.is_empty()) {
                    by_folder.entry(folder).or_insert(application);
                }
            }
        }
        Self { by_name, by_folder }
    }

    /// The Application that deploys an object: that of its bundle, or of the folder in which it stands.
    pub(super) fn of_object(&self, object: &Object) -> Option<&'a Object> {
        if let Some(bundle) = object.bundle.as_deref() {
            return self.by_name.get(bundle).copied();
        }
        let Origin::Yaml { file, .. } = &object.origin else { return None };
        let mut folder = Path::new(&**file).parent().and_then(Path::to_str).unwrap_or_default();
        // The path that Argo CD knows begins at the root of the repository, wherever that is here.
        loop {
            if let Some(&application) = self.by_folder.get(folder) {
                return Some(application);
            }
            folder = folder.split_once('/')?.1;
        }
    }
}
