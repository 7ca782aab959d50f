//! What was made for one component, workload or namespace, and is given to another one.

use insta::assert_snapshot;
use manifests_lib::data::rabbitmq::{Rabbitmq, RabbitmqClusterSpec, Saga};
use manifests_lib::data::{GeneratedSecret, SecretValue};
use manifests_lib::model::{Component, Origin};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::values::{gibibytes, mebibytes, millicores};
use manifests_lib::workload::{
    ContainerHandle, LocalVolume, Resources, VolumeClaimTemplate, VolumeClaimTemplateHandle,
    WithPort, Workload,
};
use manifests_lib::{name, path, port, public_image, uid};

use crate::support::{ELSEWHERE, NODES, Shop, config_map, container, mysql, server, service};

pub(super) fn rabbitmq(shop: &Shop) -> Rabbitmq {
    let tools = shop.bundle_named(name!("tools"));
    tools.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbit"),
        replicas: 1,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage: gibibytes(5),
        storage_class: &name!("fast"),
        issuer: &shop.issuer(),
        topology_operator: &tools.tool_pods(&APP_NAME, &name!("operator")),
        prometheus: &shop.prometheus(),
    })
}

fn store(component: &Component) -> (ContainerHandle<WithPort>, VolumeClaimTemplateHandle) {
    let stateful_set = component.stateful_set(1);
    let claim = stateful_set.volume_claim_template(VolumeClaimTemplate {
        name: name!("data"),
        size: gibibytes(1),
        storage_class: name!("fast"),
        owner: uid!(1000),
    });
    let store = stateful_set.container(container());
    stateful_set.governed_by(&store.expose_tcp(port!(6379)));
    (store, claim)
}

#[test]
fn both_lines_are_named() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (made, database) = (line!(), web.app(&NODES).database(mysql()));
    let worker = server(&web.component(name!("worker"), &NODES));
    let given = line!() + 1;
    worker.env([database.host("DB_HOST")]);
    let [error] = shop.errors().try_into().expect("one mistake");
    assert_eq!(error.origin, Origin { file: file!(), line: given });
    assert_eq!(error.related, [Origin { file: file!(), line: made }]);
}

#[test]
fn the_address_of_a_database() {
    let shop = Shop::new();
    let web = shop.bundle();
    let database = web.app(&NODES).database(mysql());
    let worker = server(&web.component(name!("worker"), &NODES));
    worker.env([database.host("DB_HOST"), database.port("DB_PORT"), database.name("DB_NAME")]);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable DB_HOST was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable DB_PORT was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable DB_NAME was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    ");
}

