//! What of each bundle is in sync, drifted, missing or left over, and whether it is healthy.

use std::collections::BTreeMap;
use std::process::ExitCode;

use analysis::plan::{Action, Change};
use serde::Serialize;
use support::{Failure, output, tell, visible};

use crate::apply::tell_unseen;
use crate::argocd::{self, ArgoCd};
use crate::connect::Cluster;
use crate::health::Health;
use crate::leftover;
use crate::preview::{Preview, preview};
use crate::request::Job;
use crate::survey::{Appliers, Found, parsed, survey};
use crate::trouble::Trouble;

/// The state of an environment.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    environment: String,
    bundles: BTreeMap<String, Bundle>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    applications: Vec<Application>,
}

/// The state of a bundle.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    in_sync: usize,
    drifted: Vec<Drifted>,
    missing: Vec<String>,
    extra: Vec<String>,
    unseen: Vec<Said>,
    unhealthy: Vec<Said>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_written: Option<String>,
}

/// An object that somebody has changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Drifted {
    object: String,
    fields: Vec<String>,
    by: Vec<String>,
}

/// Something that is said of an object.
#[derive(Debug, Serialize)]
struct Said {
    object: String,
    message: String,
}

/// The state of an Application of Argo CD.
#[derive(Debug, Serialize)]
struct Application {
    name: String,
    sync: String,
    health: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stuck: Option<Stuck>,
}

/// A sync that works on an old commit.
#[derive(Debug, Serialize)]
struct Stuck {
    working: String,
    newest: String,
    command: String,
}

/// Tells it; the exit code is 1 where something is not in sync or not healthy.
pub async fn run(job: &mut Job, cluster: &Cluster, json: bool) -> Result<ExitCode, Failure> {
    let failed = |trouble: Trouble| Failure::new(trouble.sentence());
    let work = async {
        let argocd = argocd::find(job, cluster).await.map_err(failed)?;
        if !argocd.manages() {
            job.leave_out(argocd::is_of_argo_cd);
        }
        let (survey, leftovers) = tokio::try_join!(
            survey(job, cluster, Appliers::Any, &[]),
            leftover::leftovers(job, cluster)
        )
        .map_err(failed)?;
        Ok::<_, Failure>((argocd, survey, leftovers))
    };
    let (argocd, mut survey, (leftovers, hidden)) = tokio::select! {
        result = work => result?,
        () = cluster.stop.asked() => return Ok(ExitCode::from(cluster.stop.code().unwrap_or(1))),
    };
    let mut status = Status { environment: job.environment.clone(), ..Status::default() };
    let mut owners = Owners::default();
    for (&position, found) in &survey.found {
        let wanted = &job.objects[position];
        let bundle = status.bundles.entry(wanted.bundle().to_owned()).or_default();
        match found {
            Found::Same(live) => {
                bundle.in_sync += 1;
                bundle.health(&wanted.identity.to_string(), &live.health);
                bundle.last_written = bundle.last_written.take().max(live.written.clone());
            }
            Found::Differs(live) => {
                let live = &parsed(live);
                let health = crate::health::judge(live, &survey.known);
                bundle.health(&wanted.identity.to_string(), &health);
                owners.add(position, live);
            }
            Found::Missing => bundle.missing.push(wanted.identity.to_string()),
            Found::NoKind => {
                let message = format!("the cluster has no kind {}", wanted.api_version);
                bundle.unseen.push(Said { object: wanted.identity.to_string(), message });
            }
            Found::Trouble(trouble) => {
                let message = trouble.sentence();
                bundle.unseen.push(Said { object: wanted.identity.to_string(), message });
            }
        }
    }
    for leftover in &leftovers {
        let bundle = status.bundles.entry(leftover.bundle.clone()).or_default();
        bundle.extra.push(leftover.identity.to_string());
    }
    let preview = tokio::select! {
        preview = preview(job, cluster, &mut survey, &[]) => preview.map_err(failed)?,
        () = cluster.stop.asked() => return Ok(ExitCode::from(cluster.stop.code().unwrap_or(1))),
    };
    status.drift(job, &preview, &owners);
    status.applications = applications(job, &argocd);
    status.sort();
    let text = if json {
        let text = serde_json::to_string_pretty(&status).map_err(|error| {
            Failure::new(format!("the status cannot be written as JSON: {error}"))
        })?;
        text + "\n"
    } else {
        status.text()
    };
    output::print(&text)?;
    if !hidden.is_empty() {
        tell(format_args!(
            "not looked for: what has left the code of the kinds {}, which you may not list",
            hidden.join(", ")
        ));
    }
    tell_unseen(job, &preview);
    Ok(ExitCode::from(u8::from(!status.is_well())))
}

/// Who else has written fields of objects that differ.
#[derive(Default)]
struct Owners(BTreeMap<usize, Vec<String>>);

impl Owners {
    fn add(&mut self, position: usize, live: &serde_json::Value) {
        let entries = live["metadata"]["managedFields"].as_array().into_iter().flatten();
        let others = entries.filter(|entry| entry["subresource"].is_null());
        let mut others: Vec<String> = others
            .filter_map(|entry| entry["manager"].as_str())
            .filter(|manager| ![crate::server::MANAGER, crate::managed::ARGO_CD].contains(manager))
            .map(str::to_owned)
            .collect();
        others.sort_unstable();
        others.dedup();
        self.0.insert(position, others);
    }
}

