//! Cron jobs: pods that run again and again by the clock.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as istio;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::pod::Pod;
use super::run_to_completion::Run;
use super::{RunsToCompletion, Workload};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::{Schedule, Seconds, TimeZone, seconds};

/// Pods that run to their end by the clock.
///
/// Becomes a CronJob with a ServiceAccount of its own whose token is not mounted; every run is a Job. The names of its component and
/// bundle leave room for it: a CronJob's has 52 characters at most.
///
/// A run may be missed, and may happen twice: what it does must be right then, too.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronJob {
    /// When it runs: `schedule!("17 3 * * *")`.
    pub schedule: Schedule,
    /// Whose clock that is: `time_zone!("Europe/Berlin")`. Where the clock is put forward an hour is left out, and where it is put back one
    /// comes twice.
    pub time_zone: TimeZone,
    /// What happens when the last run has not ended: `Concurrency::Forbid`.
    pub concurrency: Concurrency,
    /// How late a run may start, such as after the control plane was away, before it is left out: `seconds(600)`.
    pub starting_deadline: Seconds,
    /// How long a run may take with all its tries, before it has failed: `seconds(3600)`.
    pub active_deadline: Seconds,
}

/// What happens when a run is due and the last one has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// Both run.
    Allow,
    /// The new one is left out; it starts late where the old one ends within the starting deadline.
    Forbid,
    /// The old one is stopped.
    Replace,
}

/// A [`CronJob`] of a component.
#[derive(Clone)]
pub struct CronJobHandle {
    state: Rc<CronJobState>,
    made: Made,
}

patchable! {
    CronJobHandle {
        made: batch::CronJob, core::ServiceAccount, networking::NetworkPolicy, istio::Sidecar;
    }
}

struct CronJobState {
    pod: Rc<Pod>,
    run: Run,
    cron_job: CronJob,
    options: RefCell<Options>,
}

#[derive(Clone, Copy, Default)]
struct Options {
    successful_jobs_history_limit: Option<u16>,
    failed_jobs_history_limit: Option<u16>,
    ttl_after_finished: Option<Seconds>,
    suspended: bool,
}

/// How often the controller looks for what is due.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline>
const BETWEEN_TWO_LOOKS: Seconds = seconds(10);

impl Component {
    /// Runs pods to their end by the clock. The component runs nothing else.
    #[track_caller]
    pub fn cron_job(&self, cron_job: CronJob) -> CronJobHandle {
        let pod = Pod::new(self, "cron-job", Origin::here(), 1, SelectorLabels::AppComponent);
        let state = Rc::new(CronJobState {
            pod,
            run: Run::new(cron_job.active_deadline),
            cron_job,
            options: RefCell::default(),
        });
        let made = self.bundle.push(Rc::clone(&state));
        CronJobHandle { state, made }
    }
}

impl Workload for CronJobHandle {
    fn pod(&self) -> &Pod {
        &self.state.pod
    }
}

impl RunsToCompletion for CronJobHandle {
    fn run(&self) -> &Run {
        &self.state.run
    }
}

impl CronJobHandle {
    /// How many runs that have succeeded are kept, with their logs. The cluster's rule is 3.
    pub fn successful_jobs_history_limit(&self, jobs: u16) {
        self.state.options.borrow_mut().successful_jobs_history_limit = Some(jobs);
    }

    /// How many runs that have failed are kept, with their logs. The cluster's rule is 1.
    pub fn failed_jobs_history_limit(&self, jobs: u16) {
        self.state.options.borrow_mut().failed_jobs_history_limit = Some(jobs);
    }

    /// Removes each run, with its logs, this long after it has ended, whatever the history limits are.
    pub fn ttl_after_finished(&self, time: Seconds) {
        self.state.options.borrow_mut().ttl_after_finished = Some(time);
    }

    /// Starts no run, until this line is removed: for environments in which it has nothing to do. Runs by hand remain possible (`kubectl create
    /// job --from=cronjob/…`).
    pub fn suspend(&self) {
        self.state.options.borrow_mut().suspended = true;
    }
}

impl CronJobState {
    fn mistakes(&self) -> impl Iterator<Item = BuildError> {
        let deadline = self.cron_job.starting_deadline;
        let too_short = (deadline < BETWEEN_TWO_LOOKS).then(|| {
            BuildError::new(
                Rule::StartingDeadlineTooShort,
                self.pod.origin(),
                format!(
                    "a run may start up to {} seconds late, and the controller looks every {} seconds: many would be left out; give it {1} \
                     seconds at least",
                    deadline.as_seconds(),
                    BETWEEN_TWO_LOOKS.as_seconds(),
                ),
            )
        });
        self.run.mistake(self.pod.origin()).into_iter().chain(too_short)
    }
}

impl Part for CronJobState {
    fn build(&self, output: &mut Output<'_>) {
        let pod = &self.pod;
        if pod.is_refused() {
            return;
        }
        if self.run.is_parallel() {
            pod.scale();
        }
        if self.cron_job.concurrency != Concurrency::Forbid {
            // The pod of a run that is replaced may still be ending.
            pod.overlap();
        }
        let (template, patched) = pod.template(output);
        output.errors.extend(self.mistakes());
        let CronJob { schedule, time_zone, concurrency, starting_deadline, active_deadline: _ } =
            &self.cron_job;
        let options = *self.options.borrow();
        let concurrency = match concurrency {
            Concurrency::Allow => "Allow",
            Concurrency::Forbid => "Forbid",
            Concurrency::Replace => "Replace",
        };
        let labels = pod.component.labels();
        let job = batch::JobSpec {
            ttl_seconds_after_finished: options.ttl_after_finished.map(|it| it.as_seconds().into()),
            ..self.run.spec(template)
        };
        output.add_patched(
            pod.origin(),
            patched,
            batch::CronJob {
                metadata: pod.metadata(),
                spec: Some(batch::CronJobSpec {
                    concurrency_policy: Some(concurrency.to_owned()),
                    failed_jobs_history_limit: options.failed_jobs_history_limit.map(Into::into),
                    job_template: batch::JobTemplateSpec {
                        metadata: Some(ObjectMeta {
                            labels: Some(labels),
                            ..ObjectMeta::default()
                        }),
                        spec: Some(job),
                    },
                    schedule: schedule.to_string(),
                    starting_deadline_seconds: Some(starting_deadline.as_seconds().into()),
                    successful_jobs_history_limit: options
                        .successful_jobs_history_limit
                        .map(Into::into),
                    suspend: options.suspended.then_some(true),
                    time_zone: Some(time_zone.to_string()),
                }),
                status: None,
            },
        );
        pod.build_companions(output);
    }
}
