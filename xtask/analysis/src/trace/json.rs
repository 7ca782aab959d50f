//! Ways for programs. The form is stable: fields may be added, none changes its meaning.

use serde::Serialize;
use support::Failure;

use super::{Trace, outcome_name};
use crate::graph::Outcome;

/// The number of the form; it grows when a field changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    traces: Vec<OfTrace<'a>>,
}

#[derive(Serialize)]
struct OfTrace<'a> {
    environment: Option<&'a str>,
    from: &'a str,
    to: &'a str,
    outcome: &'a str,
    ways: Vec<OfWay<'a>>,
}

#[derive(Serialize)]
struct OfWay<'a> {
    end: &'a str,
    outcome: &'a str,
    steps: Vec<OfStep<'a>>,
}

#[derive(Serialize)]
struct OfStep<'a> {
    kind: &'a str,
    outcome: &'a str,
    text: &'a str,
    object: Option<&'a str>,
    field: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
}

/// One document with the traces of environments.
///
/// # Errors
/// If it cannot be written.
pub fn print(traces: &[(Option<&str>, Vec<Trace>)]) -> Result<String, Failure> {
    let all = traces.iter().flat_map(|(environment, traces)| {
        traces.iter().map(|trace| of_trace(*environment, trace, trace.outcome()))
    });
    let report = Report { version: VERSION, traces: all.collect() };
    let mut text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::new(format!("the ways cannot be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}

fn of_trace<'a>(environment: Option<&'a str>, trace: &'a Trace, outcome: Outcome) -> OfTrace<'a> {
    let ways = trace.ways.iter().map(|way| OfWay {
        end: &way.end,
        outcome: outcome_name(way.outcome()),
        steps: way
            .steps
            .iter()
            .map(|step| OfStep {
                kind: step.kind.name(),
                outcome: outcome_name(step.outcome),
                text: &step.text,
                object: step.object.as_deref(),
                field: &step.field,
                file: step.line.as_ref().map(|line| &*line.file),
                line: step.line.as_ref().map(|line| line.line),
            })
            .collect(),
    });
    let ways = ways.collect();
    OfTrace { environment, from: &trace.from, to: &trace.to, outcome: outcome_name(outcome), ways }
}
