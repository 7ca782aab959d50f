//! How many pods a Deployment has: a number, or an autoscaler between two.

use k8s_openapi::api::autoscaling::v2 as autoscaling;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::Percent;

/// How many pods a Deployment has.
///
/// A number alone is a fixed one: `deployment(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicas {
    /// Always as many: `Replicas::Fixed(2)`.
    Fixed(u16),
    /// As many as the load needs. Becomes a `HorizontalPodAutoscaler`, and the Deployment has no `replicas`, which both would write.
    ///
    /// It adds pods as soon as the load has risen, up to twice as many or four more every 15 seconds, and removes what the load of the last 5 minutes
    /// has not needed. The cluster needs metrics-server.
    ///
    /// A Deployment that had a fixed number falls to one pod when the number leaves the manifest, until the autoscaler has looked after at most
    /// 15 seconds.
    ///
    /// Upstream: <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>
    Between {
        /// As many at least; more than one survives a node. What keeps pods apart and from being evicted together counts on these.
        min: u16,
        /// As many at most. The nodes have room for them.
        max: u16,
        /// What load is: `ScaleOn::Cpu(percent!(70))`. Others may follow at the handle.
        scale_on: ScaleOn,
    },
}

/// What an autoscaler keeps at a level, by adding and removing pods. It counts for the first container of the pods: neither proxies nor
/// sidecars blur it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleOn {
    /// Processor time, as a share of what the container requests: `ScaleOn::Cpu(percent!(70))`.
    Cpu(Percent),
    /// Memory, as a share of what the container requests. Only for programs that give memory back when the load falls.
    Memory(Percent),
}

impl From<u16> for Replicas {
    fn from(replicas: u16) -> Self {
        Self::Fixed(replicas)
    }
}

impl Replicas {
    /// How many there are whatever the load is.
    pub(super) fn at_least(self) -> u16 {
        match self {
            Self::Fixed(replicas) | Self::Between { min: replicas, .. } => replicas,
        }
    }

    /// For the manifest: none where an autoscaler writes it.
    pub(super) fn fixed(self) -> Option<i32> {
        match self {
            Self::Fixed(replicas) => Some(replicas.into()),
            Self::Between { .. } => None,
        }
    }

    pub(super) fn mistake(self, origin: Origin) -> Option<BuildError> {
        let Self::Between { min, max, .. } = self else {
            return None;
        };
        let message = if min == 0 {
            "an autoscaler keeps one pod at least: without any there is no load to measure, and the API server would refuse it; set min to 1 or more"
                .to_owned()
        } else if max <= min {
            format!(
                "an autoscaler between {min} and {max} pods has nothing to scale: set max above min, or a fixed number"
            )
        } else {
            return None;
        };
        Some(BuildError::new(Rule::ImpossibleReplicas, origin, message))
    }

    /// The autoscaler of a Deployment, where it has one.
    pub(super) fn autoscaler(
        self,
        metadata: ObjectMeta,
        deployment: String,
        container: &str,
        others: &[ScaleOn],
    ) -> Option<autoscaling::HorizontalPodAutoscaler> {
        let Self::Between { min, max, scale_on } = self else {
            return None;
        };
        let metrics = [scale_on].into_iter().chain(others.iter().copied());
        Some(autoscaling::HorizontalPodAutoscaler {
            metadata,
            spec: Some(autoscaling::HorizontalPodAutoscalerSpec {
                max_replicas: max.into(),
                metrics: Some(metrics.map(|metric| metric.of(container)).collect()),
                min_replicas: Some(min.into()),
                scale_target_ref: autoscaling::CrossVersionObjectReference {
                    api_version: Some("apps/v1".to_owned()),
                    kind: "Deployment".to_owned(),
                    name: deployment,
                },
                behavior: None,
            }),
            status: None,
        })
    }
}

impl ScaleOn {
    fn of(self, container: &str) -> autoscaling::MetricSpec {
        let (name, share) = match self {
            Self::Cpu(share) => ("cpu", share),
            Self::Memory(share) => ("memory", share),
        };
        autoscaling::MetricSpec {
            container_resource: Some(autoscaling::ContainerResourceMetricSource {
                container: container.to_owned(),
                name: name.to_owned(),
                target: autoscaling::MetricTarget {
                    average_utilization: Some(share.number().into()),
                    type_: "Utilization".to_owned(),
                    ..autoscaling::MetricTarget::default()
                },
            }),
            type_: "ContainerResource".to_owned(),
            ..autoscaling::MetricSpec::default()
        }
    }
}
