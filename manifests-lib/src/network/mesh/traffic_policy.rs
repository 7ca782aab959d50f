//! What a proxy keeps from a service: more than it takes, and pods of it that fail.

use custom_resources::istio::networking::v1 as networking;

use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::service::ServicePort;
use crate::values::Seconds;

/// When a pod is left out, and for how long.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlierDetection {
    /// Server errors in a row after which a pod is left out. Istio's own is `5`.
    pub consecutive_errors: u16,
    /// How often it is looked who is to be left out, and who is back: `seconds(10)`, which is Istio's own.
    pub interval: Seconds,
    /// How long a pod is left out the first time, and that much longer each further time: `seconds(30)`, which is Istio's own.
    pub ejection: Seconds,
    /// How many of 100 pods may be left out at once, rounded down: of two pods, `50` lets one be left out and Istio's own, `10`, none.
    pub max_ejected_percent: u8,
}

/// What the proxy of each caller has under way to a service at most.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections. By HTTP/2 and gRPC one carries many requests: `100`.
    pub connections: u32,
    /// Requests that wait for a connection: `1024`.
    pub pending_requests: u32,
    /// Requests under way, waiting ones too: `1024`.
    pub requests: u32,
}

impl OutlierDetection {
    /// Reports what is wrong with it.
    pub(super) fn judge(self, origin: Origin, port: &ServicePort) {
        let nothing = self.consecutive_errors == 0
            || self.interval.as_seconds() == 0
            || self.ejection.as_seconds() == 0
            || self.max_ejected_percent == 0;
        let mistake = if nothing {
            "a number or time of 0 leaves no pod out, or lets Istio take one of its own: say after how many errors a pod is left out, for \
             how long, and how many of 100 may be"
        } else if self.max_ejected_percent > 100 {
            "more than 100 of 100 pods cannot be left out, and the API server would refuse it: say 100 or less"
        } else {
            return;
        };
        refuse(origin, port, mistake);
    }

    pub(super) fn build(self) -> networking::TrafficPolicyOutlierDetection {
        networking::TrafficPolicyOutlierDetection {
            base_ejection_time: Some(format!("{}s", self.ejection.as_seconds())),
            consecutive5xx_errors: Some(self.consecutive_errors.into()),
            interval: Some(format!("{}s", self.interval.as_seconds())),
            max_ejection_percent: Some(self.max_ejected_percent.into()),
            ..networking::TrafficPolicyOutlierDetection::default()
        }
    }
}

impl ConnectionLimits {
    /// Reports what is wrong with it.
    pub(super) fn judge(&self, origin: Origin, port: &ServicePort) {
        let Self { connections, pending_requests, requests } = *self;
        if [connections, pending_requests, requests].contains(&0) {
            refuse(
                origin,
                port,
                "Istio takes a limit of 0 for none: say how much a caller may have under way",
            );
        }
    }

    pub(super) fn build(self) -> networking::TrafficPolicyConnectionPool {
        let number = |limit: u32| Some(i32::try_from(limit).unwrap_or(i32::MAX));
        networking::TrafficPolicyConnectionPool {
            http: Some(networking::ConnectionPoolHttp {
                http1_max_pending_requests: number(self.pending_requests),
                http2_max_requests: number(self.requests),
                ..networking::ConnectionPoolHttp::default()
            }),
            tcp: Some(networking::ConnectionPoolTcp {
                max_connections: number(self.connections),
                ..networking::ConnectionPoolTcp::default()
            }),
        }
    }
}

fn refuse(origin: Origin, port: &ServicePort, mistake: &str) {
    port.component().bundle.error(BuildError::new(Rule::ZeroSize, origin, mistake.to_owned()));
}
