//! Autoscalers and disruption budgets.

use super::Mistake;
use super::quantity::Amount;
use super::shape::{Is, Shape, Validator, is_there};
use super::text::{LABEL, PATH_SEGMENT};
use super::workload::percentage;
use crate::check::At;
use crate::objects::quantity::billionths;
use crate::objects::{Value, text};

/// An autoscaler of autoscaling/v1.
pub(super) static AUTOSCALER_V1: Shape =
    Shape { fields: &[("spec", &[Is::Part(&AUTOSCALER_V1_SPEC)])], together: &[] };

static AUTOSCALER_V1_SPEC: Shape = Shape {
    fields: &[
        ("maxReplicas", &[Is::Required, Is::AtLeast(1)]),
        ("minReplicas", &[Is::AtLeast(1)]),
        ("scaleTargetRef", &[Is::Part(&TARGET), Is::Also(group)]),
        ("targetCPUUtilizationPercentage", &[Is::AtLeast(1)]),
    ],
    together: &[replicas],
};

/// An autoscaler.
pub(super) static AUTOSCALER: Shape =
    Shape { fields: &[("spec", &[Is::Required, Is::Part(&AUTOSCALER_SPEC)])], together: &[] };

static AUTOSCALER_SPEC: Shape = Shape {
    fields: &[
        ("behavior", &[Is::Part(&BEHAVIOR)]),
        ("maxReplicas", &[Is::Required, Is::AtLeast(1)]),
        ("metrics", &[Is::Each(&METRIC)]),
        ("minReplicas", &[Is::AtLeast(1)]),
        ("scaleTargetRef", &[Is::Part(&TARGET), Is::Also(group)]),
    ],
    together: &[replicas],
};

fn replicas<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let (least, most) = (&spec["minReplicas"], &spec["maxReplicas"]);
    if let (Some(least), Some(number)) = (least.as_i64(), most.as_i64())
        && number < least
    {
        let message = format!("maxReplicas is {number}, which is less than minReplicas {least}");
        validator.refuse(Mistake::NumberOutOfRange, At::Value(most), message);
    }
}

/// What is scaled is named with its API group.
fn group<'a>(validator: &mut Validator<'a>, target: &'a Value) {
    let version = &target["apiVersion"];
    let written = text(version).unwrap_or_default();
    let has_group = written
        .split_once('/')
        .is_some_and(|(group, rest)| !group.is_empty() && !rest.contains('/'));
    if !has_group && (version.is_null() || version.is_string()) {
        let at =
            if version.is_null() { At::Missing(target, "apiVersion") } else { At::Value(version) };
        let message = format!("apiVersion {written:?} names no API group, such as apps/v1");
        validator.refuse(Mistake::MissingValue, at, message);
    }
}

static TARGET: Shape = Shape {
    fields: &[
        ("kind", &[Is::Required, Is::Text(&PATH_SEGMENT)]),
        ("name", &[Is::Required, Is::Text(&PATH_SEGMENT)]),
    ],
    together: &[],
};

static BEHAVIOR: Shape = Shape {
    fields: &[("scaleDown", &[Is::Part(&SCALING)]), ("scaleUp", &[Is::Part(&SCALING)])],
    together: &[],
};

static SCALING: Shape = Shape {
    fields: &[
        ("selectPolicy", &[Is::Filled, Is::AnyOf(&["Disabled", "Max", "Min"])]),
        ("policies", &[Is::Each(&SCALING_POLICY)]),
        ("stabilizationWindowSeconds", &[Is::Within(0, 3600)]),
        ("tolerance", &[Is::Quantity(Amount::NotNegative)]),
    ],
    together: &[|validator, scaling| {
        let policies = &scaling["policies"];
        if policies.as_array().is_some_and(<[Value]>::is_empty) {
            validator.refuse(
                Mistake::MissingValue,
                At::Value(policies),
                "policies is an empty list",
            );
        }
    }],
};

static SCALING_POLICY: Shape = Shape {
    fields: &[
        ("periodSeconds", &[Is::Required, Is::Within(1, 1800)]),
        ("type", &[Is::Required, Is::AnyOf(&["Percent", "Pods"])]),
        ("value", &[Is::Required, Is::AtLeast(1)]),
    ],
    together: &[],
};

/// Types of metrics and the fields that say what they are.
const METRICS: &[(&str, &str)] = &[
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("External", "external"),
    ("ContainerResource", "containerResource"),
];

