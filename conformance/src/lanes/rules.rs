//! Lane `rules`: promtool and amtool take every rule, the routing of alerts and the queries of Grafana's pages, and each alert
//! fires when it has to.

mod alertmanager;
mod burn_rates;
pub mod faults;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::{Failure, Program, Programs, Report, ended};
use manifests_lib::yaml;
use serde_json::{Value, json};

pub use burn_rates::Tested;
pub use pages::is_page;

use super::Options;
use crate::rendered::{self, Object, Rendered};

/// Checks every environment.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut tested = Tested::default();
    for rendered in rendered::environments()? {
        environment(programs, &rendered, &mut tested, report)?;
    }
    Ok(())
}

/// Everything that the lane does with one environment.
pub fn environment(
    programs: &Programs,
    rendered: &Rendered,
    tested: &mut Tested,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = programs.temporary_folder()?;
    check_rules(programs, rendered, folder.path(), report)?;
    pages::check(programs, rendered, folder.path(), report)?;
    burn_rates::check(programs, rendered, folder.path(), tested, report)?;
    alertmanager::check(programs, rendered, folder.path(), report)
}

/// The objects that hold rules.
fn rule_objects(rendered: &Rendered) -> impl Iterator<Item = &Object> {
    rendered.objects.iter().filter(|object| object.identity.kind == "PrometheusRule")
}

/// Where the rules of an object are, as Prometheus reads them.
fn rule_file(folder: &Path, object: &Object) -> PathBuf {
    folder.join(format!("{}.rules.yaml", object.identity.name))
}

/// promtool reads what the operator would hand to Prometheus.
fn check_rules(
    programs: &Programs,
    rendered: &Rendered,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let mut rules = 0;
    for object in rule_objects(rendered) {
        let groups = &object.value["spec"]["groups"];
        rules += groups
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|group| group["rules"].as_array())
            .map(Vec::len)
            .sum::<usize>();
        let file = rule_file(folder, object);
        write(&file, &json!({ "groups": groups }))?;
        let check = ["check", "rules", "--lint=all", "--lint-fatal"];
        if let Some(refusal) = refusal(programs, Program::PROMTOOL, &check, &file)? {
            report.finding(format!(
                "{name}: {object} ({}): Prometheus does not take its rules: {refusal}",
                object.origin
            ));
        }
    }
    report.compared(rules, format!("rules of {name} read by Prometheus"));
    Ok(())
}

/// What a program says against a file; nothing where it takes it.
fn refusal(
    programs: &Programs,
    program: Program,
    arguments: &[&str],
    file: &Path,
) -> Result<Option<String>, Failure> {
    let mut command = Command::new(programs.path(program)?);
    command.args(arguments).arg(file);
    let output = programs.run(&mut command)?;
    Ok((!output.status.success()).then(|| said(&output)))
}

fn write(file: &Path, contents: &Value) -> Result<(), Failure> {
    yaml::to_string(contents)
        .map_err(|error| error.to_string())
        .and_then(|text| fs::write(file, text).map_err(|error| error.to_string()))
        .map_err(|error| {
            Failure::new(format!(
                "cannot write {}: {error}; make room there or name another folder with TMPDIR",
                file.display()
            ))
        })
}

/// What a program has printed, or how it ended where it has printed nothing.
fn said(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    match text.trim() {
        "" => format!("it {}", ended(output.status)),
        text => text.to_owned(),
    }
}
