//! NGINX Gateway Fabric: the API gateway, and the way to web UIs where there is an internal one.
//!
//! It stays outside the mesh, and sends what it takes to the mesh's ingress gateway.

use helm_values::nginx_gateway_fabric as chart;
use k8s_openapi::api::{apps, batch, core, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind, Namespace};
use manifests_lib::network::gateway_api::{
    Exposure, Gateway, GatewaySpec, HttpRoute, Internal, Limits, Public, WebUiRoute,
};
use manifests_lib::network::mesh::IngressPort;
use manifests_lib::network::{Certificate, CertificateHosts};
use manifests_lib::observability::WebUi;
use manifests_lib::values::{Host, Name, mebibytes, millicores, seconds};
use manifests_lib::workload::Resources;
use manifests_lib::{name, url_path};

use super::{cert_manager, jaeger, kiali, prometheus};
use crate::deploy::argocd;
use crate::environment::Environment;
use crate::node_group;

/// Where NGINX and its controller run.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("nginx-gateway"));

/// The GatewayClass, which the chart makes.
const CLASS: Name = name!("nginx");

/// Where everybody enters.
const PUBLIC: Gateway<Public> = Gateway {
    name: name!("public"),
    namespace: NAMESPACE,
    routes_from: &[],
    class: CLASS,
    visibility: Public,
};

/// Where people of the company reach web UIs.
pub(crate) const INTERNAL: Gateway<Internal> = Gateway {
    name: name!("internal"),
    namespace: NAMESPACE,
    routes_from: &[argocd::NAMESPACE, jaeger::NAMESPACE, kiali::NAMESPACE, prometheus::NAMESPACE],
    class: CLASS,
    visibility: Internal,
};

/// Makes a web UI of plain HTTP known, and leads the internal gateway to it where there is one.
#[track_caller]
pub(crate) fn web_ui(env: &Environment, bundle: &Bundle, web_ui: &WebUi) {
    bundle.web_ui(web_ui);
    if let Some(domain) = &env.internal_domain {
        bundle.web_ui_route(WebUiRoute { web_ui, gateway: &INTERNAL, domain, certificate: None });
    }
}

/// The hosts that people and other systems reach.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// The API: customers and checkouts.
    pub api: Host,
    /// Helloworld.
    pub hello: Host,
    /// Httpbin.
    pub httpbin: Host,
}

/// The services behind the public gateway.
pub(crate) struct Routes<'a> {
    pub(crate) customer: &'a IngressPort,
    pub(crate) orchestrator: &'a IngressPort,
    pub(crate) helloworld: &'a IngressPort,
    pub(crate) httpbin: &'a IngressPort,
}

pub(crate) fn bundle(env: &Environment, routes: &Routes<'_>) -> Bundle {
    let nginx = Bundle::new(name!("nginx"), &NAMESPACE, &env.name);
    nginx.chart(Chart {
        release: name!("nginx-gateway-fabric"),
        values: values(env),
        kinds: vec![
            GroupKind::of::<apps::v1::Deployment>(),
            GroupKind::of::<batch::v1::Job>(),
            GroupKind::of::<core::v1::Service>(),
            GroupKind::of::<core::v1::ServiceAccount>(),
            GroupKind::cluster_scoped("gateway.networking.k8s.io", "GatewayClass"),
            GroupKind::namespaced("gateway.nginx.org", "NginxGateway"),
            GroupKind::namespaced("gateway.nginx.org", "NginxProxy"),
            GroupKind::of::<rbac::v1::ClusterRole>(),
            GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
            GroupKind::of::<rbac::v1::Role>(),
            GroupKind::of::<rbac::v1::RoleBinding>(),
        ],
        crd_groups: vec!["gateway.nginx.org"],
    });
    public(env, &nginx, routes);
    if let Some(domain) = &env.internal_domain {
        internal(env, &nginx, domain);
    }
    nginx
}

