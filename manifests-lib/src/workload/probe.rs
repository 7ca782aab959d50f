//! How the kubelet checks that a container works.

mod http_get;
mod of_container;
mod timed;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::values::{Port, UrlPath};

pub use http_get::HttpGet;
pub use of_container::KeepsRunning;
pub use timed::TimedProbe;

pub(super) use of_container::Apart;

/// How the kubelet asks a container whether it works.
///
/// Becomes a startup probe, a readiness probe and a liveness probe, whose times are the platform's
/// ([`Conventions::probes`](crate::model::Conventions::probes)). In both worked conventions a container has 5 minutes to start, is asked
/// every 2 s until then, and one that hangs leaves the Service after 15 s (every 5 s, 3 times) and is restarted after 60 s (every 10 s,
/// 6 times). Each of them is said apart, with a time of its own, by [`startup`](super::ContainerHandle::startup), [`readiness`](super::ContainerHandle::readiness) and
/// [`liveness`](super::ContainerHandle::liveness) of the container.
///
/// In a mesh Istio rewrites what asks a port, whichever port it is: the kubelet asks the agent beside the proxy, and the agent
/// asks the container from inside the pod, past mutual TLS and authorization.
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The port accepts connections.
    Tcp,
    /// A `GET` of this path answers with a status from 200 to 399: `Probe::Http(url_path!("/"))`.
    Http(UrlPath),
    /// A `GET` with headers, by HTTPS or at another port: `Probe::HttpGet(HttpGet::new(url_path!("/")).https())`.
    HttpGet(HttpGet),
    /// The gRPC health service of the port answers `SERVING` for the server as a whole, without TLS.
    ///
    /// Upstream: <https://grpc.io/docs/guides/health-checking/>
    Grpc,
    /// This command succeeds in the container, beside any sidecar: for servers that take a connection without a request for an attack.
    Exec(&'static [&'static str]),
}

impl Probe {
    /// The probe of a container that listens on a port, or on none; nothing where it needs one.
    fn action(&self, port: Option<Port>) -> Option<core::Probe> {
        let number = |port: Port| IntOrString::Int(port.into());
        Some(match self {
            Self::Tcp => core::Probe {
                tcp_socket: Some(core::TCPSocketAction { port: number(port?), host: None }),
                ..core::Probe::default()
            },
            Self::Grpc => core::Probe {
                grpc: Some(core::GRPCAction { port: port?.into(), service: None }),
                ..core::Probe::default()
            },
            Self::Exec(command) => core::Probe {
                exec: Some(core::ExecAction {
                    command: Some(command.iter().map(ToString::to_string).collect()),
                }),
                ..core::Probe::default()
            },
            Self::Http(path) => core::Probe {
                http_get: Some(core::HTTPGetAction {
                    path: Some(path.into()),
                    port: number(port?),
                    ..core::HTTPGetAction::default()
                }),
                ..core::Probe::default()
            },
            Self::HttpGet(get) => {
                core::Probe { http_get: Some(get.build(port)?), ..core::Probe::default() }
            }
        })
    }
}
