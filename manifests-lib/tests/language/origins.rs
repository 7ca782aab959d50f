//! A resource knows the line that wrote it: never one of the library, whatever stands between.

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use manifests_lib::data::rabbitmq::{RabbitmqClusterSpec, Saga};
use manifests_lib::data::{
    GeneratedCredentials, GeneratedSecret, SecretValue, SecretsManagerStore, SyncedSecret,
};
use manifests_lib::model::{Bundle, Component, Namespace, Origin, Resource};
use manifests_lib::network::gateway_api::{Exposure, GatewaySpec, Route, ServingCertificate};
use manifests_lib::network::mesh::{EgressGateway, ExternalService, Way};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{
    Certificate, CertificateHosts, Http, Issuer, Service, Tls, ToolService,
};
use manifests_lib::observability::{
    Latency, LatencyBound, MonitoredPods, PodMonitor, Prometheus, ServiceMonitor, Slo,
    WebUiRequests, WebUiSpec, pod_metrics_endpoint,
};
use manifests_lib::platform::BuiltBundle;
use manifests_lib::values::{Host, gibibytes, mebibytes, millicores};
use manifests_lib::workload::{
    ContainerHandle, Deployment, LocalVolume, Resources, WithPort, Workload,
};
use manifests_lib::{
    host, name, node_port, path, plain, port, public_image, region, secret_data_key,
    secrets_manager_name, slo_target, url_path,
};

use crate::support::{
    ELSEWHERE, FRONT_DOOR, LIMITS, NAMESPACE, NODES, RULES, Shop, aurora, config_map, container,
    mysql,
};

fn settings() -> core::ConfigMap {
    config_map("settings")
}

fn deployment(component: &Component) -> Deployment {
    component.deployment(2)
}

fn server(component: &Component) -> ContainerHandle<WithPort> {
    deployment(component).container(container())
}

fn service(component: &Component) -> Service<Http> {
    server(component).expose_http(port!(80))
}

/// Every origin of a build: of the bundle's resources and security exceptions, and of gateway and node ports.
fn origins(shop: &Shop, bundle: &Bundle) -> Vec<Origin> {
    let built = shop.build();
    let is_bundle = |built: &&BuiltBundle| built.name == *bundle.name();
    let bundle_built = built.bundles.iter().find(is_bundle).expect("the bundle");
    let resources = &bundle_built.resources;
    resources
        .iter()
        .map(Resource::origin)
        .chain(resources.iter().flat_map(|resource| resource.patched().iter().copied()))
        .chain(bundle_built.exceptions.iter().map(|exception| exception.origin))
        .chain(built.gateway_ports.iter().map(|port| port.origin))
        .chain(built.node_ports.iter().map(|port| port.origin))
        .chain([bundle.origin()])
        .collect()
}

/// Parts that stand outside the mesh.
fn gateways_and_broker(web: &Bundle, service: &Service<Http>, prometheus: &Prometheus) {
    let issuer = web.host_issuer(name!("everybody"), &Issuer::SelfSigned);
    let hosts = CertificateHosts::Below(host!("example.com"));
    let _ = web.certificate(Certificate { name: name!("edge"), issuer: &issuer, hosts });
    let _ = web.ca(name!("edge-ca"), &issuer);
    let gateway = |name, exposure| GatewaySpec {
        name,
        class: name!("example"),
        issuer: &issuer,
        replicas: 2,
        exposure,
        limits: LIMITS,
    };
    let public = gateway(name!("public"), Exposure::NodePort(node_port!(30443)));
    web.public_gateway(public).into_mesh(&FRONT_DOOR).route(
        service,
        Route {
            name: name!("all"),
            host: host!("www.example.com"),
            path: url_path!("/"),
            node_port: node_port!(30001),
        },
    );
    let internal = gateway(name!("internal"), Exposure::NetworkLoadBalancer);
    let internal = web.internal_gateway(internal, host!("internal.example.com"));
    let pods = web.tool_pods(&APP_NAME, &name!("charts"));
    let port = pods.port(ToolService {
        name: name!("charts"),
        port: port!(3000),
        target_port: port!(3000),
    });
    let certificate = ServingCertificate { secret: name!("charts-tls"), issuer: &issuer };
    let charts = WebUiSpec {
        name: name!("charts"),
        port: &port,
        requests: WebUiRequests::All,
        local_port: port!(8080),
    };
    let _ = internal.https_web_ui(charts, &certificate);
    let rabbitmq = web.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbit"),
        replicas: 3,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(512) },
        storage: gibibytes(5),
        storage_class: &name!("fast"),
        issuer: &issuer,
        topology_operator: &pods,
        prometheus,
    });
    let buyer = web.component(name!("buyer"), &NODES);
    let _ = buyer.saga(Saga { rabbitmq: &rabbitmq, steps: vec![name!("pay")] });
}

