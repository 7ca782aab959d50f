//! When Argo CD runs the Jobs of a bundle.
//!
//! A Job cannot be changed, so one that is applied as it stands would break the first sync that changes it. Each is a hook instead: every
//! sync of the bundle removes the Job of the last one and makes it anew. A sync that only mends what has drifted from Git runs no hooks,
//! and neither does a commit that changes nothing but a Job: hooks are not compared.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/>

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::protection::{SYNC_WAVE, annotations};
use crate::check;
use crate::model::resource::Resource;

/// `argocd.argoproj.io/hook`: when a sync makes the object.
const HOOK: &str = "argocd.argoproj.io/hook";

/// `argocd.argoproj.io/hook-delete-policy`: when it removes the one of the last sync.
const DELETE_POLICY: &str = "argocd.argoproj.io/hook-delete-policy";

/// The wave of Jobs that others wait for: everything else of the bundle is healthy by then.
const OF_JOBS: i32 = 1;

/// The wave of those who wait.
const AFTER_JOBS: i32 = 2;

/// The wave of Jobs that come last, where a hook after the sync would come never: the sync waits for all claims.
const OF_LAST_JOBS: i32 = 3;

/// The wave of claims whose pods the clock alone starts: a sync does not wait for what it applies last.
const OF_THE_CLOCK: i32 = 4;

/// When a Job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Before what waits for it.
    BeforeOthers,
    /// Once everything is healthy.
    Last,
}

/// Makes a Job a hook.
pub(crate) fn hook(job: &mut ObjectMeta, turn: Turn) {
    let annotations = job.annotations.get_or_insert_default();
    annotations.insert(DELETE_POLICY.to_owned(), "BeforeHookCreation".to_owned());
    match turn {
        Turn::BeforeOthers => {
            annotations.insert(HOOK.to_owned(), "Sync".to_owned());
            annotations.insert(SYNC_WAVE.to_owned(), OF_JOBS.to_string());
        }
        Turn::Last => {
            annotations.insert(HOOK.to_owned(), "PostSync".to_owned());
        }
    }
}

/// Applies an object once the Jobs have succeeded.
pub(crate) fn apply_after_jobs(metadata: &mut ObjectMeta) {
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.insert(SYNC_WAVE.to_owned(), AFTER_JOBS.to_string());
}

/// Takes out of the Jobs' way what is not healthy without them, without those who wait for them, or for reasons of its own: a sync would
/// never come to the Jobs.
pub(super) fn order(resources: &mut [Resource]) {
    let someone_waits = resources.iter().any(|resource| annotation(resource, HOOK) == Some("Sync"));
    let first_pods = first_pods(resources);
    let unbound = first_pods.values().any(|wave| *wave >= OF_LAST_JOBS);
    for resource in resources {
        if unbound
            && resource.get::<batch::Job>().is_some()
            && annotation(resource, HOOK) == Some("PostSync")
        {
            let annotations = annotations(resource);
            annotations.insert(HOOK.to_owned(), "Sync".to_owned());
            annotations.insert(SYNC_WAVE.to_owned(), OF_LAST_JOBS.to_string());
        }
        let wave = if is_claim(resource) {
            first_pods.get(&resource.object_ref().name).copied().filter(|wave| *wave > 0)
        } else {
            // It is not healthy once a run has failed, and the next sync may be what mends it.
            let cron_job = resource.get::<batch::CronJob>().is_some();
            (someone_waits && cron_job).then_some(AFTER_JOBS)
        };
        if let Some(wave) = wave {
            let annotations = annotations(resource);
            annotations.entry(SYNC_WAVE.to_owned()).or_insert_with(|| wave.to_string());
        }
    }
}

/// The wave in which the first pod starts that mounts a claim: until one is scheduled, a claim may have no volume, and is not healthy.
fn first_pods(resources: &[Resource]) -> BTreeMap<String, i32> {
    let claims: BTreeSet<String> = resources
        .iter()
        .filter(|resource| is_claim(resource))
        .map(|it| it.object_ref().name)
        .collect();
    let mut first = BTreeMap::new();
    for resource in resources {
        let wave = wave_of_pods(resource);
        for claim in check::mounted_claims(resource).into_iter().filter(|it| claims.contains(it)) {
            let earliest = first.entry(claim).or_insert(wave);
            *earliest = wave.min(*earliest);
        }
    }
    first
}

/// When the pods of an object start.
fn wave_of_pods(resource: &Resource) -> i32 {
    if resource.get::<batch::CronJob>().is_some() {
        return OF_THE_CLOCK;
    }
    if annotation(resource, HOOK) == Some("PostSync") {
        return OF_LAST_JOBS;
    }
    annotation(resource, SYNC_WAVE).and_then(|wave| wave.parse().ok()).unwrap_or_default()
}

fn is_claim(resource: &Resource) -> bool {
    resource.get::<core::PersistentVolumeClaim>().is_some()
}

fn annotation<'a>(resource: &'a Resource, key: &str) -> Option<&'a str> {
    resource.metadata().annotations.as_ref()?.get(key).map(String::as_str)
}
