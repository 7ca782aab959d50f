//! Doc comments of generated code: facts, and upstream's words only where they are asked for.

use std::fmt::Write;

use super::facts::{Facts, code, longest_run_of_backticks};
use super::group_version::{GroupVersion, Root};
use super::types::Type;

/// How many places of a type its documentation lists.
const LISTED_PLACES: usize = 5;

/// Writes doc comments, each ending in a line break.
pub struct Documentation<'a> {
    pub group_version: &'a GroupVersion,
    /// Whether upstream's descriptions are added.
    pub descriptions: bool,
}

impl Documentation<'_> {
    /// Documentation of a kind.
    pub fn root(&self, root: &Root) -> String {
        let scope = match root.scope {
            super::definition::Scope::Namespaced => "Lives in a namespace",
            super::definition::Scope::Cluster => "Belongs to the cluster, not to a namespace",
        };
        let mut paragraphs = vec![format!(
            "{} {} of {}.",
            article(&root.kind),
            code(&root.kind),
            code(&root.api_version)
        )];
        paragraphs.push(format!("{scope}."));
        paragraphs.extend(reference(root));
        self.comment(paragraphs, root.description.as_deref())
    }

    /// Documentation of a field of a kind.
    pub fn root_field(&self, root: &Root, property: &str) -> String {
        self.property(
            property,
            root.facts
                .get(property)
                .map(std::slice::from_ref)
                .unwrap_or_default(),
        )
    }

    /// Documentation of a generated type.
    pub fn generated(&self, index: usize) -> String {
        let generated = &self.group_version.types.all[index];
        let mut places: Vec<_> = generated.places.iter().collect();
        places.sort();
        let home = &self.group_version.roots[places[0].kind];
        let place = |place: &&super::types::Place| {
            let root = &self.group_version.roots[place.kind];
            if root.kind == home.kind {
                code(&place.path.to_string())
            } else {
                format!("{} of {}", code(&place.path.to_string()), code(&root.kind))
            }
        };
        let mut paragraphs = vec![format!(
            "{} of {}.",
            code(&places[0].path.to_string()),
            code(&home.kind)
        )];
        if places.len() > 1 {
            let listed: Vec<String> = places[1..].iter().take(LISTED_PLACES).map(place).collect();
            let rest = (places.len() - 1).saturating_sub(LISTED_PLACES);
            let more = if rest > 0 {
                format!(", and {rest} more")
            } else {
                String::new()
            };
            paragraphs.push(format!("Also: {}{more}.", listed.join(", ")));
        }
        let (common, differs) = common(generated.conditions.iter().map(Vec::as_slice));
        if !common.is_empty() {
            paragraphs.push(common.join(" "));
        }
        if differs {
            paragraphs.push("Further conditions differ from place to place.".to_owned());
        }
        paragraphs.extend(reference(home));
        self.comment(paragraphs, generated.description())
    }

    /// Documentation of a property of a generated type.
    pub fn field(&self, index: usize, property: &str) -> String {
        let facts = self.group_version.types.all[index].facts.get(property);
        self.property(property, facts.map(Vec::as_slice).unwrap_or_default())
    }

    /// Documentation of a group of properties that exclude each other.
    pub fn group(&self, kind: &Type, required: bool) -> String {
        let name = match kind {
            Type::Generated(index) => self.group_version.names[*index].as_str(),
            _ => "",
        };
        let count = if required {
            "Exactly one"
        } else {
            "At most one"
        };
        format!("/// {count} of the properties of [`{name}`], written beside the others.\n")
    }

    fn property(&self, property: &str, facts: &[Facts]) -> String {
        let kind = facts
            .first()
            .map(|facts| facts.kind.as_str())
            .unwrap_or_default();
        let mut paragraphs = vec![format!("{}: {kind}.", code(property))];
        let (common, differs) = common(facts.iter().map(|facts| facts.facts.as_slice()));
        if !common.is_empty() {
            paragraphs.push(common.join(" "));
        }
        if differs {
            paragraphs.push("Further constraints differ from place to place.".to_owned());
        }
        self.comment(
            paragraphs,
            facts.first().and_then(|facts| facts.description.as_deref()),
        )
    }

    fn comment(&self, mut paragraphs: Vec<String>, description: Option<&str>) -> String {
        if let Some(description) = description.filter(|_| self.descriptions) {
            // As it stands, in a block of text: Markdown that upstream did not write as Markdown stays harmless.
            let fence = "`".repeat(longest_run_of_backticks(description).max(2) + 1);
            paragraphs.push(format!("{fence}text\n{}\n{fence}", description.trim_end()));
        }
        let mut out = String::new();
        for line in paragraphs.join("\n\n").lines() {
            let _ = writeln!(out, "/// {}", line.trim_end());
        }
        out
    }
}

fn reference(root: &Root) -> Option<String> {
    root.reference
        .as_ref()
        .map(|url| format!("[Upstream reference]({url})"))
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['A', 'E', 'I', 'O']) {
        "An"
    } else {
        "A"
    }
}

/// The lines that all lists have, and whether any list has more.
fn common<'a>(mut lists: impl Iterator<Item = &'a [String]> + Clone) -> (Vec<String>, bool) {
    let all = lists.clone();
    let first = lists.next().unwrap_or_default();
    let common: Vec<String> = first
        .iter()
        .filter(|line| all.clone().all(|list| list.contains(line)))
        .cloned()
        .collect();
    let differs = all.clone().any(|list| list.len() > common.len());
    (common, differs)
}
