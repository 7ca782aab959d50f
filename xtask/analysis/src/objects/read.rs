//! Reads objects from files of YAML or JSON.

mod folder;
mod stream;

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use support::Failure;

use super::view::text;
use super::yaml::{self, Extent, Item};
use super::{Object, Origin, Remark};
use crate::objects::Value;

/// Larger files are not read, in bytes: no file of manifests comes close.
const LIMIT: u64 = 64 * 1024 * 1024;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The objects, in the order of files and documents.
    pub objects: Vec<Object>,
    /// What could not be read; the rest was.
    pub troubles: Vec<Trouble>,
}

/// Something that could not be read, or is read otherwise than it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Path of the file, as the user named it.
    pub file: Arc<str>,
    /// The line, counted from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong, and the way out.
    pub message: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.file, self.message),
            None => write!(formatter, "{}: {}", self.file, self.message),
        }
    }
}

/// Reads a file, the files below a folder (names that end in `.yaml`, `.yml` or `.json`; links to folders are not followed), or
/// standard input where the path is `-`. Folders of kustomizations and charts are left out, which is told.
///
/// Documents that are no objects of Kubernetes, such as values of charts, are passed over.
///
/// # Errors
/// If there is nothing at the path, or it cannot be read.
pub fn read(path: &Path) -> Result<Read, Failure> {
    read_all(&[path])
}

/// Reads several paths like [`read`]; a file that they share, or that links lead to as well, is read once.
///
/// # Errors
/// Those of [`read`].
pub fn read_all(paths: &[impl AsRef<Path>]) -> Result<Read, Failure> {
    let mut result = Read::default();
    let mut seen = HashSet::new();
    for path in paths {
        read_into(path.as_ref(), &mut seen, &mut result)?;
    }
    Ok(result)
}

/// Reads files whose content is here already, such as those of a commit, each with its name.
#[must_use]
pub fn read_contents(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Read {
    let mut result = Read::default();
    for (name, bytes) in files {
        result.file(&name, bytes);
    }
    result
}

/// Whether a file is one of manifests, by its name.
#[must_use]
pub fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn read_into(path: &Path, seen: &mut HashSet<PathBuf>, result: &mut Read) -> Result<(), Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = io::stdin().take(LIMIT + 1).read_to_end(&mut bytes);
        read.map_err(|error| {
            Failure::new(format!("standard input cannot be read: {error}; name a file or folder"))
        })?;
        result.file("standard input", bytes);
        return Ok(());
    }
    let metadata = fs::metadata(path).map_err(|error| {
        Failure::new(format!(
            "{} cannot be read: {error}; name a file or a folder of manifests",
            path.display()
        ))
    })?;
    if !metadata.is_dir() {
        result.path(path, seen);
        return Ok(());
    }
    let (files, troubles) = folder::Found::below(path).plain();
    result.troubles.extend(troubles);
    for file in files {
        result.path(&file, seen);
    }
    Ok(())
}

fn trouble(path: &Path, message: &str) -> Trouble {
    Trouble { file: path.display().to_string().into(), line: None, message: message.to_owned() }
}

impl Read {
    fn path(&mut self, path: &Path, seen: &mut HashSet<PathBuf>) {
        // What has no such path cannot be read either, which is told below.
        if path.canonicalize().is_ok_and(|real| !seen.insert(real)) {
            return;
        }
        let bytes = fs::File::open(path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(LIMIT + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        });
        match bytes {
            Ok(bytes) => self.file(&path.display().to_string(), bytes),
            Err(error) => {
                self.troubles
                    .push(trouble(path, &format!("cannot be read: {error}; make it readable")));
            }
        }
    }

