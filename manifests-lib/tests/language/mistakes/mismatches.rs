use insta::assert_snapshot;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::data::{GeneratedSecret, SecretValue};
use manifests_lib::model::SelectorLabels;
use manifests_lib::observability::{Latency, LatencyBound, Slo};
use manifests_lib::values::gibibytes;
use manifests_lib::workload::{LocalVolume, NodeGroup, Workload};
use manifests_lib::{label_key, name, path, slo_target};

use crate::support::{NODES, Shop, container, server, service};

#[test]
fn two_slos_of_a_service() {
    let shop = Shop::new();
    let web = shop.bundle();
    let service = service(&web.app(&NODES));
    for _ in 0..2 {
        service.slo(Slo {
            availability: slo_target!(995),
            latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
        });
    }
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mismatches.rs:N: PrometheusRule.monitoring.coreos.com shop/web-app-objective is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [duplicate-object]");
}

#[test]
fn a_stateful_set_governed_by_the_service_of_others() {
    let shop = Shop::new();
    let web = shop.bundle();
    let stateful_set = web.component(name!("store"), &NODES).stateful_set(1);
    stateful_set.container(container());
    stateful_set.governed_by(&service(&web.app(&NODES)));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mismatches.rs:N: web-app-service stands before other pods than this StatefulSet's, which would have no DNS names: expose a container of this StatefulSet [foreign-governing-service]");
}

#[test]
fn a_volume_on_other_nodes_than_its_pod() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let others = NodeGroup { label: label_key!("example.com/group"), value: name!("elsewhere") };
    let volume =
        app.on(&others).local_volume(LocalVolume { path: path!("/data"), size: gibibytes(1) });
    server(&app).mount(&volume, path!("/src"));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mismatches.rs:N: the volume web-app-persistent-volume is on the nodes elsewhere and its pod on the nodes app: the pod would never be scheduled; put both on one group [volume-on-other-nodes]");
}

#[test]
fn a_volume_that_its_pod_does_not_have() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).patch(|container| {
        container.volume_mounts = Some(vec![core::VolumeMount {
            name: "data".to_owned(),
            mount_path: "/data".to_owned(),
            ..core::VolumeMount::default()
        }]);
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server mounts the volume data, which its pod does not have: the API server would refuse it; a claim belongs to the StatefulSet that declares it, mount a volume of this workload (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [missing-volume]");
}

#[test]
fn a_service_that_selects_the_pods_of_two_workloads() {
    let shop = Shop::new();
    let web = shop.bundle();
    service(&web.app(&NODES)).selector(SelectorLabels::App);
    server(&web.component(name!("worker"), &NODES));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Service shop/web-app-service selects the pods of 2 workloads: a share of its requests would reach pods that do not serve them; select more labels (see also manifests-lib/tests/language/support.rs:N) (see also manifests-lib/tests/language/support.rs:N) [shared-selector]");
}

#[test]
fn a_secret_that_can_be_guessed() {
    let shop = Shop::new();
    let web = shop.bundle();
    let _ = web.app(&NODES).secret(SecretValue {
        key: name!("signing-key"),
        source: GeneratedSecret { length: 15 }.into(),
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/mismatches.rs:N: the secret signing-key would have fewer than 16 characters, which can be guessed: ask for more [short-secret]");
}

#[test]
fn a_container_that_is_allowed_more_without_a_reason() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).patch(|container| {
        container.security_context = Some(core::SecurityContext {
            privileged: Some(true),
            ..core::SecurityContext::default()
        });
    });
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server runs as root (no runAsUser), and no line says why: remove what allows it, or declare Allowance::Root with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [undeclared-security-exception]
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server writes to its root file system (readOnlyRootFilesystem is not true), and no line says why: remove what allows it, or declare Allowance::WritableRootFileSystem with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [undeclared-security-exception]
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server has capabilities (capabilities.drop without ALL), and no line says why: remove what allows it, or declare Allowance::Capabilities with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [undeclared-security-exception]
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server may gain privileges (allowPrivilegeEscalation is not false), and no line says why: remove what allows it, or declare Allowance::PrivilegeEscalation with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [undeclared-security-exception]
    manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server uses the node (privileged), and no line says why: remove what allows it, or declare Allowance::Node with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/mistakes/mismatches.rs:N) [undeclared-security-exception]
    ");
}
