//! A limit of CPU, and less memory reserved than allowed
//!
//! The rule is a request of CPU without a limit, and as much memory reserved as allowed. What differs says why.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let reports = team.bundle(name!("reports"), &SHOP).app(&NODES);
    let server = reports.deployment(1).container(web());
    server.cpu_limit(millicores(500), "starts a thread for each core that it sees");
    server.memory_request(mebibytes(32), "only a report a night takes more");
}
