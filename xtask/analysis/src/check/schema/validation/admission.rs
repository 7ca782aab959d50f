//! Webhooks and policies that judge objects.

use super::Mistake;
use super::shape::{Is, Shape, Validator};
use super::text::{IDENTIFIER, QUALIFIED_DOMAIN, QUALIFIED_NAME, SUBDOMAIN};
use crate::check::At;
use crate::objects::{Value, list, text};

/// A `ValidatingWebhookConfiguration`.
pub(super) static VALIDATING_WEBHOOKS: Shape =
    Shape { fields: &[("webhooks", &[Is::Each(&WEBHOOK), Is::Unique("name")])], together: &[] };

/// A `MutatingWebhookConfiguration`.
pub(super) static MUTATING_WEBHOOKS: Shape =
    Shape { fields: &[("webhooks", &[Is::Each(&WEBHOOK), Is::Unique("name")])], together: &[] };

static WEBHOOK: Shape = Shape {
    fields: &[
        ("reinvocationPolicy", &[Is::Filled]),
        ("matchPolicy", &[Is::Filled]),
        ("failurePolicy", &[Is::Filled]),
        ("name", &[Is::Required, Is::Text(&QUALIFIED_DOMAIN)]),
        ("admissionReviewVersions", &[Is::Required, Is::Unique(""), Is::Also(versions)]),
        ("clientConfig", &[Is::Part(&CLIENT)]),
        ("matchConditions", &[Is::Each(&CONDITION), Is::Unique("name")]),
        ("namespaceSelector", &[Is::Selector]),
        ("objectSelector", &[Is::Selector]),
        ("rules", &[Is::Each(&RULE)]),
        ("sideEffects", &[Is::Required, Is::AnyOf(&["None", "NoneOnDryRun"])]),
        ("timeoutSeconds", &[Is::Within(1, 30)]),
    ],
    together: &[],
};

fn versions<'a>(validator: &mut Validator<'a>, all: &'a Value) {
    let all = list(all);
    let known = |version: &Value| ["v1", "v1beta1"].iter().any(|known| version == known);
    if !all.is_empty() && !all.iter().any(known) {
        let message =
            "the API server sends v1 and v1beta1, of which none is among admissionReviewVersions";
        validator.refuse(Mistake::UnsupportedValue, At::Value(&all[0]), message);
    }
    for version in all {
        if let Some(wrong) =
            text(version).and_then(|version| super::text::LABEL_1035.wrong(version))
        {
            validator.refuse(Mistake::Name, At::Value(version), wrong);
        }
    }
}

static CLIENT: Shape = Shape {
    fields: &[("service", &[Is::Part(&SERVICE)]), ("url", &[Is::Also(url)])],
    together: &[|validator, client| {
        validator.exactly_one(client, "where a webhook is", &["service", "url"]);
    }],
};

/// An address of a webhook.
pub(super) fn url<'a>(validator: &mut Validator<'a>, url: &'a Value) {
    let Some(written) = text(url) else { return };
    let scheme = written.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let host = scheme
        .map(|_| &written[8..])
        .map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let message = match host {
        None => format!("{written:?} does not begin with https://"),
        Some("") => format!("{written:?} names no host"),
        Some(host) if host.contains('@') => format!("{written:?} names a user"),
        Some(_) if written.contains(['?', '#']) => format!("{written:?} has a query or a fragment"),
        Some(_) => return,
    };
    validator.refuse(Mistake::Address, At::Value(url), message);
}

/// A Service that is called.
pub(super) static SERVICE: Shape = Shape {
    fields: &[
        ("name", &[Is::Required]),
        ("namespace", &[Is::Required]),
        ("path", &[Is::Also(path)]),
        ("port", &[Is::Port]),
    ],
    together: &[],
};

fn path<'a>(validator: &mut Validator<'a>, path: &'a Value) {
    let Some(written) = text(path).filter(|path| !path.is_empty()) else { return };
    if written == "/" {
        return;
    }
    let segments = written.strip_prefix('/').unwrap_or_default();
    let segments = segments.strip_suffix('/').unwrap_or(segments);
    let is_path = written.starts_with('/')
        && segments.split('/').all(|part| super::text::subdomain(part).is_none());
    if !is_path {
        let message = format!(
            "{written:?} is no path of names: small letters, digits, dashes and dots between slashes"
        );
        validator.refuse(Mistake::Path, At::Value(path), message);
    }
}

