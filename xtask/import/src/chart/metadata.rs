//! `Chart.yaml`: the subcharts of a chart.

use serde::Deserialize;

use super::lock::LockedChart;
use super::yaml;
use support::{Failure, Result};

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    alias: Option<String>,
    version: String,
}

/// Checks that the locked subcharts are those of `Chart.yaml`; `file` names it in messages.
///
/// # Errors
/// If it is not a `Chart.yaml`, or has another version of a subchart, or none.
pub fn check(file: &str, text: &str, chart: &LockedChart) -> Result<()> {
    let read = yaml::read(text)
        .and_then(|yaml| serde_json::from_value(yaml).map_err(|error| error.to_string()));
    let metadata: Metadata = read.map_err(|reason| {
        Failure::new(format!(
            "{file} is not a valid Chart.yaml: {reason}; compare it with the release it was taken from"
        ))
    })?;
    for subchart in &chart.subcharts {
        let dependency = metadata.dependencies.iter().find(|dependency| {
            *dependency.alias.as_ref().unwrap_or(&dependency.name) == subchart.key
        });
        match dependency {
            Some(dependency) if dependency.version == subchart.version => {}
            Some(dependency) => {
                return Err(Failure::new(format!(
                    "{} has {} {}, but charts.toml has the values of {}; lock those of {}",
                    chart.release(),
                    subchart.key,
                    dependency.version,
                    subchart.version,
                    dependency.version
                )));
            }
            None => {
                return Err(Failure::new(format!(
                    "{} has no subchart {}, which charts.toml lists; remove it",
                    chart.release(),
                    subchart.key
                )));
            }
        }
    }
    Ok(())
}
