//! Pods into which two webhooks put a sidecar.

use std::collections::BTreeSet;

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Object, Selector, Value, json, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "competing-injectors",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "Two injectors of Istio put a sidecar into the same pods",
    consequence: "the sidecar is injected twice: which control plane the pod belongs to is decided by the order of the webhooks",
    explanation: "Injectors are the webhooks of two MutatingWebhookConfigurations whose name ends in `sidecar-injector.istio.io`. Their selectors \
                  are tried with the labels by which pods get into the mesh: `istio-injection: enabled` and `istio.io/rev` of the \
                  namespace, `sidecar.istio.io/inject` and `istio.io/rev` of the pod. Webhooks with `matchConditions` are passed over.",
    remedy: "delete the injector of the control plane that is gone, or give the two different revisions",
    upstream: "https://istio.io/latest/docs/setup/upgrade/canary/",
    check,
};

const INJECTION: &str = "istio-injection";
const REVISION: &str = "istio.io/rev";
const INJECT: &str = "sidecar.istio.io/inject";

/// A webhook that injects, and the object that it stands in.
struct Injector<'a> {
    object: &'a Object,
    webhook: &'a Value,
}

impl<'a> Injector<'a> {
    fn selectors(&self) -> [&'a Value; 2] {
        ["namespaceSelector", "objectSelector"].map(|field| &self.webhook[field])
    }

    /// Whether it is called for pods with these labels, in namespaces with those.
    fn injects(&self, namespace: &Value, pod: &Value) -> bool {
        let [of_namespaces, of_pods] = self.selectors().map(Selector::of);
        of_namespaces.selects(namespace) && of_pods.selects(pod)
    }
}

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let injectors = injectors(graph);
    let cases = cases(&injectors);
    let mut told: Option<&Object> = None;
    for (position, injector) in injectors.iter().enumerate() {
        // A configuration has several webhooks; that it competes is said once.
        if told.is_some_and(|told| std::ptr::eq(told, injector.object)) {
            continue;
        }
        let others = injectors[..position].iter();
        let mut others = others.filter(|other| !std::ptr::eq(other.object, injector.object));
        let competitor = others.find_map(|earlier| {
            let both = |(namespace, pod): &&(Value, Value)| {
                earlier.injects(namespace, pod) && injector.injects(namespace, pod)
            };
            Some((earlier, cases.iter().find(both)?))
        });
        if let Some((earlier, (namespace, pod))) = competitor {
            told = Some(injector.object);
            let message = format!(
                "{} injects into pods{} in namespaces{}, too",
                earlier.object.identity,
                labelled(pod),
                labelled(namespace)
            );
            findings.add(injector.object, At::Value(injector.webhook), message).side(
                "it is here",
                earlier.object,
                At::Value(earlier.webhook),
            );
        }
    }
}

fn injectors<'a>(graph: &Graph<'a>) -> Vec<Injector<'a>> {
    let kind = "MutatingWebhookConfiguration";
    let objects = graph.objects().of_kind("admissionregistration.k8s.io", kind);
    let all = objects.flat_map(|object| {
        list(&object.json["webhooks"]).iter().map(move |webhook| Injector { object, webhook })
    });
    all.filter(|injector| {
        let name = text(&injector.webhook["name"]).unwrap_or_default();
        name.ends_with("sidecar-injector.istio.io")
            && list(&injector.webhook["matchConditions"]).is_empty()
    })
    .collect()
}

/// The labels of namespaces and of pods in them, by which pods get into the mesh.
fn cases(injectors: &[Injector<'_>]) -> Vec<(Value, Value)> {
    let mut revisions: BTreeSet<&str> = BTreeSet::new();
    for selector in injectors.iter().flat_map(Injector::selectors) {
        revisions.extend(text(&selector["matchLabels"][REVISION]));
        let expressions = list(&selector["matchExpressions"]).iter();
        let of_revisions = expressions.filter(|it| text(&it["key"]) == Some(REVISION));
        revisions.extend(of_revisions.flat_map(|it| list(&it["values"])).filter_map(text));
    }
    let of_revisions = || revisions.iter().map(|revision| json!({REVISION: *revision}));
    let namespaces = [json!({INJECTION: "enabled"}), json!({})].into_iter().chain(of_revisions());
    let pods: Vec<Value> =
        [json!({}), json!({INJECT: "true"})].into_iter().chain(of_revisions()).collect();
    namespaces
        .flat_map(|namespace| pods.iter().map(move |pod| (namespace.clone(), pod.clone())))
        .collect()
}

/// ` with istio.io/rev: canary`, or that there is no such label.
fn labelled(labels: &Value) -> String {
    let mut words =
        crate::objects::texts(labels).map(|(key, value)| format!(" with {key}: {value}"));
    words.next().unwrap_or_else(|| " without a label of injection".to_owned())
}
