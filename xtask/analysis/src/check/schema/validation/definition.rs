//! Definitions of custom kinds, and groups that others serve.

use super::Mistake;
use super::admission::{SERVICE, url};
use super::shape::{Is, Shape, Validator, is_there};
use super::text::{LABEL_1035, SUBDOMAIN};
use crate::check::At;
use crate::objects::{Value, list, text};

/// A `CustomResourceDefinition`.
pub(super) static DEFINITION: Shape = Shape {
    fields: &[("spec", &[Is::Required, Is::Part(&SPEC)])],
    together: &[|validator, definition| {
        let (plural, group) =
            (&definition["spec"]["names"]["plural"], &definition["spec"]["group"]);
        let (Some(plural), Some(group)) = (text(plural), text(group)) else { return };
        let expected = format!("{plural}.{group}");
        if validator.object.name() != expected {
            let message = format!("the name has to be {expected}: the plural and the group");
            validator.refuse_with(
                Mistake::Name,
                At::Value(&definition["metadata"]["name"]),
                message,
                format!("write {expected}"),
            );
        }
    }],
};

static SPEC: Shape = Shape {
    fields: &[
        ("conversion", &[Is::Part(&CONVERSION)]),
        ("group", &[Is::Required, Is::Also(group)]),
        ("names", &[Is::Required, Is::Part(&NAMES)]),
        (
            "preserveUnknownFields",
            &[Is::Also(|validator, keeps| {
                if *keeps == true {
                    let message = "preserveUnknownFields cannot be true in this version";
                    validator.refuse_with(
                        Mistake::UnsupportedValue,
                        At::Value(keeps),
                        message,
                        "write x-kubernetes-preserve-unknown-fields in the schema",
                    );
                }
            })],
        ),
        ("scope", &[Is::Required, Is::AnyOf(&["Cluster", "Namespaced"])]),
        ("versions", &[Is::Required, Is::Each(&VERSION), Is::Unique("name")]),
    ],
    together: &[|validator, spec| {
        let versions = list(&spec["versions"]);
        let stored = versions.iter().filter(|version| version["storage"] == true).count();
        if stored != 1 {
            let message = format!("{stored} versions are stored, and exactly one has to be");
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec["versions"]), message);
        }
    }],
};

fn group<'a>(validator: &mut Validator<'a>, group: &'a Value) {
    validator.text(&SUBDOMAIN, group);
    if text(group).is_some_and(|group| !group.is_empty() && !group.contains('.')) {
        let message = format!("the group {group} has to be a domain with at least one dot");
        validator.refuse(Mistake::Name, At::Value(group), message);
    }
}

static NAMES: Shape = Shape {
    fields: &[
        ("plural", &[Is::Required, Is::Text(&LABEL_1035)]),
        ("singular", &[Is::Text(&LABEL_1035)]),
        ("shortNames", &[Is::EachText(&LABEL_1035)]),
        ("categories", &[Is::EachText(&LABEL_1035)]),
        ("kind", &[Is::Required, Is::Also(kind)]),
        ("listKind", &[Is::Also(kind)]),
    ],
    together: &[|validator, names| {
        let is_same = text(&names["kind"]).is_some_and(|kind| !kind.is_empty())
            && names["kind"] == names["listKind"];
        if is_same {
            let message = "kind and listKind are the same";
            validator.refuse(Mistake::ContradictingFields, At::Value(&names["listKind"]), message);
        }
    }],
};

fn kind<'a>(validator: &mut Validator<'a>, kind: &'a Value) {
    let Some(written) = text(kind).filter(|written| !written.is_empty()) else { return };
    if let Some(wrong) = LABEL_1035.wrong(&written.to_lowercase()) {
        validator.refuse(Mistake::Name, At::Value(kind), wrong);
    }
}

static VERSION: Shape = Shape {
    fields: &[
        ("name", &[Is::Required, Is::Text(&LABEL_1035)]),
        ("additionalPrinterColumns", &[Is::Each(&COLUMN)]),
        ("schema", &[Is::Required, Is::Part(&SCHEMA)]),
        ("subresources", &[Is::Part(&SUBRESOURCES)]),
    ],
    together: &[],
};

static SCHEMA: Shape = Shape {
    fields: &[("openAPIV3Schema", &[Is::Required])],
    together: &[|validator, schema| {
        let schema = &schema["openAPIV3Schema"];
        if schema.is_object() {
            if schema["type"] != "object" && !schema["type"].is_number() {
                let message = "the schema of a kind has to be of the type object";
                validator.refuse(Mistake::UnsupportedValue, At::Value(schema), message);
            }
            structural(validator, schema);
        }
    }],
};

