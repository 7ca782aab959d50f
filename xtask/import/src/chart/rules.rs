//! Types that follow from the name of a key, if neither the default nor the schema says otherwise.

use serde_json::{Map, Value};

use super::kind::Kind;
use crate::naming::words;

/// Types by the whole name of a key, or of a key and the one above it; the first one that fits is used.
///
/// A name is here if charts mean one thing by it. What takes objects of several forms is a list or map of JSON.
const RULES: &[(&str, &str)] = &[
    ("accessModes", "Vec<String>"),
    ("additionalContainers", "Vec<Container>"),
    ("additionalVolumeMounts", "Vec<VolumeMount>"),
    ("additionalVolumes", "Vec<Volume>"),
    ("affinity", "Affinity"),
    ("apiVersions", "Vec<String>"),
    ("args", "Vec<String>"),
    ("autoscaleBehavior", "HorizontalPodAutoscalerBehavior"),
    ("autoscaling.customMetrics", "Vec<MetricSpec>"),
    ("autoscaling.metrics", "Vec<MetricSpec>"),
    ("behavior", "HorizontalPodAutoscalerBehavior"),
    ("capabilities.add", "Vec<String>"),
    ("capabilities.drop", "Vec<String>"),
    ("cidrs", "Vec<String>"),
    ("clusterRoleRules", "Vec<PolicyRule>"),
    ("command", "Vec<String>"),
    ("containerSecurityContext", "SecurityContext"),
    ("controlledResources", "Vec<String>"),
    ("customLivenessProbe", "Probe"),
    ("customReadinessProbe", "Probe"),
    ("customStartupProbe", "Probe"),
    ("daemonSetVolumeMounts", "Vec<VolumeMount>"),
    ("daemonSetVolumes", "Vec<Volume>"),
    ("deploymentStrategy", "DeploymentStrategy"),
    ("dnsConfig", "PodDNSConfig"),
    ("dnsNames", "Vec<String>"),
    ("dnsPolicy", "String"),
    ("emptyDir", "EmptyDirVolumeSource"),
    ("env", "Vec<EnvVar>"),
    ("envFrom", "Vec<EnvFromSource>"),
    ("envVarFrom", "Vec<EnvVar>"),
    ("externalIPs", "Vec<String>"),
    ("extraArgs", "Vec<String>"),
    ("extraArgs", "BTreeMap<String, Value>"),
    ("extraContainerPorts", "Vec<ContainerPort>"),
    ("extraContainers", "Vec<Container>"),
    ("extraDeploy", "Vec<Value>"),
    ("extraEgress", "Vec<NetworkPolicyEgressRule>"),
    ("extraEnv", "Vec<EnvVar>"),
    ("extraEnvFrom", "Vec<EnvFromSource>"),
    ("extraEnvVars", "Vec<EnvVar>"),
    ("extraEnvs", "Vec<EnvVar>"),
    ("extraFlags", "Vec<String>"),
    ("extraIngress", "Vec<NetworkPolicyIngressRule>"),
    ("extraInitContainers", "Vec<Container>"),
    ("extraManifests", "Vec<Value>"),
    ("extraManifests", "BTreeMap<String, Value>"),
    ("extraObjects", "Vec<Value>"),
    ("extraObjects", "BTreeMap<String, Value>"),
    ("extraPorts", "Vec<Value>"),
    ("extraResources", "Vec<Value>"),
    ("extraVolumeClaimTemplates", "Vec<PersistentVolumeClaimTemplate>"),
    ("extraVolumeMounts", "Vec<VolumeMount>"),
    ("extraVolumes", "Vec<Volume>"),
    ("finalizers", "Vec<String>"),
    ("hostAliases", "Vec<HostAlias>"),
    ("hostUsers", "bool"),
    ("hostnames", "Vec<String>"),
    ("httpHeaders", "Vec<HTTPHeader>"),
    ("imagePullSecrets", "Vec<Value>"),
    ("ingress.extraHosts", "Vec<Value>"),
    ("ingress.extraPaths", "Vec<Value>"),
    ("ingress.extraRules", "Vec<IngressRule>"),
    ("ingress.extraTls", "Vec<IngressTLS>"),
    ("ingress.secrets", "Vec<Value>"),
    ("ingress.tls", "Vec<IngressTLS>"),
    ("initContainers", "Vec<Container>"),
    ("ipFamilies", "Vec<String>"),
    ("lifecycle", "Lifecycle"),
    ("lifecycleHooks", "Lifecycle"),
    ("livenessProbe", "Probe"),
    ("loadBalancerSourceRanges", "Vec<String>"),
    ("matchExpressions", "Vec<LabelSelectorRequirement>"),
    ("maxAllowed", "BTreeMap<String, Quantity>"),
    ("maxUnavailable", "IntOrString"),
    ("metricRelabelings", "Vec<Value>"),
    ("minAllowed", "BTreeMap<String, Quantity>"),
    ("minAvailable", "IntOrString"),
    ("namespaceSelector", "BTreeMap<String, Value>"),
    ("nodeAffinityPreset.values", "Vec<String>"),
    ("nodeSelector", "BTreeMap<String, String>"),
    ("node_selector", "BTreeMap<String, String>"),
    ("parentRefs", "Vec<Value>"),
    ("persistence.dataSource", "TypedLocalObjectReference"),
    ("persistence.selector", "LabelSelector"),
    ("persistentVolumeClaimRetentionPolicy", "StatefulSetPersistentVolumeClaimRetentionPolicy"),
    ("podMonitor.selector", "BTreeMap<String, String>"),
    ("podSecurityContext", "PodSecurityContext"),
    ("podTargetLabels", "Vec<String>"),
    ("priorityClassName", "String"),
    ("prometheusRule.rules", "Vec<Value>"),
    ("pullSecrets", "Vec<Value>"),
    ("rbac.rules", "Vec<PolicyRule>"),
    ("readinessProbe", "Probe"),
    ("relabelings", "Vec<Value>"),
    ("relabellings", "Vec<Value>"),
    ("resizePolicy", "Vec<ContainerResizePolicy>"),
    ("resources", "ResourceRequirements"),
    ("rollingMaxSurge", "IntOrString"),
    ("rollingMaxUnavailable", "IntOrString"),
    ("rollingUpdate", "BTreeMap<String, IntOrString>"),
    ("scaleDown", "HPAScalingRules"),
    ("scaleUp", "HPAScalingRules"),
    ("seLinuxOptions", "SELinuxOptions"),
    ("seccompProfile", "SeccompProfile"),
    ("service.extraPorts", "Vec<ServicePort>"),
    ("serviceMonitor.selector", "BTreeMap<String, String>"),
    ("sessionAffinityConfig", "SessionAffinityConfig"),
    ("sidecarContainers", "Vec<Container>"),
    ("sidecars", "Vec<Container>"),
    ("startupProbe", "Probe"),
    ("strategy", "DeploymentStrategy"),
    ("supplementalGroups", "Vec<i64>"),
    ("sysctls", "Vec<Sysctl>"),
    ("tag", "String"),
    ("targetLabels", "Vec<String>"),
    ("targetPort", "IntOrString"),
    ("terminationGracePeriodSeconds", "i64"),
    ("tlsConfig", "BTreeMap<String, Value>"),
    ("tolerations", "Vec<Toleration>"),
    ("topologySpreadConstraints", "Vec<TopologySpreadConstraint>"),
    ("topologySpreadContraints", "Vec<TopologySpreadConstraint>"),
    ("topology_spread_constraints", "Vec<TopologySpreadConstraint>"),
    ("trustedIPs", "Vec<String>"),
    ("volumeClaimTemplates", "Vec<PersistentVolumeClaimTemplate>"),
    ("volumeMounts", "Vec<VolumeMount>"),
    ("volumes", "Vec<Volume>"),
    ("watchNamespaces", "Vec<String>"),
];

