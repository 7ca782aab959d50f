use insta::assert_snapshot;
use manifests_lib::values::{mebibytes, millicores, seconds};
use manifests_lib::workload::{
    Container, InitContainer, PortlessContainer, Probe, Resources, User, Workload,
};
use manifests_lib::{name, not_secret, path, plain, port, public_image, uid};

use crate::support::{NODES, Shop, container, deployment};

fn wait() -> InitContainer {
    InitContainer {
        name: name!("wait"),
        image: public_image!(
            "busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )
        .into(),
        resources: Resources { cpu: millicores(10), memory: mebibytes(16) },
        user: uid!(1000),
    }
}

#[test]
fn runs_to_its_end_before_the_others_with_the_rights_of_all() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    let wait = deployment.init_container(wait());
    wait.command(["sh", "-c", "sleep 1"]);
    wait.env([plain!("MODE", "fast"), not_secret!("FEATURE_KEY", "checkout", "names a feature")]);
    wait.empty_dir(path!("/tmp"), mebibytes(8));
    let pods = "/spec/template/spec";
    assert_snapshot!(shop.part(&web, "Deployment", &format!("{pods}/initContainers")), @"
    - name: wait
      command:
      - sh
      - -c
      - sleep 1
      env:
      - name: MODE
        value: fast
      - name: FEATURE_KEY
        value: checkout
      image: busybox:1.37@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      imagePullPolicy: IfNotPresent
      resources:
        limits:
          memory: 16Mi
        requests:
          cpu: 10m
          memory: 16Mi
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
          - ALL
        readOnlyRootFilesystem: true
        runAsGroup: 1000
        runAsUser: 1000
      volumeMounts:
      - name: wait-tmp
        mountPath: /tmp
    ");
    assert_snapshot!(shop.part(&web, "Deployment", &format!("{pods}/volumes")), @"
    - name: wait-tmp
      emptyDir:
        sizeLimit: 8Mi
    ");
}

#[test]
fn sidecars_and_init_containers_start_in_the_order_of_their_lines() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    let proxy = deployment.sidecar(Container {
        name: name!("proxy"),
        port: port!(9000),
        probe: Probe::Tcp,
        ..container()
    });
    proxy.startup_time(seconds(10));
    deployment.init_container(wait());
    let InitContainer { image, resources, user, .. } = wait();
    let name = name!("logs");
    deployment.portless_sidecar(PortlessContainer { name, image, resources, user });
    let listed = shop.part(&web, "Deployment", "/spec/template/spec/initContainers");
    let shown = ["- name:", "  restartPolicy:", "  - containerPort:", "  readinessProbe:"];
    let lines = listed.lines().filter(|line| shown.iter().any(|start| line.starts_with(start)));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    - name: proxy
      - containerPort: 9000
      readinessProbe:
      restartPolicy: Always
    - name: wait
    - name: logs
      restartPolicy: Always
    ");
}

#[test]
fn a_sidecar_is_exposed_like_any_container() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    let proxy =
        deployment.sidecar(Container { name: name!("proxy"), port: port!(9000), ..container() });
    let _ = proxy.expose_http(port!(80));
    assert_snapshot!(shop.part(&web, "Service", "/spec/ports"), @"
    - name: http-web
      appProtocol: http
      port: 80
      protocol: TCP
      targetPort: 9000
    ");
}

#[test]
fn one_of_the_name_or_port_of_another_is_refused() {
    let shop = Shop::new();
    let deployment = deployment(&shop.bundle().app(&NODES));
    deployment.container(Container { name: name!("wait"), ..container() });
    deployment.init_container(wait());
    deployment.sidecar(container());
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/init_container.rs:N: two containers of one pod are named wait: the API server would refuse the second; rename one (see also manifests-lib/tests/language/components/init_container.rs:N) [duplicate-container]
    manifests-lib/tests/language/components/init_container.rs:N: two containers of one pod listen on port 8080 of one network: the second would not start; give one another port (see also manifests-lib/tests/language/components/init_container.rs:N) [duplicate-container-port]
    ");
}

#[test]
fn one_that_runs_as_root_says_why() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    deployment.init_container(InitContainer { user: User::root("owns the folder"), ..wait() });
    let built = shop.build();
    let exceptions: Vec<_> =
        built.bundles.iter().flat_map(|it| &it.exceptions).map(ToString::to_string).collect();
    assert_eq!(exceptions, ["web-app-deployment/wait: runs as root: owns the folder"]);
}

#[test]
fn the_proxy_of_the_mesh_starts_before_it() {
    let annotations = "/spec/template/metadata/annotations";
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    deployment.container(container());
    deployment.init_container(wait());
    assert_snapshot!(shop.part(&web, "Deployment", annotations), @r#"sidecar.istio.io/nativeSidecar: "true""#);
}
