use insta::assert_snapshot;
use manifests_lib::percent;
use manifests_lib::workload::{Deployment, Replicas, ScaleOn, Workload};

use crate::support::{NODES, Shop, container};

fn between(shop: &Shop, min: u16, max: u16) -> Deployment {
    let scale_on = ScaleOn::Cpu(percent!(70));
    let deployment = shop.bundle().app(&NODES).deployment(Replicas::Between { min, max, scale_on });
    deployment.container(container());
    deployment
}

#[test]
fn chooses_the_number_of_pods_that_the_manifest_leaves_out() {
    let shop = Shop::new();
    let deployment = between(&shop, 2, 10);
    deployment.scale_on(ScaleOn::Memory(percent!(80)));
    let web = shop.build().bundles.into_iter().find(|it| it.name.as_str() == "web");
    let resources = web.expect("it is registered").resources;
    let kinds: Vec<_> = resources.iter().map(|it| it.object_ref().kind).collect();
    assert_eq!(
        kinds,
        ["Deployment", "HorizontalPodAutoscaler", "ServiceAccount", "PodDisruptionBudget"]
    );
    let json = resources[0].to_json().expect("finite numbers");
    assert!(json.pointer("/spec/replicas").is_none(), "{json}");
    let mut yaml = String::new();
    resources[1].write_yaml(&mut yaml).expect("finite numbers");
    assert_snapshot!(yaml, @"
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata:
      name: web-app-horizontal-pod-autoscaler
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      maxReplicas: 10
      metrics:
      - containerResource:
          container: server
          name: cpu
          target:
            averageUtilization: 70
            type: Utilization
        type: ContainerResource
      - containerResource:
          container: server
          name: memory
          target:
            averageUtilization: 80
            type: Utilization
        type: ContainerResource
      minReplicas: 2
      scaleTargetRef:
        apiVersion: apps/v1
        kind: Deployment
        name: web-app-deployment
    ");
}

#[test]
fn one_pod_at_least_has_nothing_to_protect() {
    let shop = Shop::new();
    between(&shop, 1, 3);
    let built = shop.build();
    let kinds: Vec<_> = built.resources().map(|it| it.object_ref().kind).collect();
    assert!(kinds.contains(&"HorizontalPodAutoscaler"), "{kinds:?}");
    assert!(!kinds.contains(&"PodDisruptionBudget"), "{kinds:?}");
}

#[test]
fn a_fixed_number_has_none_whatever_it_would_look_at() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = web.app(&NODES).deployment(Replicas::Fixed(1));
    deployment.container(container());
    deployment.scale_on(ScaleOn::Memory(percent!(80)));
    assert_eq!(shop.kinds(&web), ["Deployment", "ServiceAccount"]);
}

#[test]
fn none_at_least() {
    let shop = Shop::new();
    between(&shop, 0, 3);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/autoscaler.rs:N: an autoscaler keeps one pod at least: without any there is no load to measure, and the API server would refuse it; set min to 1 or more [impossible-replicas]");
}

#[test]
fn nothing_between() {
    let shop = Shop::new();
    between(&shop, 3, 3);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/autoscaler.rs:N: an autoscaler between 3 and 3 pods has nothing to scale: set max above min, or a fixed number [impossible-replicas]");
}
