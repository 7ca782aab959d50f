//! The rendered files as a checked set of places below the folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Error, Form};

/// The longest file name that the common file systems of Linux, macOS and Windows accept, in bytes.
const LONGEST_NAME: usize = 255;

/// A name in lower case: some file systems do not tell the difference, and a checkout may move between them.
type Folded<'files> = Cow<'files, str>;

/// Rendered files by their folders, found regardless of case.
#[derive(Debug)]
pub(super) struct Desired<'files> {
    pub(super) form: Form,
    folders: BTreeMap<Folded<'files>, Bundle<'files>>,
}

/// A folder of rendered files.
#[derive(Debug)]
pub(super) struct Bundle<'files> {
    pub(super) name: &'files str,
    files: BTreeMap<Folded<'files>, RenderedFile<'files>>,
}

/// One rendered file.
#[derive(Clone, Copy, Debug)]
pub(super) struct RenderedFile<'files> {
    pub(super) name: &'files str,
    /// Relative to the root.
    pub(super) path: &'files Path,
    pub(super) contents: &'files str,
}

impl<'files> Desired<'files> {
    /// Checks every path, and how its contents begin.
    pub(super) fn new(files: &'files BTreeMap<PathBuf, String>, form: Form) -> Result<Self, Error> {
        let marker = form.marker;
        let mut folders: BTreeMap<Folded, Bundle> = BTreeMap::new();
        for (path, contents) in files {
            let (folder, name) = check(path, form)
                .map_err(|reason| Error::InvalidPath { path: path.clone(), reason })?;
            if !contents.starts_with(marker) {
                return Err(Error::NoMarker { path: path.clone(), marker });
            }
            let bundle = match folders.entry(folded(folder)) {
                Entry::Vacant(entry) => {
                    entry.insert(Bundle { name: folder, files: BTreeMap::new() })
                }
                Entry::Occupied(entry) if entry.get().name == folder => entry.into_mut(),
                Entry::Occupied(entry) => {
                    return Err(Error::SameButForCase {
                        first: entry.get().name.into(),
                        second: folder.into(),
                    });
                }
            };
            match bundle.files.entry(folded(name)) {
                Entry::Vacant(entry) => entry.insert(RenderedFile { name, path, contents }),
                Entry::Occupied(entry) => {
                    return Err(Error::SameButForCase {
                        first: entry.get().path.to_owned(),
                        second: path.clone(),
                    });
                }
            };
        }
        Ok(Self { form, folders })
    }

    /// Whether nothing is rendered.
    pub(super) fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// Every folder of rendered files.
    pub(super) fn bundles(&self) -> impl Iterator<Item = &Bundle<'files>> {
        self.folders.values()
    }

    /// The folder of rendered files of this name, if there is one, whatever its case.
    pub(super) fn bundle(&self, name: &OsStr) -> Option<&Bundle<'files>> {
        // Rendered names are UTF-8, so any other name is not one of them.
        self.folders.get(folded(name.to_str()?).as_ref())
    }
}

impl<'files> Bundle<'files> {
    /// Every rendered file in it.
    pub(super) fn files(&self) -> impl Iterator<Item = RenderedFile<'files>> {
        self.files.values().copied()
    }

    /// The rendered file of this name, if there is one, whatever its case.
    pub(super) fn file(&self, name: &OsStr) -> Option<RenderedFile<'files>> {
        self.files.get(folded(name.to_str()?).as_ref()).copied()
    }
}

fn folded(name: &str) -> Folded<'_> {
    // Most names are in lower case already.
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.to_lowercase())
}

/// Returns folder and name, or the reason why the path is invalid.
fn check(path: &Path, form: Form) -> Result<(&str, &str), &'static str> {
    let text = path.to_str().ok_or("is not UTF-8")?;
    for name in text.split('/') {
        if matches!(name, "" | "." | "..") {
            return Err("is not a plain path relative to the output folder");
        }
        if name.starts_with('.') {
            return Err("is hidden, as one of its parts begins with a dot");
        }
        if name.len() > LONGEST_NAME {
            return Err("has a part longer than 255 bytes");
        }
        if name.contains(char::is_control) {
            return Err("has a control character");
        }
    }
    let Some((folder, name)) = text.split_once('/').filter(|(_, name)| !name.contains('/')) else {
        return Err("is not a file in the folder of a bundle");
    };
    if !form.has_name(name.as_ref()) {
        return Err(if form == Form::MANIFESTS {
            "does not end in `.yaml`"
        } else {
            "does not have an ending of rendered files"
        });
    }
    Ok((folder, name))
}

impl Form {
    /// Whether a file of this name can be one of ours.
    pub(super) fn has_name(self, name: &OsStr) -> bool {
        let ending = Path::new(name).extension().and_then(OsStr::to_str);
        ending.is_some_and(|ending| self.endings.contains(&ending))
    }
}
