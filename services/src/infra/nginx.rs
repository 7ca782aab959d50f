//! NGINX Gateway Fabric: the API gateway, and the way to web UIs where there is an internal one.
//!
//! It stays outside the mesh, and sends what it takes to the mesh's ingress gateway.

use std::fmt::Debug;

use helm_values::{HelmChart, nginx_gateway_fabric as chart};
use k8s_openapi::api::{apps, batch, core, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::ClusterIssuer;
use manifests_lib::network::gateway_api::{
    Exposure, GatewaySpec, InternalAccess, Limits, PublicGateway,
};
use manifests_lib::observability::{MonitoredPods, PodMonitor, pod_metrics_endpoint};
use manifests_lib::prelude::*;
use manifests_lib::values::NodePort;

use super::shared::Infra;
use crate::node_group;
use crate::site::{Aws, Laptop, Site};

/// Where NGINX and its controller run.
const NAMESPACE: Namespace = Namespace::new(name!("nginx-gateway"));

/// The GatewayClass, which the chart makes.
const CLASS: Name = name!("nginx");

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Entrances> {
    /// How requests reach the gateways.
    pub entrance: K::Entrance,
}

/// How requests may reach the gateways in a kind of place.
pub trait Entrances {
    /// How they reach them.
    type Entrance: Into<Entrance> + Debug;
}

/// How requests reach the gateways.
#[derive(Clone, Debug)]
pub struct Entrance {
    exposure: Exposure,
    /// Domain of the web UIs, where they have a gateway.
    internal_domain: Option<Host>,
}

/// The API gateway is reached by a port of every node. There is no internal gateway: people forward ports.
#[derive(Debug)]
pub struct PortOfNodes(
    /// The port.
    pub NodePort,
);

/// Each gateway has a load balancer of AWS; records in DNS lead to them.
#[derive(Debug)]
pub struct LoadBalancers {
    /// Domain of the web UIs, which the internal gateway serves below it.
    pub internal_domain: Host,
}

impl Entrances for Laptop {
    type Entrance = PortOfNodes;
}

impl Entrances for Aws {
    type Entrance = LoadBalancers;
}

impl From<PortOfNodes> for Entrance {
    fn from(PortOfNodes(port): PortOfNodes) -> Self {
        Self { exposure: Exposure::NodePort(port), internal_domain: None }
    }
}

impl From<LoadBalancers> for Entrance {
    fn from(LoadBalancers { internal_domain }: LoadBalancers) -> Self {
        Self { exposure: Exposure::NetworkLoadBalancer, internal_domain: Some(internal_domain) }
    }
}

/// The ways in.
pub(crate) struct Gateways {
    /// Where everybody enters.
    pub(crate) public: PublicGateway,
    /// Where people of the company reach web UIs.
    pub(crate) internal: InternalAccess,
}

/// Has Prometheus measure the gateways. It comes after them, because it needs one of them itself.
pub(crate) fn scraped_by(prometheus: &Prometheus) {
    prometheus.pod_monitor(PodMonitor {
        name: name!("nginx-gateway"),
        // The control plane and the nginx that it runs.
        pods: MonitoredPods::In(&NAMESPACE),
        endpoint: pod_metrics_endpoint("metrics"),
    });
}

/// `load_balancers` is what gives the gateways' Services a load balancer, and takes it away before they go.
pub(crate) fn bundle<K: Entrances>(
    infra: &Infra,
    site: &Site,
    settings: Settings<K>,
    issuer: &ClusterIssuer,
    load_balancers: Option<&Bundle>,
) -> Gateways {
    let Settings { entrance } = settings;
    let Entrance { exposure, internal_domain } = entrance.into();
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    let nginx = infra.bundle(name!("nginx"), &NAMESPACE);
    nginx.chart(Chart {
        release: name!("nginx-gateway-fabric"),
        values: values(site, exposure),
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
    if let Some(load_balancers) = load_balancers {
        nginx.after(load_balancers);
    }
    let gateway = |name, limits| GatewaySpec {
        name,
        class: CLASS,
        issuer,
        replicas: site.replicas,
        exposure,
        limits,
    };
    Gateways {
        public: nginx.public_gateway(gateway(name!("public"), PUBLIC)),
        internal: match internal_domain {
            Some(domain) => nginx.internal_gateway(gateway(name!("internal"), INTERNAL), domain),
            None => InternalAccess::by_forwarding_ports(),
        },
    }
}

const PUBLIC: Limits = Limits {
    requests_per_second: 20,
    burst: 40,
    max_body_size: mebibytes(1),
    body_timeout: seconds(10),
    connect_timeout: seconds(5),
    response_timeout: seconds(30),
};

/// Web UIs load many files at once, and their queries may take long.
const INTERNAL: Limits = Limits {
    requests_per_second: 100,
    burst: 400,
    max_body_size: mebibytes(10),
    body_timeout: seconds(30),
    connect_timeout: seconds(5),
    response_timeout: seconds(300),
};

fn values(site: &Site, exposure: Exposure) -> chart::Values {
    let controller = Resources { cpu: millicores(50), memory: mebibytes(128) };
    let server = Resources { cpu: millicores(100), memory: mebibytes(256) };
    chart::Values::with(|values| {
        values.nginx_gateway.gateway_class_name = Some(CLASS.to_string());
        values.nginx_gateway.node_selector = Some(node_group::SYSTEM.node_selector());
        values.nginx_gateway.resources = Some(controller.requirements());
        values.nginx_gateway.product_telemetry.enable = Some(false);
        values.nginx.replicas = Some(i64::from(site.replicas));
        values.nginx.pod.node_selector = Some(node_group::INGRESS.node_selector());
        values.nginx.container.resources = Some(server.requirements());
        // Error pages do not tell the version.
        values.nginx.config.server_tokens = Some("off".to_owned());
        service(&mut values.nginx.service, exposure);
        values.cert_generator.node_selector = Some(node_group::SYSTEM.node_selector());
    })
}

/// The Service that the controller makes for each gateway.
fn service(service: &mut chart::NginxService, exposure: Exposure) {
    match exposure {
        Exposure::NodePort(node_port) => {
            service.type_ = Some(chart::NginxServiceType::NodePort);
            // Any node answers, wherever the pod runs.
            service.external_traffic_policy =
                Some(chart::NginxServiceExternalTrafficPolicy::Cluster);
            service.node_ports = Some(vec![chart::NginxServiceNodePort {
                listener_port: Some(GatewaySpec::PORT.into()),
                port: Some(i64::from(node_port.number())),
            }]);
        }
        Exposure::NetworkLoadBalancer => {
            service.type_ = Some(chart::NginxServiceType::LoadBalancer);
            service.load_balancer_class = Some(Exposure::LOAD_BALANCER_CLASS.to_owned());
        }
    }
}
