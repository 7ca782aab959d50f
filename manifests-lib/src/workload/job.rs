//! Jobs: pods that run once for each version of their bundle.

use std::cell::Cell;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as istio;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;

use super::pod::Pod;
use super::run_to_completion::Run;
use super::{RunsToCompletion, Workload};
use crate::delivery::gitops::jobs::{self, Turn};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::Seconds;

/// Pods that run to their end with every sync of their bundle.
///
/// Becomes a Job with a ServiceAccount of its own whose token is not mounted. A Job cannot be changed, so it is a hook of Argo CD: each
/// sync removes the Job of the last one and runs it anew. So what it does must be right a second time.
///
/// It runs once everything else of the bundle is healthy. Where a workload waits for it ([`LongRunning::after`]), such as for a migration of a
/// database, it runs before that workload is applied:
///
/// ```
/// # use manifests_lib::prelude::*;
/// # fn example(orders: &Bundle, nodes: &manifests_lib::workload::NodeGroup, server: Container, migration: PortlessContainer) {
/// let migrate = orders.component(name!("migration"), nodes).job(Job { active_deadline: seconds(600) });
/// migrate.portless_container(migration);
/// let deployment = orders.app(nodes).deployment(2);
/// deployment.container(server);
/// deployment.after(&migrate);
/// # }
/// ```
///
/// - While it runs the old pods go on: what it changes must suit them too.
/// - When it fails, the sync fails, and the workloads that wait for it stay as they are, with their autoscalers. Argo CD tries the sync
///   again, and the Job with it.
/// - What else belongs to them does not wait: ConfigMaps, Services and policies of the new version are there before the Job runs, and
///   stay when it fails. So the old pods, and those that take their place, read new config files: write what both versions can read, or
///   give files of another shape another name.
/// - The Job comes after all other objects of the bundle are healthy: its ServiceAccount, Secrets and policies, and a database in the bundle.
///   Another Deployment of the bundle that needs the migration too must wait for it as well.
/// - A sync that only mends what has drifted from Git runs no Job. Neither does a commit that changes the Job alone.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/job/>,
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/>
///
/// [`LongRunning::after`]: super::LongRunning::after
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// How long it may take with all its tries, before it has failed: `seconds(600)`.
    pub active_deadline: Seconds,
}

/// A [`Job`] of a component.
#[derive(Clone)]
pub struct JobHandle {
    state: Rc<JobState>,
    made: Made,
}

patchable! {
    JobHandle {
        made: batch::Job, core::ServiceAccount, networking::NetworkPolicy, istio::Sidecar;
    }
}

struct JobState {
    pod: Rc<Pod>,
    run: Run,
    /// Whether others wait for it.
    first: Cell<bool>,
}

impl Component {
    /// Runs pods to their end with every sync of the bundle. The component runs nothing else.
    #[track_caller]
    pub fn job(&self, job: Job) -> JobHandle {
        let Job { active_deadline } = job;
        let pod = Pod::new(self, "job", Origin::here(), 1, SelectorLabels::AppComponent);
        let run = Run::new(active_deadline);
        let state = Rc::new(JobState { pod, run, first: Cell::new(false) });
        let made = self.bundle.push(Rc::clone(&state));
        JobHandle { state, made }
    }
}

impl Workload for JobHandle {
    fn pod(&self) -> &Pod {
        &self.state.pod
    }
}

impl RunsToCompletion for JobHandle {
    fn run(&self) -> &Run {
        &self.state.run
    }
}

impl JobHandle {
    /// Runs it before the pods of a workload are changed.
    pub(super) fn precedes(&self, waiting: &Pod, origin: Origin) {
        let (own, other) = (&self.state.pod.component.bundle, &waiting.component.bundle);
        if !Rc::ptr_eq(own, other) {
            other.error(
                BuildError::new(
                    Rule::JobOfAnotherBundle,
                    origin,
                    format!(
                        "{} of the bundle {} waits for a Job of the bundle {}: Argo CD syncs each by itself and would not wait; make the Job \
                         of a component of {}",
                        waiting.name(), other.name, own.name, other.name
                    ),
                )
                .related([self.state.pod.origin()]),
            );
            return;
        }
        self.state.first.set(true);
        waiting.wait_for_jobs();
    }
}

impl Part for JobState {
    fn build(&self, output: &mut Output<'_>) {
        let pod = &self.pod;
        if pod.is_refused() {
            return;
        }
        if self.run.is_parallel() {
            pod.scale();
        }
        let (template, patched) = pod.template(output);
        output.errors.extend(self.run.mistake(pod.origin()));
        let mut metadata = pod.metadata();
        jobs::hook(&mut metadata, if self.first.get() { Turn::BeforeOthers } else { Turn::Last });
        output.add_patched(
            pod.origin(),
            patched,
            batch::Job { metadata, spec: Some(self.run.spec(template)), status: None },
        );
        pod.build_companions(output);
    }
}
