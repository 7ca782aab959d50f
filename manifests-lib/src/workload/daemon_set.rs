//! Daemon sets: a pod on every node.

use std::cell::Cell;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as istio;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Workload;
use super::pod::Pod;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};

/// A pod on every node of the component's group, such as a collector of what runs there.
///
/// Becomes a DaemonSet with a ServiceAccount of its own whose token is not mounted. A new version replaces the pods node by node, the
/// old one first: two would fight for what belongs to the node. Drains leave its pods alone, so it has no PodDisruptionBudget.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/>
#[derive(Clone)]
pub struct DaemonSet {
    state: Rc<DaemonSetState>,
    made: Made,
}

patchable! {
    DaemonSet {
        made: apps::DaemonSet, core::ServiceAccount, networking::NetworkPolicy, istio::Sidecar;
    }
}

struct DaemonSetState {
    pod: Rc<Pod>,
    on_all_nodes: Cell<bool>,
}

impl Component {
    /// Runs a pod on every node of the component's group.
    #[track_caller]
    pub fn daemon_set(&self) -> DaemonSet {
        let rule = SelectorLabels::AppComponentEnvironment;
        let pod = Pod::new(self, "daemon-set", Origin::here(), 1, rule);
        let state = Rc::new(DaemonSetState { pod, on_all_nodes: Cell::new(false) });
        let made = self.bundle.push(Rc::clone(&state));
        DaemonSet { state, made }
    }
}

impl Workload for DaemonSet {
    fn pod(&self) -> &Pod {
        &self.state.pod
    }
}

impl DaemonSet {
    /// Runs a pod on the nodes of all groups, as far as they take it: no node selector is left. Nodes with taints take only pods that
    /// tolerate those.
    pub fn on_all_nodes(&self) {
        self.state.on_all_nodes.set(true);
    }

    /// Keeps the selector of a DaemonSet that a cluster already has: selectors are immutable.
    ///
    /// The rule is `app`, `component` and `env`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.state.pod.keep_selector(labels);
    }
}

impl Part for DaemonSetState {
    fn build(&self, output: &mut Output<'_>) {
        let pod = &self.pod;
        if pod.is_refused() {
            return;
        }
        let rollout = output.conventions.rollout;
        let (mut template, patched) = pod.template(output);
        if let Some(pods) = template.spec.as_mut().filter(|_| self.on_all_nodes.get()) {
            pods.node_selector = None;
        }
        output.add_patched(
            pod.origin(),
            patched,
            apps::DaemonSet {
                metadata: pod.metadata(),
                spec: Some(apps::DaemonSetSpec {
                    min_ready_seconds: rollout.min_ready_seconds(),
                    revision_history_limit: Some(rollout.revision_history.into()),
                    selector: pod.selector(),
                    template,
                    update_strategy: Some(apps::DaemonSetUpdateStrategy {
                        rolling_update: Some(apps::RollingUpdateDaemonSet {
                            max_surge: Some(IntOrString::Int(0)),
                            max_unavailable: Some(IntOrString::Int(1)),
                        }),
                        type_: Some("RollingUpdate".to_owned()),
                    }),
                }),
                status: None,
            },
        );
        pod.build_companions(output);
    }
}
