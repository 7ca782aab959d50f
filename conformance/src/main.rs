//! Programs by others that judge the rendered manifests: `cargo xtask conformance`.
//!
//! Nothing here is part of rendering. The programs are pinned by the Go modules below `programs/`; what they judge, and
//! how, is one lane each.

mod cluster;
mod compare;
mod crds;
mod failure;
mod lanes;
mod life;
mod process;
mod programs;
mod progress;
mod rendered;
mod report;
mod watchdog;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use serde_json::json;

use failure::Failure;
use lanes::{Lane, Options};
use programs::{Machine, Programs};
use progress::progress;
use report::Report;
use watchdog::Watchdog;

/// Have programs by others judge the rendered manifests
///
/// Programs come from `KUBEBUILDER_ASSETS` (the folder of envtest), `ISTIOCTL`, `RABBITMQ_SERVER`, `FLUENT_BIT` and the
/// `PATH`, or, but for the latter two, are built with Go, once, into manifests-conformance below `XDG_CACHE_HOME` or
/// ~/.cache. Exit codes: 0 nothing to say, 1 findings, 2 could not run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask conformance")]
struct Arguments {
    /// Lanes to run; yaml, api, schedule, mesh and self-test where none is named
    #[arg(value_name = "LANE")]
    lanes: Vec<Lane>,

    /// Folder with the files that manifests-lib/custom-resources/crds.toml locks [default: their URLs]
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

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == watchdog::ARGUMENT) {
        return watchdog::watch(io::stdin().lock());
    }
    let arguments = Arguments::parse();
    match Watchdog::start() {
        Ok(watchdog) => {
            let code = run(arguments, &watchdog);
            watchdog.finish();
            code
        }
        Err(failure) => could_not_run(&failure),
    }
}

fn could_not_run(failure: &Failure) -> ExitCode {
    progress(format_args!("error: {failure}"));
    ExitCode::from(2)
}

/// Runs the lanes one after the other; one that could not run does not keep the others from it.
fn run(arguments: Arguments, watchdog: &Watchdog) -> ExitCode {
    let Arguments { lanes, crds, charts, accept, keep, seed, format } = arguments;
    let mut lanes = if lanes.is_empty() { Lane::DEFAULT.to_vec() } else { lanes };
    lanes.sort_unstable();
    lanes.dedup();
    let programs = match Machine::of_this_process() {
        Ok(machine) => Programs::new(machine, watchdog.clone()),
        Err(failure) => return could_not_run(&failure),
    };
    let options = Options { crds, charts, accept, keep, seed };
    let mut outcomes = Vec::new();
    for lane in lanes {
        let started = Instant::now();
        let mut report = Report::default();
        let failure = lane.run(&programs, &options, &mut report).err();
        report.judges = programs.judges();
        let outcome = Outcome { lane, report, failure, seconds: started.elapsed().as_secs() };
        if format == Format::Text {
            print(&outcome.text());
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

/// What became of a lane.
struct Outcome {
    lane: Lane,
    /// Where the lane failed, what it had found until then.
    report: Report,
    failure: Option<Failure>,
    seconds: u64,
}

impl Outcome {
    fn code(&self) -> u8 {
        match &self.failure {
            None if self.report.findings.is_empty() => 0,
            None => 1,
            Some(_) => 2,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.code() {
            0 => "ok",
            1 => "findings",
            _ => "could not run",
        }
    }

    fn text(&self) -> String {
        let Self { lane, report, failure, seconds } = self;
        let mut text = format!("{}: {}, {seconds} s\n{report}", lane.name(), self.verdict());
        if let Some(failure) = failure {
            let _ = writeln!(text, "  error: {failure}");
        }
        text
    }

    fn json(&self) -> serde_json::Value {
        let mut json = json!(self.report);
        if let Some(failure) = &self.failure {
            json["failure"] = json!(failure.to_string());
        }
        json["lane"] = json!(self.lane.name());
        json["verdict"] = json!(self.verdict());
        json["seconds"] = json!(self.seconds);
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_before_a_failure_is_told_with_it() {
        let mut report = Report::default();
        report.finding("Service a/b: changed");
        let outcome = Outcome {
            lane: Lane::Api,
            report,
            failure: Some(Failure::new("etcd ended")),
            seconds: 3,
        };
        assert_eq!(outcome.code(), 2);
        insta::assert_snapshot!(outcome.text(), @r"
        api: could not run, 3 s
          finding: Service a/b: changed
          error: etcd ended
        ");
        let json = outcome.json();
        assert_eq!(json["findings"], json!(["Service a/b: changed"]));
        assert_eq!(json["failure"], "etcd ended");
    }
}
