//! Rust source of one group version: a file for each kind, and one for types that kinds share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::declarations::Declarations;
use super::group_version::{GroupVersion, SHARED};
use super::names::Target;
use crate::comment::comment;
use crate::markdown::code;
use crate::naming::snake_case;

/// One generated module: its name and its source, without header and before rustfmt.
#[derive(Clone, Debug)]
pub struct Module {
    pub name: String,
    pub source: String,
    /// The sources it was generated from.
    pub origins: BTreeSet<String>,
}

/// The modules of a group version, in alphabetical order. With `descriptions`, upstream's words become doc comments.
pub fn modules(group_version: &GroupVersion, descriptions: bool) -> Vec<Module> {
    let declarations = Declarations::new(group_version, descriptions);
    let assembly = Assembly { group_version };
    let mut bodies: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for root in &group_version.roots {
        let name = snake_case(&root.kind.type_name());
        let origins = BTreeSet::from([root.kind.origin.clone()]);
        bodies.insert(name, (declarations.root(root), origins));
    }
    for index in group_version.generated() {
        let (body, origins) = bodies.entry(assembly.module_of(index)).or_default();
        body.push_str(&declarations.shaped(index));
        let users = group_version.types[index].users();
        origins.extend(users.iter().map(|&user| group_version.roots[user].kind.origin.clone()));
    }
    for alias in &group_version.aliases {
        let module = match alias.target {
            Target::Generated(index) => assembly.module_of(index),
            Target::Existing(_) => assembly.module_of_kind(alias.place.kind),
        };
        bodies.entry(module).or_default().0.push_str(&declarations.alias(alias));
    }
    bodies
        .into_iter()
        .map(|(name, (body, origins))| assembly.module(name, &body, origins))
        .collect()
}

/// Distributes types to modules.
struct Assembly<'a> {
    group_version: &'a GroupVersion,
}

impl Assembly<'_> {
    fn module(&self, name: String, body: &str, origins: BTreeSet<String>) -> Module {
        let about = match self
            .group_version
            .roots
            .iter()
            .find(|root| snake_case(&root.kind.type_name()) == name)
        {
            Some(root) => {
                format!("The kind {} and the types that only it uses.", code(&root.kind.name))
            }
            None => "Types that several kinds use.".to_owned(),
        };
        let mut source = comment("//!", &about) + "\n";
        if body.contains("BTreeMap<") {
            source.push_str("use std::collections::BTreeMap;\n\n");
        }
        if body.contains("impl Serialize") {
            source.push_str("use serde::ser::{Serialize, Serializer};\n\n");
        }
        let foreign = self.foreign(&name);
        if !foreign.is_empty() {
            let _ = writeln!(source, "use super::{{{}}};\n", Vec::from_iter(foreign).join(", "));
        }
        source.push_str(body);
        Module { name, source, origins }
    }

    /// The types of other modules that a module uses.
    fn foreign(&self, module: &str) -> BTreeSet<&str> {
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for index in self.group_version.generated() {
            if self.module_of(index) == module {
                used.extend(self.group_version.types[index].parts());
            }
        }
        for root in self
            .group_version
            .roots
            .iter()
            .filter(|root| snake_case(&root.kind.type_name()) == module)
        {
            used.extend(root.fields.iter().filter_map(|field| field.kind.shaped()));
        }
        let is_foreign = |index: &usize| self.module_of(*index) != module;
        used.into_iter()
            .filter(is_foreign)
            .map(|index| self.group_version.names[index].as_str())
            .collect()
    }

    fn module_of(&self, index: usize) -> String {
        match self.group_version.types[index].users().as_slice() {
            [only] => self.module_of_kind(*only),
            _ => SHARED.to_owned(),
        }
    }

    fn module_of_kind(&self, position: usize) -> String {
        snake_case(&self.group_version.roots[position].kind.type_name())
    }
}
