use custom_resources::istio::telemetry::v1 as telemetry;
use helm_values::Nullable;
use insta::assert_snapshot;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::{Bundle, Name, Namespace, Parent, Platform, Root, name};
use serde_json::json;

use crate::support::{
    RULES, Values, bundle, config_map, delivery, listed, mistakes, with_crds, with_values,
    without_lines,
};

fn in_namespace(name: Name, namespace: Name) -> Bundle {
    Bundle::new(name, &Namespace::new(namespace), &name!("test"))
}

#[test]
fn a_namespace_that_nothing_creates() {
    let lost = in_namespace(name!("lost"), name!("nowhere"));
    lost.add(config_map("settings"));
    assert_snapshot!(mistakes(&[&lost]), @"manifests-lib/tests/language/mistakes/delivery.rs:N: nothing creates the namespace nowhere, and the API server refuses what lives in a namespace that does not exist: create it in a bundle, or list it in `Existing` where the cluster has it");
}

#[test]
fn a_kind_whose_crd_nothing_installs() {
    let web = bundle();
    web.add(telemetry::Telemetry {
        metadata: ObjectMeta { name: Some("traces".to_owned()), ..ObjectMeta::default() },
        spec: None,
    });
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/delivery.rs:N: nothing installs the CRD of Telemetry.telemetry.istio.io, and the API server refuses objects of a kind that it does not know: add the chart or kustomization that `installs` telemetry.istio.io, or list the group in `Existing` where the cluster has it");
}

#[test]
fn a_null_that_the_chart_is_not_known_to_take() {
    let tool = in_namespace(name!("tool"), name!("shop"));
    let settings = json!({ "log": [{ "level": null }] });
    with_values(
        &tool,
        Values { shards: Some(Nullable::Unset), settings: Some(settings), ..Values::default() },
    );
    assert_snapshot!(mistakes(&[&tool]), @"manifests-lib/tests/language/support.rs:N: the value settings.log[].level of the chart tool is null, which erases the chart's default: leave it out, or list it below unset in charts.toml if the chart takes null");
}

#[test]
fn bundles_that_wait_for_each_other() {
    let first = in_namespace(name!("first"), name!("first"));
    first.create_namespace(first.namespace(), &RULES);
    let second = in_namespace(name!("second"), name!("second"));
    second.create_namespace(second.namespace(), &RULES);
    with_crds(&second, "example.com");
    first.after(&second);
    first.add(config_map("settings"));
    second.add(config_map("settings")).namespace(&Namespace::new(name!("first")));
    assert_snapshot!(mistakes(&[&first, &second]), @"
    manifests-lib/tests/language/mistakes/delivery.rs:N: there is no order of deployment: first waits for second (manifests-lib/tests/language/mistakes/delivery.rs:N says so), second waits for first (it creates the namespace first); move what the others wait for into a bundle of its own
    manifests-lib/tests/language/mistakes/delivery.rs:N: ConfigMap first/settings is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/delivery.rs:N)
    ");
}

#[test]
fn waiting_for_a_bundle_outside_the_platform() {
    let web = bundle();
    web.add(config_map("settings"));
    web.after(&in_namespace(name!("other"), name!("shop")));
    assert_snapshot!(mistakes(&[&web]), @"manifests-lib/tests/language/mistakes/delivery.rs:N: web waits for other, which is not part of the platform: add it or remove `after`");
}

#[test]
fn a_bundle_that_deploys_nothing() {
    assert_snapshot!(mistakes(&[&bundle()]), @"manifests-lib/tests/language/support.rs:N: the bundle web deploys nothing, and an Application without a source is refused: add to it or remove it");
}

#[test]
fn a_bundle_named_like_one_of_the_app_of_apps() {
    let parent = in_namespace(name!("team-parent"), name!("shop"));
    parent.add(config_map("settings"));
    assert_snapshot!(mistakes(&[&parent]), @"
    manifests-lib/tests/language/support.rs:N: two bundles are named team-parent: give one another name (see also manifests-lib/tests/language/mistakes/delivery.rs:N)
    manifests-lib/tests/language/mistakes/delivery.rs:N: Application.argoproj.io argocd/team-parent-application is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/support.rs:N)
    ");
}

#[test]
fn a_bundle_that_would_hold_its_own_application() {
    let outer = bundle();
    let inner = in_namespace(name!("inner"), name!("shop"));
    inner.applications([outer.clone()]);
    outer.applications([inner, outer.clone()]);
    outer.add(config_map("settings"));
    assert_snapshot!(mistakes(&[&outer]), @"
    manifests-lib/tests/language/mistakes/delivery.rs:N: the bundle web would hold its own Application through inner, and neither would ever be deployed: leave it out
    manifests-lib/tests/language/mistakes/delivery.rs:N: the bundle web would hold its own Application through web, and neither would ever be deployed: leave it out
    ");
}

#[test]
fn a_parent_without_bundles() {
    let web = bundle();
    web.add(config_map("settings"));
    let parents = [Parent::new(name!("app"), [web]), Parent::new(name!("data"), [])];
    let platform = Platform::new(name!("test"), Root::new(delivery(), [], parents));
    let errors = platform.build().err().unwrap_or_default();
    assert_snapshot!(without_lines(&listed(&errors)), @"manifests-lib/tests/language/mistakes/delivery.rs:N: the parent data has no bundle, and Argo CD finds no folder for it: give it one or remove it");
}
