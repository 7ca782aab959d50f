//! What objects say of others that are not here: charts and folders of Applications, what controllers make, and what is copied.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::{Unseen, operators};
use crate::objects::{Object, Objects, Origin, list, text, texts};

/// Everything that may be there without being seen.
pub(super) fn of(objects: &Objects) -> Vec<Unseen> {
    let mut unseen = operated(objects);
    unseen.extend(applied(objects));
    unseen.extend(copied(objects));
    unseen
}

/// The charts and folders that Applications deploy, of which only the Application is here.
fn applied(objects: &Objects) -> Vec<Unseen> {
    let mut unseen = Vec::new();
    let folders = folders(objects);
    for application in objects.of_kind("argoproj.io", "Application") {
        let spec = &application.json["spec"];
        let namespace = text(&spec["destination"]["namespace"]).map(str::to_owned);
        let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
        for source in sources.filter(|source| source.is_object()) {
            let by = if let Some(chart) = text(&source["chart"]) {
                let version = text(&source["targetRevision"]).unwrap_or_default();
                format!("chart {chart} {version}")
            } else if let Some(path) = text(&source["path"]).filter(|path| !folders.has(path)) {
                format!("the folder {path} of {}", application.identity)
            } else {
                continue;
            };
            unseen.push(Unseen { by, namespace: namespace.clone(), kinds: None });
        }
    }
    unseen
}

/// The folders from which objects were read, by their last names.
struct Folders(BTreeMap<String, BTreeSet<PathBuf>>);

impl Folders {
    fn has(&self, path: &str) -> bool {
        let path = Path::new(path);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let folders = name.and_then(|name| self.0.get(&name));
        folders.into_iter().flatten().any(|folder| folder.ends_with(path))
    }
}

fn folders(objects: &Objects) -> Folders {
    let mut folders: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    let files: HashSet<&str> = objects
        .written()
        .filter_map(|object| match &object.origin {
            Origin::Yaml { file, .. } => Some(&**file),
            Origin::Rust { .. } | Origin::Foreign { .. } | Origin::Made { .. } => None,
        })
        .collect();
    let parents: HashSet<&Path> =
        files.into_iter().filter_map(|file| Path::new(file).parent()).collect();
    for folder in parents.into_iter().flat_map(Path::ancestors) {
        if let Some(name) = folder.file_name() {
            let name = name.to_string_lossy().into_owned();
            folders.entry(name).or_default().insert(folder.to_owned());
        }
    }
    Folders(folders)
}

/// What controllers make of custom objects of which that is not known: pods, Services, Secrets, anything.
fn operated(objects: &Objects) -> Vec<Unseen> {
    let mut by_namespace = BTreeMap::new();
    for object in objects.written().filter(|object| operators::may_make_anything(object)) {
        for namespace in operators::namespaces(object) {
            by_namespace.entry(namespace).or_insert(object);
        }
    }
    let of_one = |(namespace, object): (Option<&str>, &Object)| Unseen {
        by: format!("the controller of {}.{}", object.identity.kind, object.identity.group),
        namespace: namespace.map(str::to_owned),
        kinds: None,
    };
    by_namespace.into_iter().map(of_one).collect()
}

/// What Secrets and ConfigMaps say of their copies in other namespaces.
fn copied(objects: &Objects) -> Option<Unseen> {
    let mut written =
        ["ConfigMap", "Secret"].into_iter().flat_map(|kind| objects.of_kind("", kind));
    let copied = written.find(|object| {
        texts(&object.json["metadata"]["annotations"])
            .any(|(key, _)| operators::COPIES.iter().any(|begin| key.starts_with(begin)))
    })?;
    let kinds = ["ConfigMap", "Secret"].map(|kind| (String::new(), kind.to_owned()));
    Some(Unseen {
        by: format!("what copies {}", copied.identity),
        namespace: None,
        kinds: Some(kinds.to_vec()),
    })
}
