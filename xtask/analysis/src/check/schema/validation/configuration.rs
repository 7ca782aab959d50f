//! ConfigMaps, Secrets, limits and classes.

use manifests_lib::check::size::CONFIGURATION;

use super::Mistake;
use super::quantity;
use super::selector;
use super::shape::{Is, Shape, Validator, is_there};
use super::text::{CONFIGURATION_KEY, LABEL, QUALIFIED_NAME};
use crate::check::At;
use crate::objects::quantity::billionths;
use crate::objects::{Value, text};

/// A `ConfigMap`.
pub(super) static CONFIG_MAP: Shape = Shape {
    fields: &[("binaryData", &[Is::Also(keys)]), ("data", &[Is::Also(keys)])],
    together: &[|validator, map| {
        for (key, value) in map["binaryData"].as_object().into_iter().flatten() {
            if !map["data"][key].is_null() {
                let message = format!("the key {key} is in data and in binaryData");
                validator.refuse(Mistake::DuplicateName, At::Value(value), message);
            }
        }
        let size = size(&map["data"], text_size) + size(&map["binaryData"], decoded_size);
        too_large(validator, size);
    }],
};

fn size(values: &Value, of: fn(&str) -> usize) -> usize {
    let values = values.as_object().into_iter().flatten();
    values.filter_map(|(_, value)| text(value)).map(of).sum()
}

fn text_size(text: &str) -> usize {
    text.len()
}

fn decoded_size(text: &str) -> usize {
    text.len() / 4 * 3
}

fn too_large(validator: &mut Validator<'_>, size: usize) {
    if size > CONFIGURATION {
        let message = format!("all values have {size} bytes, and may have {CONFIGURATION}");
        validator.refuse(Mistake::OversizedObject, At::Object, message);
    }
}

fn keys<'a>(validator: &mut Validator<'a>, data: &'a Value) {
    for (key, value) in data.as_object().into_iter().flatten() {
        if let Some(wrong) = CONFIGURATION_KEY.wrong(key) {
            validator.refuse(Mistake::ConfigurationKey, At::Value(value), wrong);
        }
    }
}

/// A Secret.
pub(super) static SECRET: Shape = Shape {
    fields: &[("data", &[Is::Also(keys)]), ("stringData", &[Is::Also(keys)])],
    together: &[typed, |validator, secret| {
        let size = size(&secret["data"], decoded_size) + size(&secret["stringData"], text_size);
        too_large(validator, size);
    }],
};

/// Types of Secrets that need keys.
fn typed<'a>(validator: &mut Validator<'a>, secret: &'a Value) {
    let has = |key: &str| is_there(&secret["data"][key]) || is_there(&secret["stringData"][key]);
    let kind = text(&secret["type"]).unwrap_or_default();
    let lacking: &[&str] = match kind {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => &["username"],
        "kubernetes.io/service-account-token" => {
            if secret["metadata"]["annotations"]["kubernetes.io/service-account.name"].is_null() {
                let message = "a token needs the annotation kubernetes.io/service-account.name";
                validator.refuse(Mistake::MissingValue, At::Value(&secret["type"]), message);
            }
            return;
        }
        _ => return,
    };
    for key in lacking.iter().filter(|key| !has(key)) {
        let message = format!("a Secret of the type {kind} needs the key {key}");
        validator.refuse(Mistake::MissingValue, At::Value(&secret["type"]), message);
    }
    let json = match kind {
        "kubernetes.io/dockerconfigjson" => &secret["stringData"][".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &secret["stringData"][".dockercfg"],
        _ => return,
    };
    if text(json).is_some_and(|json| serde_json::from_str::<Value>(json).is_err()) {
        validator.refuse(
            Mistake::Encoding,
            At::Value(json),
            "the logins of registries are no JSON",
        );
    }
}

/// A `ResourceQuota`.
pub(super) static RESOURCE_QUOTA: Shape =
    Shape { fields: &[("spec", &[Is::Part(&QUOTA_SPEC)])], together: &[] };

static QUOTA_SPEC: Shape = Shape {
    fields: &[
        ("hard", &[Is::Also(hard)]),
        ("scopes", &[Is::EachOf(SCOPES)]),
        ("scopeSelector", &[Is::Part(&SCOPE_SELECTOR)]),
    ],
    together: &[],
};

/// What pods a quota can be for.
const SCOPES: &[&str] = &[
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
    "VolumeAttributesClass",
];

static SCOPE_SELECTOR: Shape =
    Shape { fields: &[("matchExpressions", &[Is::Each(&SCOPE)])], together: &[] };

