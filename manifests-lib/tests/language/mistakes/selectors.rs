use manifests_lib::workload::Workload;
use std::collections::BTreeMap;

use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;

use crate::support::{NODES, Shop, container, server};

fn relabel(deployment: &mut apps::Deployment) {
    let template = &mut deployment.spec.get_or_insert_default().template;
    let metadata = template.metadata.get_or_insert_default();
    metadata.labels = Some(BTreeMap::from([("app".to_owned(), "web".to_owned())]));
}

#[test]
fn a_patch_takes_labels_that_the_selector_wants() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(relabel);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the selector wants component=app, env=test, which the pod template does not have: the API server would refuse it; label the template or change the selector (see also manifests-lib/tests/language/mistakes/selectors.rs:N) [selector-mismatch]");
}

#[test]
fn the_mistake_leads_to_the_workload_and_to_the_patch() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let wrote = line!() + 1;
    let deployment = app.deployment(1);
    deployment.container(container());
    let adjusted = line!() + 1;
    web.patch(relabel);
    let errors = shop.errors();
    let [error] = errors.as_slice() else {
        panic!("one mistake, not {errors:?}");
    };
    let file = file!();
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("{file}:{wrote}: ")), "{shown}");
    assert!(
        shown.ends_with(&format!("(see also {file}:{adjusted}) [selector-mismatch]")),
        "{shown}"
    );
}

#[test]
fn a_patch_empties_the_selector() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(|deployment: &mut apps::Deployment| {
        deployment.spec.get_or_insert_default().selector.match_labels = None;
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: the selector is empty: select the labels of the pod template (see also manifests-lib/tests/language/mistakes/selectors.rs:N) [empty-selector]");
}
