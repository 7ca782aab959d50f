//! Deployments: pods that keep nothing.

use std::cell::RefCell;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as istio;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::autoscaling::v2 as autoscaling;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;

use super::pod::Pod;
use super::progress_deadline::progress_deadline;
use super::{Replicas, ScaleOn, Workload};
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::conventions::{Rollout, defaults};
use crate::model::error::BuildError;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};
use crate::model::rule::Rule;
use crate::values::Seconds;

/// Pods that keep nothing and can be replaced at any time.
///
/// Becomes a Deployment with a ServiceAccount of its own whose token is not mounted and, with more than one replica, a
/// PodDisruptionBudget that lets one pod at a time be evicted and a spread over zones and nodes. How a new version replaces
/// the old one is said once for all ([`Conventions::rollout`](crate::model::Conventions::rollout)): a new pod starts before an old
/// one stops, unless the platform has it otherwise. Between two numbers of pods an autoscaler chooses ([`Replicas::Between`]).
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>
#[derive(Clone)]
pub struct Deployment {
    state: Rc<DeploymentState>,
    made: Made,
}

struct DeploymentState {
    pod: Rc<Pod>,
    replicas: Replicas,
    scale_on: RefCell<Vec<ScaleOn>>,
    min_ready: RefCell<Option<(Origin, Seconds)>>,
}

patchable! {
    /// ```
    /// # use k8s_openapi::api::apps::v1 as apps;
    /// # use k8s_openapi::api::core::v1 as core;
    /// # use manifests_lib::workload::Deployment;
    /// # fn example(deployment: &Deployment) {
    /// deployment.patch(|deployment: &mut apps::Deployment| {
    ///     deployment.spec.get_or_insert_default().min_ready_seconds = Some(5);
    /// });
    /// deployment.patch(|account: &mut core::ServiceAccount| {
    ///     account.automount_service_account_token = Some(true);
    /// });
    /// # }
    /// ```
    ///
    Deployment {
        made: apps::Deployment, autoscaling::HorizontalPodAutoscaler, core::ServiceAccount, policy::PodDisruptionBudget,
            networking::NetworkPolicy, istio::Sidecar;
    }
}

impl Component {
    /// Runs a Deployment of this many pods: a number, or [between two](Replicas::Between).
    #[track_caller]
    pub fn deployment(&self, replicas: impl Into<Replicas>) -> Deployment {
        self.deployment_at(Origin::here(), replicas.into())
    }

    fn deployment_at(&self, origin: Origin, replicas: Replicas) -> Deployment {
        let rule = SelectorLabels::AppComponentEnvironment;
        let pod = Pod::new(self, "deployment", origin, replicas.at_least(), rule);
        if replicas.fixed().is_none() {
            pod.scale();
        }
        let (scale_on, min_ready) = (RefCell::default(), RefCell::default());
        let state = Rc::new(DeploymentState { pod, replicas, scale_on, min_ready });
        let made = self.bundle.push(Rc::clone(&state));
        Deployment { state, made }
    }
}

impl Workload for Deployment {
    fn pod(&self) -> &Pod {
        &self.state.pod
    }
}

impl Deployment {
    /// Keeps the selector of a Deployment that a cluster already has: selectors are immutable.
    ///
    /// The rule is `app`, `component` and `env`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.state.pod.keep_selector(labels);
    }

    /// Lets its autoscaler look at something more: it takes the greatest number of pods that any of them needs. A fixed number of pods
    /// stays as it is.
    pub fn scale_on(&self, load: ScaleOn) {
        self.state.scale_on.borrow_mut().push(load);
    }
}

impl Deployment {
    /// Stops the old pods before new ones start, in place of the other way round: nobody answers in between. For pods that cannot run
    /// beside each other, such as those of a [volume claim](super::VolumeClaim).
    pub fn recreate(&self) {
        self.state.pod.recreate();
    }

    /// Counts a new pod as available once it has been ready this long, in place of what the
    /// [conventions](crate::model::Conventions::rollout) say: at once, unless the platform has it otherwise.
    ///
    /// The build reports 600 seconds and more, by when the Deployment has failed.
    #[track_caller]
    pub fn min_ready(&self, time: Seconds) {
        let origin = Origin::here();
        *self.state.min_ready.borrow_mut() = Some((origin, time));
    }
}

impl Part for DeploymentState {
    fn build(&self, output: &mut Output<'_>) {
        let pod = &self.pod;
        if pod.is_refused() {
            return;
        }
        let (template, patched) = pod.template(output);
        output.errors.extend(self.replicas.mistake(pod.origin()));
        let rollout = output.conventions.rollout;
        let min_ready = *self.min_ready.borrow();
        output.errors.extend(min_ready.and_then(|(origin, time)| {
            let mistake = defaults::mistake_of_min_ready(time)?;
            Some(BuildError::new(Rule::InvalidRollout, origin, mistake))
        }));
        let min_ready_seconds = match min_ready {
            Some((_, time)) => Some(time.as_seconds().into()),
            None => rollout.min_ready_seconds(),
        };
        let first = template.spec.as_ref().and_then(|pods| pods.containers.first());
        let autoscaler = self.replicas.autoscaler(
            pod.metadata_of("horizontal-pod-autoscaler"),
            pod.name(),
            first.map_or("", |container| &container.name),
            &self.scale_on.borrow(),
        );
        output.add_patched(
            pod.origin(),
            patched,
            apps::Deployment {
                metadata: pod.metadata(),
                spec: Some(apps::DeploymentSpec {
                    replicas: self.replicas.fixed(),
                    revision_history_limit: Some(rollout.revision_history.into()),
                    selector: pod.selector(),
                    min_ready_seconds,
                    progress_deadline_seconds: progress_deadline(&template, min_ready_seconds),
                    strategy: Some(strategy(pod.is_recreated(), rollout)),
                    template,
                    ..apps::DeploymentSpec::default()
                }),
                status: None,
            },
        );
        if let Some(autoscaler) = autoscaler {
            output.add(pod.origin(), autoscaler);
        }
        pod.build_companions(output);
    }
}

fn strategy(recreated: bool, rollout: Rollout) -> apps::DeploymentStrategy {
    if recreated {
        return apps::DeploymentStrategy {
            rolling_update: None,
            type_: Some("Recreate".to_owned()),
        };
    }
    apps::DeploymentStrategy {
        rolling_update: Some(apps::RollingUpdateDeployment {
            max_surge: Some(rollout.max_surge.build()),
            max_unavailable: Some(rollout.max_unavailable.build()),
        }),
        type_: Some("RollingUpdate".to_owned()),
    }
}
