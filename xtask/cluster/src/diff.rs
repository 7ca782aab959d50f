//! Tells what an apply would change.

use std::process::ExitCode;

use analysis::command::plan::Format;
use analysis::plan::report;
use support::{Failure, output, tell};

use crate::apply::tell_unseen;
use crate::argocd;
use crate::connect::Cluster;
use crate::leftover::{self, Leftover};
use crate::preview::preview;
use crate::request::Job;
use crate::survey::{Appliers, survey};
use crate::trouble::{Trouble, owners};

/// Compares; the exit code is 1 where something differs or could not be compared.
pub async fn run(job: &mut Job, cluster: &Cluster, json: bool) -> Result<ExitCode, Failure> {
    let failed = |trouble: Trouble| Failure::new(trouble.sentence());
    let argocd = argocd::find(job, cluster).await.map_err(failed)?;
    if !argocd.manages() {
        job.leave_out(argocd::is_of_argo_cd);
    }
    let job = &*job;
    let looks = async {
        tokio::try_join!(
            survey(job, cluster, Appliers::Any, &[]),
            leftover::leftovers(job, cluster)
        )
    };
    let (mut survey, (leftovers, hidden)) = tokio::select! {
        looks = looks => looks.map_err(failed)?,
        () = cluster.stop.asked() => return Ok(ExitCode::from(cluster.stop.code().unwrap_or(1))),
    };
    let (kept, deleted): (Vec<Leftover>, Vec<Leftover>) =
        leftovers.into_iter().partition(|leftover| leftover.holds().is_some());
    let preview = tokio::select! {
        preview = preview(job, cluster, &mut survey, &deleted) => preview.map_err(failed)?,
        () = cluster.stop.asked() => return Ok(ExitCode::from(cluster.stop.code().unwrap_or(1))),
    };
    let format = if json { Format::Json } else { Format::Text };
    output::print(&report::print(format, std::slice::from_ref(&preview.plan))?)?;
    for (position, conflicts) in &preview.conflicts {
        let wanted = &job.objects[*position];
        tell(format_args!("of others: {}: {}", wanted.identity, owners(conflicts)));
    }
    for (position, trouble) in &preview.refused {
        let wanted = &job.objects[*position];
        tell(format_args!("refused: {}{}: {}", wanted.identity, wanted.line(), trouble.sentence()));
    }
    leftover::tell_kept(&kept);
    if !hidden.is_empty() {
        tell(format_args!(
            "not looked for: what has left the code of the kinds {}, which you may not list",
            hidden.join(", ")
        ));
    }
    tell_unseen(job, &preview);
    cluster.server.tell_warnings();
    Ok(ExitCode::from(u8::from(!preview.is_empty() || !kept.is_empty())))
}
