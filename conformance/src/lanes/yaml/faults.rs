//! Another writer than the one of this project.

use harness::{Failure, Programs, Report};

use crate::lanes::Options;
use crate::lanes::faults::expect;
use crate::lanes::yaml;

/// The lane `yaml` judges the writer that everybody else uses; what it gets wrong is printed.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut found = Report::default();
    yaml::judge(
        programs,
        |document| serde_yaml::to_string(document).map_err(|error| error.to_string()),
        0,
        10_000,
        &mut found,
    )?;
    for (fault, expected) in [
        (
            "a word that plain serde_yaml writes as a boolean",
            &[r#""yes" is written as "yes\n" and read as true"#] as &[_],
        ),
        (
            "a string that plain serde_yaml writes as a number",
            &[r#"_" is written as ""#, r#"_\n" and read as "#],
        ),
        (
            "a key that plain serde_yaml writes as something else",
            &[r#":null} is written as ""#, r#": null\n" and read as "#],
        ),
    ] {
        expect(report, fault, &found.findings, expected);
    }
    for finding in found.findings {
        report.note(format!("plain serde_yaml: {finding}"));
    }
    Ok(())
}
