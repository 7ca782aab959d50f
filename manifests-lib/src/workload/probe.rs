//! How the kubelet checks that a container works.

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::values::{Port, Seconds, UrlPath};

/// How the kubelet asks a container whether it works.
///
/// Becomes a startup probe (every 2 s, for up to 5 minutes), a readiness probe (every 5 s, 3 times) and a liveness probe (every 10 s,
/// 6 times): a container that hangs leaves the Service after 15 s and is restarted after 60 s. In a mesh the sidecar
/// answers in its place (Istio rewrites probes).
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The port accepts connections.
    Tcp,
    /// A `GET` of this path answers with a status from 200 to 399.
    Http(UrlPath),
    /// This command succeeds in the container, beside any sidecar: for servers that take a connection without a request for an attack.
    Command(&'static [&'static str]),
}

/// The three probes of a container.
pub(crate) struct Probes {
    pub(crate) startup: core::Probe,
    pub(crate) readiness: core::Probe,
    pub(crate) liveness: core::Probe,
}

impl Probe {
    pub(crate) fn at(&self, port: Port, startup_time: Seconds) -> Probes {
        let every = |period_seconds, failure_threshold| core::Probe {
            period_seconds: Some(period_seconds),
            failure_threshold: Some(failure_threshold),
            timeout_seconds: Some(2),
            ..self.action(port)
        };
        Probes {
            startup: every(2, i32::from(startup_time.as_seconds().div_ceil(2))),
            readiness: every(5, 3),
            liveness: every(10, 6),
        }
    }

    fn action(&self, port: Port) -> core::Probe {
        let port = IntOrString::Int(port.into());
        match self {
            Self::Tcp => core::Probe {
                tcp_socket: Some(core::TCPSocketAction { port, host: None }),
                ..core::Probe::default()
            },
            Self::Command(command) => core::Probe {
                exec: Some(core::ExecAction {
                    command: Some(command.iter().map(ToString::to_string).collect()),
                }),
                ..core::Probe::default()
            },
            Self::Http(path) => core::Probe {
                http_get: Some(core::HTTPGetAction {
                    path: Some(path.into()),
                    port,
                    ..core::HTTPGetAction::default()
                }),
                ..core::Probe::default()
            },
        }
    }
}
