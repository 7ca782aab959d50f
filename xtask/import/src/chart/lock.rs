//! `charts.toml`: the charts that the project uses, the values that it sets, and what their values.yaml does not say.

use std::collections::{BTreeMap, BTreeSet};

use released::{Digest, LockedFile};
use serde::Deserialize;

use super::path;
use crate::lock_file;
use crate::naming::snake_case;
use support::output::reorders;
use support::{Failure, Result};

const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 1000;

/// The lock file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The charts, in any order.
    #[serde(default, rename = "chart")]
    pub charts: Vec<LockedChart>,
}

/// One released chart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedChart {
    /// Its name in the repository.
    pub name: String,
    /// The Helm repository, `https://…`, or the folder of a registry, `oci://…`.
    pub repository: String,
    /// The published version, which may differ from the one in the source tree.
    pub version: String,
    /// SHA-256 of the published package, where a source of it is known.
    pub package: Option<Digest>,
    /// `values.yaml` at the tag of the release.
    pub values: LockedFile,
    /// `values.schema.json` at the tag of the release, if it says more than the defaults.
    pub schema: Option<LockedFile>,
    /// `Chart.yaml` at the tag of the release, if there are subcharts: it has their versions.
    pub metadata: Option<LockedFile>,
    /// `Chart.lock` at the tag of the release, where `Chart.yaml` has ranges: it has the versions that the package carries.
    pub dependencies: Option<LockedFile>,
    /// The key below which `values.yaml` holds the defaults, though users set them above it.
    pub defaults_below: Option<String>,
    /// The values that the project sets, each with everything below it.
    pub keep: Vec<String>,
    /// Types of values whose default does not determine them, by path.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// Whether values whose type nothing determines are JSON: `Value`, `Vec<Value>` or `BTreeMap<String, Value>`. Otherwise each
    /// of them needs a line below `types`.
    #[serde(default)]
    pub untyped: bool,
    /// Objects that take further keys of the user's choice, by path, with the type of their values.
    #[serde(default)]
    pub open: BTreeMap<String, String>,
    /// Rust names of keys that would otherwise have the same name as another key of the object, by path.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Names of types, by any path where the type is used.
    #[serde(default)]
    pub shapes: BTreeMap<String, String>,
    /// Objects whose presence has a meaning, even if nothing in them is set.
    #[serde(default)]
    pub presence: Vec<String>,
    /// Values whose default null may erase, by path, with the template or page that proves that the chart accepts it.
    #[serde(default)]
    pub unset: BTreeMap<String, String>,
    /// Values that templates read and `values.yaml` omits.
    #[serde(default)]
    pub declared: Vec<Declared>,
    /// Subcharts, whose values are below a key of this chart.
    #[serde(default, rename = "subchart")]
    pub subcharts: Vec<Subchart>,
}

/// A value that `values.yaml` omits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Where it is set.
    pub path: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The template of the chart that reads it, or the page that explains it.
    pub proof: String,
}

/// A subchart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subchart {
    /// The key of its values: its name or alias.
    pub key: String,
    /// The version that the package carries: what Chart.yaml or Chart.lock names, or one within the range.
    pub version: String,
    /// `values.yaml` at the tag of that version.
    pub values: LockedFile,
}

impl Lock {
    /// Reads the lock file's text; `file` names it in messages.
    ///
    /// # Errors
    /// If it is not TOML of this form, two charts lead to the same module, or a path or repository is invalid.
    pub fn read(file: &str, text: &str) -> Result<Self> {
        let lock: Self = lock_file::read(file, text)?;
        let mut modules: BTreeMap<String, &str> = BTreeMap::new();
        for chart in &lock.charts {
            chart.check_texts(file)?;
            if let Some(other) = modules.insert(chart.module(), &chart.name) {
                return Err(Failure::new(format!(
                    "{file}: the charts {other} and {} lead to the same module, {}; remove one of them",
                    chart.name,
                    chart.module()
                )));
            }
            // These names mean the crate itself.
            if ["lib", "main"].contains(&chart.module().as_str()) {
                return Err(Failure::new(format!(
                    "{file}: the chart {} would be the module {}, which Rust takes for the crate; leave it out",
                    chart.name,
                    chart.module()
                )));
            }
            if chart.metadata.is_some() == chart.subcharts.is_empty() {
                return Err(Failure::new(format!(
                    "{file}: {} has {}; lock Chart.yaml as metadata where there are subcharts, and only there",
                    chart.name,
                    if chart.subcharts.is_empty() {
                        "metadata and no subchart"
                    } else {
                        "subcharts and no metadata"
                    }
                )));
            }
            if chart.dependencies.is_some() && chart.metadata.is_none() {
                return Err(Failure::new(format!(
                    "{file}: {} has dependencies and no metadata; lock Chart.yaml as metadata beside Chart.lock",
                    chart.name
                )));
            }
            let is_repository = ["https://", "oci://"].iter().any(|scheme| {
                chart.repository.strip_prefix(scheme).is_some_and(|host| !host.is_empty())
            });
            if !is_repository {
                return Err(Failure::new(format!(
                    "{file}: the repository {} of {} begins neither with https:// nor with oci://; write it as in helm",
                    chart.repository, chart.name
                )));
            }
            chart.check_paths(file)?;
        }
        Ok(lock)
    }
}

