//! Labels, and what selects by them.

use super::Mistake;
use super::shape::{Validator, entries};
use super::text::{LABEL_KEY, LABEL_VALUE};
use crate::check::At;
use crate::objects::{Value, list, text};

/// Looks at a mapping of labels.
pub(super) fn labels<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    for (key, _, at) in entries(value) {
        if let Some(wrong) = LABEL_KEY.wrong(key) {
            validator.refuse(LABEL_KEY.mistake, At::Value(at), format!("the key {wrong}"));
        }
        validator.text(&LABEL_VALUE, at);
    }
}

/// Looks at a selector with labels and expressions.
pub(super) fn selector<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    labels(validator, &value["matchLabels"]);
    for expression in list(&value["matchExpressions"]) {
        self::expression(validator, expression, &["In", "NotIn", "Exists", "DoesNotExist"]);
    }
}

/// Looks at a condition on a label, its values included.
pub(super) fn expression<'a>(
    validator: &mut Validator<'a>,
    expression: &'a Value,
    operators: &[&'static str],
) {
    if operator(validator, expression, operators) {
        let values = list(&expression["values"]);
        for value in values {
            validator.text(&LABEL_VALUE, value);
        }
    }
}

/// Looks at a condition on a label: one operator, and as many values as it needs; returns whether its values are those of labels.
pub(super) fn operator<'a>(
    validator: &mut Validator<'a>,
    expression: &'a Value,
    operators: &[&'static str],
) -> bool {
    if !expression.is_object() {
        return false;
    }
    let (key, values) = (&expression["key"], list(&expression["values"]));
    match text(key) {
        Some(_) => validator.non_empty_text(&LABEL_KEY, key),
        None if key.is_null() => {
            validator.refuse(
                Mistake::Selector,
                At::Value(expression),
                "the key of an expression is missing",
            );
        }
        None => {}
    }
    let operator = text(&expression["operator"]).unwrap_or_default();
    let message = match operator {
        "In" | "NotIn" if values.is_empty() => {
            format!("{operator} needs values, and there are none")
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => format!("{operator} takes no values"),
        "Gt" | "Lt" if operators.contains(&operator) => {
            let number =
                |value: &Value| text(value).is_some_and(|text| text.parse::<i64>().is_ok());
            if values.len() == 1 && values.iter().all(number) {
                return false;
            }
            format!("{operator} needs exactly one value, an integer in quotes")
        }
        operator if !operators.contains(&operator) => {
            let near = crate::check::hint(operator, operators.iter().copied());
            format!("there is no operator {operator:?}{near}")
        }
        _ => return true,
    };
    validator.refuse(Mistake::Selector, At::Value(expression), message);
    false
}
