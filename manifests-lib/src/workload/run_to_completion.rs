//! What jobs and cron jobs have in common: their pods end.

use std::cell::Cell;

use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;

use super::Workload;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::Seconds;

/// What becomes of a pod whose container has failed.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartPolicy {
    /// It stays as it is, with its logs, and another pod tries again.
    Never,
    /// The container starts anew in the same pod, with the same volumes. The logs of the last try are lost with the pod.
    OnFailure,
}

/// How a Job runs.
#[doc(hidden)]
pub struct Run {
    active_deadline: Seconds,
    restart_policy: Cell<RestartPolicy>,
    backoff_limit: Cell<u16>,
    parallelism: Cell<Option<u16>>,
    completions: Cell<Option<u16>>,
}

/// What runs its pods to their end: a [`Job`](super::Job) or a [`CronJob`](super::CronJob).
///
/// Its containers listen on no port and have no probe. In a mesh the proxy is a native sidecar, which the annotation
/// `sidecar.istio.io/nativeSidecar` of the pods asks of Istio 1.24 and later, on nodes of Kubernetes 1.29 and later: it is ready before the
/// first container starts, and ends with the last one, so that the Job ends too.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/job/>,
/// <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#sidecar-containers-and-jobs>
pub trait RunsToCompletion: Workload {
    /// How it runs.
    #[doc(hidden)]
    fn run(&self) -> &Run;

    /// What becomes of a pod whose container has failed. The rule is [`RestartPolicy::Never`].
    fn restart_policy(&self, policy: RestartPolicy) {
        self.run().restart_policy.set(policy);
    }

    /// How often it is tried again before it has failed, each time after a longer wait: 10 s, 20 s, 40 s up to 6 minutes. The rule is 6.
    fn backoff_limit(&self, retries: u16) {
        self.run().backoff_limit.set(retries);
    }

    /// How many pods run at the same time. The rule is 1. Without [`completions`](Self::completions) they share the work by themselves, and it is done
    /// when one of them has succeeded and all have ended.
    #[track_caller]
    fn parallelism(&self, pods: u16) {
        self.refuse_none(Origin::here(), "parallelism", pods);
        self.run().parallelism.set(Some(pods));
    }

    /// How many pods have to succeed, one after the other or [at the same time](Self::parallelism).
    #[track_caller]
    fn completions(&self, pods: u16) {
        self.refuse_none(Origin::here(), "completions", pods);
        self.run().completions.set(Some(pods));
    }

    /// Refuses a number of pods with which nothing would run.
    #[doc(hidden)]
    fn refuse_none(&self, origin: Origin, what: &str, pods: u16) {
        if pods == 0 {
            let message =
                format!("{what} of 0: no pod would ever run; say at least 1, or remove the Job");
            let bundle = &self.pod().component.bundle;
            bundle.error(BuildError::new(Rule::ZeroSize, origin, message));
        }
    }
}

impl Run {
    pub(super) fn new(active_deadline: Seconds) -> Self {
        Self {
            active_deadline,
            restart_policy: Cell::new(RestartPolicy::Never),
            backoff_limit: Cell::new(6),
            parallelism: Cell::new(None),
            completions: Cell::new(None),
        }
    }

    /// Whether several of its pods run at once.
    pub(super) fn is_parallel(&self) -> bool {
        self.parallelism.get().is_some_and(|pods| pods > 1)
    }

    /// The mistake of giving it no time.
    pub(super) fn mistake(&self, origin: Origin) -> Option<BuildError> {
        (self.active_deadline.as_seconds() == 0).then(|| {
            BuildError::new(
                Rule::ZeroSize,
                origin,
                "0 seconds are no time to run: its pods would be stopped at once; say how long a run may take at most",
            )
        })
    }

    pub(super) fn spec(&self, mut template: core::PodTemplateSpec) -> batch::JobSpec {
        if let Some(pods) = &mut template.spec {
            let policy = match self.restart_policy.get() {
                RestartPolicy::Never => "Never",
                RestartPolicy::OnFailure => "OnFailure",
            };
            pods.restart_policy = Some(policy.to_owned());
        }
        batch::JobSpec {
            active_deadline_seconds: Some(self.active_deadline.as_seconds().into()),
            backoff_limit: Some(self.backoff_limit.get().into()),
            completions: self.completions.get().map(Into::into),
            parallelism: self.parallelism.get().map(Into::into),
            template,
            ..batch::JobSpec::default()
        }
    }
}
