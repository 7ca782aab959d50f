//! Conditions beyond types: `oneOf`, `anyOf`, `allOf`, `not`, and rules in CEL.

use std::collections::BTreeSet;

use super::scalar::{exceeded, is_listed, matches};
use super::{Comparison, Mistake, is_of_type};
use crate::objects::{Map, Value};
use crate::schema::{Conditions, Kind, Schema, resolved};

impl<'a> Comparison<'a, '_, '_> {
    pub(super) fn conditions(&mut self, conditions: &Conditions, base: &Schema, value: &'a Value) {
        let Conditions { one_of, any_of, all_of, not } = conditions;
        let holding = |schemas: &[Schema]| {
            schemas.iter().filter(|schema| holds(schema, Some(base), value)).count()
        };
        let path = || match self.path(value) {
            path if std::ptr::eq(value, &raw const self.object.json) => format!("the {path}"),
            path => path,
        };
        let mut messages = Vec::new();
        if !one_of.is_empty() && holding(one_of) != 1 {
            messages.push(format!(
                "{} {}",
                path(),
                alternatives(one_of, base, value, "exactly one")
            ));
        }
        if !any_of.is_empty() && holding(any_of) == 0 {
            messages.push(format!(
                "{} {}",
                path(),
                alternatives(any_of, base, value, "at least one")
            ));
        }
        if holding(all_of) != all_of.len() {
            messages.push(format!("{} does not meet a condition of its CRD (allOf)", path()));
        }
        if not.as_ref().is_some_and(|schema| holds(schema, Some(base), value)) {
            messages.push(format!("{} is what its CRD excludes (not)", path()));
        }
        for message in messages {
            self.add(Mistake::BrokenValidation, value, message, None);
        }
    }

    /// The rules in CEL of a custom kind.
    pub(super) fn rules(&mut self, kind: &Kind) {
        let root = &self.object.json;
        for broken in kind.broken_rules(root) {
            let value = at(root, &broken.path);
            let message = format!("{}: {}", self.path(value), broken.message.trim_end_matches('.'));
            let help = Some(format!("make this hold: {}", broken.rule));
            self.add(Mistake::BrokenValidation, value, message, help);
        }
    }
}

/// The value at a path such as `spec.ports[0].name`, or the nearest one above it.
fn at<'a>(root: &'a Value, path: &str) -> &'a Value {
    let mut value = root;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let below = match step.strip_suffix(']').map(str::parse::<usize>) {
            Some(Ok(index)) => value.get(index),
            _ => value.get(step),
        };
        match below {
            Some(below) => value = below,
            None => break,
        }
    }
    value
}

/// `may have exactly one of a, b, and has both`.
fn alternatives(schemas: &[Schema], base: &Schema, value: &Value, how_many: &str) -> String {
    let mut names = BTreeSet::new();
    for schema in schemas {
        fields(schema, &mut names);
    }
    let is_set = |name: &&&str| is_there(base, value, name);
    let set: Vec<&str> = names.iter().filter(is_set).copied().collect();
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() {
        return format!("meets none of the alternatives of its CRD, of which {how_many} must hold");
    }
    let none_will_do = schemas.iter().any(|schema| holds(schema, None, &Value::Object(Map::new())));
    let how_many = if none_will_do && how_many == "exactly one" { "at most one" } else { how_many };
    let found = if set.is_empty() { "none of them".to_owned() } else { set.join(" and ") };
    format!("takes {how_many} of {}, and has {found}", names.join(", "))
}

/// The fields that a condition requires or excludes.
fn fields<'s>(schema: &'s Schema, names: &mut BTreeSet<&'s str>) {
    names.extend(schema.required.iter().map(String::as_str));
    if let Some(Conditions { one_of, any_of, all_of, not }) = schema.conditions.as_deref() {
        for inner in one_of.iter().chain(any_of).chain(all_of).chain(not) {
            fields(inner, names);
        }
    }
}

/// Whether a field has a value, once defaults are filled in and nulls removed.
fn is_there(base: &Schema, value: &Value, name: &str) -> bool {
    field(Some(base), value, name).is_some()
}

fn field<'v>(base: Option<&'v Schema>, value: &'v Value, name: &str) -> Option<&'v Value> {
    let of_field = base.and_then(|base| base.properties.get(name));
    let is_nullable = of_field.is_some_and(|schema| schema.nullable);
    let written = value.get(name).filter(|value| is_nullable || !value.is_null());
    written.or_else(|| of_field?.default.as_ref())
}

/// Whether a value is what a condition describes; `base` is the schema of the place, which has its defaults.
fn holds(schema: &Schema, base: Option<&Schema>, value: &Value) -> bool {
    let schema = resolved(schema);
    let base = base.map(resolved);
    if value.is_null() && base.is_some_and(|base| base.nullable) {
        return true;
    }
    if !is_of_type(schema, value) || !is_listed(schema, value) {
        return false;
    }
    let bounds = schema.bounds.as_deref();
    let within = |range: fn(&crate::schema::Bounds) -> (Option<u64>, Option<u64>), count: usize| {
        bounds.is_none_or(|bounds| {
            let (least, most) = range(bounds);
            let count = count as u64;
            least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most)
        })
    };
    let own = match value {
        Value::String(text) => {
            schema.pattern.as_deref().is_none_or(|pattern| matches(pattern, text))
                && within(|bounds| bounds.length, text.chars().count())
        }
        Value::Number(number) => bounds.is_none_or(|bounds| exceeded(bounds, number).is_none()),
        Value::Array(items) => {
            let of_item = base.and_then(|base| base.items.as_deref());
            within(|bounds| bounds.items, items.len())
                && schema
                    .items
                    .as_deref()
                    .is_none_or(|inner| items.iter().all(|item| holds(inner, of_item, item)))
        }
        Value::Object(fields) => {
            let of_field = |name: &str| {
                base.and_then(|base| base.properties.get(name).or(base.additional.as_deref()))
            };
            let has_required =
                schema.required.iter().all(|name| field(base, value, name).is_some());
            let are_right = schema.properties.iter().all(|(name, inner)| {
                field(base, value, name).is_none_or(|value| holds(inner, of_field(name), value))
            });
            let others = schema.additional.as_deref().is_none_or(|inner| {
                let mut others = fields
                    .iter()
                    .filter(|(name, _)| !schema.properties.contains_key(name.as_str()));
                others.all(|(name, value)| holds(inner, of_field(name), value))
            });
            has_required && are_right && others && within(|bounds| bounds.properties, fields.len())
        }
        _ => true,
    };
    own && schema.conditions.as_deref().is_none_or(|Conditions { one_of, any_of, all_of, not }| {
        let count =
            |schemas: &[Schema]| schemas.iter().filter(|schema| holds(schema, base, value)).count();
        (one_of.is_empty() || count(one_of) == 1)
            && (any_of.is_empty() || count(any_of) > 0)
            && count(all_of) == all_of.len()
            && not.as_ref().is_none_or(|schema| !holds(schema, base, value))
    })
}
