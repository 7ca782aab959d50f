//! Every part on a platform without a mesh: it works by the network alone, or says so with its line.

use custom_resources::nginx::gateway::v1alpha1::RateLimitPolicy;
use insta::assert_snapshot;
use k8s_openapi::api::core::v1 as core;
use manifests_lib::cluster::{Arn, AwsRights, Role, RoleRule, Verb};
use manifests_lib::data::GeneratedSecret;
use manifests_lib::data::cache::Persistence;
use manifests_lib::data::database::Rights;
use manifests_lib::data::rabbitmq::{RabbitmqClusterSpec, Saga};
use manifests_lib::data::{GeneratedCredentials, SecretValue};
use manifests_lib::network::gateway_api::{DirectRoute, Exposure, Route, ServingCertificate};
use manifests_lib::network::mesh::{
    EgressGateway, EgressGatewaySpec, Exposure as MeshExposure, ExternalService, GatewayRoute,
    IngressGatewaySpec, Way,
};
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::network::{Tcp, Tls, ToolService};
use manifests_lib::observability::{Prometheus, WebUiRequests, WebUiSpec};
use manifests_lib::values::{gibibytes, mebibytes, millicores, seconds};
use manifests_lib::workload::{Job, Resources, Workload};
use manifests_lib::{
    binding_key, cidr, host, iam_action, name, node_port, port, public_image, region, url_path,
};

use crate::support::{
    API_SERVER, ELSEWHERE, FRONT_DOOR, NODES, Shop, aurora, aurora_postgres, elasticache,
    gateway_spec, mysql, postgres, server, service, service_on, task, valkey,
};

const BACK_DOOR: EgressGateway =
    EgressGateway { name: name!("back-door"), namespace: ELSEWHERE, selector: name!("egress") };

/// What a service has of databases, caches and the broker.
fn data(shop: &Shop, prometheus: &Prometheus) {
    let issuer = shop.issuer();
    let tools = shop.bundle_in(&ELSEWHERE, name!("tools"));
    let broker = tools.rabbitmq_cluster(RabbitmqClusterSpec {
        name: name!("rabbit"),
        replicas: 3,
        image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        nodes: &NODES,
        resources: Resources { cpu: millicores(100), memory: mebibytes(768) },
        storage: gibibytes(5),
        storage_class: &name!("fast"),
        issuer: &issuer,
        topology_operator: &tools.tool_pods(&APP_NAME, &name!("operator")),
        prometheus,
    });
    let orders = shop.bundle_named(name!("orders")).app(&NODES);
    let ledger = shop.bundle_named(name!("ledger")).app(&NODES);
    let (orders_server, ledger_server) = (server(&orders), server(&ledger));
    let database = orders.database(postgres());
    let credentials =
        GeneratedCredentials { user: name!("auditor"), password: GeneratedSecret { length: 32 } };
    let reader = database.user_of(&ledger, Rights::ReadOnly, credentials);
    orders_server.env([
        database.host("DB_HOST"),
        orders.cache(valkey(Persistence::None)).url("CACHE_URL"),
        orders.database_named(name!("audit"), mysql()).host("AUDIT_HOST"),
    ]);
    ledger_server.env([
        reader.host("DB_HOST"),
        ledger.database(aurora()).host("LEDGER_HOST"),
        ledger.database_named(name!("old"), aurora_postgres()).host("OLD_HOST"),
        ledger.cache(elasticache()).url("CACHE_URL"),
    ]);
    let messages = orders.messages(&broker);
    let events = messages.topic(name!("events"));
    let client = messages.client(&ledger);
    client.subscribes(&events, name!("ledger"), [binding_key!("order.#")]);
    let _ = orders.saga(Saga { rabbitmq: &broker, steps: vec![name!("pay")] });
    let _ = orders.secret(SecretValue {
        key: name!("signing-key"),
        source: GeneratedSecret { length: 32 }.into(),
    });
}

/// Ways in and out.
fn ways(shop: &Shop) {
    let bundle = shop.bundle();
    let web = bundle.app(&NODES);
    let shown = service_on(&web, port!(80));
    let provider = web.external_service(ExternalService {
        host: host!("api.stripe.com"),
        port: port!(443),
        protocol: Tls,
        way: Way::To(&[cidr!("198.51.100.0/24")]),
    });
    let old = web.external_service(ExternalService {
        host: host!("old.example.com"),
        port: port!(9000),
        protocol: Tcp,
        way: Way::To(&[cidr!("203.0.113.0/24")]),
    });
    let new = web.external_service(ExternalService {
        host: host!("new.example.com"),
        port: port!(9000),
        protocol: Tcp,
        way: Way::To(&[cidr!("203.0.113.0/24")]),
    });
    let _ = (web.calls(&provider), web.calls(&old), web.calls(&new));
    web.role(Role {
        rules: vec![RoleRule::of::<core::ConfigMap>([Verb::Get])],
        reason: "reads its settings",
        api_server: &API_SERVER,
    });
    web.aws_rights(AwsRights {
        actions: vec![iam_action!("sqs:SendMessage")],
        resources: vec![Arn::Regional {
            service: "sqs",
            region: region!("eu-west-1"),
            resource: "orders".to_owned(),
        }],
    });
    let job = bundle.component(name!("seed"), &NODES).job(Job { active_deadline: seconds(60) });
    job.portless_container(task());

    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    let issuer = doors.host_issuer(name!("doors"), &manifests_lib::network::Issuer::SelfSigned);
    let spec = gateway_spec(&issuer, name!("public"), Exposure::NodePort(node_port!(30443)));
    let public = doors.public_gateway(spec);
    public.redirect_plain_text();
    public.patch(|_: &mut RateLimitPolicy| {});
    let (name, host, path) = (name!("all"), host!("www.example.com"), url_path!("/"));
    public.to_services().route(&shown, DirectRoute { name, host, path });

    let exposure = Exposure::NetworkLoadBalancer;
    let spec = gateway_spec(&issuer, name!("internal"), exposure);
    let internal = doors.internal_gateway(spec, host!("internal.example.com"));
    let pods = doors.tool_pods(&APP_NAME, &name!("charts"));
    let port = pods.port(ToolService {
        name: name!("charts"),
        port: port!(3000),
        target_port: port!(3000),
    });
    let spec = WebUiSpec {
        name: name!("charts"),
        port: &port,
        requests: WebUiRequests::All,
        local_port: port!(8080),
    };
    let certificate = ServingCertificate { secret: name!("charts-tls"), issuer: &issuer };
    internal.https_web_ui(spec, &certificate);
}

