//! Programs by others that judge the rendered manifests of some environments: `cargo xtask conformance`.
//!
//! Nothing here is part of rendering. What judges is one lane each; what a lane runs on is the crate `harness`.

mod compare;
mod crds;
mod lanes;
mod rendered;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use harness::{Outcome, Programs, Report};
use manifests_lib::environment::Entry;
use serde_json::json;

use lanes::envoy::player;
use lanes::{LANES, Options};

/// Have programs by others judge the rendered manifests
///
/// Programs come from `KUBEBUILDER_ASSETS` (the folder of envtest), `ISTIOCTL`, `RABBITMQ_SERVER`, `FLUENT_BIT`, `CHROMIUM` and the
/// `PATH`, or, but for the latter two, are built with Go, once, into manifests-conformance below `XDG_CACHE_HOME` or
/// ~/.cache; Envoy comes from the Python Package Index, Mermaid from the npm registry. Exit codes: 0 nothing to say, 1 findings, 2 could not run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask conformance")]
struct Arguments {
    #[arg(value_name = "LANE", help = default_lanes(), value_parser = lane())]
    lanes: Vec<usize>,

    /// Folder with the files that manifests-lib/custom-resources/crds.toml locks; what it lacks comes from the cache of downloads
    /// [default: their URLs]
    #[arg(long, value_name = "DIR")]
    crds: Option<PathBuf>,

    /// Folder with the charts, as `<chart>` or `<chart>-<version>.tgz`, and the repositories of the kustomizations [default: where
    /// each of them is published]
    #[arg(long, value_name = "DIR")]
    charts: Option<PathBuf>,

    /// Record what each value of a chart does instead of comparing it with the record
    #[arg(long)]
    accept: bool,

    /// Leave the API servers running and print how to reach and how to end them
    #[arg(long)]
    keep: bool,

    /// Start value of the strings of the lane yaml, to repeat a run [default: another one each time]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Run in the network namespace that this program is in, which the lane envoy has made
    #[arg(long, hide = true)]
    inside: bool,

    /// How to print what was compared and found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

fn default_lanes() -> String {
    let lanes = LANES.iter().filter(|lane| lane.is_default).map(|lane| lane.name);
    let lanes: Vec<_> = lanes.collect();
    format!("Lanes to run [default: {}]", lanes.join(", "))
}

/// Reads the name of a lane as its place in the table.
fn lane() -> impl TypedValueParser<Value = usize> {
    let values = LANES.map(|lane| PossibleValue::new(lane.name).help(lane.help()));
    PossibleValuesParser::new(values)
        .try_map(|name| LANES.iter().position(|lane| lane.name == name).ok_or("no lane"))
}

/// Runs the lanes in the process's arguments on these environments: the whole `main` of a package `conformance`.
///
/// Exit codes: 0 nothing to say, 1 findings, 2 could not run.
pub fn run(environments: &'static [Entry]) -> ExitCode {
    run_with_records(environments, rendered::RECORDS)
}

/// The same with a folder of its own for what lanes record: other environments of the workspace may have the same names.
pub fn run_with_records(environments: &'static [Entry], records: &'static str) -> ExitCode {
    rendered::register(environments, records);
    if std::env::args_os().nth(1).is_some_and(|argument| argument == player::ARGUMENT) {
        return player::play();
    }
    harness::main(Arguments::parse, run_lanes)
}

/// Runs the lanes one after the other; one that could not run does not keep the others from it.
fn run_lanes(arguments: Arguments, programs: &Programs) -> ExitCode {
    let Arguments { lanes: named, crds, charts, accept, keep, seed, inside, format } = arguments;
    let options = Options { crds, charts, accept, keep, seed, is_inside: inside };
    let mut outcomes = Vec::new();
    for (place, lane) in LANES.iter().enumerate() {
        let is_chosen = if named.is_empty() { lane.is_default } else { named.contains(&place) };
        if !is_chosen {
            continue;
        }
        let started = Instant::now();
        let mut report = Report::default();
        let failure = lane.run(programs, &options, &mut report).err();
        report.judges = programs.judges();
        let seconds = started.elapsed().as_secs();
        let outcome = Outcome { lane: lane.name, report, failure, seconds };
        if format == Format::Text {
            print(&outcome.to_string());
        }
        outcomes.push(outcome);
    }
    if format == Format::Json {
        let outcomes: Vec<_> = outcomes.iter().map(Outcome::json).collect();
        print(&format!("{:#}\n", json!({"lanes": outcomes})));
    }
    ExitCode::from(outcomes.iter().map(Outcome::code).max().unwrap_or(0))
}

/// A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_knows_every_lane() {
        Arguments::command().debug_assert();
        let names = LANES.map(|lane| lane.name);
        let arguments = Arguments::try_parse_from([&["conformance"], &names[..]].concat());
        assert_eq!(arguments.unwrap().lanes, (0..LANES.len()).collect::<Vec<_>>());
    }
}
