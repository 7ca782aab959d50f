//! From defaults and schema to types: the kept values of a chart, or all problems.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::absent::{self, Absent};
use super::choices::{self, Choice};
use super::facts::facts;
use super::keep::Keep;
use super::kind::{Field, Kind, Object};
use super::lock::LockedChart;
use super::path::{Path, keys, path};
use super::place::{Place, is_empty, shortened, together};
use super::problem::Problem;
use super::schema::Schema;
use super::shaped::Types;
use crate::naming::snake_case;

/// The largest number of keys that may lead to a value; the deepest of known charts has 9.
const DEPTH: usize = 16;

/// The most places that one chart may have; the largest of known charts has 3,000.
const PLACES: usize = 10_000;

/// The longest key that becomes a name in Rust.
const LONGEST_KEY: usize = 200;

/// The type of a chart's values, and the types that it consists of.
///
/// # Errors
/// All disagreements between charts.toml and the chart.
pub fn of(
    chart: &LockedChart,
    values: Map<String, Value>,
    schema: Option<&Value>,
) -> Result<(Object, Types), Vec<Problem>> {
    let keep = Keep::of(chart);
    let mut typing = Typing::new(chart);
    let values = Value::Object(values);
    let place = Place { default: Some(&values), schema: Schema::of(schema), beside: None };
    let mut root = typing.object(&Path::default(), &place, &keep);
    root.erasable = typing.erasable(&root, &values);
    if typing.places > PLACES {
        return Err(vec![Problem::from(format!(
            "more than {PLACES} values are kept; keep less, or choose the type Value further up"
        ))]);
    }
    typing.unused();
    typing.problems.extend(absent::sentences(chart, &typing.absent, &place));
    let left = choices::problem(&typing.choices);
    if !typing.problems.is_empty() {
        return Err(typing.problems.into_iter().map(Problem::from).chain(left).collect());
    }
    // With the proposed types, so that one message has everything to add.
    match (Types::of(chart, &root), left) {
        (Ok(types), None) => Ok((root, types)),
        (types, left) => Err(types.err().into_iter().flatten().chain(left).collect()),
    }
}

struct Typing<'a> {
    chart: &'a LockedChart,
    /// Chosen types and types of further keys, by path, that have not been used yet.
    types: BTreeMap<String, Kind>,
    open: BTreeMap<String, Kind>,
    names: BTreeMap<String, &'a str>,
    presence: BTreeSet<String>,
    unset: BTreeMap<String, &'a str>,
    seen: BTreeSet<String>,
    problems: Vec<String>,
    /// Places without a type, each with one to propose.
    choices: Vec<Choice>,
    /// How many places were looked at.
    places: usize,
    /// The parts of the schema that lead to the place.
    above: Vec<*const Value>,
    /// Kept paths that the chart does not have.
    absent: Vec<Absent>,
}

impl<'a> Typing<'a> {
    fn new(chart: &'a LockedChart) -> Self {
        let mut typing = Self {
            chart,
            types: BTreeMap::new(),
            open: BTreeMap::new(),
            names: BTreeMap::new(),
            presence: chart.presence.iter().map(|path| normal(path)).collect(),
            unset: chart.unset.iter().map(|(path, proof)| (normal(path), proof.as_str())).collect(),
            seen: BTreeSet::new(),
            problems: Vec::new(),
            choices: Vec::new(),
            places: 0,
            above: Vec::new(),
            absent: Vec::new(),
        };
        typing.types = typing.read(&chart.types);
        typing.open = typing.read(&chart.open);
        typing.names =
            chart.names.iter().map(|(path, name)| (normal(path), name.as_str())).collect();
        typing
    }

    /// Types by path, as [`Path::dotted`] writes it.
    fn read(&mut self, texts: &BTreeMap<String, String>) -> BTreeMap<String, Kind> {
        let mut read = BTreeMap::new();
        for (text, kind) in texts {
            match Kind::read(kind) {
                Ok(kind) => {
                    read.insert(normal(text), kind);
                }
                Err(reason) => self.problem(format!("the type of {text}: {reason}")),
            }
        }
        read
    }

