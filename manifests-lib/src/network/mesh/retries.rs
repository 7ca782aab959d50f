//! What a proxy sends again.

use crate::network::protocol::{Grpc, Http, Http2, RequestProtocol};
use crate::values::Milliseconds;

/// How often a request is sent again, and after which answers.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries<C, const N: usize> {
    /// How often after the first try, at another pod where there is one: `2` makes three tries at most.
    pub attempts: u8,
    /// How long each try may take: `milliseconds(300)`, `seconds(1).into()`.
    pub per_try: Milliseconds,
    /// After what: `[HttpRetryOn::ConnectFailure]`, `[GrpcRetryOn::Unavailable]`.
    pub on: [C; N],
}

/// After what a request by HTTP is sent again.
///
/// Upstream: <https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HttpRetryOn {
    /// No connection: no pod has seen the request.
    ConnectFailure,
    /// The pod refused the request before it did anything.
    RefusedStream,
    /// The connection broke before the request was sent on it.
    ResetBeforeRequest,
    /// No answer, as the connection broke or the try took too long: the request may have been carried out.
    Reset,
    /// 502, 503 or 504: the request may have been carried out.
    GatewayError,
    /// Any 5xx, and no answer: the request may have been carried out.
    ServerError,
}

/// After what a gRPC call is sent again.
///
/// Upstream: <https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-grpc-on>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrpcRetryOn {
    /// No connection: no pod has seen the call.
    ConnectFailure,
    /// The pod refused the call before it did anything.
    RefusedStream,
    /// The connection broke before the call was sent on it.
    ResetBeforeRequest,
    /// No answer, as the connection broke or the try took too long: the call may have been carried out.
    Reset,
    /// Status 1, `CANCELLED`: the call may have been carried out.
    Cancelled,
    /// Status 4, `DEADLINE_EXCEEDED`: the call may have been carried out.
    DeadlineExceeded,
    /// Status 8, `RESOURCE_EXHAUSTED`: the program had no room for the call.
    ResourceExhausted,
    /// Status 13, `INTERNAL`: the call may have been carried out.
    Internal,
    /// Status 14, `UNAVAILABLE`: a program should answer so only what it has not begun.
    Unavailable,
}

/// A protocol of which a proxy can send something again.
#[doc(hidden)]
pub trait Retried: RequestProtocol {
    /// After what.
    type RetryOn: RetryCondition;
}

impl Retried for Http {
    type RetryOn = HttpRetryOn;
}

impl Retried for Http2 {
    type RetryOn = HttpRetryOn;
}

impl Retried for Grpc {
    type RetryOn = GrpcRetryOn;
}

/// After what a request is sent again.
#[doc(hidden)]
pub trait RetryCondition: Copy {
    /// What the proxy calls it.
    fn as_str(self) -> &'static str;
}

impl RetryCondition for HttpRetryOn {
    fn as_str(self) -> &'static str {
        match self {
            Self::ConnectFailure => "connect-failure",
            Self::RefusedStream => "refused-stream",
            Self::ResetBeforeRequest => "reset-before-request",
            Self::Reset => "reset",
            Self::GatewayError => "gateway-error",
            Self::ServerError => "5xx",
        }
    }
}

impl RetryCondition for GrpcRetryOn {
    fn as_str(self) -> &'static str {
        match self {
            Self::ConnectFailure => "connect-failure",
            Self::RefusedStream => "refused-stream",
            Self::ResetBeforeRequest => "reset-before-request",
            Self::Reset => "reset",
            Self::Cancelled => "cancelled",
            Self::DeadlineExceeded => "deadline-exceeded",
            Self::ResourceExhausted => "resource-exhausted",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }
}
