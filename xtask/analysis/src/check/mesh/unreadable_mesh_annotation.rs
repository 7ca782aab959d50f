//! Annotations of Istio whose value it cannot read.

use std::net::IpAddr;

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Pod, Value, duration, quantity, text, texts, yaml};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unreadable-mesh-annotation",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An annotation of Istio has a value that Istio cannot read",
    consequence: "the injector refuses the pods: the workload gets none. What it does not refuse, such as an unknown field of \
                  `proxy.istio.io/config`, it ignores",
    explanation: "Numbers, switches, amounts, ports, ranges of addresses, interfaces and the fields of \
                  `proxy.istio.io/config` are read as the injector does: ranges have a length (`10.0.0.1/32`) and no space \
                  after the comma, durations a unit, and all of `proxyMetadata` is text (`\"true\"`). Pods that say that they want no \
                  sidecar, or whose namespace does, are passed over.",
    remedy: "write the value as Istio reads it",
    upstream: "https://istio.io/latest/docs/reference/config/annotations/",
    check,
};

/// Why a value cannot be read.
type Check = fn(&str) -> Result<(), String>;

/// How the injector reads what it does not take as text.
///
/// Upstream: <https://github.com/istio/istio/blob/master/pkg/kube/inject/validate.go>
const READ: &[(&str, Check)] = &[
    ("istio.io/reroute-virtual-interfaces", interfaces),
    ("prometheus.istio.io/merge-metrics", switch),
    ("proxy.istio.io/config", proxy_config),
    ("readiness.status.sidecar.istio.io/failureThreshold", number),
    ("readiness.status.sidecar.istio.io/initialDelaySeconds", number),
    ("readiness.status.sidecar.istio.io/periodSeconds", number),
    ("sidecar.istio.io/interceptionMode", interception),
    ("sidecar.istio.io/proxyCPU", amount),
    ("sidecar.istio.io/proxyCPULimit", amount),
    ("sidecar.istio.io/proxyMemory", amount),
    ("sidecar.istio.io/proxyMemoryLimit", amount),
    ("sidecar.istio.io/rewriteAppHTTPProbers", switch),
    ("status.sidecar.istio.io/port", port),
    ("traffic.sidecar.istio.io/excludeInboundPorts", ports),
    ("traffic.sidecar.istio.io/excludeInterfaces", interfaces),
    ("traffic.sidecar.istio.io/excludeOutboundIPRanges", ranges),
    ("traffic.sidecar.istio.io/excludeOutboundPorts", ports),
    ("traffic.sidecar.istio.io/includeInboundPorts", |value| or_all(value, ports)),
    ("traffic.sidecar.istio.io/includeOutboundIPRanges", |value| or_all(value, ranges)),
    ("traffic.sidecar.istio.io/kubevirtInterfaces", interfaces),
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for pod in graph.pods.iter().filter(|pod| !wants_no_sidecar(graph, pod)) {
        let annotations = &pod.metadata["annotations"];
        for (key, value) in texts(annotations) {
            let check = READ.iter().find(|(name, _)| *name == key).map(|(_, check)| check);
            if let Some(Err(why)) = check.map(|check| check(value)) {
                findings.add(pod.owner, At::Value(&annotations[key]), format!("{key}: {why}"));
            }
        }
    }
}

fn wants_no_sidecar(graph: &Graph<'_>, pod: &Pod<'_>) -> bool {
    const INJECT: &str = "sidecar.istio.io/inject";
    let namespace = graph.objects().find("", "Namespace", None, pod.namespace());
    text(&pod.labels()[INJECT]).or_else(|| pod.annotation(INJECT)) == Some("false")
        || namespace.and_then(|it| it.label("istio-injection")) == Some("disabled")
}

fn require(is_right: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if is_right { Ok(()) } else { Err(why()) }
}

fn or_all(value: &str, check: Check) -> Result<(), String> {
    if value == "*" { Ok(()) } else { check(value) }
}

fn is_number(value: &str, largest: u64) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit())
        && value.parse::<u64>().is_ok_and(|number| number <= largest)
}

fn number(value: &str) -> Result<(), String> {
    require(is_number(value, u32::MAX.into()), || format!("{value:?} is no whole number"))
}

fn switch(value: &str) -> Result<(), String> {
    const KNOWN: &[&str] =
        &["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"];
    require(KNOWN.contains(&value), || format!("{value:?} is neither true nor false"))
}

fn amount(value: &str) -> Result<(), String> {
    require(quantity::parse(value).is_some(), || format!("{value:?} is no amount"))
}

