use insta::assert_snapshot;
use manifests_lib::network::Http;
use manifests_lib::network::mesh::{
    ConnectionLimits, GrpcRetryOn, HttpRetryOn, MeshRouteHandle, OutlierDetection, Retries,
};
use manifests_lib::values::{milliseconds, seconds};
use manifests_lib::{grpc_method, port, url_path};

use crate::support::{NODES, Shop, server, service};

fn route(shop: &Shop) -> MeshRouteHandle<Http> {
    service(&shop.bundle().app(&NODES)).mesh_route()
}

#[test]
fn tries_that_the_timeout_cuts_off() {
    let shop = Shop::new();
    let route = route(&shop);
    route.timeout(seconds(2));
    route.retries(Retries {
        attempts: 2,
        per_try: seconds(1).into(),
        on: [HttpRetryOn::ConnectFailure],
    });
    route.path_prefix(url_path!("/reports"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: 3 tries of 1000 ms take 3000 ms, and the request ends after 2000 ms: the last one would be cut off; allow more time, or fewer or shorter tries (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [retries-beyond-timeout]");
}

#[test]
fn tries_that_the_timeout_of_a_method_cuts_off() {
    let shop = Shop::new();
    let service = server(&shop.bundle().app(&NODES)).expose_grpc(port!(50051));
    let route = service.mesh_route();
    route.retries(Retries {
        attempts: 1,
        per_try: milliseconds(300),
        on: [GrpcRetryOn::Unavailable],
    });
    route.method(grpc_method!("/shop.Carts/Get")).timeout(milliseconds(500));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: 2 tries of 300 ms take 600 ms, and the request ends after 500 ms: the last one would be cut off; allow more time, or fewer or shorter tries (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [retries-beyond-timeout]");
}

#[test]
fn what_is_said_twice() {
    let shop = Shop::new();
    let service = service(&shop.bundle().app(&NODES));
    let [route, again] = [service.mesh_route(), service.mesh_route()];
    route.timeout(seconds(1));
    again.timeout(seconds(2));
    route.without_retries();
    let reset = [HttpRetryOn::Reset];
    again.retries(Retries { attempts: 1, per_try: milliseconds(300), on: reset });
    for route in [&route, &again] {
        route.connection_limits(ConnectionLimits {
            connections: 1,
            pending_requests: 1,
            requests: 1,
        });
        route.outlier_detection(OutlierDetection {
            consecutive_errors: 5,
            interval: seconds(10),
            ejection: seconds(30),
            max_ejected_percent: 50,
        });
    }
    // Of some requests, it is another thing.
    route.path_prefix(url_path!("/reports")).timeout(seconds(3));
    assert_snapshot!(shop.mistakes(), @r"
    manifests-lib/tests/language/mistakes/mesh_routes.rs:N: the timeout is said twice of the same requests, and only one of both would hold: remove one (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [duplicate-route]
    manifests-lib/tests/language/mistakes/mesh_routes.rs:N: what is sent again is said twice of the same requests, and only one of both would hold: remove one (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [duplicate-route]
    manifests-lib/tests/language/mistakes/mesh_routes.rs:N: the limit of connections is said twice of the same requests, and only one of both would hold: remove one (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [duplicate-route]
    manifests-lib/tests/language/mistakes/mesh_routes.rs:N: the detection of outliers is said twice of the same requests, and only one of both would hold: remove one (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [duplicate-route]
    ");
}

#[test]
fn a_time_of_nothing() {
    let shop = Shop::new();
    route(&shop).timeout(seconds(0));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: a timeout of 0 is none to the mesh: say how long an answer may take, or leave it out [zero-size]");
}

#[test]
fn retries_of_nothing() {
    for retries in [
        Retries { attempts: 0, per_try: milliseconds(1), on: [HttpRetryOn::Reset] },
        Retries { attempts: 1, per_try: milliseconds(0), on: [HttpRetryOn::Reset] },
    ] {
        let shop = Shop::new();
        route(&shop).retries(retries);
        assert!(shop.mistakes().ends_with("[zero-size]"));
    }
    let shop = Shop::new();
    route(&shop).retries(Retries { attempts: 1, per_try: milliseconds(1), on: [] });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: retries name how often, how long each try may take and after what, and one of them is missing or 0: Istio would take what it does by itself; say all three, or without_retries [zero-size]");
}

#[test]
fn a_path_twice() {
    let shop = Shop::new();
    let route = route(&shop);
    route.path_prefix(url_path!("/reports"));
    route.path_prefix(url_path!("/reports/"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: /reports is routed twice, and the mesh would take the first route for all of it: say both of one (see also manifests-lib/tests/language/mistakes/mesh_routes.rs:N) [duplicate-route]");
}

#[test]
fn every_path_as_some() {
    let shop = Shop::new();
    route(&shop).path_prefix(url_path!("/"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: every path is below /: say it of the route itself, which is for all requests [duplicate-route]");
}

#[test]
fn limits_of_nothing() {
    let shop = Shop::new();
    let route = route(&shop);
    route.connection_limits(ConnectionLimits {
        connections: 100,
        pending_requests: 0,
        requests: 100,
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mesh_routes.rs:N: Istio takes a limit of 0 for none: say how much a caller may have under way [zero-size]");
}

#[test]
fn pods_that_are_never_left_out_and_more_than_all() {
    let mistakes = [0, 101].map(|max_ejected_percent| {
        let shop = Shop::new();
        route(&shop).outlier_detection(OutlierDetection {
            consecutive_errors: 5,
            interval: seconds(10),
            ejection: seconds(30),
            max_ejected_percent,
        });
        shop.mistakes()
    });
    assert_snapshot!(mistakes.join("\n"), @"
    manifests-lib/tests/language/mistakes/mesh_routes.rs:N: a number or time of 0 leaves no pod out, or lets Istio take one of its own: say after how many errors a pod is left out, for how long, and how many of 100 may be [zero-size]
    manifests-lib/tests/language/mistakes/mesh_routes.rs:N: more than 100 of 100 pods cannot be left out, and the API server would refuse it: say 100 or less [zero-size]
    ");
}
