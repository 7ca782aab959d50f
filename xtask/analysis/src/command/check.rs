//! `check`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use support::{Failure, output, tell};

use crate::check::{Checked, Family, Rule, check_all, is_date, read_on, rules};
use crate::environment::Environment;
use crate::environment::applications::{Charts, WithRendered};
use crate::objects::{Object, Objects, Origin, Read, read_all};
use crate::report;

/// Check manifests in files: references, selectors, ports, and whatever else is listed by --list
///
/// Exit codes: 0 nothing found, 1 findings, 2 could not run, also where a file could not be read.
#[derive(Args, Debug)]
pub struct Check {
    /// Files or folders of manifests, `-` for standard input
    #[arg(long = "path", value_name = "DIR|FILE|-")]
    paths: Vec<PathBuf>,

    /// Name of the environment that the manifests are for; with the files of each (`--environment dev=overlays/dev --environment
    /// prd=overlays/prd`), environments are compared with each other
    #[arg(long = "environment", value_name = "NAME[=DIR|FILE]")]
    environments: Vec<String>,

    /// What is shared with every check
    #[command(flatten)]
    pub options: Options,
}

/// Options of every check.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How findings are printed: text for people, json for programs, sarif for code scanning, github for annotations of a workflow
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Only this rule, or this family of rules; may be repeated
    #[arg(long = "rule", value_name = "NAME")]
    pub rules: Vec<String>,

    /// Manifests of objects that somebody else creates: a Secret with its keys, a Service with its ports; may be repeated
    #[arg(long, value_name = "DIR|FILE")]
    pub external: Vec<PathBuf>,

    /// Files or folders of CRDs that objects are compared with, beside those among the objects; may be repeated
    #[arg(long, value_name = "DIR|FILE")]
    pub crds: Vec<PathBuf>,

    /// Take what is not in the files for missing: they are all that is in the cluster, as an export of it, or as rendered with all its
    /// charts
    #[arg(long)]
    pub whole: bool,

    /// Judge ends of life by this day instead of that of the table
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<String>,

    /// Explain a rule instead of checking
    #[arg(long, value_name = "RULE", conflicts_with = "list")]
    pub explain: Option<String>,

    /// List all rules instead of checking
    #[arg(long)]
    pub list: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one document, whose schema is described in the documentation of rules.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For workflows of GitHub: annotations.
    Github,
}

impl Check {
    /// Checks the files, with what their Applications deploy where something renders it.
    ///
    /// # Errors
    /// If nothing can be checked.
    pub fn run(&self, charts: Option<&dyn Charts>) -> Result<ExitCode, Failure> {
        if let Some(code) = self.options.tell_of_rules()? {
            return Ok(code);
        }
        let (with_files, names): (Vec<&String>, Vec<&String>) =
            self.environments.iter().partition(|environment| environment.contains('='));
        let external = self.options.external.as_slice();
        let definitions = &self.options.definitions()?;
        let is_whole = self.options.whole;
        match (with_files.as_slice(), names.as_slice()) {
            ([], [] | [_]) => {
                let environment = names.first().map(|name| name.as_str());
                Files { paths: &self.paths, external, definitions, charts, is_whole, environment }
                    .check(&self.options)
            }
            (with_files, []) if self.paths.is_empty() => {
                let parts = with_files.iter().filter_map(|named| named.split_once('='));
                several(
                    parts.map(|(name, path)| (name, PathBuf::from(path))),
                    charts,
                    &self.options,
                )
            }
            _ => Err(Failure::new(
                "give one environment a name (--environment NAME --path DIR), or several their files (--environment NAME=DIR)",
            )),
        }
    }
}

