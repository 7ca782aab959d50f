//! The groups of nodes that every cluster of the platform has.

use manifests_lib::{LabelKey, Name, NodeGroup, label_key, name};

const LABEL: LabelKey = label_key!("node.kubernetes.io/nodegroup");

/// Nodes for the microservices.
pub const APP: NodeGroup = group(name!("app"));

const fn group(value: Name) -> NodeGroup {
    NodeGroup {
        label: LABEL,
        value,
    }
}
