use insta::assert_snapshot;
use manifests_lib::{Bundle, Egress, EgressGateway, EgressHandle, Namespace, host, name, port};

use crate::support::{bundle, kinds, objects, part};

fn egress() -> (Bundle, EgressHandle) {
    let web = bundle();
    let handle = web.app().egress(Egress {
        host: host!("example.com"),
        port: port!(80),
        through: &EgressGateway {
            name: name!("back-door"),
            namespace: Namespace::new(name!("edge")),
            selector: name!("egress"),
        },
    });
    (web, handle)
}

#[test]
fn is_four_objects_of_the_mesh() {
    let (web, _) = egress();
    assert_eq!(
        kinds(&web),
        ["ServiceEntry", "Gateway", "VirtualService", "DestinationRule"]
    );
}

#[test]
fn the_host_is_known_to_the_namespace_and_the_gateway() {
    let (web, _) = egress();
    assert_snapshot!(objects(&web, &["ServiceEntry"]), @"");
}

#[test]
fn a_sidecar_reaches_the_host_through_the_gateway_alone() {
    let (web, _) = egress();
    assert_snapshot!(objects(&web, &["VirtualService"]), @"");
}

#[test]
fn between_sidecar_and_gateway_is_mutual_tls() {
    let (web, _) = egress();
    assert_snapshot!(part(&web, "Gateway", "/spec"), @"");
    assert_snapshot!(part(&web, "DestinationRule", "/spec"), @"");
}

#[test]
fn an_older_name_of_the_entry_stays() {
    let (web, handle) = egress();
    handle.service_entry_named(name!("example-entry"));
    assert_snapshot!(part(&web, "ServiceEntry", "/metadata/name"), @"");
}
