use custom_resources::istio::telemetry::v1 as telemetry;
use helm_values::Nullable;
use insta::assert_snapshot;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::delivery::Kustomization;
use manifests_lib::model::{GroupKind, Namespace};
use manifests_lib::values::Name;
use manifests_lib::{git_commit, git_url, name, relative_path, tag};
use serde_json::json;

use crate::support::{NAMESPACE, RULES, Shop, Values, config_map, with_crds, with_values};

#[test]
fn a_namespace_that_nothing_creates() {
    let shop = Shop::new();
    let lost = shop.bundle_in(&Namespace::new(name!("nowhere")), name!("lost"));
    lost.add(config_map("settings"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: nothing creates the namespace nowhere, and the API server refuses what lives in a namespace that does not exist: create it in a bundle, or list it in `Prerequisites` where the cluster has it [missing-namespace]");
}

#[test]
fn a_kind_whose_crd_nothing_installs() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(telemetry::Telemetry {
        metadata: ObjectMeta { name: Some("traces".to_owned()), ..ObjectMeta::default() },
        spec: None,
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: nothing installs the CRD of Telemetry.telemetry.istio.io, and the API server refuses objects of a kind that it does not know: add the chart or kustomization whose `crd_groups` name telemetry.istio.io, or list the group in `Prerequisites` where the cluster has it [missing-crd]");
}

#[test]
fn a_null_that_the_chart_is_not_known_to_take() {
    let shop = Shop::new();
    let tool = shop.bundle_named(name!("tool"));
    let settings = json!({ "log": [{ "level": null }] });
    with_values(
        &tool,
        Values { shards: Some(Nullable::Unset), settings: Some(settings), ..Values::default() },
    );
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: the value settings.log[].level of the chart tool is null, which erases the chart's default: leave it out, or list it below unset in charts.toml if the chart takes null [null-value]");
}

#[test]
fn bundles_that_wait_for_each_other() {
    let shop = Shop::new();
    let first = shop.bundle_in(&Namespace::new(name!("first")), name!("first"));
    first.create_namespace(first.namespace(), &RULES);
    let second = shop.bundle_in(&Namespace::new(name!("second")), name!("second"));
    second.create_namespace(second.namespace(), &RULES);
    with_crds(&second, "example.com");
    first.after(&second);
    first.add(config_map("settings"));
    second.add(config_map("settings")).namespace(&Namespace::new(name!("first")));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/delivery.rs:N: there is no order of deployment: first waits for second (manifests-lib/tests/language/mistakes/delivery.rs:N says so), second waits for first (it creates the namespace first); move what the others wait for into a bundle of its own (see also manifests-lib/tests/language/mistakes/delivery.rs:N) [deployment-cycle]
    manifests-lib/tests/language/mistakes/delivery.rs:N: ConfigMap first/settings is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/delivery.rs:N) [duplicate-object]
    ");
}

#[test]
fn a_bundle_that_waits_for_itself() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(config_map("settings"));
    web.after(&web);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: the bundle web would be deployed after itself, which is never: remove this line, or name the bundle that it waits for [deployment-cycle]");
}

/// Bundles that each wait for the next one, and the last for the first.
fn circle(shop: &Shop, prefix: &str, bundles: usize) {
    let bundles: Vec<_> = (0..bundles)
        .map(|number| {
            let name = format!("{prefix}{number}");
            let bundle = shop.bundle_named(Name::new(name.as_str()).expect("a name"));
            bundle.add(config_map(&name));
            bundle
        })
        .collect();
    for (bundle, next) in bundles.iter().zip(bundles.iter().cycle().skip(1)) {
        bundle.after(next);
    }
}

#[test]
fn many_bundles_that_wait_for_each_other() {
    let shop = Shop::new();
    circle(&shop, "a", 1000);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: there is no order of deployment: a0 waits for a1 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), a1 waits for a2 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), a2 waits for a3 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), a3 waits for a4 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), a4 waits for a5 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), a5 waits for a6 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), a6 waits for a7 (manifests-lib/tests/language/mistakes/delivery.rs:N says so), 992 more wait likewise, a999 waits for a0 (manifests-lib/tests/language/mistakes/delivery.rs:N says so); move what the others wait for into a bundle of its own [deployment-cycle]");
}

#[test]
fn each_circle_is_told() {
    let shop = Shop::new();
    for prefix in ["a", "b", "c"] {
        circle(&shop, prefix, 2);
    }
    assert_eq!(shop.errors().len(), 3);
}

#[test]
fn waiting_for_a_bundle_of_another_platform() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.add(config_map("settings"));
    web.after(&Shop::new().bundle_named(name!("other")));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: the bundle other is of another platform, that of test, whose objects the cluster of test does not have: make it in a bundle of this platform (see also manifests-lib/tests/language/mistakes/delivery.rs:N) [foreign-bundle]");
}

#[test]
fn a_bundle_that_deploys_nothing() {
    let shop = Shop::new();
    shop.bundle();
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: the bundle web deploys nothing, and an Application without a source is refused: add to it or remove it [empty-bundle]");
}

#[test]
fn a_bundle_named_like_one_of_the_app_of_apps() {
    let shop = Shop::new();
    let parent = shop.bundle_named(name!("team-parent"));
    parent.add(config_map("settings"));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/support.rs:N: two bundles are named team-parent: give one another name (see also manifests-lib/tests/language/mistakes/delivery.rs:N) [duplicate-bundle]
    manifests-lib/tests/language/mistakes/delivery.rs:N: Application.argoproj.io argocd/team-parent-application is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/support.rs:N) [duplicate-object]
    ");
}

#[test]
fn applications_of_nothing() {
    let shop = Shop::new();
    shop.team().applications(name!("group"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: the bundle group deploys nothing, and an Application without a source is refused: add to it or remove it [empty-bundle]");
}

#[test]
fn a_team_without_bundles() {
    let shop = Shop::new();
    shop.bundle().add(config_map("settings"));
    let _ = shop.platform().team(name!("data"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/delivery.rs:N: the team data has no bundle, and Argo CD finds no folder for it: give it one or remove it [empty-team]");
}

#[test]
fn namespaces_of_others() {
    let shop = Shop::new();
    shop.bundle().create_namespace(&NAMESPACE, &RULES);
    shop.bundle_named(name!("operator")).kustomization(Kustomization {
        repository: git_url!("https://example.com/operator.git"),
        release: tag!("v1.2.3"),
        commit: git_commit!("0123456789abcdef0123456789abcdef01234567"),
        path: relative_path!("config/default"),
        images: Vec::new(),
        exclude: Vec::new(),
        pod_patch: None,
        kinds: vec![GroupKind::of::<core::Namespace>()],
        crd_groups: Vec::new(),
    });
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/mistakes/delivery.rs:N: the namespace shop is there before the platform, by its `Prerequisites`, and web would change its labels: remove one of the two [foreign-namespace]
    manifests-lib/tests/language/mistakes/delivery.rs:N: a source of operator creates namespaces, whose names are not known here, so that its project would admit every namespace: exclude them from it, and create them with `Bundle::create_namespace` [unnamed-namespace]
    ");
}
