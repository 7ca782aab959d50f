//! Policies of NGINX Gateway Fabric: what a gateway takes from one client, and how long it waits.

use custom_resources::nginx::gateway::v1alpha1 as nginx;

use super::GROUP;
use super::gateway::GatewayState;
use crate::model::bundle::Output;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Bytes, Seconds};

/// What a gateway of NGINX takes from one client, and how long it waits.
///
/// Becomes a RateLimitPolicy, a ClientSettingsPolicy and a ProxySettingsPolicy of the Gateway.
///
/// Upstream: <https://docs.nginx.com/nginx-gateway-fabric/reference/api/>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests per second from one address, for each pod of the gateway; more are answered with 429.
    pub requests_per_second: u16,
    /// How many requests may come at once before the rate counts.
    pub burst: u16,
    /// The largest body of a request, at most 9999 MiB: `mebibytes(1)`.
    pub max_body_size: Bytes,
    /// How long to wait for the next part of a request's body: `seconds(10)`.
    pub body_timeout: Seconds,
    /// How long to wait for a connection to a service: `seconds(5)`.
    pub connect_timeout: Seconds,
    /// How long to wait for the next part of a service's answer: `seconds(30)`. For calls of gRPC NGINX waits 60 seconds, whatever this
    /// says.
    pub response_timeout: Seconds,
}

/// The largest number that a size of NGINX's policies may have.
const LARGEST_SIZE: u32 = 9999;

impl Limits {
    pub(super) fn build(&self, output: &mut Output<'_>, origin: Origin, gateway: &GatewayState) {
        output.errors.extend(self.mistakes(origin, gateway));
        let metadata = || gateway.metadata();
        let target = nginx::LocalPolicyTargetReference {
            group: GROUP.to_owned(),
            kind: "Gateway".to_owned(),
            name: gateway.parent.name.to_string(),
        };
        output.add(
            origin,
            nginx::RateLimitPolicy {
                metadata: metadata(),
                spec: nginx::RateLimitPolicySpec {
                    rate_limit: Some(self.rate_limit()),
                    target_refs: vec![target.clone()],
                },
            },
        );
        output.add(
            origin,
            nginx::ClientSettingsPolicy {
                metadata: metadata(),
                spec: nginx::ClientSettingsPolicySpec {
                    body: Some(nginx::ClientSettingsPolicyBody {
                        max_size: Some(format!("{}m", self.max_body_size.as_mebibytes())),
                        timeout: Some(format!("{}s", self.body_timeout.as_seconds())),
                    }),
                    ..nginx::ClientSettingsPolicySpec::required(target.clone())
                },
            },
        );
        output.add(
            origin,
            nginx::ProxySettingsPolicy {
                metadata: metadata(),
                spec: nginx::ProxySettingsPolicySpec {
                    timeout: Some(nginx::ProxySettingsPolicyTimeout {
                        connect: Some(format!("{}s", self.connect_timeout.as_seconds())),
                        read: Some(format!("{}s", self.response_timeout.as_seconds())),
                        send: Some(format!("{}s", self.response_timeout.as_seconds())),
                    }),
                    ..nginx::ProxySettingsPolicySpec::required(vec![target])
                },
            },
        );
    }

    fn rate_limit(&self) -> nginx::RateLimitPolicyRateLimit {
        nginx::RateLimitPolicyRateLimit {
            local: Some(nginx::RateLimitLocal {
                rules: Some(vec![nginx::LocalRule {
                    burst: Some(i32::from(self.burst)),
                    delay: None,
                    key: "$binary_remote_addr".to_owned(),
                    // A burst is answered at once; only what exceeds it is refused.
                    no_delay: Some(true),
                    rate: format!("{}r/s", self.requests_per_second),
                    // Some 160,000 addresses.
                    zone_size: Some("10m".to_owned()),
                }]),
            }),
            reject_code: Some(429),
            ..nginx::RateLimitPolicyRateLimit::default()
        }
    }

    /// Numbers that NGINX refuses or reads as "without limit".
    fn mistakes(&self, origin: Origin, gateway: &GatewayState) -> Vec<BuildError> {
        let size = self.max_body_size.as_mebibytes();
        let timeouts = [self.body_timeout, self.connect_timeout, self.response_timeout];
        let mut mistakes = Vec::new();
        let mut mistake = |what: &str| {
            mistakes.push(BuildError::new(
                Rule::LimitOutOfRange,
                origin,
                format!("the gateway {} {what}", gateway.parent.name),
            ));
        };
        if self.requests_per_second == 0 {
            mistake(
                "admits no request in a second, and NGINX refuses such a rate: give it one at least",
            );
        }
        if size == 0 || size > LARGEST_SIZE {
            mistake(&format!(
                "takes bodies of {size} MiB; NGINX reads 0 as no limit, and its policy is refused above {LARGEST_SIZE}: choose a \
                 size between"
            ));
        }
        if timeouts.iter().any(|timeout| !(1..=9999).contains(&timeout.as_seconds())) {
            mistake(
                "waits for less than a second or more than 9999, which its policies refuse: choose a time between",
            );
        }
        mistakes
    }
}
