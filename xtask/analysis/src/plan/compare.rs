//! What differs between two versions of an object: lists by the keys that the API merges them by, values by what they mean.

mod kinds;
mod known;
#[cfg(test)]
mod laws;
mod quantity;
mod schema;
mod shape;

use std::collections::HashMap;
use std::fmt::Write;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

use crate::objects::{FieldPath, Key, Map, Object, Step, Value};
use known::{Known, Merge};
pub(super) use quantity::billionths;
pub(super) use schema::Schemas;

/// Lists of so many pairs of elements are compared position by position.
const LARGE: usize = 4_000_000;

/// Elements of lists of no more pairs are paired by what they mean, those of others by what is written.
const FEW: usize = 10_000;

/// A field that differs.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    /// The keys that lead to it, without positions in lists.
    pub(super) keys: Vec<String>,
    /// As people read it: `spec.template.spec.containers[name=gin].image`.
    pub(super) shown: String,
    /// Its path in the old object, or that of where it would be.
    pub(super) old_path: FieldPath,
    /// Its path in the new object.
    pub(super) new_path: FieldPath,
    /// Its old value; none where it was absent.
    pub(super) old: Option<Value>,
    /// Its new value.
    pub(super) new: Option<Value>,
    /// What the API server writes where the value is absent.
    pub(super) default: Option<Value>,
    /// Whether the same elements only stand in another order.
    pub(super) order: bool,
    /// Whether its values are secret.
    pub(super) secret: bool,
}

impl Difference {
    /// Whether it is this field, or one below it: `spec.selector`.
    pub(super) fn is_below(&self, path: &str) -> bool {
        let mut keys = self.keys.iter();
        path.split('.').all(|step| keys.next().is_some_and(|key| key == step))
    }
}

/// What differs between two versions of an object.
pub(super) fn differences(old: &Object, new: &Object, schemas: &Schemas<'_>) -> Vec<Difference> {
    if old.json == new.json {
        return Vec::new();
    }
    let known = schemas.of(new);
    let kubernetes = kinds::is_of_kubernetes(&new.identity.group);
    let mut walk = Walk { kubernetes, places: Vec::new(), found: Vec::new(), only_asks: false };
    let (old_root, new_root) = (Some(&old.json), Some(&new.json));
    let secret = new.is("", "Secret");
    for key in union(old.json.as_object(), new.json.as_object()) {
        match key {
            "kind" => {}
            "data" | "stringData" if secret => {}
            "metadata" => {
                let metadata =
                    kinds::of("", "").rule("metadata").map_or(Known::Nothing, Known::Rule);
                walk.step(Place::Key(key), |walk| {
                    for own in union(old.json[key].as_object(), new.json[key].as_object()) {
                        // What makes it the same object is the same.
                        if !["name", "namespace"].contains(&own) {
                            walk.field(metadata, own, old.json.get(key), new.json.get(key), false);
                        }
                    }
                });
            }
            _ => walk.field(known, key, old_root, new_root, false),
        }
    }
    if secret {
        walk.secret(&old.json, &new.json);
    }
    walk.found
}

/// A step on the way to a value.
enum Place<'a> {
    Key(&'a str),
    /// An element, by its keys or its position.
    Item {
        label: String,
        old: Option<usize>,
        new: Option<usize>,
    },
}

struct Walk<'a> {
    /// Absent lists and empty ones are the same for Kubernetes' own kinds.
    kubernetes: bool,
    places: Vec<Place<'a>>,
    found: Vec<Difference>,
    /// One difference is enough.
    only_asks: bool,
}

