//! Mistakes of what is outside the cluster.

use insta::assert_snapshot;
use manifests_lib::data::database::{AuroraEndpoint, AuroraMysql, Rights};
use manifests_lib::network::mesh::{
    EgressGateway, ExternalService, ExternalServiceHandle, OutsideProtocol, Way,
};
use manifests_lib::network::{Http, Tcp, Tls};
use manifests_lib::values::{Host, Port};
use manifests_lib::{cidr, host, name, port, secrets_manager_name};

use crate::support::{ELSEWHERE, NODES, Shop, aurora, elasticache, listed, server, without_lines};

/// A host on the way through the gateway.
#[track_caller]
fn through<P: OutsideProtocol>(
    shop: &Shop,
    host: Host,
    port: Port,
    protocol: P,
) -> ExternalServiceHandle<P> {
    let gateway =
        EgressGateway { name: name!("back-door"), namespace: ELSEWHERE, selector: name!("egress") };
    let way = Way::Through(&gateway);
    shop.bundle().app(&NODES).external_service(ExternalService { host, port, protocol, way })
}

fn said<P: OutsideProtocol>(host: Host, port: Port, protocol: P) -> String {
    let shop = Shop::new();
    let _ = through(&shop, host, port, protocol);
    without_lines(&listed(&shop.errors()))
}

#[test]
fn requests_in_plain_text_to_a_port_of_tls() {
    assert_snapshot!(said(host!("www.example.com"), port!(443), Http), @"manifests-lib/tests/language/mistakes/outside.rs:N: port 443 of www.example.com speaks TLS, and the mesh would send it HTTP in plain text, which it refuses: let the program speak TLS (`protocol: Tls`), or name the port of the host that speaks HTTP, such as 80 [egress-in-plain-text]");
    assert_eq!(said(host!("www.example.com"), port!(80), Http), "");
}

#[test]
fn tls_to_a_port_of_plain_text() {
    assert_snapshot!(said(host!("www.example.com"), port!(80), Tls), @"manifests-lib/tests/language/mistakes/outside.rs:N: port 80 of www.example.com speaks HTTP in plain text, and the mesh would look for the server name of TLS there, find none and end every connection: name the port of the host that speaks TLS, such as 443, or say `protocol: Http` [tls-to-plain-text-port]");
    assert_eq!(said(host!("www.example.com"), port!(443), Tls), "");
    assert_eq!(said(host!("www.example.com"), port!(443), Tcp), "");
}

#[test]
fn a_way_out_that_leads_inside() {
    assert_snapshot!(said(host!("api.shop.svc.cluster.local"), port!(80), Http), @"manifests-lib/tests/language/mistakes/outside.rs:N: api.shop.svc.cluster.local is inside the cluster, and leads nowhere outside: declare the call (Component::calls) [address-as-text]");
}

#[test]
fn a_straight_way_to_nowhere() {
    let shop = Shop::new();
    let (host, way) = (host!("www.example.com"), Way::To(&[]));
    let outside = ExternalService { host, port: port!(443), protocol: Tls, way };
    let _ = shop.bundle().app(&NODES).external_service(outside);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/outside.rs:N: www.example.com is reached at no address, so that the network lets nobody send there: name its ranges (Way::To(&[cidr!(…)])), or go through the egress gateway (Way::Through) [missing-addresses]");
}

#[test]
fn one_host_twice() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let host = host!("www.example.com");
    let straight = Way::To(&[cidr!("198.51.100.0/24")]);
    let tls =
        ExternalService { host: host.clone(), port: port!(443), protocol: Tls, way: straight };
    let _ = app.external_service(tls);
    let other = shop.bundle_named(name!("other")).app(&NODES);
    let _ = other.external_service(ExternalService {
        host,
        port: port!(80),
        protocol: Http,
        way: straight,
    });
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/outside.rs:N: www.example.com is declared twice, and the mesh would take one of both for all of its ports: declare it once, let every caller take the handle, and add ports to it (another_port) (see also manifests-lib/tests/language/mistakes/outside.rs:N) [duplicate-external-service]
    manifests-lib/tests/language/mistakes/outside.rs:N: the bundle other deploys nothing, and an Application without a source is refused: add to it or remove it [empty-bundle]
    ");
}