/// What every part of a schema has to be, so that unknown fields can be pruned.
fn structural<'a>(validator: &mut Validator<'a>, schema: &'a Value) {
    let Some(fields) = schema.as_object() else { return };
    let is_open = schema["x-kubernetes-int-or-string"] == true
        || schema["x-kubernetes-preserve-unknown-fields"] == true;
    let kind = text(&schema["type"]).unwrap_or_default();
    if kind.is_empty() && !is_open && !schema["type"].is_number() && !schema["type"].is_object() {
        validator.refuse(
            Mistake::MissingValue,
            At::Value(schema),
            "a part of the schema has no type",
        );
    }
    let known = ["array", "boolean", "integer", "number", "object", "string"];
    validator.any_of(&known, &schema["type"], "type");
    if kind == "array" && !is_there(&schema["items"]) {
        validator.refuse(
            Mistake::MissingValue,
            At::Missing(schema, "items"),
            "an array needs items",
        );
    }
    if is_there(&schema["properties"]) && is_there(&schema["additionalProperties"]) {
        let message = "properties and additionalProperties exclude each other";
        validator.refuse(
            Mistake::ContradictingFields,
            At::Value(&schema["additionalProperties"]),
            message,
        );
    }
    if schema["uniqueItems"] == true {
        let message = "uniqueItems cannot be true: it would cost too much";
        validator.refuse(Mistake::UnsupportedValue, At::Value(&schema["uniqueItems"]), message);
    }
    let keeps = &schema["x-kubernetes-preserve-unknown-fields"];
    if *keeps == false {
        let message = "x-kubernetes-preserve-unknown-fields can only be true, or left out";
        validator.refuse(Mistake::UnsupportedValue, At::Value(keeps), message);
    }
    if schema["x-kubernetes-embedded-resource"] == true {
        if kind != "object" && !schema["type"].is_number() {
            let message = "an embedded resource is of the type object";
            validator.refuse(Mistake::UnsupportedValue, At::Value(schema), message);
        }
        if !is_there(&schema["properties"]) && *keeps != true {
            let message =
                "an embedded resource needs properties, or x-kubernetes-preserve-unknown-fields";
            validator.refuse(Mistake::MissingValue, At::Value(schema), message);
        }
    }
    list_kind(validator, schema);
    for rule in list(&schema["x-kubernetes-validations"]) {
        if text(&rule["rule"]).is_none_or(|rule| rule.trim().is_empty())
            && !rule["rule"].is_number()
        {
            validator.refuse(Mistake::MissingValue, At::Value(rule), "a validation has no rule");
        }
    }
    for name in ["properties"] {
        for (_, part) in fields.get(name).and_then(Value::as_object).into_iter().flatten() {
            structural(validator, part);
        }
    }
    for name in ["items", "additionalProperties"] {
        fields.get(name).into_iter().for_each(|part| structural(validator, part));
    }
}

fn list_kind<'a>(validator: &mut Validator<'a>, schema: &'a Value) {
    let (kind, keys) =
        (&schema["x-kubernetes-list-type"], list(&schema["x-kubernetes-list-map-keys"]));
    validator.any_of(&["atomic", "map", "set"], kind, "x-kubernetes-list-type");
    if kind != "map" && !keys.is_empty() {
        let message = "x-kubernetes-list-map-keys needs x-kubernetes-list-type map";
        validator.refuse(Mistake::ContradictingFields, At::Value(schema), message);
    }
    if kind != "map" {
        return;
    }
    if keys.is_empty() {
        let message = "a list of the type map needs x-kubernetes-list-map-keys";
        validator.refuse(Mistake::MissingValue, At::Value(schema), message);
    }
    let items = &schema["items"];
    for key in keys {
        let Some(name) = text(key) else { continue };
        let has_default = is_there(&items["properties"][name]["default"]);
        let is_required = list(&items["required"]).iter().any(|required| required == key);
        if items["properties"][name].is_null() {
            let message = format!("the key {name} is no field of the elements");
            validator.refuse(Mistake::ContradictingFields, At::Value(key), message);
        } else if !is_required && !has_default {
            let message = format!("the key {name} has to be required, or to have a default");
            validator.refuse(Mistake::ContradictingFields, At::Value(key), message);
        }
    }
    let names: Vec<&str> = keys.iter().filter_map(text).collect();
    if names.iter().enumerate().any(|(place, name)| names[..place].contains(name)) {
        validator.refuse(
            Mistake::DuplicateName,
            At::Value(schema),
            "a key stands twice in x-kubernetes-list-map-keys",
        );
    }
}

