//! NGINX Gateway Fabric: the API gateway and, where there is one, the internal gateway for web UIs.
//!
//! It is outside the mesh, and forwards requests to the mesh's ingress gateway.

use std::collections::BTreeMap;
use std::fmt::Debug;

use helm_values::{HelmChart, nginx_gateway_fabric as chart};
use k8s_openapi::api::{apps, batch, core, rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::gateway_api::{
    Exposure, GatewaySpec, InternalAccess, Limits, PublicGateway,
};
use manifests_lib::network::{ClusterIssuer, ToolPods, network_policy};
use manifests_lib::observability::{MonitoredPods, PodMonitor, pod_metrics_endpoint};
use manifests_lib::prelude::*;
use manifests_lib::values::NodePort;
use manifests_lib::workload::spread;

use super::shared::Infra;
use crate::node_group;
use crate::site::{Aws, Laptop, Site};

/// Namespace of NGINX and its controller.
const NAMESPACE: Namespace = Namespace::new(name!("nginx-gateway"));

/// The release of the chart, which its pods and those of the gateways carry as a label.
const RELEASE: Name = name!("nginx-gateway-fabric");

/// The GatewayClass, which the chart creates.
const CLASS: Name = name!("nginx");

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Entrances> {
    /// How the gateways are exposed.
    pub entrance: K::Entrance,
}

/// The exposure of the gateways in each kind of place.
pub trait Entrances {
    /// Their exposure.
    type Entrance: Into<Entrance> + Debug;
}

/// How the gateways are exposed.
#[derive(Clone, Debug)]
pub struct Entrance {
    exposure: Exposure,
    /// Domain of the web UIs, if there is an internal gateway.
    internal_domain: Option<Host>,
}

/// The API gateway has a node port. There is no internal gateway: web UIs are reached by port forwarding.
#[derive(Debug)]
pub struct PortOfNodes(
    /// The node port.
    pub NodePort,
);

/// Each gateway has an AWS network load balancer, which DNS records point to.
#[derive(Debug)]
pub struct LoadBalancers {
    /// Domain of the web UIs: the internal gateway serves each under a host below it. `host!("internal.example.com")`.
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

/// The gateways.
pub(crate) struct Gateways {
    /// Every pod of the namespace: NGINX itself, and the controller that gives it its configuration.
    pods: ToolPods,
    /// Entry of public requests.
    pub(crate) public: PublicGateway,
    /// Where employees reach web UIs.
    pub(crate) internal: InternalAccess,
}

/// Where NGINX and its controller serve their metrics, the chart's default.
const METRICS: Port = port!(9113);

/// Has Prometheus scrape the gateways. A separate step, because Prometheus needs the internal gateway for its web UI.
pub(crate) fn scraped_by(gateways: &Gateways, prometheus: &Prometheus) {
    prometheus.scrapes(&gateways.pods, METRICS);
    prometheus.pod_monitor(PodMonitor {
        name: name!("nginx-gateway"),
        pods: MonitoredPods::In(&NAMESPACE),
        endpoint: pod_metrics_endpoint("metrics"),
    });
}

/// `load_balancers` is the bundle with the controller that creates the load balancers of the gateways' Services, and deletes
/// them with the Services.
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
        release: RELEASE,
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
    let pods = nginx.tool_pods(&network_policy::INSTANCE, &RELEASE);
    pods.admit_own_namespace();
    let gateway = |name, limits| GatewaySpec {
        name,
        class: CLASS,
        issuer,
        replicas: site.replicas,
        exposure,
        limits,
    };
    Gateways {
        pods,
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

/// Web UIs load many files at once, and their queries may take a long time.
const INTERNAL: Limits = Limits {
    requests_per_second: 100,
    burst: 400,
    max_body_size: mebibytes(10),
    body_timeout: seconds(30),
    connect_timeout: seconds(5),
    response_timeout: seconds(300),
};

fn values(site: &Site, exposure: Exposure) -> chart::Values {
    // Not measured, and the chart has no numbers. It has no environment variables for the controller, a Go program.
    let controller = Resources { cpu: millicores(50), memory: mebibytes(128) };
    let server = Resources { cpu: millicores(100), memory: mebibytes(256) };
    chart::Values::with(|values| {
        values.nginx_gateway.gateway_class_name = Some(CLASS.to_string());
        values.nginx_gateway.node_selector = Some(node_group::SYSTEM.node_selector());
        values.nginx_gateway.resources = Some(controller.requirements());
        values.nginx_gateway.product_telemetry.enable = Some(false);
        values.nginx.replicas = Some(i64::from(site.replicas));
        values.nginx.pod.node_selector = Some(node_group::INGRESS.node_selector());
        if site.replicas > 1 {
            values.nginx.pod.topology_spread_constraints = Some(spread_each_gateway());
        }
        values.nginx.container.resources = Some(server.requirements());
        // No version in error pages.
        values.nginx.config.server_tokens = Some("off".to_owned());
        service(&mut values.nginx.service, exposure);
        if let Exposure::NetworkLoadBalancer = exposure {
            stop_after_the_load_balancer(&mut values.nginx);
        }
        values.cert_generator.node_selector = Some(node_group::SYSTEM.node_selector());
    })
}

/// The pods of all gateways have one template: each gateway's are spread by themselves.
fn spread_each_gateway() -> Vec<core::v1::TopologySpreadConstraint> {
    let pods = BTreeMap::from([(network_policy::INSTANCE.to_string(), RELEASE.to_string())]);
    let each = |constraint| core::v1::TopologySpreadConstraint {
        match_label_keys: Some(vec!["gateway.networking.k8s.io/gateway-name".to_owned()]),
        ..constraint
    };
    spread(&pods).into_iter().map(each).collect()
}

/// How many seconds a Network Load Balancer may send new connections to a pod that it was told to leave out. AWS names no limit; users
/// measured two minutes: <https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366>.
const DEREGISTRATION: i64 = 150;

/// How many seconds requests have that NGINX has begun, once nobody sends new ones.
const LAST_REQUESTS: i64 = 30;

/// A pod that is stopped goes on until the load balancer has left it out, and then answers what it has begun: at a plain
/// SIGTERM, the image cuts its connections.
///
/// Upstream: <https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/>
fn stop_after_the_load_balancer(nginx: &mut chart::Nginx) {
    let command = format!("sleep {DEREGISTRATION}; nginx -s quit; sleep {LAST_REQUESTS}");
    nginx.container.lifecycle = Some(core::v1::Lifecycle {
        pre_stop: Some(core::v1::LifecycleHandler {
            exec: Some(core::v1::ExecAction {
                command: Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), command]),
            }),
            ..core::v1::LifecycleHandler::default()
        }),
        ..core::v1::Lifecycle::default()
    });
    nginx.pod.termination_grace_period_seconds = Some(DEREGISTRATION + LAST_REQUESTS + 10);
}

/// The Service that the controller creates for each gateway.
fn service(service: &mut chart::NginxService, exposure: Exposure) {
    match exposure {
        Exposure::NodePort(node_port) => {
            service.type_ = Some(chart::NginxServiceType::NodePort);
            // Every node answers, whichever node the pod runs on.
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
