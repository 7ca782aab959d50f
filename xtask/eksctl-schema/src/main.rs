//! Checks rendered clusters against the JSON schema that eksctl releases; `cargo xtask cluster check` starts it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use jsonschema::Validator;
use released::{LockedFile, Names, Places, Releases};
use serde_json::Value;
use support::{Failure, Result, output, workspace};

/// Check clusters against the JSON schema that eksctl releases
///
/// The schema is the one that xtask/eksctl-schema/schema.toml locks by URL and SHA-256. It is downloaded once, and kept in
/// manifests-released below `XDG_CACHE_HOME` or ~/.cache.
///
/// Exit codes: 0 no findings, 1 findings, 2 could not run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask cluster check")]
struct Arguments {
    /// eksctl's files to check [default: eks.yaml of every environment]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Take the schema from this file or folder, or from the cache, instead of downloading it
    #[arg(long, value_name = "PATH")]
    schema: Option<PathBuf>,
}

const NAMES: Names = Names { lock: "schema.toml", option: "--schema", download: None };

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(findings) => match output::lines(&findings) {
            Ok(()) => ExitCode::from(u8::from(!findings.is_empty())),
            Err(failure) => failure.report(),
        },
        Err(failure) => failure.report(),
    }
}

/// Checks the files; each finding is a line.
fn run(arguments: &Arguments) -> Result<Vec<String>> {
    let files = match arguments.files.as_slice() {
        [] => rendered()?,
        files => files.to_vec(),
    };
    let validator = validator(arguments.schema.as_deref())?;
    let mut findings = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Failure::new(format!("cannot read {}: {error}; render first", file.display()))
        })?;
        let cluster: Value = serde_yaml::from_str(&text).map_err(|error| {
            Failure::new(format!("{} is not YAML: {error}; render it again", file.display()))
        })?;
        findings.extend(
            mistakes(&validator, &cluster)
                .into_iter()
                .map(|mistake| format!("{}: {mistake}", file.display())),
        );
    }
    Ok(findings)
}

/// `eks.yaml` of every environment that has one.
fn rendered() -> Result<Vec<PathBuf>> {
    let environments = workspace()?.join("environments");
    let entries = std::fs::read_dir(&environments).map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", environments.display()))
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path().join("eks.yaml")))
        .filter(|file| file.exists())
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::new("no environment has an eks.yaml: run `cargo xtask render` first"));
    }
    Ok(files)
}

/// The locked schema, ready to validate.
fn validator(from: Option<&Path>) -> Result<Validator> {
    let lock: LockedFile = toml::from_str(include_str!("../schema.toml"))
        .map_err(|error| Failure::new(format!("schema.toml: {error}; correct it")))?;
    let releases = Releases::of_this_user(NAMES);
    let files = releases.get(Places::of(from, false), std::slice::from_ref(&lock))?;
    let found = files.get(&lock)?;
    let schema: Value = serde_json::from_slice(&found.bytes)
        .map_err(|error| Failure::new(format!("{} is not JSON: {error}", found.origin)))?;
    jsonschema::validator_for(&without_bars(schema))
        .map_err(|error| Failure::new(format!("{} is not a JSON schema: {error}", found.origin)))
}

/// eksctl names some definitions after Go packages, with `|`, which is not allowed in URI references.
fn without_bars(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| match (key.as_str(), value) {
                ("$ref", Value::String(reference)) => {
                    (key, Value::String(reference.replace('|', "-")))
                }
                (_, value) => (key.replace('|', "-"), without_bars(value)),
            })
            .collect(),
        Value::Array(values) => values.into_iter().map(without_bars).collect(),
        other => other,
    }
}

/// The errors of the schema, each with its place in the file.
fn mistakes(validator: &Validator, cluster: &Value) -> Vec<String> {
    validator
        .iter_errors(cluster)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn definitions_with_bars_are_found() {
        let schema = json!({
            "$ref": "#/definitions/a|b.C",
            "definitions": { "a|b.C": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "name": { "type": "string" } }
            } }
        });
        let validator = jsonschema::validator_for(&without_bars(schema)).expect("a schema");
        assert_eq!(mistakes(&validator, &json!({ "name": "x" })), [""; 0]);
        assert_eq!(mistakes(&validator, &json!({ "nam": 1 })).len(), 1);
        assert_eq!(
            mistakes(&validator, &json!({ "name": 1 })),
            ["/name: 1 is not of type \"string\""]
        );
    }

    #[test]
    fn the_lock_is_one() {
        assert!(toml::from_str::<LockedFile>(include_str!("../schema.toml")).is_ok());
    }
}
