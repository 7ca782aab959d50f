//! What a cluster takes, and what does not work there.

use insta::assert_snapshot;
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::data::database::{AuroraMysql, Database, Mysql};
use manifests_lib::model::{Injection, Namespace, NamespaceRules, named};
use manifests_lib::network::mesh::GatewayRoute;
use manifests_lib::network::{Certificate, CertificateHosts};
use manifests_lib::values::{Name, Port, gibibytes, mebibytes, millicores, seconds};
use manifests_lib::workload::{Container, LocalVolume, Resources, VolumeClaimTemplate, Workload};
use manifests_lib::{host, name, node_port, path, plain, port, uid};

use crate::support::{
    FRONT_DOOR, NAMESPACE, NODES, RULES, Shop, aurora, container, deployment, listed, mysql,
    server, service_on, without_lines,
};

const FEW: Resources = Resources { cpu: millicores(0), memory: mebibytes(64) };

#[test]
fn no_processor_time() {
    let shop = Shop::new();
    deployment(&shop.bundle().app(&NODES)).container(Container { resources: FEW, ..container() });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: container server requests no processor time, and would get none on a busy node: give it what it needs, such as millicores(10) [zero-size]");
}

#[test]
fn no_time_to_start() {
    let shop = Shop::new();
    server(&shop.bundle().app(&NODES)).startup_time(seconds(0));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: 0 seconds are no time to start, and the API server would take 6 in their place: give it longer [zero-size]");
}

#[test]
fn folders_and_volumes_without_room() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    server(&app).empty_dir(path!("/tmp"), mebibytes(0));
    let _ = app.local_volume(LocalVolume { path: path!("/data/web"), size: gibibytes(0) });
    let _ = shop.bundle_named(name!("store")).app(&NODES).stateful_set(1).volume_claim_template(
        VolumeClaimTemplate {
            name: name!("data"),
            size: gibibytes(0),
            storage_class: name!("fast"),
            owner: uid!(1000),
        },
    );
    let mistakes = shop.mistakes();
    let zero: Vec<_> = mistakes.lines().filter(|line| line.ends_with("[zero-size]")).collect();
    assert_snapshot!(zero.join("\n"), @r"
    manifests-lib/tests/language/mistakes/bounds.rs:N: the folder /tmp has the size 0, which the API server refuses or reads as no limit: say how much it holds [zero-size]
    manifests-lib/tests/language/mistakes/bounds.rs:N: the folder /data/web has the size 0, which the API server refuses or reads as no limit: say how much it holds [zero-size]
    manifests-lib/tests/language/mistakes/bounds.rs:N: the volume data has the size 0, which the API server refuses or reads as no limit: say how much it holds [zero-size]
    ");
}

#[test]
fn two_owners_of_the_volumes_of_a_pod() {
    let shop = Shop::new();
    let stateful_set = shop.bundle().app(&NODES).stateful_set(1);
    let server = stateful_set.container(container());
    stateful_set.governed_by(&server.expose_tcp(port!(80)));
    for (name, owner) in [(name!("data"), uid!(1000)), (name!("logs"), uid!(2000))] {
        let _ = stateful_set.volume_claim_template(VolumeClaimTemplate {
            name,
            size: gibibytes(1),
            storage_class: name!("fast"),
            owner,
        });
    }
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: the volumes of one pod belong to one group, and those of web-app-stateful-set are to belong to 1000 and to 2000: the last one would have all; give them one owner [several-volume-owners]");
}

#[test]
fn a_service_of_no_pods() {
    let shop = Shop::new();
    let stopped = shop.bundle().app(&NODES).deployment(0);
    let _ = stopped.container(container()).expose_http(port!(80));
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: Service shop/web-app-service selects pods of which there are none (replicas: 0): nobody would answer; run at least one, or remove the Service (see also manifests-lib/tests/language/mistakes/bounds.rs:N) [service-without-pods]");
}

#[test]
fn what_is_stopped_and_has_no_service_is_accepted() {
    let shop = Shop::new();
    shop.bundle().app(&NODES).deployment(0).container(container());
    assert_eq!(listed(&shop.errors()), "");
}

/// A container on a port, in a namespace of the mesh or outside it.
fn listens(port: Port, injection: Injection) -> String {
    let shop = Shop::new();
    let tools = Namespace::new(name!("tools"));
    let web = shop.bundle_in(&tools, name!("web"));
    web.create_namespace(&tools, &NamespaceRules { injection, ..RULES });
    web.require_sidecars();
    deployment(&web.app(&NODES)).container(Container { port, ..container() });
    listed(&shop.errors())
}

#[test]
fn a_port_of_the_proxy() {
    let stable = || Injection::Revision(name!("stable"));
    for port in [port!(15000), port!(15001), port!(15006), port!(15021), port!(15090)] {
        let mistakes = listens(port, stable());
        assert!(mistakes.contains("[proxy-port]"), "{port}: {mistakes}");
        assert_eq!(listens(port, Injection::None), "");
    }
    for port in [port!(14999), port!(15091)] {
        assert_eq!(listens(port, stable()), "");
    }
}

#[test]
fn a_port_of_the_proxy_behind_a_gateway() {
    let shop = Shop::new();
    let service = service_on(&shop.bundle().app(&NODES), port!(15021));
    service.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30001) });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: a gateway opens a service's own port, and its proxy listens on ports from 15000 to 15090 itself, so that 15021 is taken: give the service another port [proxy-port]");
}

