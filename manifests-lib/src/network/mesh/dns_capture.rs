//! DNS of the proxies: how hosts outside are told apart.

use custom_resources::istio::networking::v1beta1 as networking;

use crate::model::bundle::{Added, Bundle, Output, Part};
use crate::model::facts::Facts;
use crate::model::label::label;
use crate::model::metadata::named;
use crate::model::namespace::Namespace;

/// Proxies of this namespace answer DNS.
#[derive(Clone)]
pub(super) struct CapturesDns(pub(super) Namespace);

impl Part for CapturesDns {
    fn build(&self, _: &mut Output<'_>) {}

    fn declare(&self, declared: &mut Facts) {
        declared.push(self.clone());
    }
}

impl Bundle {
    /// Lets the proxies of the bundle's namespace answer DNS, so that hosts outside that share a port are told apart:
    /// Istio gives each ServiceEntry without addresses an address of its own.
    ///
    /// Becomes a ProxyConfig; pods follow it from their next start.
    ///
    /// Upstream: <https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/>
    #[track_caller]
    pub fn capture_dns(&self) -> Added<networking::ProxyConfig> {
        self.note(CapturesDns(self.namespace().clone()));
        self.add(networking::ProxyConfig {
            metadata: named("dns-capture"),
            spec: Some(networking::ProxyConfigSpec {
                environment_variables: Some(label("ISTIO_META_DNS_CAPTURE", "true")),
                ..networking::ProxyConfigSpec::default()
            }),
        })
    }
}
