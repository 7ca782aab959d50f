//! Writes what is not as it is wanted, wave by wave, and waits until it runs.

mod deletion;
mod run;
mod send;

use std::process::ExitCode;

use analysis::command::plan::Format;
use analysis::handover::Apply;
use analysis::plan::report;
use support::{Failure, confirm, output, tell};

use crate::argocd::{self, ArgoCd};
use crate::connect::Cluster;
use crate::leftover::{self, Leftover};
use crate::lock::{self, Lock};
use crate::preview::{Preview, preview};
use crate::request::Job;
use crate::survey::{Appliers, survey};
use crate::trouble::{Trouble, owners};

use run::Run;

/// Applies.
pub async fn run(job: &mut Job, cluster: &Cluster, options: &Apply) -> Result<ExitCode, Failure> {
    let failed =
        |trouble: Trouble| Failure::new(format!("{}; nothing was changed", trouble.sentence()));
    let argocd = argocd::find(job, cluster).await.map_err(failed)?;
    beside(job, &argocd, options)?;
    let lock = lock::take(job, cluster).await?;
    let result = locked(job, cluster, options, &lock).await;
    lock.release().await;
    cluster.server.tell_warnings();
    result
}

/// What is done while nobody else works on the cluster.
async fn locked(
    job: &Job,
    cluster: &Cluster,
    options: &Apply,
    lock: &Lock,
) -> Result<ExitCode, Failure> {
    let failed =
        |trouble: Trouble| Failure::new(format!("{}; nothing was changed", trouble.sentence()));
    let surveyed = survey(job, cluster, Appliers::Own, &options.take_ownership);
    let mut survey = surveyed.await.map_err(failed)?;
    let (leftovers, hidden) = if options.prune {
        leftover::leftovers(job, cluster).await.map_err(failed)?
    } else {
        (Vec::new(), Vec::new())
    };
    let (deleted, kept): (Vec<Leftover>, Vec<Leftover>) = leftovers
        .into_iter()
        .partition(|leftover| options.prune_data || leftover.holds().is_none());
    let preview = preview(job, cluster, &mut survey, &deleted).await.map_err(failed)?;
    if !preview.plan.is_empty() {
        output::print(&report::print(Format::Text, std::slice::from_ref(&preview.plan))?)?;
    }
    tell_preview(job, &preview, options);
    leftover::tell_kept(&kept);
    if !hidden.is_empty() {
        tell(format_args!(
            "not looked for: what has left the code of the kinds {}, which you may not list",
            hidden.join(", ")
        ));
    }
    if cluster.stop.is_asked() {
        return Ok(stopped(cluster, "Ended before the first write: nothing was changed"));
    }
    let is_change = !preview.writes.is_empty() || !deleted.is_empty();
    if is_change && !options.yes {
        let question = format!(
            "{} objects are written and {} deleted in the cluster {} (context {}).",
            preview.writes.len(),
            deleted.len(),
            job.context.cluster,
            job.context.name
        );
        let word = job.environment.clone();
        let answer = tokio::task::spawn_blocking(move || confirm(&question, &word, false));
        tokio::select! {
            answer = answer => answer.unwrap_or_else(|_| Err(Failure::new("the question could not be asked: add --yes")))?,
            () = cluster.stop.asked() => return Ok(stopped(cluster, "\nNothing was changed")),
        }
    }
    let mut run = Run::new(job, cluster, options, lock, &survey.known);
    run.apply(&survey, &preview).await;
    run.delete(deleted).await;
    Ok(run.finish())
}

fn stopped(cluster: &Cluster, words: &str) -> ExitCode {
    tell(words);
    ExitCode::from(cluster.stop.code().unwrap_or(1))
}

/// Refuses where Argo CD does the work; elsewhere what tells Argo CD what to do is left out.
fn beside(job: &mut Job, argocd: &ArgoCd, options: &Apply) -> Result<(), Failure> {
    if argocd.manages() {
        if !options.beside_argocd {
            return Err(Failure::new(format!(
                "Argo CD manages {}: the cluster has {} of its Applications, and what is merged is deployed. Merge the change, or add \
                 --beside-argocd: Argo CD is not paused, and its next sync wins; nothing was changed",
                job.environment,
                argocd.applications.len()
            )));
        }
        tell(format_args!(
            "Argo CD manages {} and is not paused: what differs from Git lasts until its next sync",
            job.environment
        ));
        return Ok(());
    }
    let before = job.objects.len();
    job.leave_out(argocd::is_of_argo_cd);
    let left_out = before - job.objects.len();
    if left_out > 0 {
        tell(format_args!(
            "{left_out} Applications and projects are left out: Argo CD does not manage this cluster, and this command applies what they \
             would; `cargo xtask bootstrap {}` installs it",
            job.environment
        ));
    }
    Ok(())
}

/// What the plan itself does not tell.
fn tell_preview(job: &Job, preview: &Preview, options: &Apply) {
    for (position, conflicts) in &preview.conflicts {
        let wanted = &job.objects[*position];
        let all_taken = conflicts.iter().all(|conflict| send::may_take(&conflict.manager, options));
        let what = if all_taken { "taken over" } else { "will be refused" };
        tell(format_args!("{what}: {}: {}", wanted.identity, owners(conflicts)));
    }
    for (position, trouble) in &preview.refused {
        let wanted = &job.objects[*position];
        tell(format_args!(
            "will be refused: {}{}: {}",
            wanted.identity,
            wanted.line(),
            trouble.sentence()
        ));
    }
    let written = preview.writes.iter().map(|&position| &job.objects[position]);
    let hooks: Vec<String> = written
        .filter(|wanted| wanted.is_hook())
        .map(|wanted| wanted.identity.to_string())
        .collect();
    if !hooks.is_empty() {
        tell(format_args!(
            "hooks are written once, in their wave, as other objects are; helm and Argo CD run them anew with each release: {}",
            hooks.join(", ")
        ));
    }
    tell_unseen(job, preview);
}

/// What could not be looked at, and what is not worth a change of the plan.
pub fn tell_unseen(job: &Job, preview: &Preview) {
    for (position, trouble) in &preview.unseen {
        let wanted = &job.objects[*position];
        tell(format_args!(
            "not seen: {}{}: {}",
            wanted.identity,
            wanted.line(),
            trouble.sentence()
        ));
    }
    if preview.silent > 0 {
        tell(format_args!(
            "{} objects stay as they are, and only their fields become those of this command",
            preview.silent
        ));
    }
    let mut kinds: Vec<String> = preview
        .no_kind
        .iter()
        .map(|&position| {
            let wanted = &job.objects[position];
            format!("{} ({})", wanted.identity.kind, wanted.api_version)
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if !kinds.is_empty() {
        let from_charts = match job.unseen.as_slice() {
            [] => String::new(),
            _ => "; charts that are not rendered may bring them: add --charts".to_owned(),
        };
        tell(format_args!(
            "{} objects are of kinds that the cluster does not have: {}{from_charts}",
            preview.no_kind.len(),
            kinds.join(", ")
        ));
    }
    if !job.unseen.is_empty() {
        tell(format_args!(
            "not looked at: what {} charts and kustomizations make; add --charts to include it",
            job.unseen.len()
        ));
    }
}