static CONDITION: Shape = Shape {
    fields: &[
        ("name", &[Is::Required, Is::Text(&QUALIFIED_NAME)]),
        ("expression", &[Is::Required]),
    ],
    together: &[],
};

static RULE: Shape = Shape {
    fields: &[
        ("scope", &[Is::Filled]),
        (
            "apiGroups",
            &[Is::Required, Is::Also(|validator, all| stars(validator, all, "apiGroups"))],
        ),
        (
            "apiVersions",
            &[
                Is::Required,
                Is::Also(|validator, all| stars(validator, all, "apiVersions")),
                Is::Also(filled),
            ],
        ),
        (
            "operations",
            &[
                Is::Required,
                Is::EachOf(&["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]),
                Is::Also(|validator, all| stars(validator, all, "operations")),
            ],
        ),
        ("resources", &[Is::Required, Is::Also(filled), Is::Also(resources)]),
    ],
    together: &[],
};

/// A star stands for all, and alone.
fn stars<'a>(validator: &mut Validator<'a>, all: &'a Value, name: &str) {
    let items = list(all);
    if items.len() > 1 && items.iter().any(|item| item == "*") {
        let message = format!("a star in {name} stands for all: nothing else can stand beside it");
        validator.refuse(Mistake::ContradictingFields, At::Value(all), message);
    }
}

fn filled<'a>(validator: &mut Validator<'a>, all: &'a Value) {
    for item in list(all).iter().filter(|item| *item == "") {
        validator.refuse(Mistake::MissingValue, At::Value(item), "an element is empty");
    }
}

fn resources<'a>(validator: &mut Validator<'a>, all: &'a Value) {
    let items: Vec<&str> = list(all).iter().filter_map(text).collect();
    let whole = items.contains(&"*/*");
    if whole && items.len() > 1 {
        let message = "*/* stands for all: nothing else can stand beside it";
        validator.refuse(Mistake::ContradictingFields, At::Value(all), message);
        return;
    }
    for item in list(all) {
        let Some(written) = text(item) else { continue };
        let Some((resource, part)) = written.split_once('/') else {
            if items.contains(&"*") && written != "*" {
                let message = format!("{written} is part of *");
                validator.refuse(Mistake::ContradictingFields, At::Value(item), message);
            }
            continue;
        };
        let covered = format!("{resource}/*");
        let covering = format!("*/{part}");
        let is_covered = part != "*" && items.contains(&covered.as_str())
            || resource != "*" && items.contains(&covering.as_str());
        if is_covered {
            let message = format!("{written} is part of another element");
            validator.refuse(Mistake::ContradictingFields, At::Value(item), message);
        }
    }
}

/// A `ValidatingAdmissionPolicy`.
pub(super) static POLICY: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&POLICY_SPEC)])], together: &[] };

static POLICY_SPEC: Shape = Shape {
    fields: &[
        ("failurePolicy", &[Is::Filled]),
        ("auditAnnotations", &[Is::Each(&AUDIT), Is::Unique("key")]),
        ("matchConditions", &[Is::Each(&CONDITION), Is::Unique("name")]),
        ("matchConstraints", &[Is::Required, Is::Part(&MATCH), Is::Also(rules)]),
        ("paramKind", &[Is::Part(&PARAMETER_KIND)]),
        ("validations", &[Is::Each(&VALIDATION)]),
        ("variables", &[Is::Each(&VARIABLE)]),
    ],
    together: &[|validator, spec| {
        let none = |field: &str| list(&spec[field]).is_empty();
        if none("validations") && none("auditAnnotations") {
            let message = "a policy needs validations or auditAnnotations";
            validator.refuse(Mistake::MissingValue, At::Value(spec), message);
        }
    }],
};

static MATCH: Shape = Shape {
    fields: &[
        ("matchPolicy", &[Is::Filled]),
        ("excludeResourceRules", &[Is::Each(&RULE)]),
        ("namespaceSelector", &[Is::Selector]),
        ("objectSelector", &[Is::Selector]),
        ("resourceRules", &[Is::Each(&RULE)]),
    ],
    together: &[],
};

/// A policy is for some resources.
fn rules<'a>(validator: &mut Validator<'a>, constraints: &'a Value) {
    if constraints.is_object() && !constraints["resourceRules"].is_object() {
        validator.required(constraints, "resourceRules");
    }
}

