//! The page, from the recipes' sources and what they become.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use manifests_lib::platform::BuiltPlatform;

use crate::environments;
use crate::recipes::{self, Recipe};

/// How the page is written.
pub const COMMAND: &str = "cargo run -p cookbook > docs/cookbook.md";

const INTRODUCTION: &str = "\
# Cookbook

What teams ask for most, a recipe each. Every recipe is a file below [examples/cookbook/src/recipes](../examples/cookbook/src/recipes) that
compiles; all of them are one platform, whose objects independent programs judge as those of the sample. This page is made of them: a test
compares it, and `cargo run -p cookbook > docs/cookbook.md` writes it anew.

A module begins with `use manifests_lib::prelude::*;`. `team` and other names that a recipe does not make are its parameters: what the
platform around it has. `SHOP` is a namespace and `NODES` a group of nodes. Three containers without anything of their own stand in all
recipes:

";

/// The page, as `docs/cookbook.md` has it.
///
/// # Panics
///
/// Where a recipe has a mistake, which the message tells, or a file that is not written like a recipe.
#[must_use]
pub fn page() -> String {
    let built = environments::production().platform.build().unwrap_or_else(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", errors.join("\n"))
    });
    let helpers = between(include_str!("kitchen.rs"), "// begin: helpers\n", "// end: helpers\n");
    let mut page = format!("{INTRODUCTION}```rust\n{}```\n", helpers.replace("pub(crate) ", ""));
    for recipe in recipes::ALL {
        page.push_str(&section(recipe, &built));
    }
    page
}

fn section(recipe: &Recipe, built: &BuiltPlatform) -> String {
    let Recipe { file, source, .. } = recipe;
    let (documentation, code) = source.split_once("\n\n").expect("a blank line behind the text");
    let mut lines = documentation
        .lines()
        .map(|line| line.strip_prefix("//!").unwrap_or_else(|| panic!("{file}: {line}")).trim());
    let heading = lines.next().expect("a heading").trim_end_matches('.');
    let text: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    let (text, snippet) = (text.join("\n"), snippet(file, code));
    format!(
        "\n## {heading}\n\n{text}\n\n```rust\n{snippet}```\n\nBecomes, in production: {}.\n",
        becomes(file, built)
    )
}

/// What a reader needs of a file: what it uses beside the prelude and the kitchen, and the body.
fn snippet(file: &str, code: &str) -> String {
    let hidden = ["use manifests_lib::prelude::*;", "use crate::"];
    let signature = "pub(crate) fn recipe(";
    let (before, recipe) =
        code.split_once(signature).unwrap_or_else(|| panic!("{file}: no recipe"));
    let before = before.lines().filter(|line| !hidden.iter().any(|it| line.starts_with(it)));
    let before = before.collect::<Vec<_>>().join("\n");
    let body = between(recipe, "{\n", "\n}\n");
    let body = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    let mut snippet = String::new();
    if !before.trim().is_empty() {
        snippet.push_str(before.trim());
        snippet.push_str("\n\n");
    }
    for line in body {
        snippet.push_str(line);
        snippet.push('\n');
    }
    snippet
}

/// Kinds and names of the objects whose lines stand in a file.
fn becomes(file: &str, built: &BuiltPlatform) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for resource in built.resources().filter(|resource| resource.origin().file == file) {
        let object = resource.object_ref();
        if object.kind == "Application" || object.kind == "AppProject" {
            continue;
        }
        if !kinds.contains(&object.kind) {
            kinds.push(object.kind);
        }
        let of_kind = names.entry(object.kind).or_default();
        of_kind.push(format!("`{}`", object.name));
    }
    let mut line = String::new();
    for kind in kinds {
        let separator = if line.is_empty() { "" } else { "; " };
        write!(line, "{separator}{kind} {}", names[kind].join(", ")).expect("text");
    }
    line
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).expect("a begin");
    rest.split_once(end).expect("an end").0
}