fn public(env: &Environment, nginx: &Bundle, routes: &Routes<'_>) {
    let Hosts { api, hello, httpbin } = &env.hosts;
    let certificate = nginx.certificate(Certificate {
        name: PUBLIC.name,
        issuer: &cert_manager::PUBLIC,
        hosts: CertificateHosts::Of(vec![api.clone(), hello.clone(), httpbin.clone()]),
    });
    nginx.gateway(
        &PUBLIC,
        GatewaySpec {
            certificate: &certificate,
            replicas: env.replicas,
            exposure: env.entrance,
            limits: Limits {
                requests_per_second: 20,
                burst: 40,
                max_body_size: mebibytes(1),
                body_timeout: seconds(10),
                connect_timeout: seconds(5),
                response_timeout: seconds(30),
            },
        },
    );
    nginx.http_routes(
        &PUBLIC,
        [
            HttpRoute {
                name: name!("customers"),
                host: api.clone(),
                path: url_path!("/customers"),
                to: routes.customer,
            },
            HttpRoute {
                name: name!("checkout"),
                host: api.clone(),
                path: url_path!("/checkout"),
                to: routes.orchestrator,
            },
            HttpRoute {
                name: name!("hello"),
                host: hello.clone(),
                path: url_path!("/"),
                to: routes.helloworld,
            },
            HttpRoute {
                name: name!("httpbin"),
                host: httpbin.clone(),
                path: url_path!("/"),
                to: routes.httpbin,
            },
        ],
    );
}

/// Pages load many files at once, and their queries may take long.
fn internal(env: &Environment, nginx: &Bundle, domain: &Host) {
    let certificate = nginx.certificate(Certificate {
        name: INTERNAL.name,
        issuer: &cert_manager::PUBLIC,
        hosts: CertificateHosts::Below(domain.clone()),
    });
    nginx.gateway(
        &INTERNAL,
        GatewaySpec {
            certificate: &certificate,
            replicas: env.replicas,
            exposure: env.entrance,
            limits: Limits {
                requests_per_second: 100,
                burst: 400,
                max_body_size: mebibytes(10),
                body_timeout: seconds(30),
                connect_timeout: seconds(5),
                response_timeout: seconds(300),
            },
        },
    );
}

fn values(env: &Environment) -> chart::Values {
    let controller = Resources { cpu: millicores(50), memory: mebibytes(128) };
    let server = Resources { cpu: millicores(100), memory: mebibytes(256) };
    chart::Values {
        nginx_gateway: Some(chart::NginxGateway {
            gateway_class_name: Some(CLASS.to_string()),
            node_selector: Some(node_group::SYSTEM.node_selector()),
            resources: Some(controller.requirements()),
            product_telemetry: Some(chart::NginxGatewayProductTelemetry { enable: Some(false) }),
            ..chart::NginxGateway::default()
        }),
        nginx: Some(chart::Nginx {
            replicas: Some(i64::from(env.replicas)),
            pod: Some(chart::NginxPod {
                node_selector: Some(node_group::INGRESS.node_selector()),
                ..chart::NginxPod::default()
            }),
            container: Some(chart::NginxContainer {
                resources: Some(server.requirements()),
                ..chart::NginxContainer::default()
            }),
            config: Some(chart::NginxConfig {
                // Error pages do not tell the version.
                server_tokens: Some("off".to_owned()),
                ..chart::NginxConfig::default()
            }),
            service: Some(service(env.entrance)),
            ..chart::Nginx::default()
        }),
        cert_generator: Some(chart::CertGenerator {
            node_selector: Some(node_group::SYSTEM.node_selector()),
            ..chart::CertGenerator::default()
        }),
        ..chart::Values::default()
    }
}

/// The Service that the controller makes for each gateway.
fn service(exposure: Exposure) -> chart::NginxService {
    match exposure {
        Exposure::NodePort(node_port) => chart::NginxService {
            type_: Some(chart::NginxServiceType::NodePort),
            // Any node answers, wherever the pod runs.
            external_traffic_policy: Some(chart::NginxServiceExternalTrafficPolicy::Cluster),
            node_ports: Some(vec![chart::NginxServiceNodePort {
                listener_port: Some(GatewaySpec::PORT.into()),
                port: Some(i64::from(node_port.number())),
            }]),
            ..chart::NginxService::default()
        },
        Exposure::NetworkLoadBalancer => chart::NginxService {
            type_: Some(chart::NginxServiceType::LoadBalancer),
            load_balancer_class: Some(Exposure::LOAD_BALANCER_CLASS.to_owned()),
            ..chart::NginxService::default()
        },
    }
}
