use insta::assert_snapshot;
use manifests_lib::values::{mebibytes, millicores, seconds};
use manifests_lib::workload::{Allowance, Capability, User, Workload};
use manifests_lib::{name, path, plain};

use crate::support::{NODES, Shop, container, deployment, server, task};

#[test]
fn variables_stand_in_the_order_in_which_they_were_given() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.env([plain!("MODE", "fast"), plain!("LOG_LEVEL", "info")]);
    server.env([plain!("COLOR", "no")]);
    assert_snapshot!(shop.container_part(&web, "/env"), @r#"
    - name: MODE
      value: fast
    - name: LOG_LEVEL
      value: info
    - name: COLOR
      value: "no"
    "#);
}

/// A ConfigMap that several containers read would need a restart of its own; a value that stands in the pods restarts them.
#[test]
fn several_containers_share_variables_by_an_array() {
    let shared = || [plain!("REGION", "eu"), plain!("LOG_LEVEL", "info")];
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).env(shared());
    let worker = deployment(&web.component(name!("worker"), &NODES)).portless_container(task());
    worker.env(shared());
    worker.env([plain!("QUEUE", "mails")]);
    let built = shop.build();
    let deployments = built.resources().filter(|it| it.object_ref().kind == "Deployment");
    let with_both = deployments.filter(|it| {
        let json = it.to_json().expect("finite numbers");
        let env = &json["spec"]["template"]["spec"]["containers"][0]["env"];
        env[0]["value"] == "eu" && env[1]["value"] == "info"
    });
    assert_eq!(with_both.count(), 2);
}

#[test]
fn what_is_unlike_others_is_told_with_its_reason() {
    let shop = Shop::new();
    let server = server(&shop.bundle().app(&NODES));
    server.without_liveness("a restart would lose what it has in memory");
    server.cpu_limit(millicores(500), "it would starve its neighbours");
    server.memory_request(mebibytes(32), "few of them are busy at once");
    let told: Vec<String> = shop.build().departures.iter().map(ToString::to_string).collect();
    assert_snapshot!(told.join("\n"), @"
    web-app-deployment/server: may have 500 thousandths of a core: it would starve its neighbours
    web-app-deployment/server: reserves 32 MiB of memory alone: few of them are busy at once
    web-app-deployment/server: has no liveness probe: a restart would lose what it has in memory
    ");
}

#[test]
fn program_and_arguments_of_the_image_can_be_replaced() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.command(["serve"]);
    server.arguments(["--port", "8080"]);
    assert_snapshot!(shop.container_part(&web, "/command"), @"- serve");
    assert_snapshot!(shop.container_part(&web, "/args"), @r#"
    - --port
    - "8080"
    "#);
}

#[test]
fn an_empty_dir_is_an_empty_folder_with_a_limit() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.empty_dir(path!("/tmp"), mebibytes(64));
    server.empty_dir(path!("/var/cache/Fonts"), mebibytes(1024));
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: server-tmp
      mountPath: /tmp
    - name: server-var-cache-fonts
      mountPath: /var/cache/Fonts
    ");
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: server-tmp
      emptyDir:
        sizeLimit: 64Mi
    - name: server-var-cache-fonts
      emptyDir:
        sizeLimit: 1Gi
    ");
}

#[test]
fn may_do_nothing_beyond_running() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    assert_snapshot!(shop.container_part(&web, "/securityContext"), @"
    allowPrivilegeEscalation: false
    capabilities:
      drop:
      - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 1000
    runAsUser: 1000
    ");
    assert_eq!(shop.build().bundles[0].exceptions, []);
}

#[test]
fn root_is_an_exception_with_its_reason() {
    let shop = Shop::new();
    let web = shop.bundle();
    let mut root = container();
    root.user = User::root("binds port 80");
    deployment(&web.app(&NODES)).container(root);
    assert_snapshot!(shop.container_part(&web, "/securityContext"), @"
    allowPrivilegeEscalation: false
    capabilities:
      drop:
      - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 0
    runAsNonRoot: false
    runAsUser: 0
    ");
    assert_snapshot!(shop.build().bundles[0].exceptions[0], @"web-app-deployment/server: runs as root: binds port 80");
}

#[test]
fn a_writable_root_file_system_is_an_exception_with_its_reason() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).writable_root_file_system("compiles at its first start");
    assert_snapshot!(shop.container_part(&web, "/securityContext/readOnlyRootFilesystem"), @"false");
    assert_snapshot!(shop.build().bundles[0].exceptions[0], @"web-app-deployment/server: writes to its root file system: compiles at its first start");
}

