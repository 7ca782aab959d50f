//! The module tree: from groups and versions to files with paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::generate::{Module, modules};
use super::group_version::GroupVersion;
use super::names::{self, Naming};
use super::record::Record;
use super::types::Kind;
use crate::comment::comment;
use crate::markdown::code;
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
    clippy::module_inception,
    clippy::struct_excessive_bools,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    clippy::upper_case_acronyms,
    reason = "the size of a type, its shape and the names in it are those of the CRD"
)]
"#;

/// The files of a crate, and what became of the kinds.
#[derive(Debug)]
pub struct Tree {
    /// Ordered by path.
    pub sources: Vec<Source>,
    /// The names of all types by their places, for the next import.
    pub record: Record,
    /// How many kinds there are.
    pub kinds: usize,
    /// A sentence for each kind or group that was left out.
    pub left_out: Vec<String>,
}

/// Generates the files of all kinds. Types keep the names that they have in `record`.
///
/// Without a lock file, what cannot be typed or placed is left out.
///
/// # Errors
/// If a schema cannot be typed, or two groups lead to the same module.
pub fn tree(kinds: &[Kind], naming: Naming, record: &Record, descriptions: bool) -> Result<Tree> {
    let mut root = Node::default();
    let mut problems = Vec::new();
    let mut tree =
        Tree { sources: Vec::new(), record: Record::default(), kinds: 0, left_out: Vec::new() };
    for ((group, version), kinds) in by_group_version(kinds) {
        let group_version = match GroupVersion::new(kinds, naming, record, &mut tree.left_out) {
            Ok(group_version) => group_version,
            Err(problem) => {
                problems.push(problem.to_string());
                continue;
            }
        };
        if group_version.roots.is_empty() {
            continue;
        }
        let modules = modules(&group_version, descriptions);
        match root.place(&group, &version, modules) {
            Ok(()) => {
                tree.kinds += group_version.roots.len();
                let lines = names::lines(&group_version);
                tree.record.add(&format!("{group}/{version}"), lines);
            }
            Err(problem) => problems.push(problem.to_string()),
        }
    }
    if naming == Naming::Derived {
        tree.left_out.append(&mut problems);
    }
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    let text = format!("{}\n{LINTS}\n{}", crate_documentation(), root.declarations());
    let lib = Source { path: "src/lib.rs".to_owned(), origins: BTreeSet::new(), text };
    tree.sources.push(lib);
    root.collect("src", &mut tree.sources);
    tree.sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(tree)
}

/// The module of a group: labels from right to left, without the top-level domain.
///
/// At the top of a crate, Cargo takes `main`, `bin` and `lib` for something else.
pub fn module_path(group: &str) -> Vec<String> {
    let labels: Vec<&str> = group.split('.').collect();
    let count = labels.len();
    let without_domain = &labels[..if count > 1 { count - 1 } else { count }];
    let mut path: Vec<String> =
        without_domain.iter().rev().map(|label| snake_case(label)).collect();
    if let Some(first) = path.first_mut()
        && ["main", "bin", "lib"].contains(&first.as_str())
    {
        first.push('_');
    }
    path
}

/// The crate's documentation, as a comment.
fn crate_documentation() -> String {
    comment("//!", include_str!("crate_documentation.md").trim_end())
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
    /// Puts the modules of a group version where they belong.
    fn place(&mut self, group: &str, version: &str, modules: Vec<Module>) -> Result<()> {
        let mut path = module_path(group);
        path.push(snake_case(version));
        let mut node = self;
        for segment in path {
            if node.modules.iter().any(|module| module.name == segment) {
                return Err(node.collision(&format!("the module {segment} of {group}")));
            }
            node = node.children.entry(segment).or_default();
        }
        if node.group.is_some() {
            return Err(node.collision(&format!("{group}/{version}")));
        }
        if let Some(module) = modules.iter().find(|module| node.children.contains_key(&module.name))
        {
            return Err(Failure::new(format!(
                "the module {} of {group}/{version} is a group, too; leave one of them out of crds.toml",
                module.name
            )));
        }
        node.about = format!("Kinds of {}.", code(&format!("{group}/{version}")));
        node.group = Some(format!("{group}/{version}"));
        node.modules = modules;
        Ok(())
    }

    fn collision(&self, other: &str) -> Failure {
        Failure::new(format!(
            "{} and {other} lead to the same module; leave one of them out of crds.toml",
            self.group.as_deref().unwrap_or_default()
        ))
    }

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
            let text = format!("{}\n{}", comment("//!", &about), node.declarations());
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
