//! Rollouts that do not wait for the balancer.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;
use crate::objects::{Object, Value, list, text, texts};

/// Says that the controller of AWS adds the gate to pods of a namespace.
const INJECT: &str = "elbv2.k8s.aws/pod-readiness-gate-inject";

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-readiness-gate",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A balancer sends to addresses of pods, and rollouts do not wait until it knows the new ones",
    consequence: "a rollout takes the old pods away while the new ones are still registered: requests are answered by 502 and 503",
    explanation: "Balancers of AWS with the target type `ip`, of an Ingress, a Service or a TargetGroupBinding, whose namespace is here \
                  without the label `elbv2.k8s.aws/pod-readiness-gate-inject: enabled`, and whose pods have no `readinessGates` of their \
                  own.",
    remedy: "label the namespace elbv2.k8s.aws/pod-readiness-gate-inject: enabled",
    upstream: "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/",
    check: |graph, findings| {
        let mut balanced: Vec<(&Object, &Value, &Object)> = Vec::new();
        for service in graph.objects().of_kind("", "Service") {
            if let Some(field) = target_type(service) {
                balanced.push((service, field, service));
            }
        }
        for reference in graph.named_by(Relation::Backend) {
            let service = graph.objects().get(&reference.target);
            if let (Some(field), Some(service)) = (target_type(reference.from), service) {
                balanced.push((reference.from, field, service));
            }
        }
        for binding in graph.objects().of_kind("elbv2.k8s.aws", "TargetGroupBinding") {
            let spec = &binding.json["spec"];
            let service = text(&spec["serviceRef"]["name"]).and_then(|name| {
                graph.objects().find("", "Service", Some(binding.namespace()), name)
            });
            if let (Some("ip"), Some(service)) = (text(&spec["targetType"]), service) {
                balanced.push((binding, &spec["targetType"], service));
            }
        }
        for (balancer, field, service) in balanced {
            let namespace = graph.objects().find("", "Namespace", None, service.namespace());
            let namespace = namespace.filter(|namespace| {
                namespace.is_written() && namespace.label(INJECT) != Some("enabled")
            });
            let pod =
                graph.behind(service).find(|pod| list(&pod.spec["readinessGates"]).is_empty());
            if let (Some(namespace), Some(pod)) = (namespace, pod) {
                let message = format!(
                    "it sends to the addresses of {}, which have no gate",
                    pod.owner.identity
                );
                findings.add(balancer, At::Value(field), message).side(
                    "the namespace is here",
                    namespace,
                    At::Object,
                );
            }
        }
    },
};

/// The annotation by which a balancer of AWS sends to pods and not to nodes.
fn target_type(object: &Object) -> Option<&Value> {
    let annotations = &object.json["metadata"]["annotations"];
    let mut of_pods = texts(annotations).filter(|(key, value)| match *key {
        "alb.ingress.kubernetes.io/target-type"
        | "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type" => *value == "ip",
        "service.beta.kubernetes.io/aws-load-balancer-type" => *value == "nlb-ip",
        _ => false,
    });
    of_pods.next().map(|(key, _)| &annotations[key])
}
