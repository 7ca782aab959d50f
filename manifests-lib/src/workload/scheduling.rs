//! Where pods run beside the nodes of their component, and who gives way to whom.

use std::cell::RefCell;

use k8s_openapi::api::core::v1 as core;

use super::pod::Pod;
use crate::model::component::Component;
use crate::model::label::{SelectorLabels, matching};
use crate::values::{LabelKey, Name};

/// A taint of nodes that pods put up with: `Toleration { key: label_key!("dedicated"), value: Some(name!("batch")), effect: TaintEffect::NoSchedule }`.
///
/// Upstream: <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/>
#[derive(Clone, Debug)]
pub struct Toleration {
    /// Key of the taint: `label_key!("dedicated")`.
    pub key: LabelKey,
    /// Value of the taint: `Some(name!("batch"))`. `None` is for a taint without one, and puts up with every value.
    pub value: Option<Name>,
    /// What the taint does to others.
    pub effect: TaintEffect,
}

/// What a taint does to pods that do not tolerate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaintEffect {
    /// They are not started there.
    NoSchedule,
    /// They are started elsewhere first.
    PreferNoSchedule,
    /// They are not started there, and those that run are evicted.
    NoExecute,
}

/// Nodes that have a label with one of these values: `NodeLabel { key: label_key!("kubernetes.io/arch"), values: vec![name!("arm64")] }`.
#[derive(Clone, Debug)]
pub struct NodeLabel {
    /// Key of the label: `label_key!("kubernetes.io/arch")`.
    pub key: LabelKey,
    /// Values, of which a node has one: `name!("arm64")`.
    pub values: Vec<Name>,
}

/// What pods are near each other on, or apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// One node.
    Node,
    /// One zone of the cloud.
    Zone,
}

/// Who is scheduled first and evicted last.
///
/// Upstream: <https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriorityClass {
    /// What the cluster does not work without.
    SystemClusterCritical,
    /// What a node does not work without.
    SystemNodeCritical,
    /// A class that the cluster has: `PriorityClass::Named(name!("business"))`. The API server refuses pods of one that it has not.
    Named(Name),
}

/// Where pods run.
#[derive(Default)]
pub(super) struct Scheduling {
    tolerations: RefCell<Vec<Toleration>>,
    affinity: RefCell<core::Affinity>,
    priority: RefCell<Option<PriorityClass>>,
}

impl Scheduling {
    pub(super) fn tolerate(&self, toleration: Toleration) {
        self.tolerations.borrow_mut().push(toleration);
    }

    pub(super) fn require_nodes(&self, label: &NodeLabel) {
        let mut affinity = self.affinity.borrow_mut();
        let nodes = affinity.node_affinity.get_or_insert_default();
        let required =
            nodes.required_during_scheduling_ignored_during_execution.get_or_insert_default();
        if required.node_selector_terms.is_empty() {
            required.node_selector_terms.push(core::NodeSelectorTerm::default());
        }
        // Terms are alternatives; the expressions of one term hold together.
        for term in &mut required.node_selector_terms {
            term.match_expressions.get_or_insert_default().push(label.requirement());
        }
    }

    pub(super) fn prefer_nodes(&self, label: &NodeLabel) {
        let mut affinity = self.affinity.borrow_mut();
        let nodes = affinity.node_affinity.get_or_insert_default();
        let preferred =
            nodes.preferred_during_scheduling_ignored_during_execution.get_or_insert_default();
        preferred.push(core::PreferredSchedulingTerm {
            preference: core::NodeSelectorTerm {
                match_expressions: Some(vec![label.requirement()]),
                match_fields: None,
            },
            weight: 100,
        });
    }

    pub(super) fn require_apart(&self, pod: &Pod, others: &Component, topology: Topology) {
        let mut affinity = self.affinity.borrow_mut();
        let apart = affinity.pod_anti_affinity.get_or_insert_default();
        apart
            .required_during_scheduling_ignored_during_execution
            .get_or_insert_default()
            .push(pods_of(pod, others, topology));
    }

    pub(super) fn prefer_apart(&self, pod: &Pod, others: &Component, topology: Topology) {
        let mut affinity = self.affinity.borrow_mut();
        let apart = affinity.pod_anti_affinity.get_or_insert_default();
        apart
            .preferred_during_scheduling_ignored_during_execution
            .get_or_insert_default()
            .push(weighted(pods_of(pod, others, topology)));
    }

    pub(super) fn prefer_near(&self, pod: &Pod, others: &Component, topology: Topology) {
        let mut affinity = self.affinity.borrow_mut();
        let near = affinity.pod_affinity.get_or_insert_default();
        near.preferred_during_scheduling_ignored_during_execution
            .get_or_insert_default()
            .push(weighted(pods_of(pod, others, topology)));
    }

    pub(super) fn prioritize(&self, class: PriorityClass) {
        *self.priority.borrow_mut() = Some(class);
    }

    pub(super) fn build(&self, pods: &mut core::PodSpec) {
        let affinity = self.affinity.borrow();
        pods.affinity = (*affinity != core::Affinity::default()).then(|| affinity.clone());
        let tolerations: Vec<_> = self.tolerations.borrow().iter().map(Toleration::build).collect();
        pods.tolerations = (!tolerations.is_empty()).then_some(tolerations);
        pods.priority_class_name = self.priority.borrow().as_ref().map(|class| match class {
            PriorityClass::SystemClusterCritical => "system-cluster-critical".to_owned(),
            PriorityClass::SystemNodeCritical => "system-node-critical".to_owned(),
            PriorityClass::Named(name) => name.to_string(),
        });
    }
}

impl Toleration {
    fn build(&self) -> core::Toleration {
        core::Toleration {
            effect: Some(
                match self.effect {
                    TaintEffect::NoSchedule => "NoSchedule",
                    TaintEffect::PreferNoSchedule => "PreferNoSchedule",
                    TaintEffect::NoExecute => "NoExecute",
                }
                .to_owned(),
            ),
            key: Some(String::from(&self.key)),
            operator: Some(if self.value.is_some() { "Equal" } else { "Exists" }.to_owned()),
            toleration_seconds: None,
            value: self.value.as_ref().map(ToString::to_string),
        }
    }
}

impl NodeLabel {
    fn requirement(&self) -> core::NodeSelectorRequirement {
        core::NodeSelectorRequirement {
            key: String::from(&self.key),
            operator: "In".to_owned(),
            values: Some(self.values.iter().map(ToString::to_string).collect()),
        }
    }
}

fn pods_of(pod: &Pod, others: &Component, topology: Topology) -> core::PodAffinityTerm {
    let namespace = &others.bundle.namespace;
    core::PodAffinityTerm {
        label_selector: Some(matching(others.selected_by(SelectorLabels::AppComponent))),
        namespaces: (*namespace != pod.component.bundle.namespace)
            .then(|| vec![namespace.to_string()]),
        topology_key: match topology {
            Topology::Node => "kubernetes.io/hostname",
            Topology::Zone => "topology.kubernetes.io/zone",
        }
        .to_owned(),
        ..core::PodAffinityTerm::default()
    }
}

fn weighted(pod_affinity_term: core::PodAffinityTerm) -> core::WeightedPodAffinityTerm {
    core::WeightedPodAffinityTerm { pod_affinity_term, weight: 100 }
}
