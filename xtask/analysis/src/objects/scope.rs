//! Which kinds live in a namespace: what CRDs among the objects say, then what the schemas of kinds say, and of the few others this table.

use std::collections::HashMap;

use super::Object;
use super::view::text;
use crate::schema;

/// Kinds without a schema here that belong to the whole cluster: Kubernetes' own of the past, and custom ones whose CRDs are seldom among
/// the manifests.
const OF_CLUSTER: &[(&str, &str)] = &[
    ("", "ComponentStatus"),
    ("argoproj.io", "ClusterAnalysisTemplate"),
    ("argoproj.io", "ClusterWorkflowTemplate"),
    ("elbv2.k8s.aws", "IngressClassParams"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("external-secrets.io", "ClusterPushSecret"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("gateway.nginx.org", "NginxGateway"),
    ("generators.external-secrets.io", "ClusterGenerator"),
    ("karpenter.k8s.aws", "EC2NodeClass"),
    ("karpenter.sh", "NodeClaim"),
    ("karpenter.sh", "NodePool"),
    ("keda.sh", "ClusterTriggerAuthentication"),
    ("kyverno.io", "ClusterPolicy"),
    ("policy", "PodSecurityPolicy"),
];

/// Groups of which each other kind lives in a namespace, beside those of Kubernetes itself.
const IN_NAMESPACE: &[&str] = &[
    "acme.cert-manager.io",
    "apps.openshift.io",
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "extensions",
    "extensions.istio.io",
    "external-secrets.io",
    "gateway.networking.k8s.io",
    "gateway.nginx.org",
    "generators.external-secrets.io",
    "keda.sh",
    "monitoring.coreos.com",
    "networking.istio.io",
    "rabbitmq.com",
    "security.istio.io",
    "telemetry.istio.io",
];

/// The scopes of kinds.
pub(super) struct Scopes {
    defined: HashMap<(String, String), bool>,
}

impl Scopes {
    /// Kubernetes' kinds, and those that CRDs among the objects define.
    pub(super) fn of(objects: &[Object]) -> Self {
        let definitions = objects
            .iter()
            .filter(|object| object.is("apiextensions.k8s.io", "CustomResourceDefinition"));
        let defined = definitions.filter_map(|definition| {
            let spec = &definition.json["spec"];
            let kind = text(&spec["names"]["kind"])?.to_owned();
            let group = text(&spec["group"])?.to_owned();
            Some(((group, kind), text(&spec["scope"])? == "Namespaced"))
        });
        Self { defined: defined.collect() }
    }

    /// Whether objects of a kind live in a namespace; unknown for custom kinds whose CRD is not there.
    pub(super) fn is_namespaced(&self, group: &str, kind: &str) -> Option<bool> {
        if let Some(&defined) = self.defined.get(&(group.to_owned(), kind.to_owned())) {
            return Some(defined);
        }
        if let Some(known) = schema::is_namespaced(group, kind) {
            return Some(known);
        }
        if OF_CLUSTER.contains(&(group, kind)) {
            return Some(false);
        }
        (IN_NAMESPACE.contains(&group) || schema::is_built_in(group)).then_some(true)
    }
}
