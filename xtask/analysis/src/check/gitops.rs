//! Argo CD can deploy it, in this order.

pub(super) mod duplicate_object;
pub(super) mod endless_hook;
pub(super) mod forbidden_by_project;
pub(super) mod late_definition;
pub(super) mod late_dependency;
pub(super) mod moving_chart;
pub(super) mod null_value;
pub(super) mod overlapping_applications;
pub(super) mod repeated_job;
pub(super) mod too_large_to_apply;
pub(super) mod waiting_claim;

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use crate::graph::Graph;
use crate::objects::{Object, Origin, list, text};

/// The sources of an Application: charts, folders.
pub(crate) fn sources(application: &Object) -> impl Iterator<Item = &Value> {
    let spec = &application.json["spec"];
    let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
    sources.filter(|source| source.is_object())
}

/// The sync wave of an object: `-1` comes before `0`.
pub(crate) fn wave(object: &Object) -> i64 {
    object
        .annotation("argocd.argoproj.io/sync-wave")
        .and_then(|wave| wave.parse().ok())
        .unwrap_or(0)
}

/// When Argo CD applies an object: in which phase of a sync, and in which wave of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    phase: Phase,
    wave: i64,
}

/// A phase of a sync, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    PreSync,
    Sync,
    PostSync,
}

impl std::fmt::Display for Turn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { phase, wave } = self;
        match phase {
            Phase::PreSync => write!(formatter, "wave {wave} before the sync"),
            Phase::Sync => write!(formatter, "wave {wave}"),
            Phase::PostSync => write!(formatter, "wave {wave} after the sync"),
        }
    }
}

/// The annotations that make an object a hook: of Argo CD, and of Helm, which counts where there is none of Argo CD.
const HOOKS: [&str; 2] = ["argocd.argoproj.io/hook", "helm.sh/hook"];

fn hooks(object: &Object) -> impl Iterator<Item = &str> {
    let hooks = HOOKS.iter().find_map(|key| object.annotation(key)).unwrap_or_default();
    hooks.split(',').map(str::trim).filter(|hook| !hook.is_empty())
}

fn is_hook(object: &Object) -> bool {
    hooks(object).next().is_some()
}

/// Whether an object is a hook of Helm that is there when everything else is.
fn is_upgrade_only(object: &Object) -> bool {
    is_hook(object)
        && hooks(object).all(|hook| hook.ends_with("-upgrade") || hook.ends_with("-rollback"))
}

/// When an object is applied; of several phases, the first.
fn turn(object: &Object) -> Turn {
    let phase = hooks(object).map(|hook| match hook {
        "PreSync" | "pre-install" | "pre-upgrade" | "crd-install" => Phase::PreSync,
        // What runs only when somebody asks or something fails counts as last, too.
        "PostSync" | "post-install" | "post-upgrade" | "SyncFail" | "PostDelete" | "test"
        | "pre-delete" | "post-delete" => Phase::PostSync,
        _ => Phase::Sync,
    });
    let weight = object.annotation("helm.sh/hook-weight").and_then(|weight| weight.parse().ok());
    let said = object.annotation("argocd.argoproj.io/sync-wave").is_some();
    let wave = weight.filter(|_| !said).unwrap_or_else(|| wave(object));
    Turn { phase: phase.min().unwrap_or(Phase::Sync), wave }
}

/// Whether an option of a sync is set, at the object itself or for all of an Application.
pub(crate) fn has_option(object: &Object, option: &str) -> bool {
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
        let mut folder = folder(object)?;
        // The path that Argo CD knows begins at the root of the repository, wherever that is here.
        loop {
            if let Some(&application) = self.by_folder.get(folder) {
                return Some(application);
            }
            folder = folder.split_once('/')?.1;
        }
    }

    /// Whether two objects are deployed by one sync: of one bundle or Application or, where none is known, in one folder.
    fn together(&self, one: &Object, other: &Object) -> bool {
        if one.bundle.is_some() || other.bundle.is_some() {
            return one.bundle == other.bundle;
        }
        match (self.of_object(one), self.of_object(other)) {
            (Some(one), Some(other)) => one.identity == other.identity,
            (None, None) => folder(one).is_some() && folder(one) == folder(other),
            _ => false,
        }
    }
}

/// The folder of the file in which an object stands.
fn folder(object: &Object) -> Option<&str> {
    let Origin::Yaml { file, .. } = &object.origin else { return None };
    Path::new(&**file).parent().and_then(Path::to_str)
}