/// Checks the objects of several environments, which are compared with each other: files of one name are one environment.
fn several<'a>(
    named: impl Iterator<Item = (&'a str, PathBuf)>,
    charts: Option<&dyn Charts>,
    options: &Options,
) -> Result<ExitCode, Failure> {
    let mut paths: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for (name, path) in named {
        paths.entry(name).or_default().push(path);
    }
    let definitions = options.definitions()?;
    let mut is_whole = true;
    let mut environments = Vec::new();
    for (name, paths) in &paths {
        let (external, definitions) = (&options.external, &definitions);
        let files = Files {
            paths,
            external,
            definitions,
            charts,
            is_whole: options.whole,
            environment: Some(name),
        };
        let (environment, is_read) = files.read()?;
        is_whole &= is_read;
        environments.push(environment);
    }
    Ok(exit_code(options.check(environments, |_| true)?, is_whole))
}

fn exit_code(code: ExitCode, is_whole: bool) -> ExitCode {
    if is_whole { code } else { ExitCode::from(support::COULD_NOT_RUN) }
}

/// Files of one environment.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    /// Files and folders of its objects.
    pub paths: &'a [PathBuf],
    /// Files and folders of objects that somebody else creates.
    pub external: &'a [PathBuf],
    /// Further CRDs that are in the cluster.
    pub definitions: &'a [Object],
    /// What renders its Applications; without it, these may deploy anything.
    pub charts: Option<&'a dyn Charts>,
    /// Whether all that is in its cluster is in the files.
    pub is_whole: bool,
    /// Its name; labels of the objects may say it as well.
    pub environment: Option<&'a str>,
}

impl Files<'_> {
    /// Checks the objects.
    ///
    /// # Errors
    /// If nothing can be checked.
    pub fn check(&self, options: &Options) -> Result<ExitCode, Failure> {
        let (environment, is_whole) = self.read()?;
        Ok(exit_code(options.check(vec![environment], |_| true)?, is_whole))
    }

    /// The objects, and whether all could be read; what could not is told.
    ///
    /// # Errors
    /// If nothing is named, or a path leads nowhere.
    pub fn read(&self) -> Result<(Environment, bool), Failure> {
        if self.paths.is_empty() {
            return Err(Failure::new(
                "there is nothing to check: name files or folders of manifests with --path, or `--path -` for standard input",
            ));
        }
        let Read { mut objects, mut troubles } = read_all(self.paths)?;
        let external = external(self.external)?;
        objects.extend(external.objects);
        troubles.extend(external.troubles);
        objects.extend(self.definitions.iter().cloned());
        for trouble in &troubles {
            tell(format_args!("warning: {trouble}"));
        }
        let name = self.environment.map(str::to_owned);
        let mut is_read = troubles.is_empty();
        let mut environment = match self.charts {
            None => Environment::of(name, Objects::new(objects)),
            Some(charts) => {
                let WithRendered { objects, rendered, failures } =
                    WithRendered::of(charts, objects)?;
                for failure in &failures {
                    tell(format_args!("warning: {failure}"));
                }
                is_read &= failures.is_empty();
                Environment::with_rendered(name, objects, &rendered)
            }
        };
        environment.cluster.is_whole = self.is_whole;
        Ok((environment, is_read))
    }
}

/// Reads objects that somebody else creates, each of which says so then.
///
/// # Errors
/// If there is nothing at a path, or it cannot be read.
pub fn external(paths: &[PathBuf]) -> Result<Read, Failure> {
    let mut read = read_all(paths)?;
    for object in &mut read.objects {
        object.declare_external("somebody else");
    }
    Ok(read)
}

impl Options {
    /// Explains a rule or lists all, where that is asked.
    ///
    /// # Errors
    /// If there is no such rule, or standard output cannot be written.
    pub fn tell_of_rules(&self) -> Result<Option<ExitCode>, Failure> {
        if self.list {
            output::print(&report::list())?;
        } else if let Some(name) = &self.explain {
            let rule = rules::named(name).ok_or_else(|| no_such_rule(name))?;
            output::print(&report::explanation(rule))?;
        } else {
            return Ok(None);
        }
        Ok(Some(ExitCode::SUCCESS))
    }

