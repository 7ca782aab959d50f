//! NGINX Gateway Fabric: the API gateway, and the way to dashboards where there is an internal one.
//!
//! It stays outside the mesh, and sends what it takes to the mesh's ingress gateway.

use helm_values::{HelmChart, nginx_gateway_fabric as chart};
use k8s_openapi::api::{apps, batch, core, rbac};
use manifests_lib::{
    Bundle, Certificate, CertificateHosts, Chart, Dashboard, DashboardRoute, Entrance, Gateway,
    GatewayServer, Host, HttpRoute, IngressPort, Internal, Kind, Limits, Name, Namespace, Public,
    Resources, mebibytes, millicores, name, url_path,
};

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
    audience: Public,
};

/// Where people of the company reach dashboards.
pub(crate) const INTERNAL: Gateway<Internal> = Gateway {
    name: name!("internal"),
    namespace: NAMESPACE,
    routes_from: &[argocd::NAMESPACE, jaeger::NAMESPACE, kiali::NAMESPACE, prometheus::NAMESPACE],
    class: CLASS,
    audience: Internal,
};

/// Makes a page of plain HTTP known, and leads the internal gateway to it where there is one.
#[track_caller]
pub(crate) fn dashboard(env: &Environment, bundle: &Bundle, dashboard: &Dashboard) {
    bundle.dashboard(dashboard);
    if let Some(domain) = &env.internal_domain {
        bundle.dashboard_route(DashboardRoute {
            dashboard,
            gateway: &INTERNAL,
            domain,
            certificate: None,
        });
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
            Kind::of::<apps::v1::Deployment>(),
            Kind::of::<batch::v1::Job>(),
            Kind::of::<core::v1::Service>(),
            Kind::of::<core::v1::ServiceAccount>(),
            Kind::cluster_scoped("gateway.networking.k8s.io", "GatewayClass"),
            Kind::namespaced("gateway.nginx.org", "NginxGateway"),
            Kind::namespaced("gateway.nginx.org", "NginxProxy"),
            Kind::of::<rbac::v1::ClusterRole>(),
            Kind::of::<rbac::v1::ClusterRoleBinding>(),
            Kind::of::<rbac::v1::Role>(),
            Kind::of::<rbac::v1::RoleBinding>(),
        ],
        installs: vec!["gateway.nginx.org"],
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
        GatewayServer {
            certificate: &certificate,
            replicas: env.replicas,
            entrance: env.entrance,
            limits: Limits {
                requests_per_second: 20,
                burst: 40,
                body: mebibytes(1),
                client_seconds: 10,
                connect_seconds: 5,
                answer_seconds: 30,
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
        GatewayServer {
            certificate: &certificate,
            replicas: env.replicas,
            entrance: env.entrance,
            limits: Limits {
                requests_per_second: 100,
                burst: 400,
                body: mebibytes(10),
                client_seconds: 30,
                connect_seconds: 5,
                answer_seconds: 300,
            },
        },
    );
}

fn values(env: &Environment) -> chart::Values {
    let controller = Resources { cpu: millicores(50), memory: mebibytes(128) };
    let server = Resources { cpu: millicores(100), memory: mebibytes(256) };
    chart::Values::with(|values| {
        values.nginx_gateway.gateway_class_name = Some(CLASS.to_string());
        values.nginx_gateway.node_selector = Some(node_group::SYSTEM.node_selector());
        values.nginx_gateway.resources = Some(controller.requirements());
        values.nginx_gateway.product_telemetry.enable = Some(false);
        values.nginx.replicas = Some(i64::from(env.replicas));
        values.nginx.pod.node_selector = Some(node_group::INGRESS.node_selector());
        values.nginx.container.resources = Some(server.requirements());
        // Error pages do not tell the version.
        values.nginx.config.server_tokens = Some("off".to_owned());
        service(&mut values.nginx.service, env.entrance);
        values.cert_generator.node_selector = Some(node_group::SYSTEM.node_selector());
    })
}

/// The Service that the controller makes for each gateway.
fn service(service: &mut chart::NginxService, entrance: Entrance) {
    match entrance {
        Entrance::NodePort(node_port) => {
            service.type_ = Some(chart::NginxServiceType::NodePort);
            // Any node answers, wherever the pod runs.
            service.external_traffic_policy =
                Some(chart::NginxServiceExternalTrafficPolicy::Cluster);
            service.node_ports = Some(vec![chart::NginxServiceNodePort {
                listener_port: Some(GatewayServer::PORT.into()),
                port: Some(i64::from(node_port.number())),
            }]);
        }
        Entrance::NetworkLoadBalancer => {
            service.type_ = Some(chart::NginxServiceType::LoadBalancer);
            service.load_balancer_class = Some(Entrance::LOAD_BALANCER_CLASS.to_owned());
        }
    }
}