/// Types by the whole name of a key that has no default.
const UNSET: &[(&str, &str)] = &[
    ("appProtocol", "String"),
    ("className", "String"),
    ("clusterIP", "String"),
    ("digest", "String"),
    ("enableServiceLinks", "bool"),
    ("enabled", "bool"),
    ("existingClaim", "String"),
    ("existingSecret", "String"),
    ("externalTrafficPolicy", "String"),
    ("fullnameOverride", "String"),
    ("healthCheckNodePort", "i64"),
    ("hostname", "String"),
    ("imageRegistry", "String"),
    ("ingressClassName", "String"),
    ("internalTrafficPolicy", "String"),
    ("interval", "String"),
    ("ipFamilyPolicy", "String"),
    ("loadBalancerClass", "String"),
    ("loadBalancerIP", "String"),
    ("maxReplicas", "i64"),
    ("minReplicas", "i64"),
    ("name", "String"),
    ("nameOverride", "String"),
    ("namespace", "String"),
    ("namespaceOverride", "String"),
    ("nodePort", "IntOrString"),
    ("password", "String"),
    ("port", "IntOrString"),
    ("pullPolicy", "String"),
    ("registry", "String"),
    ("replicaCount", "i64"),
    ("replicas", "i64"),
    ("repository", "String"),
    ("revisionHistoryLimit", "i64"),
    ("runtimeClassName", "String"),
    ("schedulerName", "String"),
    ("scrapeTimeout", "String"),
    ("secretName", "String"),
    ("serviceName", "String"),
    ("storageClass", "String"),
    ("storageClassName", "String"),
    ("subPath", "String"),
    ("targetCPUUtilizationPercentage", "i64"),
    ("targetMemoryUtilizationPercentage", "i64"),
    ("trafficDistribution", "String"),
    ("url", "String"),
    ("username", "String"),
];