#[test]
fn the_address_of_a_service() {
    let shop = Shop::new();
    let web = shop.bundle();
    let api = service(&web.component(name!("api"), &NODES));
    let address = web.app(&NODES).calls(&api);
    let mobile = server(&shop.bundle_named(name!("mobile")).app(&NODES));
    mobile.env([address.url("API_URL")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable API_URL was made for web-app, and mobile-app would be refused at run time: ask for one of its own at the component mobile-app (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]");
}

#[test]
fn the_address_of_a_broker() {
    let shop = Shop::new();
    let web = shop.bundle();
    let saga = web.app(&NODES).saga(Saga { rabbitmq: &rabbitmq(&shop), steps: vec![name!("pay")] });
    let worker = server(&web.component(name!("worker"), &NODES));
    worker.env([saga.host("HOST")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable HOST was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]");
}

#[test]
fn a_key_of_a_secret() {
    let shop = Shop::new();
    let web = shop.bundle();
    let source = GeneratedSecret { length: 32 }.into();
    let key = web.app(&NODES).secret(SecretValue { key: name!("signing-key"), source });
    server(&web.component(name!("worker"), &NODES)).env([key.variable("SIGNING_KEY")]);
    let mobile = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    server(&mobile.app(&NODES)).env([key.variable("SIGNING_KEY")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable SIGNING_KEY is in the namespace shop, and pods of elsewhere would never start: make it in a bundle of elsewhere (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-namespace]");
}

#[test]
fn the_name_of_a_secret() {
    let shop = Shop::new();
    let web = shop.bundle();
    let source = GeneratedSecret { length: 32 }.into();
    let key = web.app(&NODES).secret(SecretValue { key: name!("signing-key"), source });
    assert_eq!(key.secret_name(&web), "web-app-secret-signing-key");
    let mobile = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    mobile.add(config_map("settings"));
    let _ = key.secret_name(&mobile);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the Secret web-app-secret-signing-key is in the namespace shop, and pods of elsewhere would never start: make it in a bundle of elsewhere (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-namespace]");
}

#[test]
fn the_certificate_of_a_ca() {
    let shop = Shop::new();
    let web = shop.bundle();
    let ca = web.ca(name!("ca"), &shop.issuer());
    let _ = ca.ca_volume(&web, &name!("ca"));
    let mobile = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    mobile.add(config_map("settings"));
    let _ = ca.ca_volume(&mobile, &name!("ca"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the Secret ca is in the namespace shop, and pods of elsewhere would never start: make it in a bundle of elsewhere (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-namespace]");
}

#[test]
fn a_local_volume() {
    let shop = Shop::new();
    let volume = LocalVolume { path: path!("/data"), size: gibibytes(1) };
    let volume = shop.bundle().app(&NODES).local_volume(volume);
    let mobile = shop.bundle_in(&ELSEWHERE, name!("mobile"));
    server(&mobile.app(&NODES)).mount(&volume, path!("/src"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the claim web-app-host-path-persistent-volume-claim was made for web-app, and mobile-app would be refused at run time: ask for one of its own at the component mobile-app (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]");
}

#[test]
fn a_volume_claim_template() {
    let shop = Shop::new();
    let web = shop.bundle();
    let (first, claim) = store(&web.component(name!("store"), &NODES));
    first.mount(&claim, path!("/data"));
    let (second, own) = store(&web.component(name!("archive"), &NODES));
    second.mount(&own, path!("/data"));
    second.mount(&claim, path!("/other"));
    server(&web.app(&NODES)).mount(&claim, path!("/data"));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the volume data belongs to the pods of web-store-stateful-set, and those of web-archive-stateful-set have none of that name: mount it into a container of web-store-stateful-set (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [missing-volume]
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the volume data belongs to the pods of web-store-stateful-set, and those of web-app-deployment have none of that name: mount it into a container of web-store-stateful-set (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [missing-volume]
    ");
}

#[test]
fn the_keys_of_a_database_and_of_a_broker() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let database = app.database(mysql());
    let saga = app.saga(Saga { rabbitmq: &rabbitmq(&shop), steps: vec![name!("pay")] });
    let worker = server(&web.component(name!("worker"), &NODES));
    worker.env([
        database.user("DB_USER"),
        database.password("DB_PASSWORD"),
        saga.user("MQ_USER"),
        saga.password("MQ_PASSWORD"),
    ]);
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable DB_USER was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable DB_PASSWORD was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable MQ_USER was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    manifests-lib/tests/language/mistakes/elsewhere.rs:N: the variable MQ_PASSWORD was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]
    ");
}

#[test]
fn the_folder_of_another_component() {
    let shop = Shop::new();
    let web = shop.bundle();
    let folder = LocalVolume { path: path!("/data"), size: gibibytes(1) };
    let folder = web.app(&NODES).local_volume(folder);
    server(&web.component(name!("worker"), &NODES)).mount(&folder, path!("/src"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/elsewhere.rs:N: the claim web-app-host-path-persistent-volume-claim was made for web-app, and web-worker would be refused at run time: ask for one of its own at the component web-worker (see also manifests-lib/tests/language/mistakes/elsewhere.rs:N) [wrong-component]");
}
