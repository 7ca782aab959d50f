//! `.github/CODEOWNERS`: who has to approve a change, from the teams of the platform. Argo CD never sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use custom_resources::argoproj::v1alpha1::Application;
use manifests_lib::delivery::gitops::{Reviewers, application_name, team_of_project};

use super::{Report, folder};
use crate::environment::{Built, EnvironmentName};
use crate::tree::{self, SingleFile};
use support::Failure;

/// Folder and name of the file.
const FILE: (&str, &str) = (".github", "CODEOWNERS");

/// What one environment says of who owns what.
pub(super) struct Owned {
    environment: EnvironmentName,
    reviewers: Option<Reviewers>,
    /// The project of each folder of snapshots.
    snapshots: Vec<(String, String)>,
    /// The project of each folder of Rust whose modules make bundles.
    sources: Vec<(String, String)>,
}

impl Owned {
    /// Reads the projects from the Applications, as Argo CD does.
    pub(super) fn of(environment: EnvironmentName, built: &Built) -> Self {
        let bundles = &built.platform.bundles;
        let projects: BTreeMap<&str, &str> = built
            .platform
            .resources()
            .filter_map(|resource| resource.get::<Application>())
            .filter_map(|application| {
                let project = team_of_project(&application.spec.project);
                Some((application.metadata.name.as_deref()?, project))
            })
            .collect();
        let mut owned = Self {
            environment,
            reviewers: built.reviewers.clone(),
            snapshots: Vec::new(),
            sources: Vec::new(),
        };
        for bundle in bundles {
            if let Some(project) = projects.get(application_name(&bundle.name).as_str()) {
                owned.snapshots.push((bundle.name.to_string(), (*project).to_owned()));
                // `services/src/app` of `services/src/app/account.rs`.
                let folder: Vec<&str> = bundle.origin.file.split('/').collect();
                if let [krate, source, team, _, ..] = folder.as_slice() {
                    let folder = format!("{krate}/{source}/{team}");
                    owned.sources.push((folder, (*project).to_owned()));
                }
            }
        }
        owned
    }
}

/// Writes the file, or with `check` reports how it would change. Needs every environment, as they share it.
pub(super) fn run(environments: &[Owned], check: bool, report: &mut Report) -> Result<(), Failure> {
    let Some(contents) = contents(environments)? else { return Ok(()) };
    let file = SingleFile::read(folder(FILE.0)?, FILE.1, Some(&contents))?;
    if report.single(&file, "", check)? {
        report.line(format_args!("{} changed", file.path().display()));
    }
    Ok(())
}

/// The file, unless no environment names reviewers.
fn contents(environments: &[Owned]) -> Result<Option<String>, Failure> {
    let mut named = environments
        .iter()
        .filter_map(|owned| Some((owned.environment, owned.reviewers.as_ref()?)));
    let Some((environment, reviewers)) = named.next() else { return Ok(None) };
    if let Some((other, _)) = named.find(|(_, other)| *other != reviewers) {
        return Err(Failure::new(format!(
            "{environment} and {other} name different GitHub teams, and {}/{} is one file for both: name the same teams in their \
             settings of Argo CD",
            FILE.0, FILE.1
        )));
    }
    let team = |team| format!("@{}/{team}", reviewers.organisation);
    let mut lines = vec![("*".to_owned(), team(&reviewers.administrators))];
    let of = |folders: fn(&Owned) -> &[(String, String)]| {
        let mut projects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (folder, project) in environments.iter().flat_map(folders) {
            projects.entry(folder).or_default().insert(project);
        }
        projects
    };
    // Where a team's folder also has bundles of `root`, their snapshots are what the administrators review.
    let teams = |projects: &BTreeSet<&str>| {
        let mut teams =
            reviewers.teams.iter().filter(|(project, _)| projects.contains(project.as_str()));
        match (teams.next(), teams.next()) {
            (Some((_, name)), None) => Some(team(name)),
            _ => None,
        }
    };
    for (folder, projects) in of(|owned| &owned.sources) {
        lines.extend(teams(&projects).map(|team| (format!("/{folder}/"), team)));
    }
    for (folder, projects) in of(|owned| &owned.snapshots) {
        lines.extend(teams(&projects).map(|team| (format!("/snapshots/*/{folder}/"), team)));
    }
    let width = lines.iter().map(|(pattern, _)| pattern.len()).max().unwrap_or_default();
    let mut text = format!(
        "{}environments/{environment}/src/lib.rs by `cargo xtask render`: change that file, not this one.\n\
         # The last line that matches a file names the team that has to approve its change.\n",
        tree::MARKER
    );
    for (pattern, team) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{pattern:width$} {team}");
    }
    Ok(Some(text))
}
