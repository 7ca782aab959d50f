//! The node groups of every cluster of the platform.

use manifests_lib::values::{LabelKey, Name};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{label_key, name};

const LABEL: LabelKey = label_key!("node.kubernetes.io/nodegroup");

/// Nodes for the microservices.
pub const APP: NodeGroup = group(name!("app"));

/// Nodes for Argo CD.
pub const DEPLOY: NodeGroup = group(name!("deploy"));

/// Nodes for the gateways.
pub const INGRESS: NodeGroup = group(name!("ingress"));

/// Nodes for the tools that monitor and serve the whole cluster.
pub const SYSTEM: NodeGroup = group(name!("system"));

const fn group(value: Name) -> NodeGroup {
    NodeGroup { label: LABEL, value }
}