fn interception(value: &str) -> Result<(), String> {
    let is_known = ["REDIRECT", "TPROXY", "NONE"].contains(&value);
    require(is_known, || format!("{value:?} is not REDIRECT, TPROXY or NONE"))
}

fn port(value: &str) -> Result<(), String> {
    require(is_number(value.trim(), u16::MAX.into()), || format!("{value:?} is no port"))
}

fn ports(value: &str) -> Result<(), String> {
    let value = value.trim();
    if value.is_empty() { Ok(()) } else { value.split(',').try_for_each(port) }
}

fn ranges(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Ok(());
    }
    value.split(',').try_for_each(|range| {
        if range != range.trim() {
            return Err(format!("{range:?} has a space, which is no part of a range"));
        }
        let Some((address, length)) = range.split_once('/') else {
            let is_address = range.parse::<IpAddr>().is_ok();
            let why = if is_address { ": its length is missing, as in 10.0.0.1/32" } else { "" };
            return Err(format!("{range:?} is no range of addresses{why}"));
        };
        let longest = match address.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return Err(format!("{range:?} is no range of addresses")),
        };
        let is_plain = length == "0" || !length.starts_with('0');
        let is_range = is_plain && is_number(length, longest);
        require(is_range, || format!("{range:?} is no range of addresses"))
    })
}

fn interfaces(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Ok(());
    }
    value.split(',').map(str::trim).try_for_each(|name| {
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.len() <= 15
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
        require(is_name, || format!("{name:?} is no name of an interface"))
    })
}

/// What a field of `proxy.istio.io/config` is.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    Number,
    Switch,
    Duration,
    /// A mapping of texts.
    Variables,
    Mapping,
    /// Read in several ways, or known to be there and no more.
    Any,
}

/// Upstream: <https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig>
const FIELDS: &[(&str, Kind)] = &[
    ("availabilityZone", Kind::Text),
    ("binaryPath", Kind::Text),
    ("caCertificatesPem", Kind::Texts),
    ("concurrency", Kind::Number),
    ("configPath", Kind::Text),
    ("connectionSettings", Kind::Mapping),
    ("controlPlaneAuthPolicy", Kind::Any),
    ("customConfigFile", Kind::Text),
    ("discoveryAddress", Kind::Text),
    ("discoveryRefreshDelay", Kind::Duration),
    ("drainDuration", Kind::Duration),
    ("envoyAccessLogService", Kind::Mapping),
    ("envoyMetricsService", Kind::Mapping),
    ("envoyMetricsServiceAddress", Kind::Text),
    ("extraStatTags", Kind::Texts),
    ("fileFlushInterval", Kind::Duration),
    ("fileFlushMinSizeKb", Kind::Number),
    ("gatewayTopology", Kind::Mapping),
    ("holdApplicationUntilProxyStarts", Kind::Switch),
    ("image", Kind::Mapping),
    ("interceptionMode", Kind::Any),
    ("meshId", Kind::Text),
    ("privateKeyProvider", Kind::Mapping),
    ("proxyAdminPort", Kind::Number),
    ("proxyBootstrapTemplatePath", Kind::Text),
    ("proxyHeaders", Kind::Mapping),
    ("proxyMetadata", Kind::Variables),
    ("proxyStatsMatcher", Kind::Mapping),
    ("readinessProbe", Kind::Mapping),
    ("runtimeValues", Kind::Variables),
    ("sds", Kind::Mapping),
    ("serviceCluster", Kind::Text),
    ("statNameLength", Kind::Number),
    ("statsCompression", Kind::Switch),
    ("statsdUdpAddress", Kind::Text),
    ("statusPort", Kind::Number),
    ("terminationDrainDuration", Kind::Duration),
    ("tracing", Kind::Mapping),
    ("tracingServiceName", Kind::Any),
    ("zipkinAddress", Kind::Text),
];

fn proxy_config(value: &str) -> Result<(), String> {
    let (documents, error) = yaml::documents(value);
    if error.is_some() {
        return Err("the value is no YAML".to_owned());
    }
    let config = documents.first().map_or(&Value::Null, |document| &document.value);
    let Some(fields) = config.as_object() else {
        return require(config.is_null(), || "the value is no mapping".to_owned());
    };
    fields.iter().filter(|(_, value)| !value.is_null()).try_for_each(|(name, value)| {
        let name = name.as_str();
        let known = camel_case(name);
        if let Some((_, kind)) = FIELDS.iter().find(|(field, _)| *field == known) {
            return field(name, value, *kind);
        }
        let hint = hint(&known, FIELDS.iter().map(|(field, _)| *field));
        require(hint.is_empty(), || format!("there is no field {name}{hint}"))
    })
}