impl LockedChart {
    /// The Rust module of its values.
    pub fn module(&self) -> String {
        snake_case(&self.name)
    }

    /// Every file that is locked by its digest.
    pub fn files(&self) -> Vec<LockedFile> {
        let own = [Some(&self.values), self.schema.as_ref(), self.metadata.as_ref()];
        let own = own.into_iter().chain([self.dependencies.as_ref()]);
        let of_subcharts = self.subcharts.iter().map(|subchart| &subchart.values);
        own.flatten().chain(of_subcharts).cloned().collect()
    }

    /// Name and version, for messages.
    pub fn release(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Names and versions become file names, modules and comments; proofs and addresses become comments.
    fn check_texts(&self, file: &str) -> Result<()> {
        let is_name = |text: &str| {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            text.chars().any(|letter| letter.is_ascii_alphanumeric()) && text.chars().all(is_plain)
        };
        if !is_name(&self.name) || self.name.len() > LONGEST_NAME {
            return Err(Failure::new(format!(
                "{file}: {:?} is not the name of a chart; write up to {LONGEST_NAME} letters, digits, dots and dashes",
                shortened(&self.name)
            )));
        }
        let versions = self.subcharts.iter().map(|subchart| &subchart.version);
        for version in std::iter::once(&self.version).chain(versions) {
            if version.is_empty() || version.chars().any(char::is_control) {
                return Err(Failure::new(format!(
                    "{file}: {:?} is not a version of {} or its subcharts; write the published one",
                    shortened(version),
                    self.name
                )));
            }
        }
        let files = self.files();
        let texts = files.iter().map(|file| &file.url);
        let texts = texts.chain(self.declared.iter().map(|declared| &declared.proof));
        let texts = texts.chain(self.unset.values()).chain([&self.repository]);
        for text in texts {
            let is_line = !text.chars().any(|letter| letter.is_control() || reorders(letter));
            if text.len() > LONGEST_TEXT || !is_line {
                return Err(Failure::new(format!(
                    "{file}: {:?} of {} is not one line of up to {LONGEST_TEXT} visible letters; write it as one",
                    shortened(text),
                    self.name
                )));
            }
        }
        Ok(())
    }

    fn check_paths(&self, file: &str) -> Result<()> {
        let declared = self.declared.iter().map(|declared| &declared.path);
        let mut seen = BTreeSet::new();
        let listed = self.keep.iter().chain(declared.clone());
        let presence = self.presence.iter().map(|path| ("presence", path));
        for (table, text) in listed.map(|path| ("keep", path)).chain(presence) {
            if !seen.insert((table, text)) {
                return Err(Failure::new(format!(
                    "{file}: {text} of {} is listed twice; keep one of them",
                    self.name
                )));
            }
        }
        let all = self.keep.iter().chain(declared);
        let all = all.chain(self.types.keys()).chain(self.open.keys());
        let all = all.chain(self.names.keys()).chain(self.shapes.keys());
        let all = all.chain(&self.presence).chain(self.unset.keys());
        for text in all {
            if path::keys(text).is_none() {
                return Err(Failure::new(format!(
                    "{file}: {text:?} of {} is not a path; write the keys with dots between them, and a key that contains a dot in double quotes",
                    self.name
                )));
            }
        }
        Ok(())
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
