//! Custom kinds: their definitions, rules of their schemas about changes, and what their controllers do with them.

use super::immutable::refuse_field;
use super::{Context, Effect, Subject};
use crate::objects::{Object, Value, list, text};

/// Fields that controllers read only once, or never again.
///
/// Upstream: <https://www.rabbitmq.com/docs/queues#optional-arguments>
static READ_ONCE: &[(&str, &str, &str, &str)] = &[
    (
        "rabbitmq.com",
        "Queue",
        "spec.arguments",
        "RabbitMQ keeps the arguments that a queue was declared with, and newer operators refuse to change them; a Policy can set most of them",
    ),
    (
        "rabbitmq.com",
        "Exchange",
        "spec.arguments",
        "RabbitMQ keeps the arguments that an exchange was declared with",
    ),
];

/// Fields of custom kinds by which their operator changes the template of the pods that it makes.
///
/// Upstream: `makeStatefulSetSpec` in `pkg/*/statefulset.go` of the Prometheus operator, `internal/resource/statefulset.go` of RabbitMQ's
static OPERATED_PODS: &[(&str, &[&str], &[&str])] = &[
    (
        "monitoring.coreos.com",
        &["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"],
        &[
            "additionalArgs",
            "affinity",
            "configMaps",
            "containers",
            "enableAdminAPI",
            "enableFeatures",
            "externalUrl",
            "image",
            "initContainers",
            "listenLocal",
            "logFormat",
            "logLevel",
            "nodeSelector",
            "podMetadata",
            "priorityClassName",
            "resources",
            "retention",
            "retentionSize",
            "routePrefix",
            "secrets",
            "securityContext",
            "serviceAccountName",
            "thanos",
            "tolerations",
            "topologySpreadConstraints",
            "version",
            "volumeMounts",
            "volumes",
            "walCompression",
            "web",
        ],
    ),
    (
        "rabbitmq.com",
        &["RabbitmqCluster"],
        &["affinity", "image", "override", "resources", "tolerations"],
    ),
];

/// Tells what becomes of custom kinds and their objects.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    let Some((_, new)) = subject.both() else { return };
    for position in subject.below("status") {
        subject.field(position, Effect::Ignored, "a status is written by controllers alone");
    }
    if new.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        definition(subject, new);
    }
    for (group, kind, field, cause) in READ_ONCE {
        if new.is(group, kind) {
            for position in subject.below(field) {
                subject.field(position, Effect::NoEffect, *cause);
            }
        }
    }
    for (group, kinds, fields) in OPERATED_PODS {
        if new.identity.group == *group && kinds.contains(&new.identity.kind.as_str()) {
            let below = fields.iter().flat_map(|field| subject.below(&format!("spec.{field}")));
            let positions: Vec<usize> = below.collect();
            for position in positions {
                let cause = "its operator replaces the pods that it has made of it";
                subject.field(position, Effect::Restart, cause);
            }
        }
    }
    if let Some(schema) = context.schemas.schema(new) {
        transitions(subject, schema, new);
    }
}

fn definition(subject: &mut Subject<'_, '_>, new: &Object) {
    const FIXED: &[&str] = &["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"];
    let way =
        "all objects of the kind are deleted with it: define another kind beside it, and move them";
    for field in FIXED {
        for position in subject.below(field) {
            refuse_field(
                subject,
                position,
                new,
                "group, names and scope of a kind cannot be changed once it is established",
                Some(way),
            );
            subject.of_fields[position]
                .iter_mut()
                .for_each(|consequence| consequence.one_way = true);
        }
    }
    for position in subject.below("spec.versions") {
        let difference = &subject.differences[position];
        let (old, new) = (difference.old.clone(), difference.new.clone());
        let is_version = difference.keys.len() == 2;
        if let (true, Some(version), None) = (is_version, &old, &new) {
            let name = text(&version["name"]).unwrap_or_default().to_owned();
            if version["storage"].as_bool() == Some(true) {
                let way = format!(
                    "store every object in the new version, and take {name} out of status.storedVersions, before it is removed"
                );
                subject
                    .field(position, Effect::Refused, format!("objects are stored in {name}"))
                    .way_out(way)
                    .one_way();
            } else {
                let cause = format!(
                    "{name} is no longer served: clients of it fail, and the change is refused where objects were ever stored in it"
                );
                subject.field(position, Effect::Outage, cause);
            }
        } else if difference.is_below("spec.versions.served") && new == Some(Value::Bool(false)) {
            subject.field(position, Effect::Outage, "clients of this version fail");
        } else if difference.is_below("spec.versions.schema") {
            subject.field(
                position,
                Effect::InPlace,
                "objects that exist stay; they are judged by it when they are changed",
            );
        }
    }
}

/// Rules of a schema that compare with the old value: `self == oldSelf`.
///
/// Upstream: <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#transition-rules>
fn transitions(subject: &mut Subject<'_, '_>, schema: &Value, new: &Object) {
    for position in 0..subject.differences.len() {
        let difference = &subject.differences[position];
        let keys = difference.keys.clone();
        // What is left out has its default, where there is one.
        let has_default = difference.default.is_some();
        let is_on_both_sides = has_default || difference.old.is_some() && difference.new.is_some();
        let mut at = schema;
        for depth in 0..=keys.len() {
            let below = &keys[depth..];
            for rule in list(&at["x-kubernetes-validations"]) {
                let Some(text) = text(&rule["rule"]).filter(|text| text.contains("oldSelf")) else {
                    continue;
                };
                let message = rule["message"].as_str().unwrap_or(text);
                match unchanged(text) {
                    // A rule about a value that is not on both sides is not asked.
                    Some(path)
                        if below.starts_with(&path)
                            && (below.len() > path.len() || is_on_both_sides) =>
                    {
                        let cause = format!("a rule of its CRD refuses it: {message}");
                        refuse_field(subject, position, new, &cause, None);
                    }
                    Some(_) => {}
                    None => {
                        let cause = format!("unless a rule of its CRD refuses it: {text}");
                        subject.field(position, Effect::InPlace, cause);
                    }
                }
            }
            let Some(key) = keys.get(depth) else { break };
            let inner = if at["items"].is_object() { &at["items"] } else { at };
            let next = &inner["properties"][key];
            at = if next.is_object() { next } else { &inner["additionalProperties"] };
        }
    }
}

/// The field that a rule wants unchanged: `self.a.b == oldSelf.a.b`.
fn unchanged(rule: &str) -> Option<Vec<String>> {
    let (left, right) = rule.split_once("==")?;
    let path = |side: &str, of: &str| -> Option<Vec<String>> {
        let rest = side.trim().strip_prefix(of)?;
        if rest.is_empty() {
            return Some(Vec::new());
        }
        let is_plain = |step: &str| {
            !step.is_empty() && step.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let steps: Vec<&str> = rest.strip_prefix('.')?.split('.').collect();
        steps
            .iter()
            .all(|step| is_plain(step))
            .then(|| steps.into_iter().map(str::to_owned).collect())
    };
    let of = |new: &str, old: &str| Some((path(new, "self")?, path(old, "oldSelf")?));
    let (new, old) = of(left, right).or_else(|| of(right, left))?;
    (new == old).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::unchanged;

    #[test]
    fn rules_that_want_a_field_unchanged_are_understood() {
        assert_eq!(unchanged("self == oldSelf"), Some(Vec::new()));
        assert_eq!(
            unchanged("oldSelf.a.b == self.a.b"),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(unchanged("self.a == oldSelf.b"), None);
        assert_eq!(unchanged("!has(oldSelf.a) || self.a == oldSelf.a"), None);
    }
}