static COLUMN: Shape = Shape {
    fields: &[
        ("name", &[Is::Required]),
        ("type", &[Is::Required, Is::AnyOf(&["boolean", "date", "integer", "number", "string"])]),
        ("jsonPath", &[Is::Required, Is::Also(simple_path)]),
    ],
    together: &[],
};

static SUBRESOURCES: Shape = Shape { fields: &[("scale", &[Is::Part(&SCALE)])], together: &[] };

static SCALE: Shape = Shape {
    fields: &[
        (
            "specReplicasPath",
            &[Is::Required, Is::Also(|validator, path| below(validator, path, ".spec."))],
        ),
        (
            "statusReplicasPath",
            &[Is::Required, Is::Also(|validator, path| below(validator, path, ".status."))],
        ),
    ],
    together: &[],
};

fn below<'a>(validator: &mut Validator<'a>, path: &'a Value, prefix: &str) {
    let Some(written) = text(path).filter(|path| !path.is_empty()) else { return };
    if !written.starts_with(prefix) {
        let message = format!("{written:?} has to begin with {prefix}");
        validator.refuse(Mistake::Path, At::Value(path), message);
    }
}

fn simple_path<'a>(validator: &mut Validator<'a>, path: &'a Value) {
    let Some(written) = text(path).filter(|path| !path.is_empty()) else { return };
    if !written.starts_with('.') {
        let message = format!("{written:?} is no path: it begins with a dot, as in .spec.replicas");
        validator.refuse(Mistake::Path, At::Value(path), message);
    }
}

static CONVERSION: Shape = Shape {
    fields: &[
        ("strategy", &[Is::Required, Is::AnyOf(&["None", "Webhook"])]),
        ("webhook", &[Is::Part(&WEBHOOK)]),
    ],
    together: &[|validator, conversion| {
        let is_webhook = conversion["strategy"] == "Webhook";
        if is_webhook && !is_there(&conversion["webhook"]) {
            let message = "the strategy Webhook needs webhook";
            validator.refuse(Mistake::MissingValue, At::Value(conversion), message);
        }
        if conversion["strategy"] == "None" && is_there(&conversion["webhook"]) {
            let message = "webhook needs the strategy Webhook";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&conversion["webhook"]),
                message,
            );
        }
    }],
};

static WEBHOOK: Shape = Shape {
    fields: &[
        ("conversionReviewVersions", &[Is::Required]),
        ("clientConfig", &[Is::Required, Is::Part(&CLIENT)]),
    ],
    together: &[],
};

static CLIENT: Shape = Shape {
    fields: &[("service", &[Is::Part(&SERVICE)]), ("url", &[Is::Also(url)])],
    together: &[|validator, client| {
        validator.exactly_one(client, "where a webhook is", &["service", "url"]);
    }],
};

/// An `APIService`.
pub(super) static API_SERVICE: Shape = Shape {
    fields: &[("spec", &[Is::Part(&API_SERVICE_SPEC)])],
    together: &[|validator, service| {
        let spec = &service["spec"];
        let expected = format!(
            "{}.{}",
            text(&spec["version"]).unwrap_or_default(),
            text(&spec["group"]).unwrap_or_default()
        );
        if validator.object.name() != expected {
            let message = format!("the name has to be {expected}: the version and the group");
            validator.refuse(Mistake::Name, At::Value(&service["metadata"]["name"]), message);
        }
    }],
};

static API_SERVICE_SPEC: Shape = Shape {
    fields: &[
        ("group", &[Is::Text(&SUBDOMAIN)]),
        ("groupPriorityMinimum", &[Is::Within(1, 20_000)]),
        ("service", &[Is::Part(&SERVICE)]),
        ("version", &[Is::Required, Is::Text(&LABEL_1035)]),
        ("versionPriority", &[Is::Within(1, 1000)]),
    ],
    together: &[|validator, spec| {
        for field in ["groupPriorityMinimum", "versionPriority"] {
            if spec[field].is_null() {
                let message = format!("{field} is missing");
                validator.refuse(Mistake::MissingValue, At::Value(spec), message);
            }
        }
        if !is_there(&spec["service"]) && spec["insecureSkipTLSVerify"] == true {
            let message = "insecureSkipTLSVerify needs a service that is called";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&spec["insecureSkipTLSVerify"]),
                message,
            );
        }
        let has_bundle = text(&spec["caBundle"]).is_some_and(|bundle| !bundle.is_empty());
        if spec["insecureSkipTLSVerify"] == true && has_bundle {
            let message = "insecureSkipTLSVerify and caBundle exclude each other";
            validator.refuse(Mistake::ContradictingFields, At::Value(&spec["caBundle"]), message);
        }
    }],
};
