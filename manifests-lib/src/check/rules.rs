//! The names of all rules, written by `cargo run -p analysis --example pages`.

use super::CheckRule;

impl CheckRule {
    /// An exception accepts nothing.
    pub const IDLE_EXCEPTION: Self = Self("idle-exception");
    /// A database keeps its data where it is lost with the pod.
    pub const DATA_OUTSIDE_VOLUME: Self = Self("data-outside-volume");
    /// The volumes of a stateful workload are deleted with their claims.
    pub const DELETING_RECLAIM_POLICY: Self = Self("deleting-reclaim-policy");
    /// Two volumes are mounted at one path of a container.
    pub const DUPLICATE_MOUNT_PATH: Self = Self("duplicate-mount-path");
    /// A volume on a node does not say on which.
    pub const UNBOUND_NODE_VOLUME: Self = Self("unbound-node-volume");
    /// Two manifests are one object.
    pub const DUPLICATE_OBJECT: Self = Self("duplicate-object");
    /// An Application uses what its project does not permit.
    pub const FORBIDDEN_BY_PROJECT: Self = Self("forbidden-by-project");
    /// A custom resource is in an earlier wave than its CRD.
    pub const LATE_DEFINITION: Self = Self("late-definition");
    /// A value of a chart is null in valuesObject of an Application.
    pub const NULL_VALUE: Self = Self("null-value");
    /// An object is too large to be applied by the client.
    pub const TOO_LARGE_TO_APPLY: Self = Self("too-large-to-apply");
    /// A Secret is brought up to date, and pods read it once.
    pub const ROTATED_VARIABLE: Self = Self("rotated-variable");
    /// A changed ConfigMap would not reach the pods that read it.
    pub const UNNOTICED_CONFIGURATION: Self = Self("unnoticed-configuration");
    /// A pod reads a ConfigMap, or a key of one, that is not there.
    pub const MISSING_CONFIG_MAP: Self = Self("missing-config-map");
    /// A pod reads a Secret, or a key of one, that is not there.
    pub const MISSING_SECRET: Self = Self("missing-secret");
    /// A workload that is scaled automatically has a fixed number of pods.
    pub const AUTOSCALED_REPLICAS: Self = Self("autoscaled-replicas");
    /// A PodDisruptionBudget never lets a pod go.
    pub const BLOCKING_DISRUPTION_BUDGET: Self = Self("blocking-disruption-budget");
    /// Liveness and readiness of a container ask the same, as often.
    pub const EQUAL_PROBES: Self = Self("equal-probes");
    /// A container may take all memory of its node.
    pub const MISSING_MEMORY_LIMIT: Self = Self("missing-memory-limit");
    /// Pods behind a Service have no readiness probe.
    pub const MISSING_READINESS_PROBE: Self = Self("missing-readiness-probe");
    /// A container does not say how much processor and memory it needs.
    pub const MISSING_REQUESTS: Self = Self("missing-requests");
    /// A pod is killed before its preStop hook has ended.
    pub const SHORT_GRACE_PERIOD: Self = Self("short-grace-period");
    /// A rolling update may neither add a pod nor take one away.
    pub const STUCK_ROLLING_UPDATE: Self = Self("stuck-rolling-update");
    /// An object is of a version that Kubernetes has removed.
    pub const REMOVED_API_VERSION: Self = Self("removed-api-version");
    /// An image is named by `latest`, or by no tag at all.
    pub const MUTABLE_IMAGE: Self = Self("mutable-image");
    /// The Pod Security level of a namespace refuses pods in it.
    pub const POD_SECURITY_VIOLATION: Self = Self("pod-security-violation");
    /// A password, token or key stands in the manifests.
    pub const SECRET_IN_PLAIN_TEXT: Self = Self("secret-in-plain-text");
    /// A pod has a token for the API server, and its account has no rights there.
    pub const UNUSED_TOKEN: Self = Self("unused-token");
    /// A project of Argo CD lets its Applications deploy anything anywhere.
    pub const WILDCARD_PROJECT: Self = Self("wildcard-project");
    /// A role may do everything with everything.
    pub const WILDCARD_ROLE: Self = Self("wildcard-role");
    /// A value means one thing to kubectl and another to readers of YAML 1.2.
    pub const AMBIGUOUS_SCALAR: Self = Self("ambiguous-scalar");
    /// A key stands twice in one mapping.
    pub const DUPLICATE_KEY: Self = Self("duplicate-key");
    /// A file that a container starts does not begin with #!.
    pub const MISSING_SHEBANG: Self = Self("missing-shebang");
    /// A tag of an image is a number in the values of a chart.
    pub const NUMERIC_TAG: Self = Self("numeric-tag");
}
