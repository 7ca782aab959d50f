//! The module tree: from groups and versions to files with paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::generate::{Module, modules};
use super::group_version::GroupVersion;
use super::names::Naming;
use super::types::Kind;
use crate::naming::snake_case;
use support::{Failure, Result};

/// A generated file: its path below the crate, the sources it was generated from, its text without header.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    pub origins: BTreeSet<String>,
    pub text: String,
}

/// Lints of the workspace that generated types cannot satisfy.
const LINTS: &str = r#"#![allow(
    clippy::large_enum_variant,
    clippy::struct_excessive_bools,
    clippy::too_many_lines,
    clippy::upper_case_acronyms,
    reason = "the size of a type, its shape and the names in it are those of the CRD"
)]
"#;

/// Generates the files of all kinds, ordered by path.
///
/// # Errors
/// If a schema cannot be typed, or two groups lead to the same module.
pub fn sources(kinds: &[Kind], naming: Naming, descriptions: bool) -> Result<Vec<Source>> {
    let mut root = Node::default();
    let mut problems = Vec::new();
    for ((group, version), kinds) in by_group_version(kinds) {
        let group_version = match GroupVersion::new(kinds, naming) {
            Ok(group_version) => group_version,
            Err(problem) => {
                problems.push(problem.to_string());
                continue;
            }
        };
        let mut node = &mut root;
        for segment in module_path(&group) {
            node = node.children.entry(segment).or_default();
        }
        node = node.children.entry(snake_case(&version)).or_default();
        if let Some(other) = &node.group {
            return Err(Failure::new(format!(
                "the groups {other} and {group} lead to the same module; leave one of them out of crds.toml"
            )));
        }
        node.about = format!("Kinds of `{group}/{version}`.");
        node.group = Some(group);
        node.modules = modules(&group_version, descriptions)?;
    }
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    let mut sources = Vec::new();
    let text = format!("{}\n{LINTS}\n{}", crate_documentation(), root.declarations());
    sources.push(Source { path: "src/lib.rs".to_owned(), origins: BTreeSet::new(), text });
    root.collect("src", &mut sources);
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    let twice = sources.windows(2).find(|pair| pair[0].path == pair[1].path);
    if let Some([one, _]) = twice {
        return Err(Failure::new(format!(
            "two modules lead to {}; leave one of their kinds out of crds.toml",
            one.path
        )));
    }
    Ok(sources)
}

/// The module of a group: labels from right to left, without the top-level domain.
pub fn module_path(group: &str) -> Vec<String> {
    let labels: Vec<&str> = group.split('.').collect();
    let count = labels.len();
    let without_domain = &labels[..if count > 1 { count - 1 } else { count }];
    without_domain.iter().rev().map(|label| snake_case(label)).collect()
}

/// The crate's documentation, as a comment.
fn crate_documentation() -> String {
    let line = |line: &str| format!("//! {line}").trim_end().to_owned() + "\n";
    include_str!("crate_documentation.md").lines().map(line).collect()
}

type GroupAndVersion = (String, String);

fn by_group_version(kinds: &[Kind]) -> BTreeMap<GroupAndVersion, Vec<Kind>> {
    let mut grouped: BTreeMap<GroupAndVersion, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        grouped.entry((kind.group.clone(), kind.version.clone())).or_default().push(kind.clone());
    }
    grouped
}

/// A module that holds other modules.
#[derive(Default)]
struct Node {
    about: String,
    group: Option<String>,
    children: BTreeMap<String, Node>,
    modules: Vec<Module>,
}

impl Node {
    fn declarations(&self) -> String {
        let mut out = String::new();
        for name in self.children.keys() {
            let _ = writeln!(out, "pub mod {name};");
        }
        for module in &self.modules {
            let _ = writeln!(out, "mod {};", module.name);
        }
        if !self.modules.is_empty() {
            out.push('\n');
        }
        for module in &self.modules {
            let _ = writeln!(out, "pub use {}::*;", module.name);
        }
        out
    }

    fn collect(&self, folder: &str, sources: &mut Vec<Source>) {
        for (name, node) in &self.children {
            let about = if node.about.is_empty() {
                format!("API groups below `{name}`.")
            } else {
                node.about.clone()
            };
            let origins =
                node.modules.iter().flat_map(|module| module.origins.iter().cloned()).collect();
            let text = format!("//! {about}\n\n{}", node.declarations());
            sources.push(Source { path: format!("{folder}/{name}.rs"), origins, text });
            node.collect(&format!("{folder}/{name}"), sources);
        }
        for module in &self.modules {
            let path = format!("{folder}/{}.rs", module.name);
            sources.push(Source {
                path,
                origins: module.origins.clone(),
                text: module.source.clone(),
            });
        }
    }
}