static SCOPE: Shape = Shape {
    fields: &[("scopeName", &[Is::Required]), ("operator", &[Is::Required])],
    together: &[|validator, scope| {
        let (name, operator) = (text(&scope["scopeName"]), text(&scope["operator"]));
        let has_values = scope["values"].as_array().is_some_and(|values| !values.is_empty());
        let takes_values = ["PriorityClass", "VolumeAttributesClass"].map(Some).contains(&name);
        let message = match operator {
            Some(operator @ ("In" | "NotIn")) if !has_values => format!("{operator} needs values"),
            Some(operator @ ("Exists" | "DoesNotExist")) if has_values => {
                format!("{operator} takes no values")
            }
            Some(operator) if operator != "Exists" && !takes_values && name.is_some() => {
                "the operator of this scope has to be Exists".to_owned()
            }
            _ => return,
        };
        validator.refuse(Mistake::Selector, At::Value(scope), message);
    }],
};

/// What a quota can count without a domain before its name.
const COUNTED: &[&str] = &[
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
    "storage",
];

fn hard<'a>(validator: &mut Validator<'a>, hard: &'a Value) {
    quantity::amounts(validator, hard);
    for (name, written) in hard.as_object().into_iter().flatten() {
        let is_counted = COUNTED.contains(&name.as_str())
            || name.contains('/')
            || name.starts_with("hugepages-")
            || name.starts_with("requests.hugepages-");
        if let Some(wrong) = QUALIFIED_NAME.wrong(name) {
            validator.refuse(
                Mistake::Resources,
                At::Value(written),
                format!("the resource {wrong}"),
            );
        } else if !is_counted {
            let near = crate::check::hint(name, COUNTED.iter().copied());
            validator.refuse(
                Mistake::Resources,
                At::Value(written),
                format!("there is no resource {name} to be limited{near}"),
            );
        }
        let is_whole = name.starts_with("count/")
            || [
                "configmaps",
                "persistentvolumeclaims",
                "pods",
                "replicationcontrollers",
                "resourcequotas",
                "secrets",
                "services",
                "services.loadbalancers",
                "services.nodeports",
            ]
            .contains(&name.as_str());
        if is_whole && billionths(written).is_some_and(|amount| amount % 1_000_000_000 != 0) {
            validator.refuse(
                Mistake::Quantity,
                At::Value(written),
                format!("{name} has to be a whole number"),
            );
        }
    }
}

/// A `LimitRange`.
pub(super) static LIMIT_RANGE: Shape =
    Shape { fields: &[("spec", &[Is::Part(&LIMIT_SPEC)])], together: &[] };

static LIMIT_SPEC: Shape =
    Shape { fields: &[("limits", &[Is::Each(&LIMIT), Is::Unique("type")])], together: &[] };

static LIMIT: Shape = Shape {
    fields: &[
        ("type", &[Is::Required, Is::Also(limited)]),
        ("default", &[Is::Also(quantity::any_amounts)]),
        ("defaultRequest", &[Is::Also(quantity::any_amounts)]),
        ("max", &[Is::Also(quantity::any_amounts)]),
        ("maxLimitRequestRatio", &[Is::Also(quantity::any_amounts)]),
        ("min", &[Is::Also(quantity::any_amounts)]),
    ],
    together: &[limit],
};

fn limited<'a>(validator: &mut Validator<'a>, kind: &'a Value) {
    let Some(written) = text(kind).filter(|written| !written.is_empty()) else { return };
    let known = ["Container", "PersistentVolumeClaim", "Pod"];
    if !written.contains('/') {
        validator.any_of(&known, kind, "type");
    } else if let Some(wrong) = QUALIFIED_NAME.wrong(written) {
        validator.refuse(Mistake::UnsupportedValue, At::Value(kind), wrong);
    }
}

/// What is least, given, and most has to be in this order.
fn limit<'a>(validator: &mut Validator<'a>, limit: &'a Value) {
    let fields = ["min", "defaultRequest", "default", "max"];
    for (place, lower) in fields.iter().enumerate() {
        for higher in &fields[place + 1..] {
            for (name, value, low, high) in quantity::pairs(&limit[lower], &limit[higher]) {
                if low > high {
                    let message = format!("{lower} of {name} is more than {higher}");
                    validator.refuse(Mistake::Resources, At::Value(value), message);
                }
            }
        }
    }
    let kind = text(&limit["type"]).unwrap_or_default();
    if kind == "Pod" {
        for field in ["default", "defaultRequest"] {
            if limit[field].as_object().is_some_and(|fields| !fields.is_empty()) {
                let message = format!("{field} cannot be set of pods, only of containers");
                validator.refuse(Mistake::ContradictingFields, At::Value(&limit[field]), message);
            }
        }
    }
    if kind == "PersistentVolumeClaim" {
        let has = |field: &str| is_there(&limit[field]["storage"]);
        if !has("min") && !has("max") {
            let message = "a limit of claims needs min or max of storage";
            validator.refuse(Mistake::MissingValue, At::Value(limit), message);
        }
    }
    for (name, ratio) in limit["maxLimitRequestRatio"].as_object().into_iter().flatten() {
        let Some(amount) = billionths(ratio) else { continue };
        if amount < 1_000_000_000 {
            let message = format!("maxLimitRequestRatio of {name} is less than 1");
            validator.refuse(Mistake::NumberOutOfRange, At::Value(ratio), message);
        }
        if let (Some(least), Some(most)) =
            (billionths(&limit["min"][name]), billionths(&limit["max"][name]))
            && least != 0
            && amount / 1_000_000_000 > most / least
        {
            let message = format!("maxLimitRequestRatio of {name} is more than max divided by min");
            validator.refuse(Mistake::Resources, At::Value(ratio), message);
        }
    }
    for field in fields.iter().chain(&["maxLimitRequestRatio"]) {
        for (name, written) in limit[field].as_object().into_iter().flatten() {
            let is_known = ["cpu", "memory", "ephemeral-storage", "storage"]
                .contains(&name.as_str())
                || name.contains('/')
                || name.starts_with("hugepages-");
            if let Some(wrong) = QUALIFIED_NAME.wrong(name) {
                validator.refuse(
                    Mistake::Resources,
                    At::Value(written),
                    format!("the resource {wrong}"),
                );
            } else if !is_known {
                validator.refuse(
                    Mistake::Resources,
                    At::Value(written),
                    format!("there is no resource {name} to be limited"),
                );
            }
        }
    }
}

