//! What was made for one platform, and is used in another one.

use insta::assert_snapshot;
use manifests_lib::data::database::Rights;
use manifests_lib::data::rabbitmq::Saga;
use manifests_lib::data::{GeneratedCredentials, GeneratedSecret, SecretValue};
use manifests_lib::model::Bundle;
use manifests_lib::network::gateway_api::{Exposure, Route};
use manifests_lib::network::mesh::{ExternalService, Way};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{Certificate, CertificateHosts, Http, Tls, ToolService};
use manifests_lib::values::gibibytes;
use manifests_lib::workload::{ConfigFiles, LocalVolume};
use manifests_lib::{cidr, file_name, host, name, node_port, path, port, url_path};

use super::elsewhere::rabbitmq;
use crate::support::{FRONT_DOOR, NODES, Shop, config_map, gateway_spec, mysql, server, service};

/// What the build refuses in a bundle that uses what a bundle of the same name and namespace in another platform makes.
fn refused(use_it: impl FnOnce(&Bundle, &Shop)) -> String {
    let (shop, other) = (Shop::named(&name!("prd")), Shop::named(&name!("dev")));
    let web = shop.bundle();
    web.add(config_map("settings"));
    use_it(&web, &other);
    shop.mistakes()
}

/// Whether that is all.
fn is_refused(use_it: impl FnOnce(&Bundle, &Shop)) {
    let mistakes = refused(use_it);
    assert!(mistakes.lines().all(|line| line.ends_with("[foreign-bundle]")), "{mistakes}");
}

#[test]
fn both_lines_are_named() {
    let mistakes = refused(|web, other| {
        let app = web.app(&NODES);
        let address = app.calls(&service(&other.bundle_named(name!("api")).app(&NODES)));
        server(&app).env([address.url("API_URL")]);
    });
    assert_snapshot!(mistakes, @"manifests-lib/tests/language/mistakes/platforms.rs:N: what is called at api-app-service.shop.svc.cluster.local is of another platform, that of dev, whose objects the cluster of prd does not have: make it in a bundle of this platform (see also manifests-lib/tests/language/mistakes/platforms.rs:N) [foreign-bundle]");
}

#[test]
fn what_variables_and_mounts_stand_for() {
    is_refused(|web, other| {
        let database = other.bundle().app(&NODES).database(mysql());
        server(&web.app(&NODES)).env([database.host("DB_HOST"), database.password("DB_PASSWORD")]);
    });
    is_refused(|web, other| {
        let source = GeneratedSecret { length: 32 }.into();
        let key = SecretValue { key: name!("signing-key"), source };
        let key = other.bundle().app(&NODES).secret(key);
        server(&web.app(&NODES)).env([key.variable("SIGNING_KEY")]);
        let _ = key.secret_name(web);
    });
    is_refused(|web, other| {
        let folder = LocalVolume { path: path!("/data/web"), size: gibibytes(1) };
        let folder = other.bundle().app(&NODES).local_volume(folder);
        server(&web.app(&NODES)).mount(&folder, path!("/data"));
    });
    is_refused(|web, other| {
        let files = ConfigFiles { name: &name!("flags"), files: &[(file_name!("a.json"), "{}")] };
        let files = other.bundle().app(&NODES).config(files);
        server(&web.app(&NODES)).mount(&files, path!("/flags"));
    });
}

#[test]
fn what_is_called() {
    is_refused(|web, other| {
        let way = Way::To(&[cidr!("198.51.100.0/24")]);
        let host = host!("www.example.com");
        let outside = ExternalService { host, port: port!(443), protocol: Tls, way };
        let outside = other.bundle().app(&NODES).external_service(outside);
        let app = web.app(&NODES);
        let address = app.calls(&outside);
        server(&app).env([address.host("API_HOST")]);
    });
    is_refused(|web, other| {
        let tool = other.bundle().tool_pods(&APP_NAME, &name!("tool")).port(ToolService {
            name: name!("tool"),
            port: port!(80),
            target_port: port!(8080),
        });
        let app = web.app(&NODES);
        let address = app.calls(&tool.serves(Http));
        server(&app).env([address.url("TOOL_URL")]);
        let _ = web.tool_pods(&APP_NAME, &name!("caller")).calls(&tool);
    });
}

#[test]
fn brokers_and_databases_that_get_users() {
    is_refused(|web, other| {
        let saga = web.app(&NODES).saga(Saga { rabbitmq: &rabbitmq(other), steps: Vec::new() });
        server(&web.app(&NODES)).env([saga.host("HOST")]);
    });
    is_refused(|web, other| {
        let messages = other.bundle().app(&NODES).messages(&rabbitmq(other));
        let client = messages.client(&web.app(&NODES));
        let _ = client.sends_to(&messages.queue(name!("orders")));
    });
    is_refused(|web, other| {
        let user = GeneratedCredentials {
            user: name!("reader"),
            password: GeneratedSecret { length: 32 },
        };
        let database = other.bundle().app(&NODES).database(mysql());
        let _ = database.user_of(&web.app(&NODES), Rights::ReadOnly, user);
    });
}

#[test]
fn issuers_gateways_and_prometheus() {
    is_refused(|web, other| {
        let hosts = CertificateHosts::Of(vec![host!("web.shop.svc")]);
        let certificate = Certificate { name: name!("web"), issuer: &other.issuer(), hosts };
        let _ = web.certificate(certificate);
    });
    is_refused(|web, other| {
        let _ = web.ca(name!("ca"), &other.issuer());
    });
    is_refused(|web, other| drop(web.deny_by_default(&other.prometheus())));
}

#[test]
fn a_service_behind_a_gateway() {
    let (shop, other) = (Shop::new(), Shop::new());
    let issuer = shop.issuer();
    let door = gateway_spec(&issuer, name!("door"), Exposure::NetworkLoadBalancer);
    let entrance = shop.bundle_named(name!("door")).public_gateway(door).into_mesh(&FRONT_DOOR);
    let (name, host, path) = (name!("shop"), host!("www.example.com"), url_path!("/"));
    let route = Route { name, host, path, node_port: node_port!(30001) };
    entrance.route(&service(&other.bundle().app(&NODES)), route);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/platforms.rs:N: the Service web-app-service is of another platform, that of test, whose objects the cluster of test does not have: make it in a bundle of this platform (see also manifests-lib/tests/language/mistakes/platforms.rs:N) [foreign-bundle]");
}

#[test]
fn a_bundle_that_is_deployed_before() {
    is_refused(|web, other| web.after(&other.bundle_named(name!("web"))));
}