#[test]
fn a_patch_has_the_last_word() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.patch(|container| container.args = Some(vec!["--verbose".to_owned()]));
    server.command(["serve"]);
    server.patch(|container| container.image_pull_policy = Some("Always".to_owned()));
    assert_snapshot!(shop.container_part(&web, "/command"), @"- serve");
    assert_snapshot!(shop.container_part(&web, "/args"), @"- --verbose");
    assert_snapshot!(shop.container_part(&web, "/imagePullPolicy"), @"Always");
}

#[test]
fn what_a_patch_adds_is_checked_as_well() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).patch(|container| {
        container.env = Some(vec![k8s_openapi::api::core::v1::EnvVar {
            name: "API_TOKEN".to_owned(),
            value: Some("t0ken".to_owned()),
            value_from: None,
        }]);
    });
    assert_snapshot!(shop.mistakes(), @r#"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: spec.template.spec.containers[server].env[API_TOKEN].value holds a value of API_TOKEN, and everybody who reads Git would read it: take it from a Secret (Component::secret, Component::database), or say why it is none: not_secret!("API_TOKEN", …, "why") in place of plain!, otherwise Bundle::not_secret("web-app-deployment", "spec.template.spec.containers[server].env[API_TOKEN].value", "why") (see also manifests-lib/tests/language/components/container.rs:N) [secret-in-plain-text]"#);
}

#[test]
fn what_a_patch_allows_needs_a_reason() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.patch(|container| {
        let security = container.security_context.get_or_insert_default();
        security.capabilities = None;
    });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server has capabilities (capabilities.drop without ALL), and no line says why: remove what allows it, or declare Allowance::Capabilities with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/components/container.rs:N) [undeclared-security-exception]");
    server.allow(Allowance::Capabilities, "binds port 80");
    assert_snapshot!(shop.build().bundles[0].exceptions[0], @"web-app-deployment/server: has capabilities: binds port 80");
}

#[test]
fn what_an_object_as_it_stands_allows_needs_a_reason() {
    let shop = Shop::new();
    let web = shop.bundle();
    web.patch(|deployment: &mut k8s_openapi::api::apps::v1::Deployment| {
        let pods = deployment.spec.get_or_insert_default().template.spec.get_or_insert_default();
        pods.host_network = Some(true);
    });
    server(&web.app(&NODES));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/support.rs:N: Deployment.apps shop/web-app-deployment: container server uses the node (hostNetwork), and no line says why: remove what allows it, or declare Allowance::Node with its reason (ContainerHandle::allow, Bundle::allow) (see also manifests-lib/tests/language/components/container.rs:N) [undeclared-security-exception]");
    web.allow(
        &name!("web-app-deployment"),
        &name!("server"),
        Allowance::Node,
        "reads the node's traffic",
    );
    assert_snapshot!(shop.build().bundles[0].exceptions[0], @"web-app-deployment/server: uses the node: reads the node's traffic");
}

#[test]
fn a_slow_container_gets_more_time_to_start() {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES)).startup_time(seconds(900));
    assert_snapshot!(shop.container_part(&web, "/startupProbe/failureThreshold"), @"450");
}

#[test]
fn capabilities_are_added_one_by_one() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    server.capability(Capability::NetBindService, "listens on port 80");
    server.capability(Capability::Chown, "takes files over from an older release");
    assert_snapshot!(shop.container_part(&web, "/securityContext/capabilities"), @"
    add:
    - CHOWN
    - NET_BIND_SERVICE
    drop:
    - ALL
    ");
    let reasons = shop.build().bundles.iter().map(|it| it.exceptions.len()).sum::<usize>();
    assert_eq!(reasons, 2);
}
