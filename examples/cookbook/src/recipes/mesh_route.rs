//! Timeouts, retries and pods that fail
//!
//! The proxy of each caller gives up, tries again at another pod, and leaves out one that answers with errors.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let ratings = team.bundle(name!("ratings"), &SHOP).app(&NODES);
    let service = ratings.deployment(3).container(web()).expose_http(port!(80));
    let route = service.mesh_route();
    route.timeout(seconds(2));
    route.retries(Retries {
        attempts: 2,
        per_try: milliseconds(500),
        on: [HttpRetryOn::ConnectFailure, HttpRetryOn::GatewayError],
    });
    route.path_prefix(url_path!("/votes")).without_retries();
    route.outlier_detection(OutlierDetection {
        consecutive_errors: 5,
        interval: seconds(10),
        ejection: seconds(30),
        max_ejected_percent: 50,
    });
    route.connection_limits(ConnectionLimits {
        connections: 100,
        pending_requests: 100,
        requests: 1000,
    });
}
