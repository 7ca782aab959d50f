//! Waits until objects are ready, and tells what keeps them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::connect::Cluster;
use crate::health::{self, Health, Known};
use crate::request::Job;
use crate::show::Show;
use crate::stall::{self, Reason};
use crate::survey::all;
use crate::trouble::Trouble;

/// How often objects are looked at: soon after they were written, and later.
const SOON: Duration = Duration::from_millis(250);
const LATER: Duration = Duration::from_secs(1);

/// After that time it is asked why an object is not ready, and again each time it has passed.
const STALL: Duration = Duration::from_secs(5);

/// Of so many objects at once it is asked why.
const EXPLAINED: usize = 8;

/// What has become of the objects that were waited for.
#[derive(Debug, Default)]
pub struct Waited {
    /// What is not ready, with the reason.
    pub not_ready: Vec<(usize, String)>,
    /// Whether the user has ended it before.
    pub is_stopped: bool,
}

/// Waits for objects, at most until `deadline`.
pub async fn until_ready(
    job: &Job,
    cluster: &Cluster,
    known: &Known,
    positions: Vec<usize>,
    deadline: Instant,
    show: &mut Show,
) -> Result<Waited, Trouble> {
    let started = Instant::now();
    let mut pending = positions;
    let mut failed: Vec<(usize, String)> = Vec::new();
    let mut reasons: HashMap<usize, Reason> = HashMap::new();
    let mut explained = started;
    loop {
        let looked = look(job, cluster, known, &pending).await?;
        pending.clear();
        let mut rows = BTreeMap::new();
        let mut unready: Vec<(usize, Option<Value>, Health)> = Vec::new();
        for (position, live, health) in looked {
            match &health {
                Health::Ready => {}
                Health::Failed(words) => {
                    let words = with_reason(words, cluster, live.as_ref()).await;
                    failed.push((position, words));
                }
                Health::Progressing(_) => unready.push((position, live, health)),
            }
        }
        if !unready.is_empty() && explained.elapsed() >= STALL {
            explained = Instant::now();
            for (position, live, _) in unready.iter().take(EXPLAINED) {
                let Some(live) = live else { continue };
                match stall::ask(cluster, live).await {
                    Some(reason) => reasons.insert(*position, reason),
                    None => reasons.remove(position),
                };
            }
        }
        for (position, _, health) in &unready {
            let words = words(health.words(), reasons.get(position));
            rows.insert(job.objects[*position].identity.to_string(), words);
            pending.push(*position);
        }
        show.rows(rows);
        let is_late = Instant::now() >= deadline;
        if pending.is_empty() || is_late || cluster.stop.is_asked() {
            let mut not_ready = failed;
            for (position, live, health) in unready {
                let reason = match reasons.remove(&position) {
                    None if is_late => match &live {
                        Some(live) => stall::ask(cluster, live).await,
                        None => None,
                    },
                    reason => reason,
                };
                not_ready.push((position, words(health.words(), reason.as_ref())));
            }
            show.clear();
            return Ok(Waited { not_ready, is_stopped: cluster.stop.is_asked() });
        }
        let pause = if started.elapsed() < STALL { SOON } else { LATER };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = cluster.stop.asked() => {}
        }
    }
}

fn words(health: &str, reason: Option<&Reason>) -> String {
    match reason {
        Some(reason) => format!("{health}; {}", reason.words),
        None => health.to_owned(),
    }
}

async fn with_reason(words: &str, cluster: &Cluster, live: Option<&Value>) -> String {
    let reason = match live {
        Some(live) => stall::ask(cluster, live).await,
        None => None,
    };
    self::words(words, reason.as_ref())
}

/// How objects are now.
async fn look(
    job: &Job,
    cluster: &Cluster,
    known: &Known,
    positions: &[usize],
) -> Result<Vec<(usize, Option<Value>, Health)>, Trouble> {
    let kinds = cluster.kinds();
    let gets = positions.iter().map(|&position| {
        let kinds = &kinds;
        async move {
            let wanted = &job.objects[position];
            let Some(kind) = kinds.get(&wanted.api_version, &wanted.identity.kind) else {
                return Ok((
                    position,
                    None,
                    Health::Failed("its kind is not served any more".to_owned()),
                ));
            };
            match cluster.server.get(&kind.path_of(&wanted.identity)).await {
                Ok(Some(live)) => {
                    let health = health::judge(&live, known);
                    Ok((position, Some(live), health))
                }
                Ok(None) => {
                    Ok((position, None, Health::Failed("somebody has deleted it".to_owned())))
                }
                Err(trouble @ Trouble::Refused(_)) => {
                    Ok((position, None, Health::Failed(trouble.sentence())))
                }
                Err(trouble) => Err(trouble),
            }
        }
    });
    all(gets).await.into_iter().collect()
}
