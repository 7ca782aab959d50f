//! Where pods run, and who goes first
//!
//! Nodes with a taint, nodes that are preferred, pods that keep away from each other, and a priority. The class is one that the cluster has.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let payment = team.bundle(name!("payment"), &SHOP).app(&NODES);
    let deployment = payment.deployment(2);
    deployment.container(web());
    deployment.tolerate(Toleration {
        key: label_key!("dedicated"),
        value: Some(name!("shop")),
        effect: TaintEffect::NoSchedule,
    });
    deployment.prefer_nodes(&NodeLabel {
        key: label_key!("kubernetes.io/arch"),
        values: vec![name!("arm64")],
    });
    deployment.prefer_apart(&payment, Topology::Node);
    deployment.priority_class(PriorityClass::Named(name!("business")));
}
