//! Annotations of Istio that are nearly those that it knows.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::{Object, Value, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unknown-mesh-annotation",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "An annotation is nearly one of Istio, or a label of Istio that stands among annotations",
    consequence: "nobody reads it: all is as it would be without it",
    explanation: "Compared with the annotations and labels that Istio 1.32 and earlier releases read. Only what is like one of them is told: a template \
                  of injection of one's own may read any name.",
    remedy: "correct the name, or move the label to the labels",
    upstream: "https://istio.io/latest/docs/reference/config/annotations/",
    check,
};

/// What Istio reads or writes as an annotation.
///
/// Upstream: <https://github.com/istio/api/blob/master/annotation/annotations.yaml>
const ANNOTATIONS: &[&str] = &[
    "alpha.istio.io/canonical-serviceaccounts",
    "alpha.istio.io/kubernetes-serviceaccounts",
    "ambient.istio.io/bypass-inbound-capture",
    "ambient.istio.io/dns-capture",
    "ambient.istio.io/redirection",
    "ambient.istio.io/waypoint-inbound-binding",
    "galley.istio.io/analyze-suppress",
    "gateway.istio.io/controller-version",
    "gateway.istio.io/name-override",
    "gateway.istio.io/service-account",
    "inject.istio.io/templates",
    "istio.io/autoRegistrationGroup",
    "istio.io/connectedAt",
    "istio.io/disconnectedAt",
    "istio.io/dry-run",
    "istio.io/reroute-virtual-interfaces",
    "istio.io/rev",
    "istio.io/use-waypoint-canary-weight",
    "istio.io/workloadController",
    "networking.istio.io/exportTo",
    "networking.istio.io/service-type",
    "networking.istio.io/traffic-distribution",
    "prometheus.istio.io/merge-metrics",
    "proxy.istio.io/config",
    "proxy.istio.io/overrides",
    "readiness.status.sidecar.istio.io/applicationPorts",
    "readiness.status.sidecar.istio.io/failureThreshold",
    "readiness.status.sidecar.istio.io/initialDelaySeconds",
    "readiness.status.sidecar.istio.io/periodSeconds",
    "sidecar.istio.io/agentLogLevel",
    "sidecar.istio.io/bootstrapOverride",
    "sidecar.istio.io/componentLogLevel",
    "sidecar.istio.io/discoveryAddress",
    "sidecar.istio.io/extraStatTags",
    "sidecar.istio.io/inject",
    "sidecar.istio.io/interceptionMode",
    "sidecar.istio.io/logLevel",
    "sidecar.istio.io/nativeSidecar",
    "sidecar.istio.io/proxyCPU",
    "sidecar.istio.io/proxyCPULimit",
    "sidecar.istio.io/proxyImage",
    "sidecar.istio.io/proxyImageType",
    "sidecar.istio.io/proxyMemory",
    "sidecar.istio.io/proxyMemoryLimit",
    "sidecar.istio.io/rewriteAppHTTPProbers",
    "sidecar.istio.io/statsCompression",
    "sidecar.istio.io/statsEvictionInterval",
    "sidecar.istio.io/statsFlushInterval",
    "sidecar.istio.io/statsHistogramBins",
    "sidecar.istio.io/statsHistogramBuckets",
    "sidecar.istio.io/statsInclusionPrefixes",
    "sidecar.istio.io/statsInclusionRegexps",
    "sidecar.istio.io/statsInclusionSuffixes",
    "sidecar.istio.io/status",
    "sidecar.istio.io/userVolume",
    "sidecar.istio.io/userVolumeMount",
    "status.sidecar.istio.io/port",
    "topology.istio.io/controlPlaneClusters",
    "traffic.istio.io/nodeSelector",
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "traffic.sidecar.istio.io/excludeInterfaces",
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "traffic.sidecar.istio.io/includeInboundPorts",
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
    "traffic.sidecar.istio.io/includeOutboundPorts",
    "traffic.sidecar.istio.io/kubevirtInterfaces",
];

