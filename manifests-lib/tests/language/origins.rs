//! A resource knows the line that wrote it: never one of the library, whatever stands between.

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::data::database::{Aurora, AuroraEndpoint, Database, MysqlContainer};
use manifests_lib::data::rabbitmq::{RabbitmqCluster, RabbitmqClusterSpec, Saga, TopologyOperator};
use manifests_lib::data::{ClusterSecretStore, GeneratedSecret, SecretSource, SecretValue};
use manifests_lib::model::{Bundle, Component, Namespace, Origin};
use manifests_lib::network::gateway_api::{
    Exposure, Gateway, GatewaySpec, HttpRoute, Limits, Public,
};
use manifests_lib::network::mesh::{
    Egress, EgressGateway, GatewayRoute, IngressGateway, IngressPort, MetricsScraper,
};
use manifests_lib::network::{
    Certificate, CertificateHosts, ClusterIssuer, Expose, Issuer, Protocol, Service,
};
use manifests_lib::values::{PublicImage, Version, gibibytes, mebibytes, millicores, seconds};
use manifests_lib::workload::{
    ContainerHandle, Deployment, DeploymentHandle, LocalVolume, Resources, StatefulSet, WithPort,
};
use manifests_lib::{
    host, name, node_port, path, plain, port, region, repository, secrets_manager_name, tag,
    url_path,
};

use crate::support::{NAMESPACE, NODES, READERS, RULES, build, container, errors};

fn bundle() -> Bundle {
    Bundle::new(name!("web"), &NAMESPACE, &name!("test"))
}

fn settings() -> core::ConfigMap {
    core::ConfigMap {
        metadata: ObjectMeta { name: Some("settings".to_owned()), ..ObjectMeta::default() },
        ..core::ConfigMap::default()
    }
}

fn mysql() -> Database {
    Database::MysqlContainer(MysqlContainer {
        image: PublicImage { repository: repository!("mysql"), version: Version::Tag(tag!("8.0")) },
        on: NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(768) },
        storage: gibibytes(5),
        storage_class: name!("fast"),
    })
}

fn aurora() -> Database {
    Database::Aurora(
        Aurora {
            endpoint: AuroraEndpoint {
                cluster: name!("web"),
                account: name!("c0example0ab"),
                region: region!("eu-west-1"),
            },
            database: name!("shop"),
            credentials: secrets_manager_name!("test/web/database"),
        },
        ClusterSecretStore { name: name!("secrets-manager"), namespaces: READERS },
    )
}

fn deployment(component: &Component) -> DeploymentHandle {
    component.deployment(Deployment { replicas: 2, on: &NODES })
}

fn server(component: &Component) -> ContainerHandle<WithPort> {
    deployment(component).container(container())
}

fn service(component: &Component) -> Service {
    server(component).expose(Expose { port: port!(80), protocol: Protocol::Http })
}

/// Every origin of a build: of resources, security exceptions and gateway ports.
fn origins(bundle: &Bundle) -> Vec<Origin> {
    let built = build(&[bundle]);
    let bundle_built = &built.bundles[0];
    bundle_built
        .resources
        .iter()
        .map(manifests_lib::model::Resource::origin)
        .chain(
            bundle_built.resources.iter().flat_map(|resource| resource.patched().iter().copied()),
        )
        .chain(bundle_built.exceptions.iter().map(|exception| exception.origin))
        .chain(built.gateway_ports.iter().map(|port| port.origin))
        .chain([bundle.origin()])
        .collect()
}

/// Parts that stand outside the mesh.
fn gateway_and_broker(web: &Bundle, opened: &IngressPort) {
    let issuer = ClusterIssuer { name: name!("everybody") };
    web.cluster_issuer(&issuer, &Issuer::SelfSigned);
    let certificate = web.certificate(Certificate {
        name: name!("edge"),
        issuer: &issuer,
        hosts: CertificateHosts::Below(host!("example.com")),
    });
    let gateway = Gateway {
        name: name!("edge"),
        namespace: NAMESPACE,
        routes_from: &[],
        class: name!("example"),
        visibility: Public,
    };
    web.gateway(
        &gateway,
        GatewaySpec {
            certificate: &certificate,
            replicas: 2,
            exposure: Exposure::NetworkLoadBalancer,
            limits: Limits {
                requests_per_second: 10,
                burst: 20,
                max_body_size: mebibytes(1),
                body_timeout: seconds(10),
                connect_timeout: seconds(5),
                response_timeout: seconds(30),
            },
        },
    );
    web.http_routes(
        &gateway,
        [HttpRoute {
            name: name!("all"),
            host: host!("www.example.com"),
            path: url_path!("/"),
            to: opened,
        }],
    );
    let broker = web.rabbitmq_cluster(
        &RabbitmqCluster { name: name!("rabbit"), namespace: NAMESPACE },
        RabbitmqClusterSpec {
            replicas: 3,
            image: PublicImage {
                repository: repository!("rabbitmq"),
                version: Version::Tag(tag!("4.2-management")),
            },
            on: &NODES,
            resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
            storage: gibibytes(5),
            storage_class: &name!("fast"),
            issuer: &issuer,
            clients: READERS,
            operator: &TopologyOperator { namespace: NAMESPACE, app_name: name!("operator") },
            scraper: MetricsScraper { namespace: &NAMESPACE, app_name: name!("scraper") },
        },
    );
    let _ = web.component(name!("buyer")).saga(Saga { broker: &broker, steps: vec![name!("pay")] });
}