/// Words of the keys for annotations and labels of what Kubernetes has: `serviceAccountAnnotations`, `extraLabels`.
const ANNOTATED: &[&str] = &[
    "account",
    "additional",
    "backup",
    "balancer",
    "budget",
    "certificate",
    "claim",
    "class",
    "cluster",
    "common",
    "config",
    "configmap",
    "container",
    "controller",
    "crd",
    "cron",
    "cronjob",
    "custom",
    "daemon",
    "daemonset",
    "dashboard",
    "dashboards",
    "default",
    "deployment",
    "deployments",
    "disruption",
    "external",
    "extra",
    "gateway",
    "global",
    "headless",
    "hpa",
    "image",
    "ingress",
    "injected",
    "injector",
    "internal",
    "job",
    "load",
    "map",
    "match",
    "metrics",
    "monitor",
    "namespace",
    "node",
    "ns",
    "persistent",
    "pod",
    "pods",
    "prometheus",
    "pvc",
    "repositories",
    "repository",
    "resource",
    "role",
    "route",
    "secret",
    "secrets",
    "server",
    "service",
    "set",
    "sidecar",
    "stateful",
    "statefulset",
    "storage",
    "template",
    "test",
    "tls",
    "volume",
    "webhook",
];

/// The types that the name of a key suggests, the likeliest first.
///
/// `beside` are the keys of the object that holds it.
pub fn by_name(
    above: Option<&str>,
    key: &str,
    default: &Value,
    beside: Option<&Map<String, Value>>,
) -> Vec<Kind> {
    if key == "securityContext" {
        return security_context(default, beside).into_iter().collect();
    }
    let is_named = |name: &str| match name.split_once('.') {
        Some((first, last)) => last == key && above.is_some_and(|above| is_a(above, first)),
        None => name == key,
    };
    // An image tag that YAML reads as a number is still a tag: 1.30 is not 1.3.
    let is_tag = key == "tag" && default.is_number();
    let unset: &[(&str, &str)] = if default.is_null() { UNSET } else { &[] };
    let rules = RULES.iter().chain(unset).copied().filter(|(name, _)| is_named(name));
    // What names the key above is the more specific.
    let (exact, plain): (Vec<_>, Vec<_>) = rules.partition(|(name, _)| name.contains('.'));
    let annotated = is_annotated(key, default).then_some("BTreeMap<String, String>");
    let rules = exact.into_iter().chain(plain).map(|(_, kind)| kind).chain(annotated);
    rules
        .filter_map(|kind| Kind::read(kind).ok())
        .filter(|kind| is_tag || kind.fits(default))
        .collect()
}

/// Whether a key is a name or ends with it: `nodeExporterServiceMonitor` is a `serviceMonitor`.
fn is_a(key: &str, name: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    lower.ends_with(&name.to_ascii_lowercase())
}

/// Whether a key holds annotations or labels: by its whole name, or by its end if the default shows texts.
fn is_annotated(key: &str, default: &Value) -> bool {
    let mut words = words(key);
    let last = words.pop().unwrap_or_default().to_ascii_lowercase();
    if !["annotations", "labels"].contains(&last.as_str()) {
        return false;
    }
    let is_shown = default.as_object().is_some_and(|object| !object.is_empty());
    is_shown || words.iter().all(|word| ANNOTATED.contains(&word.to_ascii_lowercase().as_str()))
}

/// Of the pod or of a container: charts use this name for both.
///
/// It is the one that the key beside it leaves over, or the only one that the default fits.
fn security_context(default: &Value, beside: Option<&Map<String, Value>>) -> Option<Kind> {
    let has = |key: &str| beside.is_some_and(|beside| beside.contains_key(key));
    let names: &[&str] = match (has("podSecurityContext"), has("containerSecurityContext")) {
        (true, false) => &["SecurityContext"],
        (false, true) => &["PodSecurityContext"],
        _ => &["PodSecurityContext", "SecurityContext"],
    };
    let mut fitting =
        names.iter().filter_map(|kind| Kind::read(kind).ok()).filter(|kind| kind.fits(default));
    match (fitting.next(), fitting.next()) {
        (Some(kind), None) => Some(kind),
        _ => None,
    }
}