/// Parts by which others see what runs.
fn observability(web: &Bundle, service: &Service<Http>) -> Prometheus {
    let prometheus = Prometheus::new(&web.tool_pods(&APP_NAME, &name!("prometheus")));
    prometheus.pod_monitor(PodMonitor {
        name: name!("pods"),
        pods: MonitoredPods::Everywhere,
        endpoint: pod_metrics_endpoint("metrics"),
    });
    prometheus.service_monitor(ServiceMonitor {
        name: name!("services"),
        namespace: &NAMESPACE,
        services: LabelSelector::default(),
        port: "metrics",
        job_label: APP_NAME,
    });
    service.slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
    });
    prometheus
}

#[test]
fn every_part_begins_in_this_file() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    web.create_namespace(&Namespace::new(name!("tools")), &RULES);
    web.strict_mutual_tls();
    web.capture_dns();
    web.add(settings());
    let service = service(&app);
    let prometheus = observability(&web, &service);
    web.deny_by_default(&prometheus);
    let _ = app.database(aurora());
    web.secrets_manager_store(SecretsManagerStore {
        region: &region!("eu-west-1"),
        service_account: name!("reader"),
    });
    web.synced_secret(SyncedSecret {
        name: name!("login"),
        from: secrets_manager_name!("test/web/login"),
        keys: vec![secret_data_key!("clientID")],
        labels: Vec::new(),
    });
    let _ = app.secret(SecretValue {
        key: name!("signing-key"),
        source: GeneratedSecret { length: 32 }.into(),
    });
    let _ = app.credentials(GeneratedCredentials {
        user: name!("admin"),
        password: GeneratedSecret { length: 32 },
    });
    let _ = app.local_volume(LocalVolume { path: path!("/data"), size: gibibytes(1) });
    let stateful_set = web.component(name!("store"), &NODES).stateful_set(2);
    let store = stateful_set.container(container());
    store.writable_root_file_system("writes beside its data");
    stateful_set.governed_by(&store.expose_tcp(port!(6379)));
    let api = server(&web.component(name!("api"), &NODES)).expose_http(port!(81));
    api.mesh_route();
    let exit = web.component(name!("exit"), &NODES);
    let outside = exit.external_service(ExternalService {
        host: host!("example.com"),
        port: port!(80),
        protocol: Http,
        way: Way::Through(&EgressGateway {
            name: name!("back-door"),
            namespace: ELSEWHERE,
            selector: name!("egress"),
        }),
    });
    let _ = exit.calls(&outside.another_port(port!(443), Tls));
    gateways_and_broker(&web, &service, &prometheus);
    web.patch(|_: &mut apps::Deployment| {});
    for origin in origins(&shop, &web) {
        assert_eq!(origin.file, file!(), "{origin}");
    }
}

#[test]
fn all_objects_of_a_database_lie_on_one_line() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let (line, _) = (line!(), app.database(mysql()));
    for resource in &shop.build().bundles[0].resources {
        assert_eq!(resource.origin(), Origin { file: file!(), line }, "{resource:?}");
    }
}

#[test]
fn mistakes_in_a_container_lead_to_the_lines_that_made_them() {
    let shop = Shop::new();
    let web = shop.bundle();
    let server = server(&web.app(&NODES));
    let mut lines = Vec::new();
    server.env([plain!("MODE", "fast")]);
    lines.push(line!() + 1);
    server.env([plain!("MODE", "slow")]);
    server.empty_dir(path!("/tmp"), mebibytes(1));
    lines.push(line!() + 1);
    server.empty_dir(path!("/tmp"), mebibytes(1));
    let found: Vec<_> = shop.errors().iter().map(|error| error.origin).collect();
    let expected: Vec<_> = lines.into_iter().map(|line| Origin { file: file!(), line }).collect();
    assert_eq!(found, expected);
}

#[test]
fn closures_and_function_pointers_lead_to_the_line_inside_them() {
    let shop = Shop::new();
    let web = shop.bundle();
    let functions: [fn(&Component) -> Service<Http>; 1] = [service];
    let closures = [|component: &Component| {
        let handle = deployment(component).container(container());
        handle.writable_root_file_system("compiles at its first start");
        handle.expose_http(port!(81))
    }];
    let one = web.component(name!("one"), &NODES);
    let two = web.component(name!("two"), &NODES);
    let route = |service: &Service<Http>| service.mesh_route();
    for service in functions.map(|function| function(&one)) {
        route(&service);
    }
    for service in closures.map(|closure| closure(&two)) {
        route(&service);
    }
    [settings()].into_iter().map(|object| web.add(object)).for_each(drop);
    assert!(!shop.build().bundles[0].exceptions.is_empty());
    for origin in origins(&shop, &web) {
        assert_eq!(origin.file, file!(), "{origin}");
    }
}

/// An error about a value of an environment names the line of the environment.
#[test]
fn text_knows_the_line_of_its_literal() {
    let here = line!() + 1;
    let host = host!("example.com");
    let derived = host.below(&name!("www"));
    let lines = [&host, &derived].map(|host| host.origin().map(|origin| origin.line));
    assert_eq!(lines, [Some(here), Some(here)]);
    let computed = Host::new("example.com").expect("a host");
    assert_eq!((computed.origin(), computed), (None, host));
}
