//! Ways for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use support::visible;

use super::{Kind, Trace, Way};
use crate::graph::Outcome;

const BOLD: Style = Style::new().bold();
const OPEN: Style = AnsiColor::Green.on_default().bold();
const PERHAPS: Style = AnsiColor::Yellow.on_default().bold();
const CLOSED: Style = AnsiColor::Red.on_default().bold();
const PLACE: Style = Style::new().dimmed();

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Admitted => OPEN,
        Outcome::Depends => PERHAPS,
        Outcome::Refused => CLOSED,
    }
}

/// The ways of a trace, one below the other.
#[must_use]
pub fn ways(trace: &Trace, colours: bool) -> String {
    let styled = |style: Style| if colours { style } else { Style::new() };
    let bold = styled(BOLD);
    let mut text = String::new();
    if trace.ways.is_empty() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{bold}{} → {}{bold:#}: there is no way: nothing leads there",
            visible(&trace.from),
            visible(&trace.to)
        );
    }
    for way in &trace.ways {
        let outcome = way.outcome();
        let colour = styled(style(outcome));
        let _ = writeln!(
            text,
            "{bold}{} → {}{bold:#}: {colour}{}{colour:#}{}",
            visible(&trace.from),
            visible(&trace.to),
            super::outcome_name(outcome),
            by(way)
        );
        one(way, colours, &mut text);
        text.push('\n');
    }
    text
}

/// Who decides, where somebody refuses.
fn by(way: &Way) -> String {
    match way.decisive() {
        Some(step) => {
            let who = step.object.clone().unwrap_or_else(|| step.text.clone());
            let how = if step.outcome == Outcome::Refused { "by" } else { "on" };
            format!(" {how} {}", visible(&who))
        }
        None => String::new(),
    }
}

fn one(way: &Way, colours: bool, text: &mut String) {
    let styled = |style: Style| if colours { style } else { Style::new() };
    let place = styled(PLACE);
    for step in &way.steps {
        let colour = styled(style(step.outcome));
        let mark = match (step.outcome, step.kind) {
            (Outcome::Refused, _) => "✗",
            (Outcome::Depends, _) => "?",
            (_, Kind::Policy | Kind::Proxy) => "✓",
            (_, Kind::Workload | Kind::Outside) => "●",
            (_, Kind::Caller | Kind::Entrance) => "○",
            _ => "│",
        };
        let words = match &step.object {
            Some(object) => format!("{object}: {}", step.text),
            None => step.text.clone(),
        };
        // Writing to a String cannot fail.
        let _ = write!(text, "  {colour}{mark}{colour:#} {}", visible(&words));
        if let Some(line) = &step.line {
            let field =
                if step.field.is_empty() { String::new() } else { format!(" {}", step.field) };
            let _ = write!(text, "\n      {place}{}{place:#}", visible(&format!("{line}{field}")));
        }
        text.push('\n');
    }
}

/// Who reaches whom, a line each.
#[must_use]
pub fn overview(environment: Option<&str>, traces: &[Trace], colours: bool) -> String {
    let styled = |style: Style| if colours { style } else { Style::new() };
    let bold = styled(BOLD);
    let mut text = String::new();
    if let Some(environment) = environment {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{bold}{}{bold:#}", visible(environment));
    }
    for trace in traces {
        let outcome = trace.outcome();
        let colour = styled(style(outcome));
        let ends: Vec<&str> = trace.ends().into_iter().filter(|end| *end != trace.to).collect();
        let ends =
            if ends.is_empty() { String::new() } else { format!(" → {}", ends.join(", ")) };
        let by = if outcome == Outcome::Admitted {
            String::new()
        } else {
            trace.ways.first().map_or_else(String::new, by)
        };
        let _ = writeln!(
            text,
            "{colour}{:8}{colour:#} {}{by}",
            super::outcome_name(outcome),
            visible(&format!("{} → {}{ends}", trace.from, trace.to)),
        );
    }
    let refused = traces.iter().filter(|trace| trace.outcome() == Outcome::Refused).count();
    let calls = if traces.len() == 1 { "way" } else { "ways" };
    let _ = writeln!(text, "{} {calls}, {refused} refused", traces.len());
    text
}
