//! Findings as SARIF 2.1.0, which code scanning shows beside the lines.
//!
//! Upstream: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use support::Failure;

use crate::check::{Checked, Finding, Rule, rules};
use crate::objects::{Line, Value, json};

/// One run with all rules and findings.
pub(super) fn print(checked: &[Checked]) -> Result<String, Failure> {
    let rules: Vec<Value> = rules::ALL.iter().map(|rule| descriptor(rule)).collect();
    let results: Vec<Value> =
        checked.iter().flat_map(|checked| &checked.findings).map(result).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "manifests", "rules": rules}},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).map_err(|error| {
        Failure::new(format!("the findings cannot be written as SARIF: {error}"))
    })?;
    text.push('\n');
    Ok(text)
}

fn descriptor(rule: &Rule) -> Value {
    let mut descriptor = json!({
        "id": rule.name,
        "shortDescription": {"text": format!("{}.", rule.summary)},
        "fullDescription": {"text": format!("In the cluster: {}.", rule.consequence)},
        "help": {"text": format!("{}.", rule.remedy), "markdown": super::explanation(rule)},
        "defaultConfiguration": {"level": rule.severity.name()},
        "properties": {"family": rule.family.name()},
    });
    if !rule.upstream.is_empty() {
        descriptor["helpUri"] = rule.upstream.into();
    }
    descriptor
}

fn result(finding: &Finding) -> Value {
    let text = format!(
        "{} {}: {}. In the cluster: {}. Help: {}.",
        finding.place(),
        finding.field,
        finding.message,
        finding.rule.consequence,
        finding.help
    );
    let logical =
        json!([{"fullyQualifiedName": format!("{} {}", finding.object, finding.field).trim_end()}]);
    let location = match &finding.line {
        Some(line) => json!({"physicalLocation": physical(line), "logicalLocations": logical}),
        None => json!({"logicalLocations": logical}),
    };
    let related: Vec<Value> = finding
        .sides
        .iter()
        .filter_map(|side| {
            let message = json!({"text": format!("{}: {}", side.message, side.object)});
            Some(json!({"physicalLocation": physical(side.line.as_ref()?), "message": message}))
        })
        .collect();
    json!({
        "ruleId": finding.rule.name,
        "level": finding.rule.severity.name(),
        "message": {"text": text},
        "locations": [location],
        "relatedLocations": related,
    })
}

fn physical(line: &Line) -> Value {
    json!({"artifactLocation": {"uri": uri(&line.file)}, "region": {"startLine": line.line}})
}

/// What stands in a path as it is.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path as the reference of a URI.
fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}
