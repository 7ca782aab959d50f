//! Network Load Balancers of AWS, as the AWS Load Balancer Controller reads them from a Service.
//!
//! Upstream: <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/>

use super::Exposure;
use crate::model::label::Labels;
use crate::model::namespace::{Namespace, NamespaceLabel};

impl Exposure {
    /// `spec.loadBalancerClass` of the Services that the AWS Load Balancer Controller serves.
    pub const LOAD_BALANCER_CLASS: &'static str = "service.k8s.aws/nlb";
}

/// The annotations of the Service of a gateway behind one; `scheme` says from where it is reached.
pub(super) fn load_balancer(scheme: &str) -> Labels {
    [
        ("scheme", scheme),
        ("nlb-target-type", "ip"),
        // Otherwise every client would have the load balancer's address, and one rate limit.
        ("target-group-attributes", "preserve_client_ip.enabled=true"),
    ]
    .map(|(key, value)| {
        (format!("service.beta.kubernetes.io/aws-load-balancer-{key}"), value.to_owned())
    })
    .into()
}

/// Has new pods of a namespace wait, before the pods that they replace may end, until the load balancer sends to them.
///
/// Upstream: <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/>
pub(super) fn readiness_gates(namespace: &Namespace) -> NamespaceLabel {
    NamespaceLabel {
        namespace: namespace.clone(),
        key: "elbv2.k8s.aws/pod-readiness-gate-inject",
        value: "enabled",
    }
}
