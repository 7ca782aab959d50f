//! Kinds whose controllers make what nobody here can see.

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

/// Whether objects of a kind may become pods.
pub(super) fn may_make_pods(group: &str, kind: &str) -> bool {
    let of_kubernetes = ["", "apps", "batch"].contains(&group) && WORKLOADS.contains(&kind);
    of_kubernetes || OPERATED.contains(&(group, kind)) || !is_known(group)
}
