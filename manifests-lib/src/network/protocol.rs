//! What is spoken on a port: it decides how the mesh treats it.

/// What is spoken on a port: decides how the mesh treats it.
///
/// Upstream: <https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/>
pub trait Protocol: sealed::Sealed + 'static {
    /// The value of `appProtocol` and the prefix of a port's name.
    #[doc(hidden)]
    const NAME: &'static str;
}

/// A protocol of requests: what speaks it can be routed and can have an SLO.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no requests: a route and an SLO need a service of HTTP or gRPC",
    label = "the mesh sees connections of this service, not requests",
    note = "expose the container by `expose_http`, `expose_http2` or `expose_grpc` where it speaks one of them; otherwise remove the \
            route or the SLO"
)]
pub trait RequestProtocol: Protocol {}

/// A protocol whose address is a URL.
#[diagnostic::on_unimplemented(
    message = "the address of what speaks `{Self}` is no URL",
    label = "nothing says how a URL of it begins",
    note = "take `address` for `<host>:<port>`, or `host` and `port`"
)]
pub trait UrlProtocol: Protocol {
    /// What a URL begins with, before `://`.
    #[doc(hidden)]
    const SCHEME: &'static str;
}

/// HTTP/1.1, routed by request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http;

/// HTTP/2 without TLS, routed by request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http2;

/// gRPC without TLS, routed by request: its calls are told apart by their method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grpc;

/// TLS that the program itself speaks, routed by connection: the mesh sees the name of the server, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tls;

/// Bytes, routed by connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp;

macro_rules! protocols {
    ($($protocol:ident = $name:literal,)*) => {
        $(
            impl sealed::Sealed for $protocol {}

            impl Protocol for $protocol {
                const NAME: &'static str = $name;
            }
        )*
    };
}

protocols! {
    Http = "http",
    Http2 = "http2",
    Grpc = "grpc",
    Tls = "tls",
    Tcp = "tcp",
}

impl RequestProtocol for Http {}
impl RequestProtocol for Http2 {}
impl RequestProtocol for Grpc {}

impl UrlProtocol for Http {
    const SCHEME: &'static str = "http";
}

impl UrlProtocol for Http2 {
    const SCHEME: &'static str = "http";
}

impl UrlProtocol for Tls {
    const SCHEME: &'static str = "https";
}

mod sealed {
    pub trait Sealed {}
}
