use insta::assert_snapshot;
use manifests_lib::{
    Bundle, Claim, Expose, Protocol, SelectorLabels, StatefulSet, StatefulSetHandle, gibibytes,
    name, path, port, uid,
};

use crate::support::{NODES, bundle, container, objects, part};

fn store() -> (Bundle, StatefulSetHandle) {
    let web = bundle();
    let stateful_set = web.component(name!("store")).stateful_set(StatefulSet {
        replicas: 1,
        on: &NODES,
    });
    let data = stateful_set.claim(Claim {
        name: name!("data"),
        size: gibibytes(5),
        storage_class: name!("fast"),
        owner: uid!(999),
    });
    let store = stateful_set.container(container());
    store.mount(&data, path!("/data"));
    let service = store.expose(Expose {
        port: port!(6379),
        protocol: Protocol::Tcp,
    });
    stateful_set.governed_by(&service);
    (web, stateful_set)
}

#[test]
fn keeps_its_name_and_its_data() {
    let (web, _) = store();
    assert_snapshot!(objects(&web, &["StatefulSet"]), @"");
}

#[test]
fn its_service_names_each_pod() {
    let (web, _) = store();
    assert_snapshot!(objects(&web, &["Service"]), @"");
}

#[test]
fn has_an_identity_of_its_own() {
    let (web, _) = store();
    assert_snapshot!(part(&web, "ServiceAccount", "/metadata/name"), @"");
}

#[test]
fn an_older_selector_stays() {
    let (web, stateful_set) = store();
    stateful_set.selector(SelectorLabels::AppComponentEnvironment);
    assert_snapshot!(part(&web, "StatefulSet", "/spec/selector"), @"");
}
