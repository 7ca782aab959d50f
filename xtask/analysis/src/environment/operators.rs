//! Kinds whose controllers make what nobody here can see.

use crate::objects::{Identity, Object, text};

/// Groups of custom kinds of which it is known what their controllers make: nothing that others name, or what is added to the objects.
const KNOWN: &[&str] = &[
    "acme.cert-manager.io",
    "apps.openshift.io",
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "crd.projectcalico.org",
    "extensions.istio.io",
    "external-secrets.io",
    "gateway.nginx.org",
    "generators.external-secrets.io",
    "image.openshift.io",
    "karpenter.k8s.aws",
    "karpenter.sh",
    "keda.sh",
    "monitoring.coreos.com",
    "networking.istio.io",
    "projectcalico.org",
    "rabbitmq.com",
    "route.openshift.io",
    "security.istio.io",
    "security.openshift.io",
    "telemetry.istio.io",
    "vpcresources.k8s.aws",
];

/// Kinds of Kubernetes that make pods.
const WORKLOADS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Custom kinds whose controllers make pods, of the groups that are known.
const OPERATED: &[(&str, &str)] = &[
    ("apps.openshift.io", "DeploymentConfig"),
    ("argoproj.io", "Rollout"),
    ("argoproj.io", "Workflow"),
    ("argoproj.io", "CronWorkflow"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("monitoring.coreos.com", "Alertmanager"),
    ("monitoring.coreos.com", "Prometheus"),
    ("monitoring.coreos.com", "PrometheusAgent"),
    ("monitoring.coreos.com", "ThanosRuler"),
    ("rabbitmq.com", "RabbitmqCluster"),
];

/// Whether what the controllers of a group make is known.
pub(super) fn is_known(group: &str) -> bool {
    let of_kubernetes = !group.contains('.') || group == "k8s.io";
    let of_its_projects = group.ends_with(".k8s.io") && !group.ends_with("x-k8s.io");
    of_kubernetes || of_its_projects || KNOWN.contains(&group)
}

/// Kinds that deploy or copy into whatever namespace they like.
const ANYWHERE: &[(&str, &str)] = &[
    ("argoproj.io", "ApplicationSet"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
];

/// Groups whose objects belong to the whole cluster or name the namespaces that they write to.
const GROUPS_ANYWHERE: &[&str] = &[
    "crossplane.io",
    "fleet.cattle.io",
    "kyverno.io",
    "olm.operatorframework.io",
    "operator.openshift.io",
    "secretgen.carvel.dev",
    "trust.cert-manager.io",
    "upbound.io",
];

/// Fields of custom objects that name a namespace where their controllers write.
const NAMESPACES: &[&[&str]] = &[
    &["targetNamespace"],
    &["storageNamespace"],
    &["writeConnectionSecretToRef", "namespace"],
    &["secretRef", "namespace"],
    &["destination", "namespace"],
];

/// How annotations begin that have a Secret or ConfigMap copied to other namespaces.
pub(super) const COPIES: &[&str] =
    &["kubed.appscode.com/sync", "reflector.v1.k8s.emberstack.com/", "replicator.v1.mittwald.de/"];

/// Whether a controller may make anything of an object.
pub(super) fn may_make_anything(object: &Object) -> bool {
    let (group, kind) = (object.identity.group.as_str(), object.identity.kind.as_str());
    !is_known(group) || ANYWHERE.contains(&(group, kind))
}

/// The namespaces in which a controller may make something of an object; none stands for any.
pub(super) fn namespaces(object: &Object) -> Vec<Option<&str>> {
    let Identity { group, kind, namespace, .. } = &object.identity;
    let is_of = |known: &&&str| group == **known || group.ends_with(&format!(".{known}"));
    let anywhere =
        ANYWHERE.contains(&(group, kind)) || GROUPS_ANYWHERE.iter().any(|known| is_of(&known));
    // Without a namespace it belongs to the whole cluster, as far as anybody can say here.
    let Some(namespace) = namespace.as_deref().filter(|_| !anywhere) else { return vec![None] };
    let named = NAMESPACES
        .iter()
        .filter_map(|path| text(path.iter().fold(&object.json["spec"], |value, key| &value[*key])));
    std::iter::once(namespace).chain(named).map(Some).collect()
}

/// Whether objects of a kind may become pods.
pub(super) fn may_make_pods(group: &str, kind: &str) -> bool {
    let of_kubernetes = ["", "apps", "batch"].contains(&group) && WORKLOADS.contains(&kind);
    of_kubernetes || OPERATED.contains(&(group, kind)) || !is_known(group)
}
