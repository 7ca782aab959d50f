//! Where pods run.

use k8s_openapi::api::core::v1 as core;

use crate::model::label::{Labels, label, matching};
use crate::values::{LabelKey, Name};

/// Nodes that share a label and a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeGroup {
    /// Label of the nodes: `label_key!("node.kubernetes.io/nodegroup")`.
    pub label: LabelKey,
    /// Value of the label: `name!("app")`.
    pub value: Name,
}

impl NodeGroup {
    /// For `nodeSelector`.
    #[must_use]
    pub fn node_selector(&self) -> Labels {
        label(&self.label, &self.value)
    }

    /// For the affinity of a volume.
    pub(crate) fn volume_affinity(&self) -> core::VolumeNodeAffinity {
        core::VolumeNodeAffinity { required: Some(self.selector()) }
    }

    /// For the affinity of what has no `nodeSelector`.
    pub(crate) fn selector(&self) -> core::NodeSelector {
        core::NodeSelector {
            node_selector_terms: vec![core::NodeSelectorTerm {
                match_expressions: Some(vec![core::NodeSelectorRequirement {
                    key: String::from(&self.label),
                    operator: "In".to_owned(),
                    values: Some(vec![String::from(&self.value)]),
                }]),
                match_fields: None,
            }],
        }
    }
}

/// Spreads the pods of one workload over zones and nodes as far as there are several; never keeps a pod from running.
///
/// For charts: workloads of this library are spread by themselves.
#[must_use]
pub fn spread(pod_labels: &Labels) -> Vec<core::TopologySpreadConstraint> {
    ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        .map(|topology_key| core::TopologySpreadConstraint {
            topology_key: topology_key.to_owned(),
            max_skew: 1,
            when_unsatisfiable: "ScheduleAnyway".to_owned(),
            label_selector: Some(matching(pod_labels.clone())),
            ..core::TopologySpreadConstraint::default()
        })
        .into()
}
