//! `Chart.yaml` and `Chart.lock`: the subcharts of a chart.

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde::de::DeserializeOwned;

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
    /// Exact or a range.
    version: String,
}

/// `Chart.lock`: what the package carries, in the order of `Chart.yaml`.
#[derive(Deserialize)]
struct Carried {
    #[serde(default)]
    dependencies: Vec<CarriedDependency>,
}

#[derive(Deserialize)]
struct CarriedDependency {
    name: String,
    version: String,
}

/// Checks that the locked subcharts are those of `Chart.yaml`, and of `Chart.lock` where charts.toml locks it. Each file has a
/// name for messages and a text.
///
/// # Errors
/// If it is not a `Chart.yaml`, or its range or `Chart.lock` does not hold the locked version of a subchart, or it has none.
pub fn check(
    chart: &LockedChart,
    (file, text): (&str, &str),
    carried: Option<(&str, &str)>,
) -> Result<()> {
    let metadata: Metadata = read(file, text, "Chart.yaml")?;
    let carried: Option<Carried> =
        carried.map(|(file, text)| read(file, text, "Chart.lock")).transpose()?;
    for subchart in &chart.subcharts {
        let mut dependencies = metadata.dependencies.iter().enumerate();
        let Some((index, dependency)) = dependencies.find(|(_, dependency)| {
            *dependency.alias.as_ref().unwrap_or(&dependency.name) == subchart.key
        }) else {
            return Err(Failure::new(format!(
                "{} has no subchart {}, which charts.toml lists; remove it",
                chart.release(),
                subchart.key
            )));
        };
        let exact = carried.as_ref().and_then(|carried| carried.dependencies.get(index));
        let exact = exact.filter(|exact| exact.name == dependency.name);
        let version = exact.map_or(&dependency.version, |exact| &exact.version);
        if !holds(version, &subchart.version) {
            return Err(Failure::new(format!(
                "{} has {} {version}, but charts.toml has the values of {}; lock those of the version that its package carries",
                chart.release(),
                subchart.key,
                subchart.version
            )));
        }
    }
    Ok(())
}

fn read<T: DeserializeOwned>(file: &str, text: &str, name: &str) -> Result<T> {
    let read = yaml::read(text)
        .and_then(|yaml| serde_json::from_value(yaml).map_err(|error| error.to_string()));
    read.map_err(|reason| {
        Failure::new(format!(
            "{file} is not a valid {name}: {reason}; compare it with the release it was taken from"
        ))
    })
}

/// Whether a version is the one of a dependency, or within its range as Helm reads it.
fn holds(range: &str, version: &str) -> bool {
    let Ok(locked) = Version::parse(version.trim_start_matches('v')) else {
        return range == version;
    };
    range == version
        || range
            .split("||")
            .any(|part| requirement(part).is_some_and(|requirement| requirement.matches(&locked)))
}

/// A range as Cargo writes it: with commas, and with `=` before a version without an operator.
fn requirement(range: &str) -> Option<VersionReq> {
    let range = match range.split_once(" - ") {
        Some((from, to)) => format!(">={from} <={to}"),
        None => range.to_owned(),
    };
    let mut comparators: Vec<String> = Vec::new();
    let mut operator = String::new();
    for word in range.split([' ', ',']).filter(|word| !word.is_empty()) {
        let version = word.trim_start_matches(['=', '<', '>', '~', '^']);
        operator.push_str(&word[..word.len() - version.len()]);
        if version.is_empty() {
            continue;
        }
        let is_any = ["*", "x", "X"].contains(&version);
        let sign = if operator.is_empty() && !is_any { "=" } else { operator.as_str() };
        comparators.push(format!("{sign}{}", version.trim_start_matches('v')));
        operator.clear();
    }
    if comparators.is_empty() {
        return Some(VersionReq::STAR);
    }
    let is_wildcard = |comparator: &str| comparator.contains(['*', 'x', 'X']);
    let comparators: Vec<String> = comparators
        .into_iter()
        // Cargo takes no operator before a wildcard, where it would say nothing.
        .map(|one| match one.strip_prefix('=') {
            Some(wildcard) if is_wildcard(wildcard) => wildcard.to_owned(),
            _ => one,
        })
        .collect();
    VersionReq::parse(&comparators.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_within_the_range_of_helm() {
        let table = [
            ("1.42.*", "1.42.3", true),
            ("1.42.x", "1.43.0", false),
            ("2.x.x", "2.31.4", true),
            ("1.2.3", "1.2.3", true),
            ("1.2.3", "1.2.4", false),
            ("1.2", "1.2.9", true),
            ("^1.2.0", "1.9.0", true),
            ("~1.2.0", "1.3.0", false),
            (">= 1.2, < 2", "1.9.9", true),
            (">=1.2 <2", "2.0.0", false),
            ("1.0.0 - 1.4.0", "1.3.9", true),
            ("1.1.1 || ^2", "2.5.0", true),
            ("*", "7.0.0", true),
            ("v1.2.3", "1.2.3", true),
            ("latest", "1.2.3", false),
            ("main", "main", true),
        ];
        for (range, version, expected) in table {
            assert_eq!(holds(range, version), expected, "{range} {version}");
        }
    }
}