static METRIC: Shape = Shape {
    fields: &[
        (
            "type",
            &[
                Is::Required,
                Is::AnyOf(&["ContainerResource", "External", "Object", "Pods", "Resource"]),
            ],
        ),
        ("containerResource", &[Is::Part(&CONTAINER_RESOURCE)]),
        ("external", &[Is::Part(&EXTERNAL)]),
        ("object", &[Is::Part(&OBJECT)]),
        ("pods", &[Is::Part(&PODS)]),
        ("resource", &[Is::Part(&RESOURCE)]),
    ],
    together: &[|validator, metric| {
        let Some((kind, own)) = METRICS.iter().find(|(kind, _)| metric["type"] == *kind) else {
            return;
        };
        if !is_there(&metric[own]) {
            let message = format!("a metric of the type {kind} needs {own}");
            validator.refuse(Mistake::MissingValue, At::Value(metric), message);
        }
        for (_, other) in METRICS.iter().filter(|(_, field)| field != own) {
            if is_there(&metric[other]) {
                let message = format!("a metric of the type {kind} has no {other}");
                validator.refuse(Mistake::ContradictingFields, At::Value(&metric[other]), message);
            }
        }
    }],
};

static RESOURCE: Shape = Shape {
    fields: &[("name", &[Is::Required]), ("target", &[Is::Part(&METRIC_TARGET)])],
    together: &[utilization],
};

static CONTAINER_RESOURCE: Shape = Shape {
    fields: &[
        ("container", &[Is::Required, Is::Text(&LABEL)]),
        (
            "name",
            &[
                Is::Required,
                Is::Also(|validator, name| {
                    let Some(written) = text(name).filter(|written| !written.is_empty()) else {
                        return;
                    };
                    if !["cpu", "memory", "ephemeral-storage"].contains(&written)
                        && !written.contains('/')
                        && !written.starts_with("hugepages-")
                    {
                        let message = format!("containers have no resource {written:?}");
                        validator.refuse(Mistake::Resources, At::Value(name), message);
                    } else if let Some(wrong) = super::text::QUALIFIED_NAME.wrong(written) {
                        validator.refuse(Mistake::Resources, At::Value(name), wrong);
                    }
                }),
            ],
        ),
        ("target", &[Is::Part(&METRIC_TARGET)]),
    ],
    together: &[utilization],
};

static PODS: Shape = Shape {
    fields: &[("metric", &[Is::Part(&IDENTIFIER)]), ("target", &[Is::Part(&METRIC_TARGET)])],
    together: &[|validator, pods| {
        let target = &pods["target"];
        if target.is_object() && !is_positive(&target["averageValue"]) {
            validator.refuse(
                Mistake::MissingValue,
                At::Value(target),
                "a metric of pods needs a positive averageValue",
            );
        }
    }],
};

fn is_positive(value: &Value) -> bool {
    // What is no amount is told elsewhere.
    is_there(value) && billionths(value).is_none_or(|amount| amount > 0)
}

static OBJECT: Shape = Shape {
    fields: &[
        ("describedObject", &[Is::Part(&TARGET)]),
        ("metric", &[Is::Part(&IDENTIFIER)]),
        ("target", &[Is::Part(&METRIC_TARGET)]),
    ],
    together: &[|validator, object| {
        let target = &object["target"];
        if target.is_object() && !is_there(&target["value"]) && !is_there(&target["averageValue"]) {
            validator.refuse(
                Mistake::MissingValue,
                At::Value(target),
                "the target needs value or averageValue",
            );
        }
    }],
};

static EXTERNAL: Shape = Shape {
    fields: &[("metric", &[Is::Part(&IDENTIFIER)]), ("target", &[Is::Part(&METRIC_TARGET)])],
    together: &[|validator, external| {
        let target = &external["target"];
        if !target.is_object() {
            return;
        }
        validator.exactly_one(target, "the target of a metric", &["value", "averageValue"]);
    }],
};

static IDENTIFIER: Shape = Shape {
    fields: &[("name", &[Is::Required, Is::Text(&PATH_SEGMENT)]), ("selector", &[])],
    together: &[],
};

static METRIC_TARGET: Shape = Shape {
    fields: &[
        ("type", &[Is::Required, Is::AnyOf(&["AverageValue", "Utilization", "Value"])]),
        ("averageUtilization", &[Is::AtLeast(1)]),
        ("averageValue", &[Is::Quantity(Amount::Positive)]),
        ("value", &[Is::Quantity(Amount::Positive)]),
    ],
    together: &[],
};

fn utilization<'a>(validator: &mut Validator<'a>, resource: &'a Value) {
    let target = &resource["target"];
    if target.is_object() {
        validator.exactly_one(
            target,
            "the target of a metric",
            &["averageUtilization", "averageValue"],
        );
    }
}

/// A `PodDisruptionBudget`.
pub(super) static DISRUPTION_BUDGET: Shape =
    Shape { fields: &[("spec", &[Is::Part(&BUDGET_SPEC)])], together: &[] };

static BUDGET_SPEC: Shape = Shape {
    fields: &[
        ("unhealthyPodEvictionPolicy", &[Is::Filled]),
        ("maxUnavailable", &[Is::NumberOrPercentage, Is::Also(percentage)]),
        ("minAvailable", &[Is::NumberOrPercentage, Is::Also(percentage)]),
        ("selector", &[Is::Selector]),
    ],
    together: &[|validator, spec| {
        validator.at_most_one(
            spec,
            "how many pods may be away",
            &["minAvailable", "maxUnavailable"],
        );
    }],
};
