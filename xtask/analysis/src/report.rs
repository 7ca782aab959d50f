//! Findings as people and programs read them.

mod github;
mod json;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::fmt::Write;

use support::Failure;

use crate::check::{Checked, Family, Finding, Rule, rules};
use crate::command::check::Format;
use crate::environment::Environment;

/// The constants of `manifests_lib::check::CheckRule`, as the source of its module.
#[must_use]
pub fn constants() -> String {
    let mut source = "//! The names of all rules, written by `cargo run -p analysis --example pages`.\n\nuse super::CheckRule;\n\n\
                      impl CheckRule {\n"
        .to_owned();
    for Rule { name, summary, .. } in rules::ALL {
        let constant = name.to_uppercase().replace('-', "_");
        // Writing to a String cannot fail.
        let _ = writeln!(
            source,
            "    /// {summary}.\n    pub const {constant}: Self = Self(\"{name}\");"
        );
    }
    source.push_str("}\n");
    source
}

/// What was found in environments, in a format.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn print(
    format: Format,
    environments: &[Environment],
    checked: &[Checked],
) -> Result<String, Failure> {
    match format {
        Format::Text => Ok(text::print(environments, checked, support::output::colours())),
        Format::Json => json::print(environments, checked),
        Format::Sarif => sarif::print(checked),
        Format::Github => Ok(github::print(checked)),
    }
}

/// What was found, as text without colours.
#[must_use]
pub fn plain(environments: &[Environment], checked: &[Checked]) -> String {
    text::print(environments, checked, false)
}

/// A finding as one sentence of several lines, for who refuses to go on.
#[must_use]
pub fn sentence(finding: &Finding) -> String {
    text::sentence(finding)
}

/// All rules, a line each, by family.
#[must_use]
pub fn list() -> String {
    let mut list = String::new();
    let width = rules::names().map(str::len).max().unwrap_or_default();
    for family in Family::ALL {
        let of_family: Vec<&Rule> = of_family(family).collect();
        if of_family.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(list, "{}", family.name());
        for rule in of_family {
            let _ = writeln!(
                list,
                "  {:width$}  {:7}  {}",
                rule.name,
                rule.severity.name(),
                rule.summary
            );
        }
    }
    list
}

/// The documentation of all rules: a page each, and a table of them, by the names of their files in `docs/rules`.
#[must_use]
pub fn pages() -> BTreeMap<String, String> {
    let page = |rule: &&Rule| (format!("{}.md", rule.name), explanation(rule));
    let mut pages: BTreeMap<String, String> = rules::ALL.iter().map(page).collect();
    let mut table = "# Rules of `cargo xtask check`\n\nWritten by `cargo run -p analysis --example pages`. The same by \
                     `cargo xtask check --list` and `--explain RULE`.\n"
        .to_owned();
    for family in Family::ALL {
        let of_family: Vec<&Rule> = of_family(family).collect();
        if of_family.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = write!(
            table,
            "\n## {}\n\n{}.\n\n| rule | | finds |\n|---|---|---|\n",
            family.name(),
            family.summary()
        );
        for Rule { name, severity, summary, .. } in of_family {
            let _ = writeln!(table, "| [{name}]({name}.md) | {} | {summary} |", severity.name());
        }
    }
    pages.insert("README.md".to_owned(), table);
    pages
}

fn of_family(family: Family) -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().copied().filter(move |rule| rule.family == family)
}

/// A rule as Markdown: what `--explain` prints, and its page in the documentation.
#[must_use]
pub fn explanation(rule: &Rule) -> String {
    let Rule {
        name, family, severity, summary, consequence, explanation, remedy, upstream, ..
    } = rule;
    let mut page = format!(
        "# {name}\n\n{summary}. ({}, {})\n\n{explanation}\n\n**In the cluster:** {consequence}.\n\n**The way out:** {remedy}.\n",
        family.name(),
        severity.name()
    );
    if !upstream.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n**Upstream:** <{upstream}>\n");
    }
    page
}
