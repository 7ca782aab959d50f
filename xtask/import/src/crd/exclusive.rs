//! Exclusive alternatives: the `oneOf` of a CRD that an enum with payload can express.

use std::collections::BTreeSet;

use super::schema::Schema;

/// Properties of which at most one may be set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exclusive {
    /// The properties, in the order of the CRD.
    pub alternatives: Vec<String>,
    /// Whether an object with none of them is valid too.
    pub none_allowed: bool,
}

/// The conditions in the `oneOf`, `anyOf` and `allOf` of an object.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Alternatives {
    pub exclusive: Vec<Exclusive>,
    /// Properties of which at least one must be set (`anyOf`); a fact, not a type.
    pub at_least_one: Vec<Vec<String>>,
    /// Number of conditions that neither a type nor a fact here can express.
    pub unexpressed: usize,
}

/// Reads the alternatives of an object.
///
/// A group stays an unexpressed condition if one of its members is required anyway, is unknown to the object, or belongs to
/// an earlier group too: an enum would then reject what the CRD accepts.
pub fn alternatives(schema: &Schema) -> Alternatives {
    let mut found = Alternatives::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for condition in std::iter::once(schema).chain(&schema.all_of) {
        if !condition.one_of.is_empty() {
            match exclusive(&condition.one_of).filter(|group| is_free(group, schema, &taken)) {
                // A single alternative that may be left out is an optional property.
                Some(group) if group.alternatives.len() == 1 && group.none_allowed => {}
                Some(group) => {
                    taken.extend(group.alternatives.iter().cloned());
                    found.exclusive.push(group);
                }
                None => found.unexpressed += 1,
            }
        }
        if !condition.any_of.is_empty() {
            match required_alternatives(&condition.any_of) {
                Some(names) => found.at_least_one.push(names),
                None => found.unexpressed += 1,
            }
        }
        found.unexpressed += usize::from(condition.not.is_some());
    }
    if found.exclusive.is_empty() {
        found.exclusive.extend(only_one_property(schema));
    }
    let says_more = |condition: &&Schema| {
        condition.one_of.is_empty() && condition.any_of.is_empty() && condition.not.is_none()
    };
    found.unexpressed += schema.all_of.iter().filter(says_more).count();
    found
}

/// `maxProperties: 1`: at most one property may be set.
fn only_one_property(schema: &Schema) -> Option<Exclusive> {
    let closed = !schema.preserve_unknown_fields && schema.required.is_empty();
    (schema.max_properties == Some(1) && schema.properties.len() > 1 && closed).then(|| Exclusive {
        alternatives: schema.properties.keys().cloned().collect(),
        none_allowed: schema.min_properties.unwrap_or(0) == 0,
    })
}

fn is_free(group: &Exclusive, schema: &Schema, taken: &BTreeSet<String>) -> bool {
    group.alternatives.iter().all(|name| {
        schema.properties.contains_key(name)
            && !schema.required.contains(name)
            && !taken.contains(name)
    })
}

/// `oneOf: [{required: [a]}, {required: [b]}]`, with or without a first `{not: {anyOf: [{required: [a]}, …]}}`.
fn exclusive(one_of: &[Schema]) -> Option<Exclusive> {
    let (nones, others): (Vec<&Schema>, Vec<&Schema>) =
        one_of.iter().partition(|schema| schema.not.is_some());
    let alternatives = others.iter().map(|schema| schema.only_required().map(str::to_owned));
    let alternatives: Vec<String> = alternatives.collect::<Option<_>>()?;
    let distinct: BTreeSet<&String> = alternatives.iter().collect();
    if distinct.len() != alternatives.len() || alternatives.is_empty() {
        return None;
    }
    let none_allowed = match nones.as_slice() {
        [] => false,
        [none] => {
            let excluded = required_alternatives(&none.not.as_ref()?.any_of)?;
            if excluded.iter().collect::<BTreeSet<_>>() != distinct {
                return None;
            }
            true
        }
        _ => return None,
    };
    Some(Exclusive { alternatives, none_allowed })
}

fn required_alternatives(any_of: &[Schema]) -> Option<Vec<String>> {
    any_of.iter().map(|schema| schema.only_required().map(str::to_owned)).collect()
}
