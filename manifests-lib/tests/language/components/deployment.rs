use insta::assert_snapshot;
use manifests_lib::{
    Deployment, PortlessContainer, PublicImage, Resources, SelectorLabels, Version, mebibytes,
    millicores, name, repository, tag, uid,
};

use crate::support::{NODES, bundle, container, container_part, kinds, objects, part, server};

#[test]
fn is_a_deployment_that_starts_the_new_before_it_stops_the_old() {
    let web = bundle();
    server(&web.app());
    assert_snapshot!(objects(&web, &["Deployment"]), @"");
}

#[test]
fn has_an_identity_of_its_own_whose_token_is_not_mounted() {
    let web = bundle();
    server(&web.app());
    assert_snapshot!(objects(&web, &["ServiceAccount"]), @"");
}

#[test]
fn one_replica_has_nothing_to_spread_and_nothing_to_protect() {
    let web = bundle();
    server(&web.app());
    assert_eq!(kinds(&web), ["Deployment", "ServiceAccount"]);
}

#[test]
fn several_replicas_are_spread_and_evicted_one_at_a_time() {
    let web = bundle();
    web.app()
        .deployment(Deployment {
            replicas: 2,
            on: &NODES,
        })
        .container(container());
    assert_snapshot!(objects(&web, &["PodDisruptionBudget"]), @"");
    let spread = "/spec/template/spec/topologySpreadConstraints";
    assert_snapshot!(part(&web, "Deployment", spread), @"");
}

#[test]
fn an_older_selector_stays_and_the_pods_keep_all_labels() {
    let web = bundle();
    let deployment = web.app().deployment(Deployment {
        replicas: 2,
        on: &NODES,
    });
    deployment.selector(SelectorLabels::App);
    deployment.container(container());
    assert_snapshot!(part(&web, "Deployment", "/spec/selector"), @"");
    assert_snapshot!(part(&web, "PodDisruptionBudget", "/spec/selector"), @"");
    assert_snapshot!(part(&web, "Deployment", "/spec/template/metadata/labels"), @"");
}

#[test]
fn a_portless_container_has_no_port_and_no_probe() {
    let web = bundle();
    let shell = web
        .app()
        .deployment(Deployment {
            replicas: 1,
            on: &NODES,
        })
        .portless_container(PortlessContainer {
            name: name!("shell"),
            image: PublicImage {
                repository: repository!("busybox"),
                version: Version::Tag(tag!("1.37")),
            }
            .into(),
            resources: Resources {
                cpu: millicores(10),
                memory: mebibytes(16),
            },
            user: uid!(1000),
        });
    shell.command(["sleep", "infinity"]);
    assert_snapshot!(container_part(&web, ""), @"");
}