    fn problem(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    /// An object with its kept keys.
    fn object(&mut self, path: &Path, place: &Place<'_>, keep: &Keep<'_>) -> Object {
        let mut all: BTreeSet<&str> = keep.below.keys().map(String::as_str).collect();
        if keep.whole {
            all.extend(place.schema.keys());
            all.extend(
                place.object().into_iter().flat_map(|object| object.keys().map(String::as_str)),
            );
        }
        let required: Vec<&str> = place
            .schema
            .keyword("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut fields = Vec::new();
        for key in all {
            if key.len() > LONGEST_KEY {
                let start: String = key.chars().take(40).collect();
                self.problem(format!(
                    "{} begins a key of more than {LONGEST_KEY} letters; choose the type Value for what holds it",
                    path.key(&start)
                ));
                continue;
            }
            let above = path;
            let path = path.key(key);
            let place = place.key(key);
            let below = match keep.below.get(key) {
                None => Keep::everything(),
                // Below a completely kept value everything is kept.
                Some(below) => Keep {
                    whole: below.whole
                        || (keep.whole && below.declared.is_none() && place.exists()),
                    ..below.clone()
                },
            };
            if let Some(kind) = self.field(&path, &place, &below, above) {
                let presence = self.presence(&path, &kind);
                let unset = self.unset(&path, &place, &required);
                // The fields of an object document their own defaults.
                let default = match kind {
                    Kind::Object(_) => None,
                    _ => place.default,
                };
                fields.push(Field {
                    name: self.name(&path, key),
                    key: key.to_owned(),
                    facts: facts(&path, default, &place.schema, below.declared, unset),
                    kind: if unset.is_some() { Kind::Nullable(Box::new(kind)) } else { kind },
                    presence,
                });
            }
        }
        self.refuse_equal_names(path, &fields);
        let dotted = path.dotted();
        let chosen = self.open.get(&dotted).cloned();
        if chosen.is_some() {
            self.seen.insert(dotted);
        }
        let open = match chosen {
            Some(chosen) => Some(chosen),
            None if keep.whole => self.further(path, place),
            None => None,
        };
        // What only the schema describes is no example.
        let is_example = keep.whole
            && open.is_none()
            && place.object().is_some_and(|object| !object.is_empty())
            && !place.schema.is_closed();
        Object { fields, open: open.map(Box::new), is_example, erasable: Vec::new() }
    }

    /// The type of values below further keys, if the schema has one and it needs no choice.
    fn further(&mut self, path: &Path, place: &Place<'_>) -> Option<Kind> {
        let values = place.schema.values();
        if values.is_empty() {
            return None;
        }
        let (problems, choices) = (self.problems.len(), self.choices.len());
        let value = Place { default: None, schema: values, beside: None };
        let kind = self.kind(&path.value(), &value, &Keep::everything());
        if self.problems.len() == problems && self.choices.len() == choices {
            return kind;
        }
        self.problems.truncate(problems);
        self.choices.truncate(choices);
        Some(Kind::Value)
    }

    /// Whether the presence of an object has a meaning: where helm merges nothing, or where charts.toml says so.
    fn presence(&mut self, path: &Path, kind: &Kind) -> bool {
        let dotted = path.dotted();
        let presence = self.presence.contains(&dotted);
        if presence {
            self.seen.insert(dotted);
            if !matches!(kind, Kind::Object(_)) {
                self.problem(format!(
                    "{path} is listed in presence, but has the type {kind}, which is written whenever it is set; remove it"
                ));
            }
        }
        presence || (path.is_in_many() && matches!(kind, Kind::Object(_)))
    }

    /// The proof that null may replace a default, if charts.toml has one.
    fn unset(&mut self, path: &Path, place: &Place<'_>, required: &[&str]) -> Option<&'a str> {
        let dotted = path.dotted();
        let proof = *self.unset.get(&dotted)?;
        self.seen.insert(dotted);
        let reason = if path.is_in_many() {
            "is below a list or map, whose elements have no defaults: leave the key out there"
        } else if place.default.is_none_or(Value::is_null) {
            "has no default, which null would erase"
        } else if path.last_key().is_some_and(|key| required.contains(&key)) {
            "is required by the chart's schema"
        } else {
            return Some(proof);
        };
        self.problem(format!("{path} is listed in unset, but {reason}; remove it from unset"));
        None
    }

    /// The places of `unset` inside JSON, maps and further keys, where no field can say that null erases the default.
    fn erasable(&mut self, root: &Object, values: &Value) -> Vec<Vec<String>> {
        let unset: Vec<String> = self.unset.keys().cloned().collect();
        let mut erasable = Vec::new();
        for dotted in unset {
            let keys: Vec<String> =
                keys(&dotted).into_iter().flatten().map(|key| key.name).collect();
            let has_default = keys
                .iter()
                .try_fold(values, |value, key| value.get(key))
                .is_some_and(|value| !value.is_null());
            if !self.seen.contains(&dotted) && has_default && root.takes_json_at(&keys) {
                self.seen.insert(dotted);
                erasable.push(keys);
            }
        }
        erasable
    }

    fn name(&mut self, path: &Path, key: &str) -> String {
        let dotted = path.dotted();
        let name = self.names.get(&dotted).map(|name| (*name).to_owned());
        if name.is_some() {
            self.seen.insert(dotted);
        }
        name.unwrap_or_else(|| key.to_owned())
    }

    /// A number after one of the names would not show which is which, and would change with the keys beside it.
    fn refuse_equal_names(&mut self, path: &Path, fields: &[Field]) {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for field in fields {
            if let Some(other) = names.insert(snake_case(&field.name), &field.key) {
                self.problem(format!(
                    "{} and {} would both be called {} in Rust; give one of them another name in names",
                    path.key(other),
                    path.key(&field.key),
                    snake_case(&field.name)
                ));
            }
        }
    }

    fn field(
        &mut self,
        path: &Path,
        place: &Place<'_>,
        keep: &Keep<'_>,
        above: &Path,
    ) -> Option<Kind> {
        let release = self.chart.release();
        if let Some(declared) = keep.declared {
            if place.exists() {
                self.problem(format!(
                    "{path} is declared, but {release} has it now; move it from declared to keep"
                ));
            }
            if let Some(below) = keep.below.keys().next() {
                self.problem(format!(
                    "{path} is declared as a whole and {} below it as well; keep one of them",
                    path.key(below)
                ));
            }
            return match Kind::read(&declared.kind) {
                Ok(kind) => Some(kind),
                Err(reason) => {
                    self.problem(format!("the type of {path}: {reason}"));
                    None
                }
            };
        }
        if !place.exists() {
            if !keep.whole && keep.leads_to_declared() {
                return Some(if keep.is_list {
                    let element = self.object(&path.element(), place, keep);
                    Kind::List(Box::new(Kind::Object(element)))
                } else {
                    Kind::Object(self.object(path, place, keep))
                });
            }
            self.absent.push(Absent { path: path.clone(), above: above.clone() });
            return None;
        }
        self.kind(path, place, keep)
    }

    fn kind(&mut self, path: &Path, place: &Place<'_>, keep: &Keep<'_>) -> Option<Kind> {
        if let Some(kind) = self.chosen(path, place, keep) {
            return Some(kind);
        }
        // A schema of many alternatives takes as long as many places.
        self.places += 1 + place.schema.size() / 8;
        if self.places > PLACES {
            return None;
        }
        // Without a default, only the schema ends the way down.
        let leads_back = place.default.is_none_or(is_empty)
            && place.schema.parts().any(|part| self.above.contains(&part));
        if leads_back || path.depth() > DEPTH {
            return Some(self.unknown(path, place));
        }
        let choices = self.choices.len();
        let depth = self.above.len();
        self.above.extend(place.schema.parts());
        let kind = self.derived(path, place, keep);
        self.above.truncate(depth);
        let kind = kind?;
        match (keep.below.keys().next(), &kind) {
            (None, _) | (_, Kind::Object(_) | Kind::List(_)) => Some(kind),
            _ if self.choices.len() > choices => Some(kind),
            (Some(below), _) => {
                self.problem(format!(
                    "{} is kept or declared, but {path} has the type {kind}; correct the path",
                    path.key(below)
                ));
                None
            }
        }
    }

    /// The type according to the chart.
    fn derived(&mut self, path: &Path, place: &Place<'_>, keep: &Keep<'_>) -> Option<Kind> {
        let descends = !keep.below.is_empty() || self.open.contains_key(&path.dotted());
        if !descends && let Some(kind) = place.by_name(path) {
            return Some(kind);
        }
        match place.default {
            Some(Value::Bool(_)) => Some(place.scalar(Kind::Bool)),
            Some(Value::String(_)) => Some(place.string()),
            Some(Value::Number(number)) if number.is_f64() => Some(place.scalar(Kind::Float)),
            Some(Value::Number(_)) => Some(place.whole_number(path)),
            Some(Value::Array(elements)) => self.list(path, elements, place, keep),
            Some(Value::Object(object)) => {
                if descends || !object.is_empty() || !place.schema.keys().is_empty() {
                    Some(Kind::Object(self.object(path, place, keep)))
                } else {
                    self.map(path, place)
                }
            }
            Some(Value::Null) | None => self.of_schema(path, place, keep, descends),
        }
    }

    /// The type that charts.toml chooses, if it does.
    fn chosen(&mut self, path: &Path, place: &Place<'_>, keep: &Keep<'_>) -> Option<Kind> {
        let dotted = path.dotted();
        // The element of a list has the path of the list.
        path.last_key()?;
        let kind = self.types.get(&dotted)?.clone();
        self.seen.insert(dotted);
        if let Some(below) = keep.below.keys().next() {
            self.problem(format!(
                "{path} has the type {kind} and {} is kept or declared below it; keep one of them",
                path.key(below)
            ));
        }
        if let Some(default) = place.default
            && !is_empty(default)
            && !kind.fits(default)
        {
            self.problem(format!(
                "{path} has the type {kind}, which its default {} does not fit; choose another type",
                shortened(default)
            ));
        }
        Some(kind)
    }

    /// A value without a default: the schema may have its type.
    fn of_schema(
        &mut self,
        path: &Path,
        place: &Place<'_>,
        keep: &Keep<'_>,
        descends: bool,
    ) -> Option<Kind> {
        let kinds: Vec<&str> = place.schema.kinds().into_iter().collect();
        match kinds.as_slice() {
            _ if descends => Some(Kind::Object(self.object(path, place, keep))),
            ["string"] => Some(place.string()),
            [] if place.schema.strings().is_some() => Some(place.string()),
            ["boolean"] => Some(Kind::Bool),
            ["integer"] => Some(Kind::Integer),
            ["number"] => Some(match place.whole_number(path) {
                Kind::Number => Kind::Float,
                counted => counted,
            }),
            ["integer", "string"] => Kind::read("IntOrString").ok(),
            ["array"] => self.list(path, &[], place, keep),
            [] | ["object"] if !place.schema.keys().is_empty() => {
                Some(Kind::Object(self.object(path, place, keep)))
            }
            ["object"] => self.map(path, place),
            _ => Some(self.unknown(path, place)),
        }
    }

    fn list(
        &mut self,
        path: &Path,
        elements: &[Value],
        place: &Place<'_>,
        keep: &Keep<'_>,
    ) -> Option<Kind> {
        let items = place.schema.items();
        let default = together(elements);
        let is_undetermined = items.is_empty() && keep.below.is_empty();
        if default.is_none() && (!elements.is_empty() || is_undetermined) {
            return Some(self.unknown(path, place));
        }
        let before = (self.problems.len(), self.choices.len());
        let element = Place { default: default.as_ref(), schema: items, beside: None };
        let kind = self.kind(&path.element(), &element, keep)?;
        let is_typed = (self.problems.len(), self.choices.len()) == before;
        if is_typed && !elements.iter().all(|element| kind.fits(element)) {
            return Some(self.unknown(path, place));
        }
        Some(Kind::List(Box::new(kind)))
    }

    fn map(&mut self, path: &Path, place: &Place<'_>) -> Option<Kind> {
        let values = place.schema.values();
        if values.is_empty() {
            return Some(self.unknown(path, place));
        }
        let value = Place { default: None, schema: values, beside: None };
        let kind = self.kind(&path.value(), &value, &Keep::everything())?;
        Some(Kind::Map(Box::new(kind)))
    }

    /// JSON, which is a choice unless charts.toml accepts it.
    fn unknown(&mut self, path: &Path, place: &Place<'_>) -> Kind {
        let choice = Choice::of(path, place);
        let kind = choice.kind.clone();
        if !self.chart.untyped {
            self.choices.push(choice);
        }
        kind
    }

    /// Reports entries of charts.toml for places that no kept path leads to.
    fn unused(&mut self) {
        let chosen = self.types.keys().map(|path| ("types", path));
        let all = chosen.chain(self.open.keys().map(|path| ("open", path)));
        let all = all.chain(self.names.keys().map(|path| ("names", path)));
        let all = all.chain(self.presence.iter().map(|path| ("presence", path)));
        let all = all.chain(self.unset.keys().map(|path| ("unset", path)));
        let unused: Vec<String> = all
            .filter(|(_, path)| !self.seen.contains(*path))
            .map(|(table, path)| {
                format!(
                    "{path} is listed in {table}, but no kept path leads there; keep it or remove it"
                )
            })
            .collect();
        self.problems.extend(unused);
    }
}

/// A path that a person wrote, as [`Path::dotted`] writes it.
fn normal(text: &str) -> String {
    path(&keys(text).unwrap_or_default()).dotted()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::lock::Lock;
    use super::*;

    /// The type of values, all of them kept.
    fn whole(values: &Value) -> Result<Kind, Vec<Problem>> {
        let keys = values.as_object().into_iter().flatten();
        let keep: Vec<&String> = keys.map(|(key, _)| key).collect();
        let file = format!("{{ url = \"\", sha256 = \"{}\" }}", "0".repeat(64));
        let text = format!(
            "[[chart]]\nname = \"a\"\nrepository = \"https://b\"\nversion = \"1\"\nvalues = {file}\nkeep = {keep:?}\n"
        );
        let lock = Lock::read("charts.toml", &text).expect("a lock file");
        let object = values.as_object().cloned().unwrap_or_default();
        of(&lock.charts[0], object, None).map(|(values, _)| Kind::Object(values))
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-9.5..9.5).prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        let tree = leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(
                    prop_oneof!["[a-c]{1,2}", Just("resources".to_owned()), Just("env".to_owned())],
                    inner,
                    0..4
                )
                .prop_map(|object| object.into_iter().collect()),
            ]
        });
        prop::collection::btree_map("[d-f]{1,2}", tree, 0..4)
            .prop_map(|object| object.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_type_fits_the_defaults_it_was_derived_from(values in values()) {
            if let Ok(kind) = whole(&values) {
                prop_assert!(kind.fits(&values), "{kind:?}");
            }
        }

        #[test]
        fn a_problem_names_a_place(values in values()) {
            for problem in whole(&values).err().unwrap_or_default() {
                let problem = problem.sentence;
                let lines = problem.lines().filter_map(|line| line.trim_start().strip_prefix('"'));
                for line in lines {
                    let key = line.split(['.', '[', '"']).next().unwrap_or_default();
                    prop_assert!(values.get(key).is_some(), "{problem}");
                }
            }
        }
    }

    #[test]
    fn a_list_of_lists_is_read_by_its_longest() {
        let kind = whole(&json!({"a": [[], [1, 2]]})).expect("a type");
        let Kind::Object(root) = kind else { unreachable!() };
        assert_eq!(root.fields[0].kind.to_string(), "Vec<Vec<i64>>");
    }
}