static PARAMETER_KIND: Shape = Shape {
    fields: &[("apiVersion", &[Is::Required]), ("kind", &[Is::Required])],
    together: &[|validator, kind| {
        let version = &kind["apiVersion"];
        if let Some(written) = text(version).filter(|written| !written.is_empty()) {
            let (group, number) = written.rsplit_once('/').unwrap_or(("", written));
            let is_group = group.is_empty() || super::text::subdomain(group).is_none();
            if !is_group || super::text::LABEL_1035.wrong(number).is_some() {
                validator.refuse(
                    Mistake::Name,
                    At::Value(version),
                    format!("{version} is no API version, such as apps/v1"),
                );
            }
        }
        if let Some(written) = text(&kind["kind"]).filter(|kind| !kind.is_empty())
            && let Some(wrong) = super::text::LABEL_1035.wrong(&written.to_lowercase())
        {
            validator.refuse(Mistake::Name, At::Value(&kind["kind"]), wrong);
        }
    }],
};

static VALIDATION: Shape = Shape {
    fields: &[
        (
            "reason",
            &[
                Is::Filled,
                Is::AnyOf(&["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]),
            ],
        ),
        ("expression", &[Is::Also(blank)]),
        ("message", &[Is::Also(message)]),
        ("messageExpression", &[Is::Also(blank_if_written)]),
    ],
    together: &[],
};

fn blank<'a>(validator: &mut Validator<'a>, expression: &'a Value) {
    if text(expression).is_some_and(|text| text.trim().is_empty()) {
        validator.refuse(Mistake::MissingValue, At::Value(expression), "the expression is empty");
    }
}

fn blank_if_written<'a>(validator: &mut Validator<'a>, expression: &'a Value) {
    if text(expression).is_some_and(|text| !text.is_empty() && text.trim().is_empty()) {
        validator.refuse(Mistake::MissingValue, At::Value(expression), "the expression is blank");
    }
}

fn message<'a>(validator: &mut Validator<'a>, message: &'a Value) {
    let Some(written) = text(message).filter(|written| !written.is_empty()) else { return };
    if written.trim().is_empty() || written.trim().contains('\n') {
        validator.refuse(
            Mistake::UnsupportedValue,
            At::Value(message),
            "a message is one line, and not blank",
        );
    }
}

static VARIABLE: Shape = Shape {
    fields: &[("name", &[Is::Required, Is::Text(&IDENTIFIER)]), ("expression", &[Is::Required])],
    together: &[],
};

static AUDIT: Shape = Shape {
    fields: &[
        (
            "key",
            &[
                Is::Required,
                Is::Also(|validator, key| {
                    if let Some(wrong) = text(key).and_then(|key| {
                        QUALIFIED_NAME.wrong(&format!("policy/{key}")).filter(|_| !key.is_empty())
                    }) {
                        validator.refuse(Mistake::Annotation, At::Value(key), wrong);
                    }
                }),
            ],
        ),
        ("valueExpression", &[Is::Required]),
    ],
    together: &[],
};

/// A `ValidatingAdmissionPolicyBinding`.
pub(super) static BINDING: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&BINDING_SPEC)])], together: &[] };

static BINDING_SPEC: Shape = Shape {
    fields: &[
        ("matchResources", &[Is::Part(&MATCH)]),
        ("paramRef", &[Is::Part(&PARAMETER)]),
        ("policyName", &[Is::Required, Is::Text(&SUBDOMAIN)]),
        (
            "validationActions",
            &[Is::Required, Is::EachOf(&["Audit", "Deny", "Warn"]), Is::Unique("")],
        ),
    ],
    together: &[|validator, spec| {
        let has = |action: &str| list(&spec["validationActions"]).iter().any(|one| one == action);
        if has("Deny") && has("Warn") {
            let message = "Deny and Warn exclude each other: who is refused needs no warning";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&spec["validationActions"]),
                message,
            );
        }
    }],
};

static PARAMETER: Shape = Shape {
    fields: &[
        ("name", &[Is::Text(&super::text::PATH_SEGMENT)]),
        ("parameterNotFoundAction", &[Is::Required, Is::AnyOf(&["Allow", "Deny"])]),
        ("selector", &[Is::Selector]),
    ],
    together: &[|validator, parameter| {
        let has_name = text(&parameter["name"]).is_some_and(|name| !name.is_empty());
        let selects = parameter["selector"].is_object();
        if has_name == selects {
            let message = "either name or selector says which parameters";
            validator.refuse(Mistake::OneOf, At::Value(parameter), message);
        }
    }],
};
