//! One object: written until the API server has taken or refused it.

use std::time::Duration;

use analysis::handover::Apply;
use serde_json::Value;
use tokio::time::Instant;

use crate::connect::Cluster;
use crate::managed::ARGO_CD;
use crate::ownership;
use crate::request::Job;
use crate::server::Write;
use crate::trouble::{Refusal, Trouble};

/// How often an object is sent again while its webhook does not answer.
const PAUSE: Duration = Duration::from_secs(2);

/// Whether the fields of a manager are taken without being asked again.
pub fn may_take(manager: &str, options: &Apply) -> bool {
    ownership::is_named(manager, &options.take_ownership)
        || (options.beside_argocd && manager == ARGO_CD)
}

/// Writes an object; what it has become. Webhooks that do not answer yet are waited for until `deadline`.
pub async fn send(
    job: &Job,
    cluster: &Cluster,
    options: &Apply,
    position: usize,
    deadline: Instant,
    mut waits: impl FnMut(&Refusal),
) -> Result<Value, Trouble> {
    let wanted = &job.objects[position];
    let kinds = cluster.kinds();
    let Some(kind) = kinds.get(&wanted.api_version, &wanted.identity.kind) else {
        return Err(Trouble::Refused(Refusal {
            code: 404,
            message: format!(
                "the cluster has no kind {} of {}",
                wanted.identity.kind, wanted.api_version
            ),
            ..Refusal::default()
        }));
    };
    let path = kind.path_of(&wanted.identity);
    let object = job.stamped(wanted);
    let mut force = false;
    if !options.take_ownership.is_empty()
        && let Some(live) = cluster.server.get(&path).await?
        && let Some(patch) = ownership::patch(&live, &options.take_ownership)
    {
        cluster.server.patch(&path, &patch).await?;
    }
    loop {
        if cluster.stop.is_asked() {
            return Err(Trouble::Stopped);
        }
        let answer = cluster.server.apply(&path, &object, Write { dry: false, force }).await;
        let Err(Trouble::Refused(refusal)) = &answer else { return answer };
        let conflicts = refusal.conflicts();
        if !force
            && !conflicts.is_empty()
            && conflicts.iter().all(|conflict| may_take(&conflict.manager, options))
        {
            force = true;
            continue;
        }
        if !refusal.is_silent_webhook() || Instant::now() >= deadline {
            return answer;
        }
        waits(refusal);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = cluster.stop.asked() => {}
        }
    }
}