/// Whether a number of this name is an integer, although a schema that was inferred from the defaults says number.
pub fn is_counted(above: Option<&str>, key: &str) -> bool {
    const COUNTED: [&str; 24] = [
        "attempts",
        "count",
        "days",
        "group",
        "jobs",
        "level",
        "limit",
        "max",
        "milliseconds",
        "min",
        "minutes",
        "number",
        "percentage",
        "port",
        "ports",
        "quorum",
        "replicas",
        "retries",
        "seconds",
        "size",
        "syncs",
        "threads",
        "threshold",
        "user",
    ];
    let is_counted = |word: &String| COUNTED.contains(&word.to_ascii_lowercase().as_str());
    let words_of = |key: &str| words(key);
    words_of(key).last().is_some_and(is_counted)
        || words_of(key).first().is_some_and(|word| ["max", "min"].contains(&word.as_str()))
        || above.is_some_and(|above| {
            words_of(above).last().is_some_and(|word| word.eq_ignore_ascii_case("ports"))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(key: &str, default: Value) -> Option<String> {
        by_name(None, key, &default, None).first().map(ToString::to_string)
    }

    #[test]
    fn every_type_of_the_table_is_one() {
        for (key, text) in RULES.iter().chain(UNSET) {
            assert!(Kind::read(text).is_ok(), "{key}");
        }
        assert!(RULES.is_sorted_by_key(|(key, _)| key) && UNSET.is_sorted_by_key(|(key, _)| key));
    }

    #[test]
    fn a_name_is_ignored_where_the_default_does_not_fit() {
        assert_eq!(kind("resources", json!({})).as_deref(), Some("ResourceRequirements"));
        assert_eq!(kind("resources", json!([])), None);
        assert_eq!(kind("resources", json!({"preset": "small"})), None);
        assert_eq!(kind("readinessProbe", json!({"httpPath": "/"})), None);
        assert_eq!(kind("env", json!([])).as_deref(), Some("Vec<EnvVar>"));
        assert_eq!(kind("env", json!({})), None);
        assert_eq!(kind("labels", json!([])), None);
        assert_eq!(kind("applicationLabels", json!({"enabled": false})), None);
    }

    #[test]
    fn annotations_are_known_by_the_whole_name_or_by_the_default() {
        let texts = Some("BTreeMap<String, String>");
        for key in ["annotations", "podAnnotations", "serviceAccountLabels", "extraLabels"] {
            assert_eq!(kind(key, json!({})).as_deref(), texts, "{key}");
        }
        assert_eq!(kind("additionalRuleAnnotations", json!({})), None);
        assert_eq!(kind("additionalRuleAnnotations", json!({"a": {"b": "c"}})), None);
        assert_eq!(kind("additionalRuleAnnotations", json!({"a": "b"})).as_deref(), texts);
    }

    #[test]
    fn a_key_above_tells_what_a_key_means() {
        let kind = |above, key| {
            by_name(Some(above), key, &json!([]), None).first().map(ToString::to_string)
        };
        assert_eq!(kind("ingress", "tls").as_deref(), Some("Vec<IngressTLS>"));
        assert_eq!(kind("gateway", "tls"), None);
        assert_eq!(kind("service", "extraPorts").as_deref(), Some("Vec<ServicePort>"));
        assert_eq!(kind("container", "extraPorts").as_deref(), Some("Vec<Value>"));
    }

    #[test]
    fn a_security_context_is_not_guessed() {
        let kind = |default| kind("securityContext", default);
        assert_eq!(kind(json!({"fsGroup": 1})).as_deref(), Some("PodSecurityContext"));
        assert_eq!(kind(json!({"privileged": false})).as_deref(), Some("SecurityContext"));
        assert_eq!(kind(json!({"runAsNonRoot": true})), None);
        assert_eq!(kind(json!({})), None);
        assert_eq!(kind(json!({"enabled": true})), None);
        let beside = |key: &str| {
            let beside = json!({ key: {} });
            let kinds = by_name(None, "securityContext", &json!({}), beside.as_object());
            kinds.first().map(ToString::to_string)
        };
        assert_eq!(beside("podSecurityContext").as_deref(), Some("SecurityContext"));
        assert_eq!(beside("containerSecurityContext").as_deref(), Some("PodSecurityContext"));
    }

    #[test]
    fn an_image_tag_is_a_string_even_where_yaml_reads_a_number() {
        assert_eq!(kind("tag", json!(1.3)).as_deref(), Some("String"));
        assert_eq!(kind("tag", json!(null)).as_deref(), Some("String"));
        assert_eq!(kind("tag", json!({"a": 1})), None);
    }

    #[test]
    fn what_counts_is_an_integer() {
        assert!(is_counted(None, "periodSeconds") && is_counted(None, "maxConcurrentChallenges"));
        assert!(is_counted(Some("containerPorts"), "http"));
        assert!(!is_counted(None, "sampleRate") && !is_counted(None, "maximal"));
    }
}