#[test]
fn what_works_by_the_network_alone_has_no_object_of_istio() {
    let shop = Shop::without_mesh();
    let shared = shop.bundle_named(name!("shared"));
    let prometheus = shop.prometheus();
    shared.deny_by_default(&prometheus);
    shop.secrets_manager();
    data(&shop, &prometheus);
    ways(&shop);
    let built = shop.build();
    let of_istio = built.resources().filter(|it| it.object_ref().group.ends_with("istio.io"));
    assert_eq!(of_istio.count(), 0);
    let policies = built.resources().filter(|it| it.object_ref().kind == "NetworkPolicy");
    let texts: Vec<String> = policies.map(crate::support::document).collect();
    assert!(!texts.concat().contains("istio"));
    let ways: Vec<_> = texts.iter().filter(|it| it.contains("name: web-app-egress")).collect();
    assert_snapshot!(ways[0].split_once("spec:\n").expect("a spec").1, @"
    egress:
    - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
      to:
      - namespaceSelector:
          matchLabels:
            kubernetes.io/metadata.name: kube-system
        podSelector:
          matchLabels:
            k8s-app: kube-dns
    - ports:
      - port: 443
        protocol: TCP
      to:
      - ipBlock:
          cidr: 10.0.0.0/16
    - ports:
      - port: 80
        protocol: TCP
      to:
      - ipBlock:
          cidr: 169.254.170.23/32
    - ports:
      - port: 443
        protocol: TCP
      to:
      - ipBlock:
          cidr: 198.51.100.0/24
    - ports:
      - port: 9000
        protocol: TCP
      to:
      - ipBlock:
          cidr: 203.0.113.0/24
    - ports:
      - port: 9000
        protocol: TCP
      to:
      - ipBlock:
          cidr: 203.0.113.0/24
    podSelector:
      matchLabels:
        app: web
        component: app
    policyTypes:
    - Egress
    ");
}

#[test]
fn what_needs_one_says_so_once() {
    let shop = Shop::without_mesh();
    let prometheus = shop.prometheus();
    let web = shop.bundle().app(&NODES);
    let shown = service(&web);
    shown.gateway_route(GatewayRoute { gateway: &FRONT_DOOR, node_port: node_port!(30001) });
    let provider = web.external_service(ExternalService {
        host: host!("api.stripe.com"),
        port: port!(443),
        protocol: Tls,
        way: Way::Through(&BACK_DOOR),
    });
    let _ = web.calls(&provider);
    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    doors.ingress_gateway(IngressGatewaySpec {
        gateway: &FRONT_DOOR,
        exposure: MeshExposure::NodePorts,
        prometheus: &prometheus,
    });
    doors.egress_gateway(EgressGatewaySpec { gateway: &BACK_DOOR, prometheus: &prometheus });
    doors.require_sidecars();
    let pods = doors.tool_pods(&APP_NAME, &name!("istiod"));
    pods.open_to_mesh(port!(15012));
    let service = ToolService { name: name!("spans"), port: port!(4317), target_port: port!(4317) };
    let _ = pods.port(service).open_to_mesh();
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/meshless.rs:N: web-app-service is reached through the gateway front-door of a mesh (a gateway of the Gateway API leads to it by `gateway.to_services()`), and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/meshless.rs:N: api.stripe.com is reached through the gateway back-door of a mesh (without one, to addresses: `Way::To(&[cidr!(…)])`), and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/meshless.rs:N: the pods of the gateway front-door are proxies of a mesh, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/meshless.rs:N: the pods of the gateway back-door are proxies of a mesh, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/meshless.rs:N: pods without a proxy of a mesh would be refused, and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/meshless.rs:N: port 15012 is opened to the proxies of a mesh (components call a tool by `component.calls(&port.serves(…))`), and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    manifests-lib/tests/language/components/meshless.rs:N: port 4317 is opened to the proxies of a mesh (components call a tool by `component.calls(&port.serves(…))`), and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]
    ");
}

#[test]
fn a_way_into_a_mesh_that_is_none() {
    let shop = Shop::without_mesh();
    let issuer = shop.issuer();
    let doors = shop.bundle_in(&ELSEWHERE, name!("doors"));
    let spec = gateway_spec(&issuer, name!("public"), Exposure::NodePort(node_port!(30443)));
    let entrance = doors.public_gateway(spec).into_mesh(&FRONT_DOOR);
    let shown = service(&shop.bundle().app(&NODES));
    let (name, host, path) = (name!("all"), host!("www.example.com"), url_path!("/"));
    entrance.route(&shown, Route { name, host, path, node_port: node_port!(30001) });
    assert_snapshot!(shop.mistakes(), @"manifests-lib/tests/language/components/meshless.rs:N: web-app-service is reached through the gateway front-door of a mesh (a gateway of the Gateway API leads to it by `gateway.to_services()`), and the conventions of the platform have no mesh (`Conventions::mesh`): remove this line, or give the platform a mesh [needs-mesh]");
}