    /// The CRDs that `--crds` names; whatever else stands in the files is passed over.
    ///
    /// # Errors
    /// If there is nothing at a path, or a file is not YAML.
    pub fn definitions(&self) -> Result<Vec<Object>, Failure> {
        let Read { objects, troubles } = read_all(&self.crds)?;
        if !troubles.is_empty() {
            return Err(Failure::all(troubles.iter().map(ToString::to_string)));
        }
        let is_definition =
            |object: &Object| object.is("apiextensions.k8s.io", "CustomResourceDefinition");
        let origin = Origin::Made { by: "--crds".into() };
        let definitions = objects.into_iter().filter(is_definition);
        Ok(definitions.map(|object| Object { origin: origin.clone(), ..object }).collect())
    }

    /// Checks environments that belong together and prints what was found in those that are to be shown.
    ///
    /// # Errors
    /// If a rule that was asked for does not exist, or standard output cannot be written.
    pub fn check(
        &self,
        mut environments: Vec<Environment>,
        is_shown: impl Fn(&Environment) -> bool,
    ) -> Result<ExitCode, Failure> {
        let rules = self.selected()?;
        match &self.date {
            Some(date) if !is_date(date) => {
                return Err(Failure::new(format!(
                    "{date} is no day: write it as {}, year, month and day",
                    read_on()
                )));
            }
            Some(date) => {
                for environment in &mut environments {
                    environment.date.clone_from(date);
                }
            }
            None => tell_of_age(SystemTime::now()),
        }
        let checked = check_all(&environments, &rules);
        let all = environments.into_iter().zip(checked);
        let (environments, checked): (Vec<Environment>, Vec<Checked>) =
            all.filter(|(environment, _)| is_shown(environment)).unzip();
        output::print(&report::print(self.format, &environments, &checked)?)?;
        let found = checked.iter().any(|checked| !checked.findings.is_empty());
        Ok(ExitCode::from(u8::from(found)))
    }

    fn selected(&self) -> Result<Vec<&'static Rule>, Failure> {
        for name in &self.rules {
            if rules::named(name).is_none()
                && !Family::ALL.iter().any(|family| family.name() == name)
            {
                return Err(no_such_rule(name));
            }
        }
        let is_selected = |rule: &&Rule| {
            let mut asked = self.rules.iter();
            self.rules.is_empty()
                || asked.any(|name| name == rule.name || name == rule.family.name())
        };
        Ok(rules::ALL.iter().copied().filter(is_selected).collect())
    }
}

/// Says so if the table of ends of life is older than half a year; the clock decides nothing else, and fails nothing.
fn tell_of_age(now: SystemTime) {
    if let Some(months) = age(read_on(), now).filter(|months| *months > 6) {
        tell(format_args!(
            "the table of ends of life is {months} months old, so that newer ends are not known: update this program, or the table"
        ));
    }
}

/// How many months have passed since a day.
fn age(date: &str, now: SystemTime) -> Option<u64> {
    let mut numbers = date.split('-').map(str::parse::<u64>);
    let (year, month) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let days = now.duration_since(UNIX_EPOCH).ok()?.as_secs() / (24 * 60 * 60);
    // As exact as months are.
    let months = days * 400 * 12 / 146_097;
    months.checked_sub(year.checked_sub(1970)? * 12 + month - 1)
}

fn no_such_rule(name: &str) -> Failure {
    let known = rules::names().chain(Family::ALL.map(Family::name));
    let hint = crate::check::hint(name, known);
    Failure::new(format!("there is no rule {name}{hint}; --list shows all rules"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_age_of_a_table_is_told_in_months() {
        // 2026-11-30
        let now = UNIX_EPOCH + Duration::from_secs(1_796_000_000);
        assert_eq!(age("2026-08-22", now), Some(3));
        assert_eq!(age("2025-11-30", now), Some(12));
        assert_eq!(age("2027-08-22", now), None);
        assert_eq!(age("soon", now), None);
    }
}
