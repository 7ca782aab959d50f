//! What a pod knows of itself
//!
//! Fields of the pod and sizes of the container as variables.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let traced = team.bundle(name!("traced"), &SHOP).app(&NODES);
    let server = traced.deployment(2).container(web());
    server.env([
        PodField::Name.variable("POD_NAME"),
        PodField::Label(label_key!("app.kubernetes.io/name")).variable("OTEL_SERVICE_NAME"),
        PodField::HostIp.variable("AGENT_HOST"),
        ResourceField::MemoryLimit.variable("MEMORY_LIMIT"),
    ]);
}