#[test]
fn every_part_begins_in_this_file() {
    let web = bundle();
    let app = web.app();
    web.create_namespace(web.namespace(), &RULES);
    web.strict_mutual_tls();
    web.deny_by_default(&MetricsScraper { namespace: &NAMESPACE, app_name: name!("scraper") });
    web.capture_dns();
    web.add(settings());
    let service = service(&app);
    app.mesh_route(&service);
    let _ = app.database(&aurora());
    let _ = app.secret(SecretValue {
        key: name!("signing-key"),
        source: &SecretSource::Generated(GeneratedSecret { length: 32 }),
    });
    let _ = app.local_volume(LocalVolume { path: path!("/data"), size: gibibytes(1), on: &NODES });
    let store = web.component(name!("store"));
    let stateful_set = store.stateful_set(StatefulSet { replicas: 2, on: &NODES });
    let store = stateful_set.container(container());
    store.writable_root_file_system("writes beside its data");
    stateful_set.governed_by(&store.expose(Expose { port: port!(6379), protocol: Protocol::Tcp }));
    let door = web.component(name!("door"));
    let opened = door.gateway_route(
        &service,
        GatewayRoute {
            gateway: &IngressGateway {
                name: name!("front-door"),
                namespace: Namespace::new(name!("elsewhere")),
                selector: name!("ingress"),
            },
            node_port: node_port!(30001),
        },
    );
    web.component(name!("exit")).egress(Egress {
        host: host!("example.com"),
        port: port!(80),
        through: &EgressGateway {
            name: name!("back-door"),
            namespace: Namespace::new(name!("elsewhere")),
            selector: name!("egress"),
        },
    });
    gateway_and_broker(&web, &opened);
    web.patch(|_: &mut apps::Deployment| {});
    for origin in origins(&web) {
        assert_eq!(origin.file, file!(), "{origin}");
    }
}

#[test]
fn all_objects_of_a_database_lie_on_one_line() {
    let web = bundle();
    let app = web.app();
    let (line, _) = (line!(), app.database(&mysql()));
    for resource in &build(&[&web]).bundles[0].resources {
        assert_eq!(resource.origin(), Origin { file: file!(), line }, "{resource:?}");
    }
}

#[test]
fn mistakes_in_a_container_lead_to_the_lines_that_made_them() {
    let web = bundle();
    let server = server(&web.app());
    let mut lines = Vec::new();
    server.env([plain!("MODE", "fast")]);
    lines.push(line!() + 1);
    server.env([plain!("MODE", "slow")]);
    server.empty_dir(path!("/tmp"), mebibytes(1));
    lines.push(line!() + 1);
    server.empty_dir(path!("/tmp"), mebibytes(1));
    let found: Vec<_> = errors(&[&web]).iter().map(|error| error.origin).collect();
    let expected: Vec<_> = lines.into_iter().map(|line| Origin { file: file!(), line }).collect();
    assert_eq!(found, expected);
}

#[test]
fn closures_and_function_pointers_lead_to_the_line_inside_them() {
    let web = bundle();
    let functions: [fn(&Component) -> Service; 1] = [service];
    let closures: [&dyn Fn(&Component) -> Service; 1] = [&|component| {
        let handle = deployment(component).container(container());
        handle.writable_root_file_system("compiles at its first start");
        handle.expose(Expose { port: port!(81), protocol: Protocol::Http })
    }];
    let one = web.component(name!("one"));
    let two = web.component(name!("two"));
    let services = functions.map(|function| function(&one));
    let route = |component: &Component, service: &Service| component.mesh_route(service);
    for service in &services {
        route(&one, service);
    }
    let services = closures.map(|closure| closure(&two));
    for service in &services {
        route(&two, service);
    }
    [settings()].into_iter().map(|object| web.add(object)).for_each(drop);
    assert!(!build(&[&web]).bundles[0].exceptions.is_empty());
    for origin in origins(&web) {
        assert_eq!(origin.file, file!(), "{origin}");
    }
}
