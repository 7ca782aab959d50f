//! Conditions in CEL that are no CEL.

use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Object, Value, list, text};
use crate::schema::rules::syntax_error;

pub(in crate::check) static RULE: Rule = Rule {
    name: "unreadable-condition",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "A condition of a CRD, a policy or a webhook cannot be read",
    consequence: "the API server refuses the object",
    explanation: "Expressions in CEL are read: `x-kubernetes-validations` of CRDs, `matchConditions` of webhooks, and the conditions, \
                  variables, annotations and mutations of ValidatingAdmissionPolicies and MutatingAdmissionPolicies. What they mean is \
                  not looked at: a field that does not exist, or a type that does not fit, is told by the API server.",
    remedy: "correct the expression where the message says",
    upstream: "https://kubernetes.io/docs/reference/using-api/cel/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    for object in graph.objects().written() {
        let mut expressions = Vec::new();
        let spec = &object.json["spec"];
        match (object.identity.group.as_str(), object.identity.kind.as_str()) {
            ("apiextensions.k8s.io", "CustomResourceDefinition") => {
                for version in list(&spec["versions"]) {
                    of_schema(&version["schema"]["openAPIV3Schema"], &mut expressions);
                }
            }
            (
                "admissionregistration.k8s.io",
                "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy",
            ) => of_policy(spec, &mut expressions),
            (
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
            ) => {
                let webhooks = list(&object.json["webhooks"]).iter();
                expressions.extend(webhooks.flat_map(|webhook| {
                    list(&webhook["matchConditions"]).iter().map(|one| &one["expression"])
                }));
            }
            _ => {}
        }
        tell(object, &expressions, findings);
    }
}

fn tell(object: &Object, expressions: &[&Value], findings: &mut Findings<'_>) {
    for expression in expressions {
        if let Some(error) = text(expression).and_then(syntax_error) {
            findings.add(object, At::Value(expression), format!("it is no CEL: {error}"));
        }
    }
}

/// The rules of a schema, and of all that is below it.
fn of_schema<'a>(schema: &'a Value, expressions: &mut Vec<&'a Value>) {
    for rule in list(&schema["x-kubernetes-validations"]) {
        expressions.extend([&rule["rule"], message(rule)]);
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let parts = properties.map(|(_, part)| part);
    for part in parts.chain([&schema["items"], &schema["additionalProperties"]]) {
        if part.is_object() {
            of_schema(part, expressions);
        }
    }
}

fn of_policy<'a>(spec: &'a Value, expressions: &mut Vec<&'a Value>) {
    for (field, texts) in [
        ("auditAnnotations", &["valueExpression"][..]),
        ("matchConditions", &["expression"]),
        ("validations", &["expression"]),
        ("variables", &["expression"]),
    ] {
        for one in list(&spec[field]) {
            expressions.extend(texts.iter().map(|text| &one[*text]));
        }
    }
    expressions.extend(list(&spec["validations"]).iter().map(message));
    for mutation in list(&spec["mutations"]) {
        for way in ["applyConfiguration", "jsonPatch"] {
            expressions.push(&mutation[way]["expression"]);
        }
    }
}

/// What makes the message, if anything: an empty expression is none.
fn message(rule: &Value) -> &Value {
    let message = &rule["messageExpression"];
    if message.as_str() == Some("") { &Value::Null } else { message }
}
