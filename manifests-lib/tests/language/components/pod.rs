use insta::assert_snapshot;
use manifests_lib::values::seconds;
use manifests_lib::workload::{
    HttpGet, NodeLabel, PreStop, PriorityClass, TaintEffect, Toleration, Topology, Workload,
};
use manifests_lib::{label_key, name, url_path};

use crate::support::{NODES, Shop, container, deployment, server};

#[test]
fn stops_after_its_containers_have_waited() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.grace_period(seconds(60));
    deployment.container(container()).pre_stop(PreStop::Sleep(seconds(45)));
    assert_snapshot!(shop.container_part(&web, "/lifecycle"), @"
    preStop:
      sleep:
        seconds: 45
    ");
    let grace = "/spec/template/spec/terminationGracePeriodSeconds";
    assert_snapshot!(shop.part(&web, "Deployment", grace), @"60");
}

#[test]
fn a_hook_is_a_request_or_a_command_too() {
    let shop = Shop::new();
    let web = shop.bundle();
    let get = HttpGet::new(url_path!("/drain"));
    server(&web.app(&NODES)).pre_stop(PreStop::Http(get));
    assert_snapshot!(shop.container_part(&web, "/lifecycle"), @"
    preStop:
      httpGet:
        path: /drain
        port: 8080
    ");
}

#[test]
fn what_takes_longer_to_stop_than_it_may_is_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let first = server(&web.app(&NODES));
    first.pre_stop(PreStop::Sleep(seconds(30)));
    first.pre_stop(PreStop::Exec(&["drain"]));
    let other = deployment(&web.component(name!("other"), &NODES));
    other.grace_period(seconds(0));
    other.container(container());
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/pod.rs:N: before it stops container server waits for 30 s, and its pod has 30 s to stop in all: it would be killed before it is told to stop; wait for less, or give the workload a longer `grace_period` [invalid-pre-stop]
    manifests-lib/tests/language/components/pod.rs:N: what a container does before it stops is said twice: the second line would be ignored; remove one [invalid-pre-stop]
    manifests-lib/tests/language/components/pod.rs:N: pods with 0 seconds to stop are killed at once, and their last requests with them: give them longer [zero-size]
    ");
}

#[test]
fn runs_where_its_lines_say() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let deployment = deployment(&app);
    deployment.container(container());
    deployment.tolerate(Toleration {
        key: label_key!("dedicated"),
        value: Some(name!("batch")),
        effect: TaintEffect::NoSchedule,
    });
    deployment.tolerate(Toleration {
        key: label_key!("spot"),
        value: None,
        effect: TaintEffect::NoExecute,
    });
    let label = |value| NodeLabel { key: label_key!("kubernetes.io/arch"), values: vec![value] };
    deployment.require_nodes(&label(name!("arm64")));
    deployment.prefer_nodes(&label(name!("amd64")));
    deployment.require_apart(&app, Topology::Node);
    deployment.prefer_near(&web.component(name!("cache"), &NODES), Topology::Zone);
    deployment.priority_class(PriorityClass::SystemClusterCritical);
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/affinity"), @"
    nodeAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - preference:
          matchExpressions:
          - key: kubernetes.io/arch
            operator: In
            values:
            - amd64
        weight: 100
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions:
          - key: kubernetes.io/arch
            operator: In
            values:
            - arm64
    podAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - podAffinityTerm:
          labelSelector:
            matchLabels:
              app: web
              component: cache
          topologyKey: topology.kubernetes.io/zone
        weight: 100
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - labelSelector:
          matchLabels:
            app: web
            component: app
        topologyKey: kubernetes.io/hostname
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/tolerations"), @"
    - effect: NoSchedule
      key: dedicated
      operator: Equal
      value: batch
    - effect: NoExecute
      key: spot
      operator: Exists
    ");
    let class = "/spec/template/spec/priorityClassName";
    assert_snapshot!(shop.part(&web, "Deployment", class), @"system-cluster-critical");
}

#[test]
fn has_labels_and_annotations_of_its_own() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    deployment.min_ready(seconds(10));
    deployment.pod_label(&label_key!("version"), "v2");
    deployment.pod_annotation(&label_key!("example.com/owner"), "team checkout");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/metadata"), @"
    annotations:
      example.com/owner: team checkout
    labels:
      app: web
      component: app
      env: test
      version: v2
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/minReadySeconds"), @"10");
}

#[test]
fn labels_that_selectors_use_and_annotations_of_two_values_are_refused() {
    let shop = Shop::new();
    let deployment = deployment(&shop.bundle().app(&NODES));
    deployment.container(container());
    deployment.pod_label(&label_key!("app"), "other");
    deployment.pod_annotation(&label_key!("example.com/owner"), "a");
    deployment.pod_annotation(&label_key!("example.com/owner"), "b");
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/pod.rs:N: the pods of web-app-deployment have a label app already, and selectors may find them by it: choose another key [invalid-label]
    manifests-lib/tests/language/components/pod.rs:N: the pods of web-app-deployment have an annotation example.com/owner of another value already: remove one (see also manifests-lib/tests/language/components/pod.rs:N) [invalid-annotation]
    ");
}
