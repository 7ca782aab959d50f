//! When Argo CD runs the Jobs of a bundle.
//!
//! A Job cannot be changed, so one that is applied as it stands would break the first sync that changes it. Each is a hook instead: every
//! sync of the bundle removes the Job of the last one and makes it anew. A sync that only mends what has drifted from Git runs no hooks,
//! and neither does a commit that changes nothing but a Job: hooks are not compared.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/>

use std::collections::BTreeSet;

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
const OF_JOBS: &str = "1";

/// The wave of those who wait.
const AFTER_JOBS: &str = "2";

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
            annotations.insert(SYNC_WAVE.to_owned(), OF_JOBS.to_owned());
        }
        Turn::Last => {
            annotations.insert(HOOK.to_owned(), "PostSync".to_owned());
        }
    }
}

/// Applies an object once the Jobs have succeeded.
pub(crate) fn apply_after_jobs(metadata: &mut ObjectMeta) {
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.insert(SYNC_WAVE.to_owned(), AFTER_JOBS.to_owned());
}

/// Takes out of the Jobs' way what is not healthy without those who wait for them, or for reasons of its own: a sync would never
/// come to the Jobs.
pub(super) fn order(resources: &mut [Resource]) {
    let (waiting, others): (Vec<&Resource>, Vec<&Resource>) =
        resources.iter().partition(|resource| annotation(resource, SYNC_WAVE) == Some(AFTER_JOBS));
    let claims_of = |resources: Vec<&Resource>| -> BTreeSet<String> {
        resources.into_iter().flat_map(check::mounted_claims).collect()
    };
    // Until a pod is scheduled, a claim may have no volume, and is not healthy.
    let claims = &claims_of(waiting) - &claims_of(others);
    let someone_waits = resources.iter().any(|resource| annotation(resource, HOOK) == Some("Sync"));
    for resource in resources {
        let claim = resource.get::<core::PersistentVolumeClaim>().is_some()
            && claims.contains(&resource.object_ref().name);
        // It is not healthy once a run has failed, and the next sync may be what mends it.
        let cron_job = someone_waits && resource.get::<batch::CronJob>().is_some();
        if claim || cron_job {
            let annotations = annotations(resource);
            annotations.entry(SYNC_WAVE.to_owned()).or_insert_with(|| AFTER_JOBS.to_owned());
        }
    }
}

fn annotation<'a>(resource: &'a Resource, key: &str) -> Option<&'a str> {
    resource.metadata().annotations.as_ref()?.get(key).map(String::as_str)
}