/// The keys of two objects, in order.
fn union<'a>(old: Option<&'a Map>, new: Option<&'a Map>) -> Vec<&'a str> {
    let keys = old.into_iter().chain(new).flat_map(Map::keys);
    let mut keys: Vec<&str> = keys.map(Key::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

impl<'a> Walk<'a> {
    fn step(&mut self, place: Place<'a>, work: impl FnOnce(&mut Self)) {
        self.places.push(place);
        work(self);
        self.places.pop();
    }

    /// Compares a field of two objects, one of which may be absent.
    fn field(
        &mut self,
        parent: Known<'_>,
        key: &'a str,
        old: Option<&'a Value>,
        new: Option<&'a Value>,
        ordered: bool,
    ) {
        let known = parent.field(key);
        let ordered = ordered || known.is_template();
        if known.is_requests() && self.are_equal(known, &requests(old), &requests(new), ordered) {
            return;
        }
        // The API server stores no empty list of its own kinds.
        let kubernetes = self.kubernetes;
        let is_nothing = move |value: &Value| {
            value.is_null() || kubernetes && value.as_array().is_some_and(<[Value]>::is_empty)
        };
        let of = |side: Option<&'a Value>| {
            side.and_then(|side| side.get(key)).filter(|value| !is_nothing(value))
        };
        self.step(Place::Key(key), |walk| {
            walk.value(known, (of(old), of(new)), (old, new), ordered);
        });
    }

    fn value(
        &mut self,
        known: Known<'_>,
        (old, new): (Option<&'a Value>, Option<&'a Value>),
        beside: (Option<&'a Value>, Option<&'a Value>),
        ordered: bool,
    ) {
        if self.only_asks && !self.found.is_empty() {
            return;
        }
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => self.both(known, old, new, ordered),
            (Some(value), None) => self.one(known, value, beside.1, ordered, true),
            (None, Some(value)) => self.one(known, value, beside.0, ordered, false),
        }
    }

    /// A value that the other side lacks.
    fn one(
        &mut self,
        known: Known<'_>,
        value: &'a Value,
        absent_beside: Option<&'a Value>,
        ordered: bool,
        is_old: bool,
    ) {
        let sides = |value| if is_old { (Some(value), None) } else { (None, Some(value)) };
        let is_empty = match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if is_empty && (known.may_be_empty() || self.kubernetes && value.is_array()) {
            return;
        }
        let default = known.default(absent_beside);
        if let Some(default) = &default
            && self.are_equal(known, default, value, ordered)
        {
            return;
        }
        // Who only asks begins anywhere within an object.
        let is_field_of_object = !self.only_asks && self.places.len() == 1;
        if let Value::Object(fields) = value
            && (known.is_filled() || known.may_be_empty() || is_field_of_object)
        {
            for key in fields.keys() {
                let (old, new) = sides(value);
                self.field(known, key, old, new, ordered);
            }
            return;
        }
        let (old, new) = sides(value);
        self.tell(old, new, default.map(std::borrow::Cow::into_owned), false);
    }

    fn both(&mut self, known: Known<'_>, old: &'a Value, new: &'a Value, ordered: bool) {
        if old == new {
            return;
        }
        match (old, new) {
            (Value::Object(left), Value::Object(right)) => {
                for key in union(Some(left), Some(right)) {
                    self.field(known, key, Some(old), Some(new), ordered);
                }
            }
            (Value::Array(left), Value::Array(right)) => {
                self.lists(known, left, right, (old, new), ordered);
            }
            _ if is_same(known, old, new) => {}
            _ => self.tell(Some(old), Some(new), None, false),
        }
    }

    fn lists(
        &mut self,
        known: Known<'_>,
        left: &'a [Value],
        right: &'a [Value],
        (old, new): (&'a Value, &'a Value),
        ordered: bool,
    ) {
        let item = known.item();
        let are_objects = left.iter().chain(right).all(Value::is_object);
        match known.merge() {
            Merge::Set if !ordered => {
                let sorted = |list: &[Value]| {
                    let mut texts: Vec<String> = list.iter().map(Value::to_string).collect();
                    texts.sort_unstable();
                    texts.dedup();
                    texts
                };
                if sorted(left) != sorted(right) {
                    self.tell(Some(old), Some(new), None, false);
                }
            }
            Merge::Keys(keys) if self.keyed(item, &keys, left, right, (old, new), ordered) => {}
            Merge::Unknown
                if are_objects && self.keyed(item, &["name"], left, right, (old, new), true) => {}
            _ if are_objects => self.sequence(item, left, right, ordered),
            _ => {
                let same = left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|(left, right)| self.are_equal(item, left, right, ordered));
                if !same {
                    self.tell(Some(old), Some(new), None, false);
                }
            }
        }
    }

    /// Compares elements that have the same keys; false where keys do not tell them apart.
    fn keyed(
        &mut self,
        item: Known<'_>,
        keys: &[&str],
        left: &'a [Value],
        right: &'a [Value],
        (old, new): (&'a Value, &'a Value),
        ordered: bool,
    ) -> bool {
        let (Some(old_labels), Some(new_labels)) =
            (labels(item, keys, left), labels(item, keys, right))
        else {
            return false;
        };
        let positions = |labels: &[String]| -> HashMap<String, usize> {
            labels.iter().enumerate().map(|(position, label)| (label.clone(), position)).collect()
        };
        let (in_old, in_new) = (positions(&old_labels), positions(&new_labels));
        if in_old.len() != left.len() || in_new.len() != right.len() {
            return false;
        }
        let gone = old_labels.iter().filter(|label| !in_new.contains_key(*label));
        for label in new_labels.iter().chain(gone) {
            let (before, after) = (in_old.get(label).copied(), in_new.get(label).copied());
            let sides = (before.map(|at| &left[at]), after.map(|at| &right[at]));
            let place = Place::Item { label: label.clone(), old: before, new: after };
            self.step(place, |walk| walk.value(item, sides, (None, None), ordered));
        }
        let common = |labels: &[String], other: &HashMap<String, usize>| -> Vec<String> {
            labels.iter().filter(|label| other.contains_key(*label)).cloned().collect()
        };
        if ordered && common(&old_labels, &in_new) != common(&new_labels, &in_old) {
            self.tell(Some(old), Some(new), None, true);
        }
        true
    }

    /// Compares elements in their order: what is equal stays, what stands in the place of something else is compared with it.
    fn sequence(&mut self, item: Known<'_>, left: &'a [Value], right: &'a [Value], ordered: bool) {
        let operations = if left.len() * right.len() > LARGE {
            let (old_len, new_len) = (left.len(), right.len());
            vec![DiffOp::Replace { old_index: 0, old_len, new_index: 0, new_len }]
        } else {
            let (old, new) = self.meanings(item, left, right, ordered);
            capture_diff_slices(Algorithm::Myers, &old, &new)
        };
        for operation in operations.iter().filter(|operation| operation.tag() != DiffTag::Equal) {
            let (mut old, mut new) = (operation.old_range(), operation.new_range());
            for _ in 0..old.len().max(new.len()) {
                let (before, after) = (old.next(), new.next());
                let place = Place::Item { label: String::new(), old: before, new: after };
                let sides = (before.map(|at| &left[at]), after.map(|at| &right[at]));
                self.step(place, |walk| walk.value(item, sides, (None, None), ordered));
            }
        }
    }

    /// A number for each element: two with the same mean the same, or are written alike where there are many.
    fn meanings(
        &self,
        item: Known<'_>,
        left: &[Value],
        right: &[Value],
        ordered: bool,
    ) -> (Vec<usize>, Vec<usize>) {
        let are_few = left.len() * right.len() <= FEW;
        let mut seen: Vec<&Value> = Vec::new();
        let mut by_contents: HashMap<&Value, usize> = HashMap::new();
        let mut numbers: Vec<usize> = Vec::new();
        for value in left.iter().chain(right) {
            let number = by_contents.get(value).copied().unwrap_or_else(|| {
                let same = |other: &&Value| are_few && self.are_equal(item, other, value, ordered);
                seen.iter().position(same).unwrap_or_else(|| {
                    seen.push(value);
                    seen.len() - 1
                })
            });
            by_contents.insert(value, number);
            numbers.push(number);
        }
        let new = numbers.split_off(left.len());
        (numbers, new)
    }

    /// Whether two values mean the same.
    fn are_equal(&self, known: Known<'_>, old: &Value, new: &Value, ordered: bool) -> bool {
        let mut walk = Walk {
            kubernetes: self.kubernetes,
            places: Vec::new(),
            found: Vec::new(),
            only_asks: true,
        };
        walk.both(known, old, new, ordered);
        walk.found.is_empty()
    }

    /// The keys of a Secret whose values differ, whichever of its two fields they stand in.
    fn secret(&mut self, old: &'a Value, new: &'a Value) {
        let (before, after) = (secret_data(old), secret_data(new));
        let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (old_data, new_data) = (before.get(key), after.get(key));
            if old_data.map(|(value, _)| value) == new_data.map(|(value, _)| value) {
                continue;
            }
            let field = old_data.or(new_data).map_or("data", |(_, field)| field);
            let path = |data: Option<&(Value, &str)>| {
                let field = data.map_or(field, |(_, field)| field);
                FieldPath::default().key(field).key(key)
            };
            let shown = path(new_data.or(old_data));
            self.found.push(Difference {
                keys: vec!["data".to_owned(), key.clone()],
                shown: shown.to_string(),
                old_path: path(old_data),
                new_path: path(new_data),
                old: old_data.map(|_| Value::Null),
                new: new_data.map(|_| Value::Null),
                default: None,
                order: false,
                secret: true,
            });
        }
    }

    fn tell(
        &mut self,
        old: Option<&Value>,
        new: Option<&Value>,
        default: Option<Value>,
        order: bool,
    ) {
        let is_old = |place: &Place<'_>| match place {
            Place::Key(key) => Some(Step::Key((*key).to_owned())),
            Place::Item { old, new, .. } => old.or(*new).map(Step::Index),
        };
        let is_new = |place: &Place<'_>| match place {
            Place::Key(key) => Some(Step::Key((*key).to_owned())),
            Place::Item { old, new, .. } => new.or(*old).map(Step::Index),
        };
        if self.only_asks {
            // Who only asks reads nothing of it.
            self.found.push(Difference {
                keys: Vec::new(),
                shown: String::new(),
                old_path: FieldPath::default(),
                new_path: FieldPath::default(),
                old: None,
                new: None,
                default: None,
                order,
                secret: false,
            });
            return;
        }
        let keys = self.places.iter().filter_map(|place| match place {
            Place::Key(key) => Some((*key).to_owned()),
            Place::Item { .. } => None,
        });
        self.found.push(Difference {
            keys: keys.collect(),
            shown: shown(&self.places),
            old_path: FieldPath(self.places.iter().filter_map(is_old).collect()),
            new_path: FieldPath(self.places.iter().filter_map(is_new).collect()),
            old: old.cloned(),
            new: new.cloned(),
            default,
            order,
            secret: false,
        });
    }
}

