//! Faults for the lane `logs`.

use harness::{Failure, Programs, Report};

use crate::lanes::Options;
use crate::lanes::faults::{environment, expect};
use crate::lanes::logs::{self, Configuration};

/// Configurations that Fluent Bit refuses, and some with which lines are lost, repeated or torn.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let rendered = environment()?;
    for (fault, line, replacement, expected) in [
        (
            "a property that Fluent Bit does not know",
            "Refresh_Interval",
            "Refresh_Intervall 10",
            "unknown configuration property",
        ),
        (
            "a parser that Fluent Bit does not have",
            "multiline.parser",
            "multiline.parser kubelet",
            "it has ended by itself",
        ),
        (
            "nothing that joins the parts of a line",
            "multiline.parser",
            "",
            "\"first part, second part\" of a log does not arrive",
        ),
        ("nowhere to keep how far was read", "DB", "", " of a log arrives 2 times"),
        (
            "a log that is read from its end",
            "Read_from_Head",
            "",
            "\"before the start\" of a log does not arrive",
        ),
        ("its own output that it reads", "Exclude_Path", "", "\"of its own\" arrives"),
    ] {
        let mut configuration = Configuration::of(&rendered)?;
        change(&mut configuration.inputs, line, replacement)?;
        let mut found = Report::default();
        logs::environment(programs, &configuration, &mut found)?;
        expect(report, fault, &found.findings, &[expected]);
    }
    Ok(())
}

/// Replaces the line of a key, or takes it out.
fn change(section: &mut String, key: &str, replacement: &str) -> Result<(), Failure> {
    let mut changed = false;
    let lines: Vec<String> = section
        .lines()
        .filter_map(|line| {
            if line.split_whitespace().next() != Some(key) {
                return Some(line.to_owned());
            }
            changed = true;
            (!replacement.is_empty()).then(|| format!("    {replacement}"))
        })
        .collect();
    *section = lines.join("\n") + "\n";
    changed.then_some(()).ok_or_else(|| {
        Failure::new(format!(
            "Fluent Bit's input has no {key} to put a fault into: choose another in \
             conformance/src/lanes/logs/faults.rs"
        ))
    })
}