impl Status {
    /// What of the objects that differ does so by meaning, and by whom.
    fn drift(&mut self, job: &Job, preview: &Preview, owners: &Owners) {
        let changes: BTreeMap<String, &Change> = preview
            .plan
            .changes()
            .filter(|change| change.action == Action::Change)
            .map(|change| (change.identity.to_string(), change))
            .collect();
        let refused: BTreeMap<usize, String> = preview
            .refused
            .iter()
            .map(|(position, trouble)| (*position, trouble.sentence()))
            .collect();
        let conflicts: BTreeMap<usize, _> =
            preview.conflicts.iter().map(|(position, conflicts)| (*position, conflicts)).collect();
        for (&position, others) in &owners.0 {
            let wanted = &job.objects[position];
            let object = wanted.identity.to_string();
            let bundle = self.bundles.entry(wanted.bundle().to_owned()).or_default();
            if let Some(sentence) = refused.get(&position) {
                bundle.drifted.push(Drifted {
                    object,
                    fields: vec![format!("it cannot be put in sync: {sentence}")],
                    by: others.clone(),
                });
                continue;
            }
            let Some(change) = changes.get(&object) else {
                bundle.in_sync += 1;
                continue;
            };
            let fields = change.fields.iter().map(|field| field.path.clone()).collect();
            let by = match conflicts.get(&position) {
                Some(conflicts) => {
                    crate::trouble::managers(conflicts).into_iter().map(str::to_owned).collect()
                }
                None => others.clone(),
            };
            bundle.drifted.push(Drifted { object, fields, by });
        }
    }

    fn sort(&mut self) {
        for bundle in self.bundles.values_mut() {
            bundle.missing.sort_unstable();
            bundle.extra.sort_unstable();
            bundle.drifted.sort_by(|one, other| one.object.cmp(&other.object));
            for said in [&mut bundle.unseen, &mut bundle.unhealthy] {
                said.sort_by(|one, other| one.object.cmp(&other.object));
            }
        }
    }

    fn is_well(&self) -> bool {
        let is_in_sync = self.bundles.values().all(Bundle::is_well);
        let are_healthy = self.applications.iter().all(Application::is_well);
        is_in_sync && are_healthy
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        let width = self.bundles.keys().map(String::len).max().unwrap_or_default();
        for (name, bundle) in &self.bundles {
            let name = if name.is_empty() { "of no bundle" } else { name };
            let written = bundle
                .last_written
                .as_ref()
                .map_or_else(String::new, |time| format!(", written {time}"));
            lines.push(format!("{name:<width$}  {}{written}", bundle.summary()));
            for Drifted { object, fields, by } in &bundle.drifted {
                let by =
                    if by.is_empty() { String::new() } else { format!(" (by {})", by.join(", ")) };
                lines.push(format!("  drifted: {object}{by}: {}", fields.join(", ")));
            }
            lines.extend(bundle.missing.iter().map(|object| format!("  missing: {object}")));
            lines
                .extend(bundle.extra.iter().map(|object| format!("  has left the code: {object}")));
            for (what, said) in [("not seen", &bundle.unseen), ("not healthy", &bundle.unhealthy)] {
                for Said { object, message } in said {
                    lines.push(format!("  {what}: {object}: {}", visible(message)));
                }
            }
        }
        if !self.applications.is_empty() {
            lines.push(String::new());
            lines.push("Applications of Argo CD:".to_owned());
        }
        let width = self.applications.iter().map(|one| one.name.len()).max().unwrap_or_default();
        for application in &self.applications {
            let Application { name, sync, health, message, stuck } = application;
            let message =
                message.as_ref().map_or_else(String::new, |text| format!(": {}", visible(text)));
            lines.push(format!("{name:<width$}  {sync}, {health}{message}"));
            if let Some(Stuck { working, newest, command }) = stuck {
                lines.push(format!(
                    "  its sync works on {working}, and the newest commit is {newest}; end it with:"
                ));
                lines.push(format!("  {command}"));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

impl Bundle {
    fn health(&mut self, object: &str, health: &Health) {
        if !health.is_ready() {
            self.unhealthy
                .push(Said { object: object.to_owned(), message: health.words().to_owned() });
        }
    }

    fn is_well(&self) -> bool {
        self.drifted.is_empty()
            && self.missing.is_empty()
            && self.extra.is_empty()
            && self.unseen.is_empty()
            && self.unhealthy.is_empty()
    }

    fn summary(&self) -> String {
        let counts = [
            (self.in_sync, "in sync"),
            (self.drifted.len(), "drifted"),
            (self.missing.len(), "missing"),
            (self.extra.len(), "left over"),
            (self.unseen.len(), "not seen"),
            (self.unhealthy.len(), "not healthy"),
        ];
        let parts = counts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        if parts.is_empty() { "empty".to_owned() } else { parts.join(", ") }
    }
}

impl Application {
    fn is_well(&self) -> bool {
        self.sync == "Synced" && self.health == "Healthy" && self.stuck.is_none()
    }
}

fn applications(job: &Job, argocd: &ArgoCd) -> Vec<Application> {
    let applications = argocd.applications.iter().map(|application| Application {
        name: application.identity.name.clone(),
        sync: application.sync().to_owned(),
        health: application.health().to_owned(),
        message: application.message(),
        stuck: application.stuck().map(|(working, newest)| Stuck {
            working,
            newest,
            command: application.free(&job.context.name),
        }),
    });
    applications.collect()
}
