//! Findings for people, as the compiler writes its own.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use support::visible;

use crate::check::{Checked, Finding, Severity};
use crate::environment::Environment;

const BOLD: Style = Style::new().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const MARK: Style = AnsiColor::Blue.on_default().bold();

/// Every finding, and the totals of each environment.
pub(super) fn print(environments: &[Environment], checked: &[Checked], colours: bool) -> String {
    let mut text = String::new();
    for finding in checked.iter().flat_map(|checked| &checked.findings) {
        one(finding, colours, &mut text);
    }
    for (environment, checked) in environments.iter().zip(checked) {
        let objects = environment.objects.written().count();
        let count = |severity| {
            checked.findings.iter().filter(|finding| finding.rule.severity == severity).count()
        };
        let name = environment.name.as_deref().map_or_else(String::new, |name| format!("{name}: "));
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{name}{}: {}, {}",
            counted(objects, "object"),
            counted(errors, "error"),
            counted(warnings, "warning")
        );
        if checked.accepted > 0 {
            let _ = write!(text, ", {} accepted by exceptions", checked.accepted);
        }
        text.push('\n');
        if !checked.unknown_kinds.is_empty() {
            let of_kind = |(kind, count): &(String, usize)| format!("{kind} ({count})");
            let kinds: Vec<String> = checked.unknown_kinds.iter().map(of_kind).collect();
            let _ = writeln!(
                text,
                "{name}not compared with a schema, because nobody knows one: {}; give their CRDs with --crds, or among the files",
                visible(&kinds.join(", "))
            );
        }
    }
    text
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn one(finding: &Finding, colours: bool, text: &mut String) {
    let styled = |style: Style| if colours { style } else { Style::new() };
    let bold = styled(BOLD);
    let severity = styled(match finding.rule.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
    });
    let (rule, message) = (finding.rule, visible(&finding.message));
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{severity}{}[{}]{severity:#}{bold}: {message}{bold:#}",
        rule.severity.name(),
        rule.name
    );
    body(finding, colours, text);
    text.push_str("\n\n");
}

/// The finding after the word `error`.
pub(super) fn sentence(finding: &Finding) -> String {
    let mut text = format!("[{}] {}\n", finding.rule.name, visible(&finding.message));
    body(finding, false, &mut text);
    text
}

/// Where it is and what comes of it, without the last line break.
fn body(finding: &Finding, colours: bool, text: &mut String) {
    let styled = |style: Style| if colours { style } else { Style::new() };
    let (bold, mark) = (styled(BOLD), styled(MARK));
    let rule = finding.rule;
    let (place, field, help) =
        (visible(&finding.place()), visible(&finding.field), visible(&finding.help));
    // Writing to a String cannot fail.
    if let Some(line) = &finding.line {
        let _ = writeln!(text, "  {mark}-->{mark:#} {}", visible(&line.to_string()));
    }
    let at = if field.is_empty() { String::new() } else { format!(" {field}") };
    let _ = writeln!(text, "   {mark}|{mark:#} {place}{at}");
    for side in &finding.sides {
        let line = side.line.as_ref().map_or_else(String::new, |line| format!(" ({line})"));
        let side = format!("{}: {}{line}", side.message, side.object);
        let _ = writeln!(text, "   {mark}|{mark:#} {}", visible(&side));
    }
    let _ = writeln!(text, "   {mark}={mark:#} {bold}in the cluster{bold:#}: {}", rule.consequence);
    let _ = write!(text, "   {mark}={mark:#} {bold}help{bold:#}: {help}");
}
