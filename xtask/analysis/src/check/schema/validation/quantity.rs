//! Amounts: `500m`, `1Gi`, `1e3`.

use super::Mistake;
use super::shape::Validator;
use super::text::QUALIFIED_NAME;
use crate::check::At;
use crate::objects::quantity::billionths;
use crate::objects::{Value, text};

/// What an amount has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// Zero or more.
    NotNegative,
    /// More than zero.
    Positive,
    /// Any.
    Any,
}

/// Looks at an amount.
pub(super) fn amount<'a>(
    validator: &mut Validator<'a>,
    value: &'a Value,
    name: &str,
    amount: Amount,
) {
    if !value.is_string() && !value.is_number() {
        return;
    }
    let shown = text(value).map_or_else(|| value.to_string(), str::to_owned);
    let Some(parsed) = billionths(value) else {
        validator.refuse_with(
            Mistake::Quantity,
            At::Value(value),
            format!("{name} is {shown:?}, which is no amount"),
            "write a number, with a unit behind it where it needs one: 500m, 2, 128Mi, 1Gi",
        );
        return;
    };
    let wrong = match amount {
        Amount::NotNegative if parsed < 0 => "negative",
        Amount::Positive if parsed <= 0 => "not more than zero",
        _ => return,
    };
    validator.refuse(
        Mistake::Quantity,
        At::Value(value),
        format!("{name} is {shown}, which is {wrong}"),
    );
}

/// What Kubernetes counts of a container without a domain before its name.
const STANDARD: &[&str] = &["cpu", "memory", "ephemeral-storage", "storage"];

/// Looks at amounts of resources.
pub(super) fn resources<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    let Some(fields) = value.as_object() else { return };
    for (name, written) in fields {
        amount(validator, written, name, Amount::NotNegative);
        if let Some(wrong) = QUALIFIED_NAME.wrong(name) {
            validator.refuse(
                Mistake::Resources,
                At::Value(written),
                format!("the resource {wrong}"),
            );
        } else if !name.contains('/')
            && !STANDARD.contains(&name.as_str())
            && !name.starts_with("hugepages-")
        {
            let near = crate::check::hint(name, STANDARD.iter().copied());
            let message = format!("there is no resource {name}{near}");
            validator.refuse_with(
                Mistake::Resources,
                At::Value(written),
                message,
                "write cpu, memory, ephemeral-storage, or the full name of an extended resource, such as example.com/gpu",
            );
        }
        if is_whole(name) && billionths(written).is_some_and(|amount| amount % 1_000_000_000 != 0) {
            validator.refuse(
                Mistake::Quantity,
                At::Value(written),
                format!("{name} has to be a whole number"),
            );
        }
    }
}

/// Whether a resource can only be had as a whole: extended ones.
pub(super) fn is_whole(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(domain, _)| domain != "kubernetes.io" && !domain.ends_with(".kubernetes.io"))
}

/// Amounts of a mapping of any names, none of them negative.
pub(super) fn amounts<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    each(validator, value, Amount::NotNegative);
}

/// Amounts of a mapping of any names, whatever they are.
pub(super) fn any_amounts<'a>(validator: &mut Validator<'a>, value: &'a Value) {
    each(validator, value, Amount::Any);
}

fn each<'a>(validator: &mut Validator<'a>, value: &'a Value, is: Amount) {
    for (name, written) in value.as_object().into_iter().flatten() {
        amount(validator, written, name, is);
    }
}

/// Requests of a container stay below its limits, and what cannot be shared is asked for as a whole.
pub(super) fn requests<'a>(validator: &mut Validator<'a>, resources: &'a Value) {
    let limits = &resources["limits"];
    let requests = &resources["requests"];
    for (name, request) in requests.as_object().into_iter().flatten() {
        let is_exclusive = is_whole(name) || name.starts_with("hugepages-");
        let (Some(asked), limit) = (billionths(request), &limits[name]) else { continue };
        match billionths(limit) {
            Some(most) if is_exclusive && asked != most => {
                let message = format!(
                    "{name}: the request {} is not the limit {}",
                    shown(request),
                    shown(limit)
                );
                validator.refuse(Mistake::Resources, At::Value(request), message);
            }
            Some(most) if asked > most => {
                let message = format!(
                    "{name}: the request {} is more than the limit {}",
                    shown(request),
                    shown(limit)
                );
                validator.refuse_with(
                    Mistake::Resources,
                    At::Value(request),
                    message,
                    "raise the limit, or lower the request",
                );
            }
            None if is_exclusive && limit.is_null() => {
                let message =
                    format!("{name} is requested without a limit, and cannot be overcommitted");
                validator.refuse(Mistake::Resources, At::Value(request), message);
            }
            _ => {}
        }
    }
}

fn shown(value: &Value) -> String {
    text(value).map_or_else(|| value.to_string(), str::to_owned)
}

/// For every amount of the first mapping that the second has as well: both, by name.
pub(super) fn pairs<'a>(
    one: &'a Value,
    other: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a Value, i128, i128)> {
    let all = one.as_object().into_iter().flatten();
    all.filter_map(|(name, value)| {
        Some((name.as_str(), value, billionths(value)?, billionths(&other[name])?))
    })
}
