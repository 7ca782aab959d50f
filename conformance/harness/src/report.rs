//! What a lane compared, how much, and what it found.

use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use support::{COULD_NOT_RUN, Failure};

/// Says to people how far a long run is: a line on standard error. A reader that is gone, such as a closed terminal, is no
/// failure.
pub fn progress(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The outcome of a lane that could do its work.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The programs that judged.
    pub judges: Vec<Judge>,
    /// What was compared and how often, in the order in which it is printed.
    pub compared: Vec<Compared>,
    /// What other programs say against the manifests; the lane is green where there is nothing.
    pub findings: Vec<String>,
    /// Other facts to print, such as the start value of random input.
    pub notes: Vec<String>,
}

/// A program by others.
#[derive(Clone, Debug, Serialize)]
pub struct Judge {
    /// Its name.
    pub program: &'static str,
    /// Which it is, and why that one: `v1.35.4 of KUBEBUILDER_ASSETS`.
    pub version: String,
    /// Where it is.
    pub path: PathBuf,
}

/// One kind of comparison.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// How often.
    pub count: u64,
    /// What, in the plural: `objects accepted`.
    pub what: String,
}

impl Report {
    /// Counts a comparison.
    pub fn compared(&mut self, count: usize, what: impl Into<String>) {
        self.compared.push(Compared { count: count as u64, what: what.into() });
    }

    /// Records what speaks against the manifests.
    pub fn finding(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// Records a fact that is neither a count nor a finding.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { judges, compared, findings, notes } = self;
        for Judge { program, version, path } in judges {
            writeln!(formatter, "  {program} {version}: {}", path.display())?;
        }
        for note in notes {
            writeln!(formatter, "  {note}")?;
        }
        for Compared { count, what } in compared {
            writeln!(formatter, "  {:>11} {what}", grouped(*count))?;
        }
        for finding in findings {
            writeln!(formatter, "  finding: {}", finding.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

/// What became of a lane.
pub struct Outcome {
    /// Name of the lane.
    pub lane: &'static str,
    /// Where the lane failed, what it had found until then.
    pub report: Report,
    /// Why it could not do its work.
    pub failure: Option<Failure>,
    /// How long it took.
    pub seconds: u64,
}

impl Outcome {
    /// The exit code: 0 nothing to say, 1 findings, 2 could not run.
    pub fn code(&self) -> u8 {
        match &self.failure {
            None if self.report.findings.is_empty() => 0,
            None => 1,
            Some(_) => COULD_NOT_RUN,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.code() {
            0 => "ok",
            1 => "findings",
            _ => "could not run",
        }
    }

    /// For programs.
    pub fn json(&self) -> serde_json::Value {
        let mut json = json!(self.report);
        if let Some(failure) = &self.failure {
            json["failure"] = json!(failure.to_string());
        }
        json["lane"] = json!(self.lane);
        json["verdict"] = json!(self.verdict());
        json["seconds"] = json!(self.seconds);
        json
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lane, report, failure, seconds } = self;
        write!(formatter, "{lane}: {}, {seconds} s\n{report}", self.verdict())?;
        match failure {
            Some(failure) => writeln!(formatter, "  error: {failure}"),
            None => Ok(()),
        }
    }
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn prints_counts_then_findings() {
        let mut report = Report::default();
        report.judges.push(Judge {
            program: "etcd",
            version: "3.6.1 of KUBEBUILDER_ASSETS".to_owned(),
            path: "/programs/etcd".into(),
        });
        report.note("start value 7");
        report.compared(1_000, "strings");
        report.finding("Service a/b: changed\nfrom 1 to 2");
        insta::assert_snapshot!(report.to_string(), @r"
          etcd 3.6.1 of KUBEBUILDER_ASSETS: /programs/etcd
          start value 7
                1,000 strings
          finding: Service a/b: changed
            from 1 to 2
        ");
    }
    #[test]
    fn what_was_found_before_a_failure_is_told_with_it() {
        let mut report = Report::default();
        report.finding("Service a/b: changed");
        let failure = Some(Failure::new("etcd ended"));
        let outcome = Outcome { lane: "api", report, failure, seconds: 3 };
        assert_eq!(outcome.code(), 2);
        insta::assert_snapshot!(outcome.to_string(), @r"
        api: could not run, 3 s
          finding: Service a/b: changed
          error: etcd ended
        ");
        let json = outcome.json();
        assert_eq!(json["findings"], json!(["Service a/b: changed"]));
        assert_eq!(json["failure"], "etcd ended");
    }
}
