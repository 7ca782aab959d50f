//! Doc comments of generated code: facts, and upstream's descriptions on request.

use super::definition::Scope;
use super::facts::Facts;
use super::group_version::GroupVersion;
use super::types::{Place, Root, Shape, Shaped, Type, Use};
use crate::comment::comment;
use crate::markdown::{code, common, listed, longest_run_of_backticks};
use support::output::reorders;
use support::visible;

/// Writes doc comments, each ending in a line break.
pub struct Documentation<'a> {
    pub group_version: &'a GroupVersion,
    /// Whether upstream's descriptions are added.
    pub descriptions: bool,
}

impl Documentation<'_> {
    /// Documentation of a kind.
    pub fn root(&self, root: &Root) -> String {
        let kind = &root.kind;
        let scope = match kind.scope {
            Scope::Namespaced => "Lives in a namespace.",
            Scope::Cluster => "Belongs to the cluster, not to a namespace.",
        };
        let about = format!(
            "{} {} of {}.",
            article(&kind.name),
            code(&kind.name),
            code(&kind.api_version())
        );
        let mut paragraphs = vec![about, scope.to_owned()];
        if kind.is_untyped() {
            paragraphs
                .push("The CRD has no schema: what is written here is not checked.".to_owned());
        }
        if !root.conditions.is_empty() {
            paragraphs.push(root.conditions.join(" "));
        }
        paragraphs.extend(reference(root));
        self.comment(paragraphs, kind.schema.description.as_deref())
    }

    /// Documentation of a field of a kind.
    pub fn root_field(&self, root: &Root, property: &str) -> String {
        self.property(property, &Vec::from_iter(root.facts.get(property)))
    }

    /// Documentation of a generated type.
    pub fn generated(&self, index: usize) -> String {
        let Shaped { shape, uses, .. } = &self.group_version.types[index];
        let Some((home, others)) = uses.split_first() else {
            return String::new();
        };
        let home_root = &self.group_version.roots[home.place.kind];
        let place =
            format!("{} of {}", code(&home.place.path.to_string()), code(&home_root.kind.name));
        let about = match shape {
            Shape::Choice(_) if home.place.path.is_group() => {
                format!("Properties of {place} that exclude each other.")
            }
            Shape::Choice(_) => format!("{place}: one of its properties."),
            Shape::Struct(_) | Shape::Strings(_) => format!("{place}."),
        };
        let mut paragraphs = vec![about];
        if !others.is_empty() {
            let others = others.iter().map(|other| self.place(&other.place, home.place.kind));
            paragraphs.push(format!("Also: {}.", listed(&others.collect::<Vec<_>>(), ", ")));
        }
        let conditions: Vec<&[String]> =
            uses.iter().map(|place_of_use| place_of_use.conditions.as_slice()).collect();
        paragraphs.extend(common(&conditions, "Further conditions differ from place to place."));
        paragraphs.extend(reference(home_root));
        self.comment(paragraphs, home.description.as_deref())
    }

    /// Documentation of a property of a generated type.
    pub fn field(&self, index: usize, property: &str) -> String {
        let uses = &self.group_version.types[index].uses;
        let facts = uses.iter().filter_map(|place_of_use: &Use| place_of_use.facts.get(property));
        self.property(property, &facts.collect::<Vec<_>>())
    }

    /// Documentation of a group of properties that exclude each other.
    pub fn group(&self, kind: &Type, required: bool) -> String {
        let name = match kind {
            Type::Shaped(index) => self.group_version.names[*index].as_str(),
            _ => "",
        };
        let count = if required { "Exactly one" } else { "At most one" };
        format!("/// {count} of the properties of [`{name}`], written beside the others.\n")
    }

    fn property(&self, property: &str, facts: &[&Facts]) -> String {
        let kind = facts.first().map(|facts| facts.kind.as_str()).unwrap_or_default();
        let mut paragraphs = vec![format!("{}: {kind}.", code(property))];
        let lists: Vec<&[String]> = facts.iter().map(|facts| facts.lines.as_slice()).collect();
        paragraphs.extend(common(&lists, "Further constraints differ from place to place."));
        self.comment(paragraphs, facts.first().and_then(|facts| facts.description.as_deref()))
    }

    fn place(&self, place: &Place, home: usize) -> String {
        let path = code(&place.path.to_string());
        if place.kind == home {
            return path;
        }
        format!("{path} of {}", code(&self.group_version.roots[place.kind].kind.name))
    }

    fn comment(&self, mut paragraphs: Vec<String>, description: Option<&str>) -> String {
        if let Some(description) = description.filter(|_| self.descriptions) {
            // Unchanged, in a text block: upstream does not write Markdown, so nothing in it must be read as such.
            let description: String =
                description.chars().filter(|&letter| letter != '\r' && !reorders(letter)).collect();
            let fence = "`".repeat(longest_run_of_backticks(&description).max(2) + 1);
            paragraphs.push(format!("{fence}text\n{}\n{fence}", description.trim_end()));
        }
        comment("///", &paragraphs.join("\n\n"))
    }
}

fn reference(root: &Root) -> Option<String> {
    root.kind.reference.as_ref().map(|url| format!("[Upstream reference]({})", visible(url)))
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['A', 'E', 'I', 'O']) { "An" } else { "A" }
}