#[test]
fn one_port_twice() {
    let shop = Shop::new();
    let https = through(&shop, host!("www.example.com"), port!(443), Tls);
    let _ = https.another_port(port!(443), Tcp);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/outside.rs:N: port 443 of www.example.com is declared twice, and the mesh would route it by one of both: keep one handle, and let every caller take it (see also manifests-lib/tests/language/mistakes/outside.rs:N) [duplicate-external-service]");
}

#[test]
fn connections_that_nothing_tells_apart() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let straight = Way::To(&[cidr!("198.51.100.0/24")]);
    let stores = [host!("first.example.com"), host!("second.example.com")].map(|host| {
        app.external_service(ExternalService {
            host,
            port: port!(27017),
            protocol: Tcp,
            way: straight,
        })
    });
    let _ = app.calls_all(&stores);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/outside.rs:N: second.example.com and first.example.com share port 27017, and proxies of shop would send all of it to one of both: call `capture_dns` at a bundle of shop, so that each host has an address of its own (see also manifests-lib/tests/language/mistakes/outside.rs:N) [indistinct-hosts]");
    shop.bundle_named(name!("shared")).capture_dns();
    assert_eq!(listed(&shop.errors()), "");
}

/// A second cluster of the same engine.
fn another_aurora() -> AuroraMysql {
    let endpoint = AuroraEndpoint { cluster: name!("audit"), ..aurora().endpoint };
    AuroraMysql { endpoint, ..aurora() }
}

#[test]
fn servers_with_data_that_nothing_tells_apart() {
    let shop = Shop::new();
    shop.secrets_manager();
    let app = shop.bundle().app(&NODES);
    let _ = app.database(aurora());
    let _ = app.database_named(name!("audit"), another_aurora());
    let _ = app.cache(elasticache());
    let way = Way::To(&[cidr!("198.51.100.0/24")]);
    let host = host!("redis.example.com");
    let service = ExternalService { host, port: port!(6379), protocol: Tcp, way };
    let _ = app.calls(&app.external_service(service));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/outside.rs:N: audit.cluster-c0example0ab.eu-west-1.rds.amazonaws.com and web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com share port 3306, and proxies of shop would send all of it to one of both: call `capture_dns` at a bundle of shop, so that each host has an address of its own (see also manifests-lib/tests/language/mistakes/outside.rs:N) [indistinct-hosts]
    manifests-lib/tests/language/mistakes/outside.rs:N: redis.example.com and master.web.abc123.euw1.cache.amazonaws.com share port 6379, and proxies of shop would send all of it to one of both: call `capture_dns` at a bundle of shop, so that each host has an address of its own (see also manifests-lib/tests/language/mistakes/outside.rs:N) [indistinct-hosts]
    ");
    shop.bundle_named(name!("shared")).capture_dns();
    assert_eq!(listed(&shop.errors()), "");
}

#[test]
fn a_reader_of_a_database_has_a_proxy_of_its_own_namespace() {
    let shop = Shop::new();
    shop.secrets_manager();
    let app = shop.bundle().app(&NODES);
    let report = shop.bundle_in(&ELSEWHERE, name!("report")).app(&NODES);
    server(&report);
    let database = app.database(aurora());
    let credentials = secrets_manager_name!("test/report/database");
    let _ = report.database(AuroraMysql { credentials, ..another_aurora() });
    assert_eq!(listed(&shop.errors()), "");
    let credentials = secrets_manager_name!("test/report/reader");
    let _ = database.user_of(&report, Rights::ReadOnly, credentials);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/outside.rs:N: web.cluster-c0example0ab.eu-west-1.rds.amazonaws.com and audit.cluster-c0example0ab.eu-west-1.rds.amazonaws.com share port 3306, and proxies of elsewhere would send all of it to one of both: call `capture_dns` at a bundle of elsewhere, so that each host has an address of its own (see also manifests-lib/tests/language/mistakes/outside.rs:N) [indistinct-hosts]");
}

#[test]
fn without_a_mesh_no_proxy_mistakes_one_server_for_another() {
    let shop = Shop::without_mesh();
    shop.secrets_manager();
    let app = shop.bundle().app(&NODES);
    let _ = app.database(aurora());
    let _ = app.database_named(name!("audit"), another_aurora());
    assert_eq!(listed(&shop.errors()), "");
}