/// The name of a field as JSON has it; both ways of writing are read.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut all = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        all.push_str(&first.to_uppercase());
        all.push_str(rest);
    }
    all
}

fn field(name: &str, value: &Value, kind: Kind) -> Result<(), String> {
    let is_text = |value: &Value| text(value).is_some();
    let expected = match kind {
        Kind::Text if !is_text(value) => "text",
        Kind::Texts if !value.as_array().is_some_and(|all| all.iter().all(is_text)) => {
            "a list of texts"
        }
        Kind::Number if !is_whole(value) => "a whole number",
        Kind::Switch if value.as_bool().is_none() && !is_quoted_switch(value) => "true or false",
        Kind::Duration if !text(value).is_some_and(is_duration) => {
            "a duration with a unit, such as 5s"
        }
        Kind::Variables => return variables(name, value),
        Kind::Mapping if !value.is_object() => "a mapping",
        _ => return Ok(()),
    };
    Err(format!("{name} is {value}, and not {expected}"))
}

fn variables(name: &str, value: &Value) -> Result<(), String> {
    let Some(variables) = value.as_object() else {
        return Err(format!("{name} is {value}, and not a mapping"));
    };
    variables.iter().try_for_each(|(key, value)| {
        let is_text = text(value).is_some() || value.is_null();
        require(is_text, || {
            format!("{name}.{} is {value}, and not text: put it into quotes", key.as_str())
        })
    })
}

fn is_whole(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        Value::String(text) => text.parse::<i32>().is_ok(),
        _ => false,
    }
}

fn is_quoted_switch(value: &Value) -> bool {
    text(value).is_some_and(|text| text == "true" || text == "false")
}

/// Whether a text is a duration as Go writes it: `1m30s`, `500ms`, `0`.
fn is_duration(text: &str) -> bool {
    let length = text.trim_start_matches(['-', '+']);
    length == "0" || !text.is_empty() && duration::seconds(length).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_injector_does() {
        let check = |key: &str, value: &str| {
            let known = READ.iter().find(|(name, _)| name.ends_with(&format!("/{key}")));
            known.expect("a known annotation").1(value).is_ok()
        };
        for (key, value, is_right) in [
            ("periodSeconds", "10", true),
            ("periodSeconds", "10s", false),
            ("periodSeconds", "", false),
            ("periodSeconds", "4294967296", false),
            ("merge-metrics", "True", true),
            ("merge-metrics", "yes", false),
            ("proxyCPU", "100m", true),
            ("proxyMemory", "128MB", false),
            ("interceptionMode", "TPROXY", true),
            ("interceptionMode", "tproxy", false),
            ("port", "15021", true),
            ("port", "65536", false),
            ("excludeInboundPorts", "", true),
            ("excludeInboundPorts", "80, 443", true),
            ("excludeInboundPorts", "80;443", false),
            ("excludeInboundPorts", "*", false),
            ("includeInboundPorts", "*", true),
            ("excludeOutboundIPRanges", "10.0.0.0/8,fd00::/8", true),
            ("excludeOutboundIPRanges", "10.0.0.1", false),
            ("excludeOutboundIPRanges", "10.0.0.0/8, 192.168.0.0/16", false),
            ("excludeOutboundIPRanges", "10.0.0.0/33", false),
            ("includeOutboundIPRanges", "*", true),
            ("excludeInterfaces", "eth1,net1", true),
            ("excludeInterfaces", "eth1,", false),
        ] {
            assert_eq!(check(key, value), is_right, "{key}: {value}");
        }
    }

    #[test]
    fn fields_of_the_proxy_are_read_as_the_injector_does() {
        for right in [
            "",
            "{}",
            "concurrency: 0",
            "{\"holdApplicationUntilProxyStarts\": true, \"drainDuration\": \"1m30s\"}",
            "hold_application_until_proxy_starts: true",
            "proxyMetadata: {ISTIO_META_DNS_CAPTURE: \"true\"}",
            "terminationDrainDuration: 500ms",
            "somethingOfTomorrow: 1",
        ] {
            assert_eq!(proxy_config(right), Ok(()), "{right}");
        }
        for wrong in [
            "a: [",
            "- concurrency",
            "concurrency: 1.5",
            "concurrency: two",
            "holdApplicationUntilProxyStarts: yes please",
            "holdApplicationUntilProxyStart: true",
            "proxyMetadata: {ISTIO_META_DNS_CAPTURE: true}",
            "terminationDrainDuration: 5",
            "terminationDrainDuration: \"5\"",
            "gatewayTopology: 1",
        ] {
            assert!(proxy_config(wrong).is_err(), "{wrong}");
        }
    }
}