/// A `PriorityClass`.
pub(super) static PRIORITY_CLASS: Shape = Shape {
    fields: &[("preemptionPolicy", &[Is::Filled])],
    together: &[|validator, class| {
        const MOST: i64 = 1_000_000_000;
        let name = validator.object.name();
        if let Some(value) =
            class["value"].as_i64().filter(|value| *value > MOST && !name.starts_with("system-"))
        {
            let message = format!("value is {value}, and may be {MOST}: more is for the system");
            validator.refuse(Mistake::NumberOutOfRange, At::Value(&class["value"]), message);
        }
        if name.starts_with("system-")
            && !["system-cluster-critical", "system-node-critical"].contains(&name)
        {
            let message = "names that begin with system- belong to the system";
            validator.refuse(Mistake::Name, At::Value(&class["metadata"]["name"]), message);
        }
    }],
};

/// A `RuntimeClass`.
pub(super) static RUNTIME_CLASS: Shape = Shape {
    fields: &[
        ("handler", &[Is::Also(|validator, handler| validator.non_empty_text(&LABEL, handler))]),
        ("overhead", &[Is::Part(&OVERHEAD)]),
        ("scheduling", &[Is::Part(&SCHEDULING)]),
    ],
    together: &[],
};

fn twice<'a>(validator: &mut Validator<'a>, tolerations: &'a Value) {
    let all = tolerations.as_array().unwrap_or_default();
    for (place, toleration) in all.iter().enumerate() {
        if all[..place].contains(toleration) {
            validator.refuse(
                Mistake::DuplicateName,
                At::Value(toleration),
                "a toleration stands twice",
            );
        }
    }
}

static OVERHEAD: Shape = Shape { fields: &[("podFixed", &[Is::Quantities])], together: &[] };

static SCHEDULING: Shape = Shape {
    fields: &[
        ("nodeSelector", &[Is::Also(selector::labels)]),
        ("tolerations", &[Is::Each(&super::pod::TOLERATION), Is::Also(twice)]),
    ],
    together: &[],
};

/// A Lease.
pub(super) static LEASE: Shape =
    Shape { fields: &[("spec", &[Is::Part(&LEASE_SPEC)])], together: &[] };

static LEASE_SPEC: Shape = Shape {
    fields: &[("leaseDurationSeconds", &[Is::AtLeast(1)]), ("leaseTransitions", &[Is::AtLeast(0)])],
    together: &[],
};

/// A Node.
pub(super) static NODE: Shape = Shape {
    fields: &[("spec", &[Is::Part(&NODE_SPEC)]), ("status", &[Is::Part(&NODE_STATUS)])],
    together: &[],
};

static NODE_SPEC: Shape =
    Shape { fields: &[("taints", &[Is::Each(&TAINT), Is::Also(taints)])], together: &[] };

static TAINT: Shape = Shape {
    fields: &[
        ("key", &[Is::Required, Is::Text(&super::text::LABEL_KEY)]),
        ("effect", &[Is::Required]),
        ("value", &[Is::Text(&super::text::LABEL_VALUE)]),
    ],
    together: &[],
};

fn taints<'a>(validator: &mut Validator<'a>, taints: &'a Value) {
    let all = taints.as_array().unwrap_or_default();
    for (place, taint) in all.iter().enumerate() {
        let is_same =
            |other: &Value| other["key"] == taint["key"] && other["effect"] == taint["effect"];
        if all[..place].iter().any(is_same) {
            validator.refuse(
                Mistake::DuplicateName,
                At::Value(taint),
                "a taint stands twice with one effect",
            );
        }
    }
}

static NODE_STATUS: Shape = Shape {
    fields: &[
        ("allocatable", &[Is::Also(quantity::amounts)]),
        ("capacity", &[Is::Also(quantity::amounts)]),
    ],
    together: &[],
};
