//! Which kinds live in a namespace.

use std::collections::HashMap;

use super::Object;
use super::view::text;

/// Kinds of Kubernetes that belong to the whole cluster.
///
/// Upstream: `kubectl api-resources --namespaced=false`
const OF_CLUSTER: &[(&str, &[&str])] = &[
    ("", &["Namespace", "Node", "PersistentVolume", "ComponentStatus"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
];

/// Groups of Kubernetes itself: each of their other kinds lives in a namespace.
const OF_KUBERNETES: &[&str] = &["", "apps", "autoscaling", "batch", "extensions", "policy"];

/// Custom kinds that belong to the whole cluster, of projects whose CRDs are seldom among the manifests.
const CUSTOM_OF_CLUSTER: &[(&str, &str)] = &[
    ("argoproj.io", "ClusterAnalysisTemplate"),
    ("argoproj.io", "ClusterWorkflowTemplate"),
    ("cert-manager.io", "ClusterIssuer"),
    ("elbv2.k8s.aws", "IngressClassParams"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("external-secrets.io", "ClusterPushSecret"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("gateway.nginx.org", "NginxGateway"),
    ("generators.external-secrets.io", "ClusterGenerator"),
    ("karpenter.k8s.aws", "EC2NodeClass"),
    ("karpenter.sh", "NodeClaim"),
    ("karpenter.sh", "NodePool"),
    ("keda.sh", "ClusterTriggerAuthentication"),
    ("kyverno.io", "ClusterPolicy"),
];

/// Groups of custom kinds of which each other kind lives in a namespace.
const CUSTOM_IN_NAMESPACE: &[&str] = &[
    "acme.cert-manager.io",
    "apps.openshift.io",
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
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
        let mut known = OF_CLUSTER.iter();
        if known.any(|(known, kinds)| *known == group && kinds.contains(&kind))
            || CUSTOM_OF_CLUSTER.contains(&(group, kind))
        {
            return Some(false);
        }
        (OF_KUBERNETES.contains(&group)
            || CUSTOM_IN_NAMESPACE.contains(&group)
            || OF_CLUSTER.iter().any(|(known, _)| *known == group))
        .then_some(true)
    }
}
