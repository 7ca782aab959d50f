//! Deployments: pods that keep nothing.

use std::rc::Rc;

use custom_resources::istio::networking::v1 as istio;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Workload;
use super::pod::Pod;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::label::SelectorLabels;
use crate::model::origin::Origin;
use crate::model::patch::{Made, patchable};

/// Pods that keep nothing and can be replaced at any time.
///
/// Becomes a Deployment with a ServiceAccount of its own whose token is not mounted and, with more than one replica, a
/// PodDisruptionBudget that lets one pod at a time be evicted and a spread over zones and nodes. A new version starts
/// before an old pod stops.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/>
#[derive(Clone)]
pub struct Deployment {
    pod: Rc<Pod>,
    made: Made,
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
        made: apps::Deployment, core::ServiceAccount, policy::PodDisruptionBudget, networking::NetworkPolicy, istio::Sidecar;
    }
}

impl Component {
    /// Runs a Deployment of this many pods.
    #[track_caller]
    pub fn deployment(&self, replicas: u16) -> Deployment {
        let rule = SelectorLabels::AppComponentEnvironment;
        let pod = Pod::new(self, "deployment", Origin::here(), replicas, rule);
        let made = self.bundle.push(DeploymentPart(Rc::clone(&pod)));
        Deployment { pod, made }
    }
}

impl Workload for Deployment {
    fn pod(&self) -> &Pod {
        &self.pod
    }
}

impl Deployment {
    /// Keeps the selector of a Deployment that a cluster already has: selectors are immutable.
    ///
    /// The rule is `app`, `component` and `env`.
    pub fn selector(&self, labels: SelectorLabels) {
        self.pod.keep_selector(labels);
    }
}

struct DeploymentPart(Rc<Pod>);

impl Part for DeploymentPart {
    fn build(&self, output: &mut Output<'_>) {
        let pod = &self.0;
        let (template, patched) = pod.template(output);
        output.add_patched(
            pod.origin(),
            patched,
            apps::Deployment {
                metadata: pod.metadata(),
                spec: Some(apps::DeploymentSpec {
                    replicas: Some(pod.replicas()),
                    revision_history_limit: Some(5),
                    selector: pod.selector(),
                    strategy: Some(apps::DeploymentStrategy {
                        rolling_update: Some(apps::RollingUpdateDeployment {
                            max_surge: Some(IntOrString::Int(1)),
                            max_unavailable: Some(IntOrString::Int(0)),
                        }),
                        type_: Some("RollingUpdate".to_owned()),
                    }),
                    template,
                    ..apps::DeploymentSpec::default()
                }),
                status: None,
            },
        );
        pod.build_companions(output);
    }
}