    /// Reads the objects of a file.
    fn file(&mut self, name: &str, bytes: Vec<u8>) {
        let file: Arc<str> = name.into();
        let mut trouble = |line, message: String| {
            self.troubles.push(Trouble { file: file.clone(), line, message });
        };
        if bytes.len() as u64 > LIMIT {
            trouble(
                None,
                format!(
                    "is larger than {} MiB, more than manifests ever are; split it",
                    LIMIT >> 20
                ),
            );
            return;
        }
        let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let Ok(content) = String::from_utf8(bytes) else {
            let message = if is_wide {
                "is UTF-16, as `>` of PowerShell writes it; write it as UTF-8"
            } else {
                "is not UTF-8, so that it is no YAML; leave it out"
            };
            trouble(None, message.to_owned());
            return;
        };
        let content: Arc<str> = content.into();
        let error = stream::each(&content, &mut |document| {
            let at = Place { file: &file, text: &content, extent: document.extent };
            self.value(document.value, &at, document.remarks, &document.items);
        });
        if let Some(yaml::Error { line, message }) = error {
            let failing = content.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let message = if failing.contains("{{") {
                "is a template, which only becomes YAML when it is rendered; check what `helm template` or your tool prints".to_owned()
            } else {
                format!("is not YAML: {message}; what comes before it was read")
            };
            self.troubles.push(Trouble { file, line: Some(line), message });
        }
    }

    /// An object, or the items of a list of them.
    fn value(&mut self, mut value: Value, at: &Place<'_>, remarks: Vec<Remark>, items: &[Item]) {
        let is_list = text(&value["kind"]).is_some_and(|kind| kind.ends_with("List"));
        if is_list && value["items"].is_array() {
            let Value::Array(values) = value["items"].take() else { return };
            // Lists in lists do not tell where their items are.
            let is_placed = items.len() == values.len();
            for (position, value) in values.into_iter().enumerate() {
                match items.get(position).filter(|_| is_placed) {
                    Some(Item { extent, remarks: own }) => {
                        let at = Place { extent: *extent, ..*at };
                        self.value(value, &at, remarks[own.clone()].to_vec(), &[]);
                    }
                    None => self.value(value, at, Vec::new(), &[]),
                }
            }
            return;
        }
        let name = &value["metadata"]["name"];
        let is_misread = text(&value["kind"]).is_some() && !name.is_null() && text(name).is_none();
        if let Some(object) = Object::of(value, at.origin(remarks), None) {
            self.objects.push(object);
        } else if is_misread {
            // What has no name at all is none of a cluster, or gets one there.
            let message = "the name of the object is read as something else than a text, which the API server refuses; put it in quotes";
            let (file, line) = (at.file.clone(), Some(at.extent.line));
            self.troubles.push(Trouble { file, line, message: message.to_owned() });
        }
    }
}

/// Where an object stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a Arc<str>,
    text: &'a Arc<str>,
    extent: Extent,
}

impl Place<'_> {
    fn origin(&self, remarks: Vec<Remark>) -> Origin {
        Origin::Yaml {
            file: self.file.clone(),
            text: self.text.clone(),
            extent: self.extent,
            remarks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Read {
        let mut read = Read::default();
        read.file("test.yaml", text.as_bytes().to_vec());
        read
    }

    #[test]
    fn lists_are_their_items_and_other_documents_are_passed_over() {
        let read = of("\
replicaCount: 1
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: b, namespace: c}}
");
        let found: Vec<_> = read.objects.iter().map(|object| object.identity.to_string()).collect();
        assert_eq!(found, ["ConfigMap a", "Secret c/b"]);
        assert_eq!(read.troubles, []);
    }

    #[test]
    fn what_stands_before_a_mistake_is_read() {
        let read = of("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\na: [\n");
        assert_eq!(read.objects.len(), 1);
        assert_eq!(read.troubles.len(), 1);
    }

    #[test]
    fn a_template_is_called_one() {
        let read = of("metadata:\n  name: {{ .Release.Name }}\n");
        assert!(read.troubles[0].message.contains("helm template"), "{:?}", read.troubles);
    }

    #[test]
    fn a_file_that_is_reached_twice_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.yaml");
        fs::write(&file, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}").expect("a file");
        std::os::unix::fs::symlink(&file, folder.path().join("b.yaml")).expect("a link");
        let read = read_all(&[folder.path(), &file]).expect("a folder");
        assert_eq!(read.objects.len(), 1);
    }

    #[test]
    fn what_is_no_text_is_told() {
        let mut read = Read::default();
        read.file("a.yaml", vec![0xff, 0xfd, 0]);
        read.file("b.yaml", vec![0xff, 0xfe, b'a', 0]);
        assert!(read.troubles[0].message.contains("is not UTF-8"));
        assert!(read.troubles[1].message.contains("is UTF-16"));
    }
}
