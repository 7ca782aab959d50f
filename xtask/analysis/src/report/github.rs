//! Findings as annotations of a workflow of GitHub.
//!
//! Upstream: <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use support::visible;

use crate::check::{Checked, Finding};

/// A command for each finding.
pub(super) fn print(checked: &[Checked]) -> String {
    let mut text = String::new();
    for finding in checked.iter().flat_map(|checked| &checked.findings) {
        let Finding { rule, field, message, help, .. } = finding;
        let mut properties = Vec::new();
        if let Some(line) = &finding.line {
            properties.push(format!("file={},line={}", property(&line.file), line.line));
        }
        properties.push(format!("title={}", property(rule.name)));
        let [message, place, field, help] =
            [message, &finding.place(), field, help].map(|text| visible(text));
        let all = format!(
            "{message}\n{place} {field}\nin the cluster: {}\nhelp: {help}",
            rule.consequence
        );
        // Writing to a String cannot fail.
        let _ =
            writeln!(text, "::{} {}::{}", rule.severity.name(), properties.join(","), data(&all));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
