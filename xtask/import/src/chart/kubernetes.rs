//! The types of k8s-openapi that values can have.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A type of k8s-openapi.
#[derive(Clone, Copy, Debug)]
pub struct Kubernetes {
    /// Its name in `charts.toml`.
    pub name: &'static str,
    /// Its path in Rust.
    pub path: &'static str,
    /// Whether a value deserializes to it, without unknown keys.
    pub fits: fn(&Value) -> bool,
    /// Whether it has a key.
    pub has: fn(&str) -> bool,
}

macro_rules! kubernetes {
    ($($($segment:ident)::+),* $(,)?) => {
        &[$(Kubernetes {
            name: last(concat!($("::", stringify!($segment)),+)),
            path: concat!("k8s_openapi", $("::", stringify!($segment)),+),
            fits: fits::<k8s_openapi::$($segment)::+>,
            has: has::<k8s_openapi::$($segment)::+>,
        }),*]
    };
}

impl Kubernetes {
    /// Whether it is written as a number or string.
    pub fn is_scalar(&self) -> bool {
        ["IntOrString", "Quantity"].contains(&self.name)
    }
}

/// Every type that has a name here, by name.
pub const ALL: &[Kubernetes] = kubernetes![
    api::core::v1::Affinity,
    api::core::v1::Container,
    api::core::v1::ContainerPort,
    api::core::v1::ContainerResizePolicy,
    api::apps::v1::DaemonSetUpdateStrategy,
    api::apps::v1::DeploymentStrategy,
    api::core::v1::EmptyDirVolumeSource,
    api::core::v1::EnvFromSource,
    api::core::v1::EnvVar,
    api::autoscaling::v2::HPAScalingRules,
    api::core::v1::HTTPHeader,
    api::networking::v1::HTTPIngressPath,
    api::autoscaling::v2::HorizontalPodAutoscalerBehavior,
    api::core::v1::HostAlias,
    api::networking::v1::IngressRule,
    api::networking::v1::IngressTLS,
    apimachinery::pkg::util::intstr::IntOrString,
    apimachinery::pkg::apis::meta::v1::LabelSelector,
    apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement,
    api::core::v1::Lifecycle,
    api::core::v1::LocalObjectReference,
    api::autoscaling::v2::MetricSpec,
    api::networking::v1::NetworkPolicyEgressRule,
    api::networking::v1::NetworkPolicyIngressRule,
    api::core::v1::NodeAffinity,
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
    api::core::v1::PersistentVolumeClaimSpec,
    api::core::v1::PersistentVolumeClaimTemplate,
    api::core::v1::PodAffinity,
    api::core::v1::PodAntiAffinity,
    api::core::v1::PodDNSConfig,
    api::core::v1::PodSecurityContext,
    api::rbac::v1::PolicyRule,
    api::core::v1::Probe,
    apimachinery::pkg::api::resource::Quantity,
    api::core::v1::ResourceRequirements,
    api::core::v1::SELinuxOptions,
    api::core::v1::SeccompProfile,
    api::core::v1::SecretKeySelector,
    api::core::v1::SecurityContext,
    api::core::v1::ServicePort,
    api::core::v1::SessionAffinityConfig,
    api::apps::v1::StatefulSetPersistentVolumeClaimRetentionPolicy,
    api::apps::v1::StatefulSetUpdateStrategy,
    api::core::v1::Sysctl,
    api::core::v1::Toleration,
    api::core::v1::TopologySpreadConstraint,
    api::core::v1::TypedLocalObjectReference,
    api::core::v1::Volume,
    api::core::v1::VolumeMount,
];

/// The type of this name.
pub fn named(name: &str) -> Option<&'static Kubernetes> {
    ALL.iter().find(|known| known.name == name)
}

const fn last(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let mut start = bytes.len();
    while start > 0 && (bytes[start - 1].is_ascii_alphanumeric()) {
        start -= 1;
    }
    path.split_at(start).1
}

fn fits<T: DeserializeOwned + Serialize>(value: &Value) -> bool {
    let equal = |value: Value| {
        let read = serde_json::from_value::<T>(value.clone());
        read.and_then(serde_json::to_value).is_ok_and(|written| written == value)
    };
    let value = without_nulls(value);
    equal(value.clone()) || equal(with_quantities(&value))
}

/// Whether a value of some form below the key is kept.
fn has<T: DeserializeOwned + Serialize>(key: &str) -> bool {
    let forms =
        [json!({}), json!([]), json!(""), json!(0), json!(true), json!("2000-01-01T00:00:00Z")];
    forms.into_iter().any(|form| {
        let read = serde_json::from_value::<T>(json!({ key: form }));
        read.and_then(serde_json::to_value).is_ok_and(|written| written.get(key).is_some())
    })
}

/// Kubernetes also reads a quantity that is written as a number: `cpu: 1`.
fn with_quantities(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), below(key, value))).collect()
        }
        Value::Array(elements) => elements.iter().map(with_quantities).collect(),
        other => other.clone(),
    }
}

/// What stands below a key: its number is a quantity in known places only.
fn below(key: &str, value: &Value) -> Value {
    const QUANTITIES: [&str; 4] = ["averageValue", "divisor", "sizeLimit", "value"];
    match value {
        Value::Object(amounts) if ["limits", "requests"].contains(&key) => {
            amounts.iter().map(|(key, value)| (key.clone(), with_quantities(value))).collect()
        }
        Value::Number(_) if !QUANTITIES.contains(&key) => value.clone(),
        Value::Array(elements) => elements.iter().map(|element| below(key, element)).collect(),
        value => with_quantities(value),
    }
}

/// A key with a null value counts as absent.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        Value::Array(elements) => elements.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_the_type_does_not_have_does_not_fit() {
        let fits = |name: &str, value: Value| (named(name).unwrap().fits)(&value);
        let context = json!({"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}});
        assert!(fits("SecurityContext", context.clone()));
        assert!(!fits("PodSecurityContext", context));
        assert!(!fits("SecurityContext", json!({"enabled": true})));
        assert!(fits("ResourceRequirements", json!({"limits": null})));
        assert!(!fits("ResourceRequirements", json!([])));
        // As Kubernetes reads them.
        assert!(fits("ResourceRequirements", json!({"limits": {"cpu": 1, "memory": "1Gi"}})));
        assert!(fits("Container", json!({"name": "a", "resources": {"requests": {"cpu": 0.5}}})));
        assert!(
            (named("Probe").unwrap().has)("httpGet") && !(named("Probe").unwrap().has)("enabled")
        );
        assert!(fits("Quantity", json!(1)));
        assert!(!fits("EnvVar", json!({"name": "a", "value": {}})));
    }

    #[test]
    fn names_are_the_last_of_their_paths() {
        assert_eq!(named("Toleration").unwrap().path, "k8s_openapi::api::core::v1::Toleration");
        let mut names: Vec<&str> = ALL.iter().map(|known| known.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