/// What Istio reads, has read or writes as an annotation, or as a key elsewhere, without documenting it.
const UNDOCUMENTED: &[&str] = &[
    "alpha.istio.io/identity",
    "ambient.istio.io/xfcc-include-client-identity",
    "envoyfilter.istio.io/referenced-services",
    "experimental.istio.io/disable-gateway-port-translation",
    "gateway.istio.io/agentgatewayImage",
    "gateway.istio.io/listener-protocol",
    "gateway.istio.io/tls-cipher-suites",
    "gateway.istio.io/tls-terminate-mode",
    "istio.io/connect-strategy",
    "istio.io/enable-inference-extproc",
    "istio.io/ignore-policy-attachment",
    "networking.istio.io/address-type",
    "networking.istio.io/tunnel",
    "policy.istio.io/checkRetries",
    "prometheus.istio.io/scrape-targets",
    "prometheus.istio.io/secure-envoy-port",
    "prometheus.istio.io/secure-port",
    "proxy.istio.io/health-checks-enabled",
    "sidecar.istio.io/capNetBindService",
    "sidecar.istio.io/controlPlaneAuthPolicy",
    "sidecar.istio.io/enableCoreDump",
];

/// What Istio reads as a label alone.
///
/// Upstream: <https://github.com/istio/api/blob/master/label/labels.yaml>
const LABELS: &[&str] = &[
    "istio-injection",
    "istio.io/dataplane-mode",
    "istio.io/ingress-use-waypoint",
    "istio.io/use-waypoint",
    "istio.io/use-waypoint-canary",
    "istio.io/use-waypoint-canary-namespace",
    "istio.io/use-waypoint-namespace",
    "istio.io/waypoint-for",
    "networking.istio.io/enable-autoallocate-ip",
    "networking.istio.io/gatewayPort",
    "security.istio.io/tlsMode",
    "service.istio.io/canonical-name",
    "service.istio.io/canonical-revision",
    "service.istio.io/workload-name",
    "topology.istio.io/cluster",
    "topology.istio.io/network",
    "topology.istio.io/subzone",
];

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for object in graph.objects().all() {
        tell(object, &object.json["metadata"], findings);
    }
    for pod in &graph.pods {
        let own = &pod.owner.json["metadata"];
        if !std::ptr::eq(own, pod.metadata) {
            tell(pod.owner, pod.metadata, findings);
        }
    }
}

fn tell(object: &Object, metadata: &Value, findings: &mut Findings<'_>) {
    let annotations = &metadata["annotations"];
    for (key, _) in texts(annotations).filter(|(key, _)| key.contains("istio")) {
        if ANNOTATIONS.contains(&key) || UNDOCUMENTED.contains(&key) {
            continue;
        }
        let message = if LABELS.contains(&key) {
            if !metadata["labels"][key].is_null() {
                continue;
            }
            format!("Istio reads {key} as a label, and not as an annotation")
        } else {
            let hint = hint(key, ANNOTATIONS.iter().copied().filter(|known| is_alike(key, known)));
            if hint.is_empty() {
                continue;
            }
            format!("Istio does not know the annotation {key}{hint}")
        };
        findings.add(object, At::Value(&annotations[key]), message);
    }
}

/// Whether two annotations are somewhat alike behind their domains: of a short name, the domain would be most.
fn is_alike(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|key| key.split_once('/').map_or(key, |(_, name)| name));
    strsim::normalized_damerau_levenshtein(one, other) >= 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_istio_knows_is_sorted_and_stands_once() {
        for names in [ANNOTATIONS, UNDOCUMENTED, LABELS] {
            assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:#?}");
        }
        assert!(
            !ANNOTATIONS.iter().any(|name| UNDOCUMENTED.contains(name) || LABELS.contains(name))
        );
    }
}
