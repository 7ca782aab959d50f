//! Who reaches what, and how: Services and their callers, certificates, the mesh and the gateways before it.

mod admission_policy;
pub(crate) mod callable;
pub(crate) mod certificate;
pub mod gateway_api;
pub(crate) mod issuer;
pub mod mesh;
pub mod network_policy;
pub(crate) mod outbound;
pub(crate) mod protocol;
pub(crate) mod service;
pub(crate) mod service_ref;
pub(crate) mod tool;

pub use callable::{Callable, Endpoint, Endpoints};
pub use certificate::{Certificate, CertificateHosts, TlsSecret};
pub use issuer::{Acme, AcmeServer, ClusterIssuer, Issuer};
pub use protocol::{Grpc, Http, Http2, Protocol, RequestProtocol, Tcp, Tls, UrlProtocol};
pub use service::Service;
pub use service_ref::ServiceRef;
pub use tool::{ServingPort, ToolPods, ToolPort, ToolService};
