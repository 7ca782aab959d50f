//! The files below a folder that hold manifests, and the folders that first become manifests by a program.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::{LIMIT, Trouble, is_manifest, trouble};
use crate::objects::view::text;
use crate::objects::{Value, yaml};

/// The names of a kustomization's file.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What stands below a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files that may hold manifests.
    files: BTreeSet<PathBuf>,
    kustomizations: BTreeMap<PathBuf, Kustomization>,
    charts: BTreeSet<PathBuf>,
    troubles: Vec<Trouble>,
}

/// What a kustomization builds from.
#[derive(Debug, Default)]
struct Kustomization {
    /// Whether others take it in, so that nobody builds it alone.
    is_component: bool,
    /// Every file and folder that it names.
    named: Vec<PathBuf>,
}

impl Found {
    /// Looks below a folder. Links to folders are not followed.
    pub(super) fn below(folder: &Path) -> Self {
        let mut found = Self::default();
        found.collect(folder);
        found
    }

    /// The files that hold manifests as they stand, and what is said of the others.
    pub(super) fn plain(self) -> (BTreeSet<PathBuf>, Vec<Trouble>) {
        let Self { mut files, kustomizations, charts, mut troubles } = self;
        let named: BTreeSet<&PathBuf> =
            kustomizations.values().flat_map(|kustomization| &kustomization.named).collect();
        files.retain(|file| {
            let is_built = file.parent().is_some_and(|folder| kustomizations.contains_key(folder));
            !is_built && !named.contains(&lexical(file))
        });
        // What another kustomization takes in is built with it.
        let outermost = kustomizations.iter().filter(|(folder, kustomization)| {
            !kustomization.is_component && !named.contains(&lexical(folder))
        });
        troubles.extend(outermost.map(|(folder, _)| {
            let message = format!(
                "is a kustomization, which only becomes manifests when it is built, so that its folder is left out: check what \
                 `kustomize build {}` or `kubectl kustomize` prints, by `--path -`",
                folder.display()
            );
            trouble(folder, &message)
        }));
        troubles.extend(charts.iter().map(|folder| {
            let message = format!(
                "is a Helm chart, which only becomes manifests when it is rendered, so that its folder is left out: check what \
                 `helm template RELEASE {}` prints, by `--path -`",
                folder.display()
            );
            trouble(folder, &message)
        }));
        (files, troubles)
    }

    fn collect(&mut self, folder: &Path) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("cannot be read: {error}; make it readable");
                return self.troubles.push(trouble(folder, &message));
            }
        };
        let mut folders = Vec::new();
        let mut files = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                // What Git and others keep for themselves is left out.
                Ok(kind) if kind.is_dir() && is_hidden(&entry.file_name()) => {}
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(_) if path.is_file() => files.push(path),
                _ => {}
            }
        }
        let has = |name: &str| files.iter().any(|file| file.ends_with(name));
        if has("Chart.yaml") && folders.iter().any(|folder| folder.ends_with("templates")) {
            self.charts.insert(folder.to_owned());
            return;
        }
        if let Some(name) = KUSTOMIZATIONS.into_iter().find(|name| has(name)) {
            let kustomization = Kustomization::read(folder, &folder.join(name));
            self.kustomizations.insert(folder.to_owned(), kustomization);
        }
        self.files.extend(files.into_iter().filter(|file| is_manifest(file)));
        for folder in &folders {
            self.collect(folder);
        }
    }
}

impl Kustomization {
    /// What cannot be read names nothing: kustomize says why when it is built.
    fn read(folder: &Path, file: &Path) -> Self {
        let mut content = String::new();
        let read = fs::File::open(file).map(|file| file.take(LIMIT).read_to_string(&mut content));
        if !matches!(read, Ok(Ok(_))) {
            return Self::default();
        }
        let (documents, _) = yaml::documents(&content);
        let mut kustomization = Self::default();
        for document in documents {
            kustomization.is_component |= text(&document.value["kind"]) == Some("Component");
            collect_names(&document.value, &mut |name| {
                kustomization.named.push(lexical(&folder.join(name)));
            });
        }
        kustomization
    }
}

/// Every text that may be a path, whatever field it stands in: fields of kustomizations come and go.
fn collect_names(value: &Value, keep: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, keep)),
        Value::Object(fields) => {
            fields.values().for_each(|field| collect_names(field, keep));
        }
        Value::String(name) => {
            // Files of generators may have another key: `app.yaml=files/app.yaml`.
            keep(name.split_once('=').map_or(&**name, |(_, path)| path));
        }
        _ => {}
    }
}

/// A path without `.` and `..`, as far as can be said without looking.
fn lexical(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";

    fn below(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            fs::write(file, content).expect("a file");
        }
        let (files, troubles) = Found::below(folder.path()).plain();
        let shown =
            |path: &Path| path.strip_prefix(folder.path()).expect("below").display().to_string();
        let troubles = troubles.iter().map(|trouble| shown(Path::new(&*trouble.file)));
        (files.iter().map(|file| shown(file)).collect(), troubles.collect())
    }

    #[test]
    fn what_kustomizations_build_from_is_no_manifest_and_the_outermost_is_named() {
        let (files, troubles) = below(&[
            ("base/kustomization.yaml", "resources: [deployment.yaml]"),
            ("base/deployment.yaml", OBJECT),
            (
                "prd/kustomization.yml",
                "resources: [../base/, ../shared.yaml]\npatches: [{path: patches/replicas.yaml}]",
            ),
            ("prd/patches/replicas.yaml", OBJECT),
            ("prd/values.yaml", "a: 1"),
            ("shared.yaml", OBJECT),
            ("parts/kustomization.yaml", "kind: Component"),
            ("plain.yaml", OBJECT),
        ]);
        assert_eq!(files, ["plain.yaml"]);
        assert_eq!(troubles, ["prd"]);
    }

    #[test]
    fn charts_are_named_once() {
        let (files, troubles) = below(&[
            ("shop/Chart.yaml", "name: shop"),
            ("shop/templates/a.yaml", "a: {{ .Values.a }}"),
            ("shop/charts/db/Chart.yaml", "name: db"),
            ("shop/charts/db/templates/b.yaml", "b: {{ .Values.b }}"),
            ("plain.yaml", OBJECT),
        ]);
        assert_eq!(files, ["plain.yaml"]);
        assert_eq!(troubles, ["shop"]);
    }
}