/// A database of a bundle of this name.
fn database(bundle: Name, database: impl Into<Database<Mysql>>) -> String {
    let shop = Shop::new();
    let _ = shop.bundle_named(bundle).app(&NODES).database(database);
    shop.secrets_manager();
    listed(&shop.errors())
}

fn aurora_with(database: Name) -> AuroraMysql {
    AuroraMysql { database, ..aurora() }
}

#[test]
fn names_that_mysql_does_not_take() {
    for name in [name!("sys"), name!("mysql"), name!("a23456789012345678901234567890123")] {
        let mistakes = database(name.clone(), mysql());
        assert!(mistakes.contains("[invalid-database-name]"), "{name}: {mistakes}");
    }
    assert_eq!(database(name!("a2345678901234567890123456789012"), mysql()), "");
    assert!(database(name!("web"), aurora_with(name!("sys"))).contains("[invalid-database-name]"));
    assert_eq!(database(name!("web"), aurora_with(name!("a23456789012345678901234567890123"))), "");
}

/// A container that runs this image, which a patch or whoever added it gave to it.
fn runs(image: &'static str) -> String {
    let shop = Shop::new();
    let web = shop.bundle();
    server(&web.app(&NODES));
    web.patch(move |deployment: &mut apps::Deployment| {
        let pods: &mut Option<core::PodSpec> =
            &mut deployment.spec.get_or_insert_default().template.spec;
        pods.get_or_insert_default().containers[0].image = Some(image.to_owned());
    });
    listed(&shop.errors())
}

#[test]
fn images_whose_name_can_lead_elsewhere() {
    for image in [
        "nginx",
        "nginx:latest",
        "nginx:1.29",
        "ghcr.io/example/web:d74ac1c",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:latest",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:v1.2",
    ] {
        let mistakes = runs(image);
        assert!(mistakes.contains("[unpinned-image]"), "{image}: {mistakes}");
    }
    for image in [
        "nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:d74ac1c",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:v1.2.3",
        "auto",
    ] {
        assert_eq!(runs(image), "", "{image}");
    }
}

#[test]
fn one_host_twice_in_a_certificate() {
    let shop = Shop::new();
    let issuer = shop.issuer();
    let hosts = CertificateHosts::Of(vec![host!("www.example.com"), host!("www.example.com")]);
    let _ = shop.bundle().certificate(Certificate { name: name!("web"), issuer: &issuer, hosts });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: the certificate web is for www.example.com twice: probably one of them should be another host; correct or remove it [duplicate-host]");
}

#[test]
fn folders_that_the_node_or_the_container_needs() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let node = app.local_volume(LocalVolume { path: path!("/etc/kubernetes"), size: gibibytes(1) });
    let server = server(&app);
    server.mount(&node, path!("/settings"));
    server.empty_dir(path!("/proc"), mebibytes(1));
    server.empty_dir(path!("/dev/shm"), mebibytes(1));
    assert_snapshot!(shop.mistakes(), @r"
    manifests-lib/tests/language/mistakes/bounds.rs:N: a volume at /proc would hide what the kernel gives every container there, and the container would not start: choose another path [system-folder]
    manifests-lib/tests/language/mistakes/bounds.rs:N: PersistentVolume web-app-persistent-volume: the folder /etc/kubernetes of the nodes is below /etc, which the node itself runs on: whoever writes there owns the node; keep data elsewhere, such as below /data or /mnt [system-folder]
    ");
}

#[test]
fn volumes_with_folders_that_the_node_needs() {
    let volume = |path: &str, is_local: bool| {
        let shop = Shop::new();
        let local =
            is_local.then(|| core::LocalVolumeSource { path: path.to_owned(), fs_type: None });
        let host_path =
            (!is_local).then(|| core::HostPathVolumeSource { path: path.to_owned(), type_: None });
        let spec = core::PersistentVolumeSpec {
            local,
            host_path,
            ..core::PersistentVolumeSpec::default()
        };
        let spec = Some(spec);
        shop.bundle().add(core::PersistentVolume { metadata: named("disk"), spec, status: None });
        without_lines(&listed(&shop.errors()))
    };
    assert_snapshot!(volume("/", false), @"manifests-lib/tests/language/mistakes/bounds.rs:N: PersistentVolume disk: the folder / of the nodes contains /bin, which the node itself runs on: whoever writes there owns the node; keep data elsewhere, such as below /data or /mnt [system-folder]");
    for path in ["/etc/", "/var", "/var/lib", "/var/lib/kubelet/pods", "/lib64"] {
        assert!(volume(path, true).contains("[system-folder]"), "{path}");
    }
    for path in ["/data", "/mnt/disks/a", "/var/data", "/srv/etc"] {
        assert_eq!(volume(path, true), "", "{path}");
    }
}

#[test]
fn a_namespace_that_every_cluster_has() {
    let shop = Shop::new();
    shop.bundle().create_namespace(&Namespace::new(name!("default")), &RULES);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: every cluster has the namespace default, with pods of others: this bundle would make it its own; create another one [foreign-namespace]");
}

#[test]
fn a_value_that_no_variable_can_have() {
    let shop = Shop::new();
    server(&shop.bundle_in(&NAMESPACE, name!("web")).app(&NODES)).env([plain!("MODE", "fa\0st")]);
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/mistakes/bounds.rs:N: the value of MODE has a NUL character, at which a variable ends, and the runtime refuses the container: remove it [invalid-variable-value]");
}
