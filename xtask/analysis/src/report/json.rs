//! Findings for programs. The form is stable: fields may be added, none changes its meaning.

use serde::Serialize;
use support::Failure;

use crate::check::{Checked, Finding};
use crate::environment::Environment;
use crate::objects::Line;

/// The number of the form; it grows when a field changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    environments: Vec<OfEnvironment<'a>>,
    findings: Vec<OfFinding<'a>>,
}

#[derive(Serialize)]
struct OfEnvironment<'a> {
    name: Option<&'a str>,
    objects: usize,
    findings: usize,
    accepted: usize,
    unknown_kinds: Vec<UnknownKind<'a>>,
}

#[derive(Serialize)]
struct UnknownKind<'a> {
    kind: &'a str,
    objects: usize,
}

#[derive(Serialize)]
struct OfFinding<'a> {
    rule: &'a str,
    family: &'a str,
    severity: &'a str,
    environment: Option<&'a str>,
    object: &'a str,
    field: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    message: &'a str,
    consequence: &'a str,
    help: &'a str,
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    object: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
}

/// One document with everything.
pub(super) fn print(environments: &[Environment], checked: &[Checked]) -> Result<String, Failure> {
    let report = Report {
        version: VERSION,
        environments: environments
            .iter()
            .zip(checked)
            .map(|(environment, checked)| OfEnvironment {
                name: environment.name.as_deref(),
                objects: environment.objects.written().count(),
                findings: checked.findings.len(),
                accepted: checked.accepted,
                unknown_kinds: checked.unknown_kinds.iter().map(unknown_kind).collect(),
            })
            .collect(),
        findings: checked.iter().flat_map(|checked| &checked.findings).map(finding).collect(),
    };
    let mut text = serde_json::to_string_pretty(&report).map_err(|error| {
        Failure::new(format!("the findings cannot be written as JSON: {error}"))
    })?;
    text.push('\n');
    Ok(text)
}

fn unknown_kind((kind, objects): &(String, usize)) -> UnknownKind<'_> {
    UnknownKind { kind, objects: *objects }
}

fn finding(finding: &Finding) -> OfFinding<'_> {
    let (file, line) = place(finding.line.as_ref());
    OfFinding {
        rule: finding.rule.name,
        family: finding.rule.family.name(),
        severity: finding.rule.severity.name(),
        environment: finding.environment.as_deref(),
        object: &finding.object,
        field: &finding.field,
        file,
        line,
        message: &finding.message,
        consequence: finding.rule.consequence,
        help: &finding.help,
        related: finding
            .sides
            .iter()
            .map(|side| {
                let (file, line) = place(side.line.as_ref());
                Related { message: &side.message, object: &side.object, file, line }
            })
            .collect(),
    }
}

fn place(line: Option<&Line>) -> (Option<&str>, Option<usize>) {
    (line.map(|line| &*line.file), line.map(|line| line.line))
}
