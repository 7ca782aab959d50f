//! Types that follow from the name of a key, if the default fits.

use serde_json::Value;

use super::kind::Kind;

/// Types by the name of a key; the first one that fits the default is used.
const RULES: &[(&str, &str)] = &[
    ("additionalContainers", "Vec<Container>"),
    ("affinity", "Affinity"),
    ("args", "Vec<String>"),
    ("behavior", "HorizontalPodAutoscalerBehavior"),
    ("autoscaleBehavior", "HorizontalPodAutoscalerBehavior"),
    ("command", "Vec<String>"),
    ("containerSecurityContext", "SecurityContext"),
    ("deploymentStrategy", "DeploymentStrategy"),
    ("dnsConfig", "PodDNSConfig"),
    ("dnsPolicy", "String"),
    ("env", "Vec<EnvVar>"),
    ("env", "BTreeMap<String, String>"),
    ("envFrom", "Vec<EnvFromSource>"),
    ("envVarFrom", "Vec<EnvVar>"),
    ("externalIPs", "Vec<String>"),
    ("extraArgs", "Vec<String>"),
    ("extraContainers", "Vec<Container>"),
    ("extraEnv", "Vec<EnvVar>"),
    ("extraEnvFrom", "Vec<EnvFromSource>"),
    ("extraInitContainers", "Vec<Container>"),
    ("extraVolumeMounts", "Vec<VolumeMount>"),
    ("extraVolumes", "Vec<Volume>"),
    ("daemonSetVolumeMounts", "Vec<VolumeMount>"),
    ("daemonSetVolumes", "Vec<Volume>"),
    ("hostAliases", "Vec<HostAlias>"),
    ("hostUsers", "bool"),
    ("initContainers", "Vec<Container>"),
    ("ipFamilies", "Vec<String>"),
    ("lifecycle", "Lifecycle"),
    ("livenessProbe", "Probe"),
    ("loadBalancerSourceRanges", "Vec<String>"),
    ("maxUnavailable", "IntOrString"),
    ("metricRelabelings", "Vec<Value>"),
    ("minAvailable", "IntOrString"),
    ("nodeSelector", "BTreeMap<String, String>"),
    ("node_selector", "BTreeMap<String, String>"),
    ("podSecurityContext", "PodSecurityContext"),
    ("priorityClassName", "String"),
    ("readinessProbe", "Probe"),
    ("relabelings", "Vec<Value>"),
    ("resources", "ResourceRequirements"),
    ("rollingMaxSurge", "IntOrString"),
    ("rollingMaxUnavailable", "IntOrString"),
    ("seLinuxOptions", "SELinuxOptions"),
    ("seccompProfile", "SeccompProfile"),
    ("sidecars", "Vec<Container>"),
    ("strategy", "DeploymentStrategy"),
    ("tag", "String"),
    ("targetPort", "IntOrString"),
    ("terminationGracePeriodSeconds", "i64"),
    ("tolerations", "Vec<Toleration>"),
    ("topologySpreadConstraints", "Vec<TopologySpreadConstraint>"),
    ("topologySpreadContraints", "Vec<TopologySpreadConstraint>"),
    ("topology_spread_constraints", "Vec<TopologySpreadConstraint>"),
    ("volumeMounts", "Vec<VolumeMount>"),
    ("volumes", "Vec<Volume>"),
];

/// Types by the end of a key in lower case.
const ENDINGS: &[(&str, &str)] =
    &[("annotations", "BTreeMap<String, String>"), ("labels", "BTreeMap<String, String>")];

/// The type that follows from the name of a key, if the default fits it.
pub fn by_name(key: &str, default: &Value) -> Option<Kind> {
    if key == "securityContext" {
        return security_context(default);
    }
    let lower = key.to_ascii_lowercase();
    let named = RULES.iter().filter(|(name, _)| *name == key);
    let ending = ENDINGS.iter().filter(|(end, _)| lower.ends_with(end));
    // An image tag that YAML reads as a number is still a tag: 1.30 is not 1.3.
    let is_tag = key == "tag" && default.is_number();
    named
        .chain(ending)
        .filter_map(|(_, kind)| Kind::read(kind).ok())
        .find(|kind| is_tag || kind.fits(default))
}

/// Of the pod or of a container: charts use this name for both, so the default must fit exactly one of them.
fn security_context(default: &Value) -> Option<Kind> {
    let both = ["PodSecurityContext", "SecurityContext"];
    let mut fitting =
        both.iter().filter_map(|kind| Kind::read(kind).ok()).filter(|kind| kind.fits(default));
    match (fitting.next(), fitting.next()) {
        (Some(kind), None) => Some(kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(key: &str, default: Value) -> Option<String> {
        by_name(key, &default).map(|kind| kind.to_string())
    }

    #[test]
    fn every_type_of_the_tables_is_one() {
        for (key, text) in RULES.iter().chain(ENDINGS) {
            assert!(Kind::read(text).is_ok(), "{key}");
        }
    }

    #[test]
    fn a_name_is_ignored_where_the_default_does_not_fit() {
        assert_eq!(kind("resources", json!({})).as_deref(), Some("ResourceRequirements"));
        assert_eq!(kind("resources", json!([])), None);
        assert_eq!(kind("resources", json!({"preset": "small"})), None);
        assert_eq!(kind("readinessProbe", json!({"httpPath": "/"})), None);
        assert_eq!(kind("env", json!([])).as_deref(), Some("Vec<EnvVar>"));
        assert_eq!(kind("env", json!({})).as_deref(), Some("BTreeMap<String, String>"));
        assert_eq!(kind("labels", json!([])), None);
        assert_eq!(kind("applicationLabels", json!({"enabled": false})), None);
    }

    #[test]
    fn a_security_context_is_not_guessed() {
        let kind = |default| kind("securityContext", default);
        assert_eq!(kind(json!({"fsGroup": 1})).as_deref(), Some("PodSecurityContext"));
        assert_eq!(kind(json!({"privileged": false})).as_deref(), Some("SecurityContext"));
        assert_eq!(kind(json!({"runAsNonRoot": true})), None);
        assert_eq!(kind(json!({})), None);
        assert_eq!(kind(json!({"enabled": true})), None);
    }

    #[test]
    fn an_image_tag_is_a_string_even_where_yaml_reads_a_number() {
        assert_eq!(kind("tag", json!(1.3)).as_deref(), Some("String"));
        assert_eq!(kind("tag", json!(null)).as_deref(), Some("String"));
        assert_eq!(kind("tag", json!({"a": 1})), None);
    }
}
