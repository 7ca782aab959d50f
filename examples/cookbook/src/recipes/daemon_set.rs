//! A pod on every node
//!
//! Such as an agent that answers the pods of its node.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let agent = team.bundle(name!("agent"), &SHOP).app(&NODES);
    let worker = agent.daemon_set().portless_container(worker());
    worker.env([PodField::NodeName.variable("NODE_NAME")]);
}
