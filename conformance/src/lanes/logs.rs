//! Lane `logs`: a real Fluent Bit takes its configuration, and every line of a log arrives once.

mod behaviour;
pub mod faults;
mod node;

use std::fs;
use std::process::Command;

use harness::{Failure, Program, Programs, Report, cannot_write, ended};
use manifests_lib::delivery::SourceFrom;
use manifests_lib::model::Namespace;
use serde_json::Value;

use super::Options;
use crate::rendered::{self, Rendered};

/// The chart whose values hold the configuration.
const CHART: &str = "fluent-bit";

/// What the chart writes into `fluent-bit.conf`, by the names of its values.
#[derive(Clone)]
pub struct Configuration {
    /// Of which environment.
    pub environment: String,
    /// Where Fluent Bit runs.
    pub namespace: Namespace,
    /// The value `config.service`.
    pub service: String,
    /// The value `config.inputs`.
    pub inputs: String,
    /// The value `config.filters`.
    pub filters: String,
    /// The value `config.outputs`.
    pub outputs: String,
}

/// Checks every environment.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    report.note(
        "to run it, its folders, its address and its port are those of a temporary folder and of loopback, it writes to its \
         own output, and what it knows of pods comes from files: the way to an API server is not judged",
    );
    for rendered in rendered::environments()? {
        environment(programs, &Configuration::of(&rendered)?, report)?;
    }
    Ok(())
}

/// Everything that the lane does with one configuration.
pub fn environment(
    programs: &Programs,
    configuration: &Configuration,
    report: &mut Report,
) -> Result<(), Failure> {
    if read(programs, configuration, report)? {
        behaviour::check(programs, configuration, report)?;
    }
    Ok(())
}

impl Configuration {
    /// The configuration of an environment.
    pub fn of(rendered: &Rendered) -> Result<Self, Failure> {
        let environment = &rendered.environment;
        let found = rendered.sources.iter().find_map(|source| match &source.spec.from {
            SourceFrom::Chart { name, values, .. } if *name == CHART => {
                Some((source, &values["config"]))
            }
            _ => None,
        });
        let Some((source, values)) = found else {
            return Err(Failure::new(format!(
                "no bundle of {environment} has the chart {CHART}: what collects logs? Correct \
                 conformance/src/lanes/logs.rs"
            )));
        };
        let part = |name: &str| match values[name].as_str() {
            // The chart would evaluate it as a template.
            Some(text) if !text.contains("{{") => Ok(text.to_owned()),
            _ => Err(Failure::new(format!(
                "{environment}: config.{name} of {source} is no plain text, so that it is unknown what Fluent Bit reads: \
                 correct it, or conformance/src/lanes/logs.rs"
            ))),
        };
        let known = ["service", "inputs", "filters", "outputs"];
        if let Some(other) = values
            .as_object()
            .into_iter()
            .flat_map(|values| values.keys())
            .find(|name| !known.contains(&name.as_str()))
        {
            return Err(Failure::new(format!(
                "{environment}: {source} has config.{other}, which the lane does not hand to Fluent Bit: teach it to in \
                 conformance/src/lanes/logs.rs"
            )));
        }
        Ok(Self {
            environment: environment.clone(),
            namespace: source.spec.namespace.clone(),
            service: part("service")?,
            inputs: part("inputs")?,
            filters: part("filters")?,
            outputs: part("outputs")?,
        })
    }

    /// `fluent-bit.conf`, as the chart puts it together.
    fn text(&self) -> String {
        [&self.service, &self.inputs, &self.filters, &self.outputs].map(String::as_str).join("\n")
    }
}

/// Whether Fluent Bit takes the configuration as it stands, without a warning.
fn read(
    programs: &Programs,
    configuration: &Configuration,
    report: &mut Report,
) -> Result<bool, Failure> {
    let name = &configuration.environment;
    let folder = programs.temporary_folder()?;
    let file = folder.path().join("fluent-bit.conf");
    let text = configuration.text();
    fs::write(&file, &text).map_err(|error| cannot_write(&file, &error))?;
    let mut command = Command::new(programs.path(Program::FLUENT_BIT)?);
    command.arg("--dry-run").arg("--config").arg(&file);
    let output = programs.run(&mut command)?;
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    let complaints = complaints(&said);
    if !output.status.success() || !complaints.is_empty() {
        report.finding(format!(
            "{name}: Fluent Bit does not take its configuration: {}; {}",
            ended(output.status),
            complaints.join("; ")
        ));
        return Ok(false);
    }
    let properties = text.lines().filter(|line| line.starts_with(' ')).count();
    report.compared(properties, format!("lines of the configuration of {name} read by Fluent Bit"));
    Ok(true)
}

/// Warnings and errors among the lines that Fluent Bit has printed.
fn complaints(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.contains("[ warn]") || line.contains("[error]")).collect()
}

/// The text of a log in a record: a line, or its fields where it is JSON.
fn text_of(record: &Value) -> String {
    match &record["log"] {
        Value::String(line) => line.clone(),
        _ => record["fields"].to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_and_errors_are_complaints() {
        let said = "[2026/01/02 03:04:05] [ info] [engine] started\n[2026/01/02 03:04:05] [ warn] [config] a\n\
                    [2026/01/02 03:04:05] [error] [config] b\nconfiguration test is successful\n";
        assert_eq!(
            complaints(said),
            [
                "[2026/01/02 03:04:05] [ warn] [config] a",
                "[2026/01/02 03:04:05] [error] [config] b"
            ]
        );
    }

    #[test]
    fn every_environment_has_a_configuration() {
        for rendered in rendered::environments().unwrap() {
            let text = Configuration::of(&rendered).unwrap().text();
            let sections: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
            assert_eq!(sections, ["[SERVICE]", "[INPUT]", "[FILTER]", "[OUTPUT]"]);
        }
    }
}