/// What a container asks for: as much as its limits where it does not say.
fn requests(resources: Option<&Value>) -> Value {
    let of = |field: &str| resources.and_then(|own| own[field].as_object()).into_iter().flatten();
    let all = of("limits").chain(of("requests"));
    Value::Object(all.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A path with the keys of elements instead of their positions.
fn shown(places: &[Place<'_>]) -> String {
    let mut path = String::new();
    for place in places {
        match place {
            Place::Key(key) => {
                let step = FieldPath(vec![Step::Key((*key).to_owned())]).to_string();
                if !path.is_empty() && !step.starts_with('[') {
                    path.push('.');
                }
                path.push_str(&step);
            }
            Place::Item { label, old, new } if label.is_empty() => {
                let position = new.or(*old).unwrap_or_default();
                // Writing to a String cannot fail.
                let _ = write!(path, "[{position}]");
            }
            Place::Item { label, .. } => {
                let _ = write!(path, "[{label}]");
            }
        }
    }
    path
}

/// The keys of elements as text; none where an element is no object or has none of them.
fn labels(item: Known<'_>, keys: &[&str], list: &[Value]) -> Option<Vec<String>> {
    let label = |element: &Value| {
        // What is no object has no keys, not even those of defaults.
        element.as_object()?;
        let mut parts = Vec::new();
        for key in keys {
            let own = element.get(*key).filter(|value| !value.is_null()).cloned();
            let value = own.or_else(|| {
                item.field(key).default(Some(element)).map(std::borrow::Cow::into_owned)
            });
            match value {
                Some(Value::String(text)) => parts.push(format!("{key}={text}")),
                Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                    parts.push(format!("{key}={value}"));
                }
                Some(_) => return None,
                None => {}
            }
        }
        (!parts.is_empty()).then(|| parts.join(","))
    };
    list.iter().map(label).collect()
}

fn is_same(known: Known<'_>, old: &Value, new: &Value) -> bool {
    let are_equal_numbers = || matches!((old.as_f64(), new.as_f64()), (Some(left), Some(right)) if left.to_bits() == right.to_bits());
    let are_equal_quantities =
        || known.is_quantity() && billionths(old).is_some_and(|left| billionths(new) == Some(left));
    old == new || are_equal_numbers() || are_equal_quantities()
}

/// The values of a Secret as the API server stores them, each with the field that it was written in.
fn secret_data(secret: &Value) -> HashMap<String, (Value, &'static str)> {
    let fields = |field: &str| secret[field].as_object().into_iter().flatten();
    let stored = fields("data").map(|(key, value)| (key.to_string(), (value.clone(), "data")));
    let written = fields("stringData").map(|(key, value)| {
        let bytes = k8s_openapi::ByteString(value.as_str().unwrap_or_default().as_bytes().to_vec());
        let encoded = Value::of(&bytes).unwrap_or_default();
        (key.to_string(), (encoded, "stringData"))
    });
    stored.chain(written).collect()
}
