//! The groups of nodes that every cluster of the platform has.

use manifests_lib::values::{LabelKey, Name};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{label_key, name};

const LABEL: LabelKey = label_key!("node.kubernetes.io/nodegroup");

/// Nodes for the microservices.
pub const APP: NodeGroup = group(name!("app"));

/// Nodes for what deploys the others.
pub const DEPLOY: NodeGroup = group(name!("deploy"));

/// Nodes for the gateways through which traffic enters.
pub const INGRESS: NodeGroup = group(name!("ingress"));

/// Nodes for what watches and serves the whole cluster.
pub const SYSTEM: NodeGroup = group(name!("system"));

const fn group(value: Name) -> NodeGroup {
    NodeGroup { label: LABEL, value }
}
