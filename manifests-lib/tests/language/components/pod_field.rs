use insta::assert_snapshot;
use manifests_lib::label_key;
use manifests_lib::values::{mebibytes, millicores};
use manifests_lib::workload::{PodField, ResourceField};

use crate::support::{NODES, Shop, server};

#[test]
fn a_variable_has_the_value_of_a_field() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.cpu_limit(millicores(1500), "the program starts a thread for each core that it sees");
    server.env([
        PodField::Name.variable("POD_NAME"),
        PodField::Ip.variable("POD_IP"),
        PodField::Label(label_key!("app")).variable("APP"),
        PodField::Annotation(label_key!("example.com/team")).variable("TEAM"),
        ResourceField::MemoryLimit.variable("GOMEMLIMIT"),
        ResourceField::CpuLimit.variable("GOMAXPROCS"),
        ResourceField::CpuRequestMillicores.variable("CPU"),
    ]);
    assert_snapshot!(shop.container_part(&web, "/env"), @r#"
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_IP
      valueFrom:
        fieldRef:
          fieldPath: status.podIP
    - name: APP
      valueFrom:
        fieldRef:
          fieldPath: metadata.labels['app']
    - name: TEAM
      valueFrom:
        fieldRef:
          fieldPath: metadata.annotations['example.com/team']
    - name: GOMEMLIMIT
      valueFrom:
        resourceFieldRef:
          divisor: "1"
          resource: limits.memory
    - name: GOMAXPROCS
      valueFrom:
        resourceFieldRef:
          divisor: "1"
          resource: limits.cpu
    - name: CPU
      valueFrom:
        resourceFieldRef:
          divisor: 1m
          resource: requests.cpu
    "#);
}

#[test]
fn a_limit_that_the_container_does_not_have_is_refused() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).env([ResourceField::CpuLimit.variable("GOMAXPROCS")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: the variable GOMAXPROCS has the limit of CPU of container server, which has none: it would be what the whole node has; take the request, or say a `cpu_limit` [missing-limit]");
}

#[test]
fn a_container_may_have_less_cpu_and_reserve_less_memory() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.cpu_limit(millicores(500), "a noisy neighbour");
    server.memory_request(mebibytes(32), "needs more for minutes a day");
    assert_snapshot!(shop.container_part(&web, "/resources"), @"
    limits:
      cpu: 500m
      memory: 64Mi
    requests:
      cpu: 100m
      memory: 32Mi
    ");
}

#[test]
fn limits_and_requests_that_contradict_each_other_are_refused() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.cpu_limit(millicores(50), " ");
    server.memory_request(mebibytes(64), "as much as it may have");
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/pod_field.rs:N: a limit of CPU has an empty reason: say why the container differs from others [missing-reason]
    manifests-lib/tests/language/components/pod_field.rs:N: container server reserves 100 thousandths of a core and may have 50: the API server would refuse it; raise the limit [limit-below-request]
    manifests-lib/tests/language/components/pod_field.rs:N: container server reserves 64 MiB of memory and may have 64: reserve less, or remove the line, as what it may have is reserved by itself [limit-below-request]
    ");
}
