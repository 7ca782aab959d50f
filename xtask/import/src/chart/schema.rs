//! `values.schema.json`: JSON Schema, as far as it determines types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Limit of references and alternatives to follow.
const DEPTH: usize = 16;

/// Limit of the parts of one place; what is beyond it says nothing.
const PARTS: usize = 100;

/// A list with more values is a text like any other.
const VALUES: usize = 500;

/// The parts of a schema document about one place; empty if there are none.
#[derive(Clone, Debug, Default)]
pub struct Schema<'a> {
    document: Option<&'a Value>,
    /// Parts that all apply: the schema itself, what it refers to, and every `allOf`.
    all: Vec<&'a Value>,
    /// The alternatives of `anyOf` and `oneOf`.
    alternatives: Vec<Schema<'a>>,
}

/// The way to a part of a schema.
struct Way<'a> {
    /// Parts that lead here. What leads back to one of them says nothing new.
    above: Vec<&'a Value>,
    /// How many more parts may be added.
    left: usize,
}

impl<'a> Schema<'a> {
    /// The schema of the root of the values.
    pub fn of(document: Option<&'a Value>) -> Self {
        let mut schema = Self { document, ..Self::default() };
        if let Some(document) = document {
            schema.add(document, &mut Way { above: Vec::new(), left: PARTS });
        }
        schema
    }

    fn add(&mut self, value: &'a Value, way: &mut Way<'a>) {
        let is_above = way.above.iter().any(|above| std::ptr::eq(*above, value));
        let (Some(document), Some(left)) = (self.document, way.left.checked_sub(1)) else {
            return;
        };
        if is_above || way.above.len() > DEPTH {
            return;
        }
        way.left = left;
        way.above.push(value);
        self.all.push(value);
        // Only references inside the document: nothing else is locked.
        let reference = value.get("$ref").and_then(Value::as_str);
        let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
        if let Some(target) = pointer.and_then(|pointer| document.pointer(pointer)) {
            self.add(target, way);
        }
        for part in list(value, "allOf") {
            self.add(part, way);
        }
        for part in list(value, "anyOf").chain(list(value, "oneOf")) {
            let mut alternative = Self { document: self.document, ..Self::default() };
            alternative.add(part, way);
            if !alternative.is_empty() {
                self.alternatives.push(alternative);
            }
        }
        way.above.pop();
    }

    /// The parts of the document that apply here, to find a schema that holds itself.
    pub fn parts(&self) -> impl Iterator<Item = *const Value> {
        self.all.iter().map(|part| std::ptr::from_ref(*part))
    }

    /// How many parts there are, with those of alternatives.
    pub fn size(&self) -> usize {
        self.all.len() + self.alternatives.iter().map(Self::size).sum::<usize>()
    }

    /// Whether the schema refuses keys that it does not name.
    pub fn is_closed(&self) -> bool {
        let keywords = ["additionalProperties", "unevaluatedProperties"];
        keywords.into_iter().any(|keyword| self.own(keyword).any(|value| value == false))
    }

    /// Whether the schema says anything at all.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The keys of an object.
    pub fn keys(&self) -> BTreeSet<&'a str> {
        let objects = self.every("properties").filter_map(|(_, value)| value.as_object());
        objects.flat_map(|object| object.keys().map(String::as_str)).collect()
    }

    /// The schema of a key of an object; empty if the schema does not have it.
    pub fn property(&self, key: &str) -> Self {
        let found = self.every("properties").filter_map(|(_, properties)| properties.get(key));
        self.join(found.collect())
    }

    /// The schema of keys of the user's choice; empty if patterns tell several kinds of them apart.
    pub fn values(&self) -> Self {
        let says = |value: &&Value| value.as_object().is_some_and(|object| !object.is_empty());
        let additional = self.every("additionalProperties").map(|(_, value)| value).filter(says);
        let patterns = self.every("patternProperties").filter_map(|(_, value)| value.as_object());
        let patterns: Vec<&Value> = patterns.flat_map(Map::values).filter(says).collect();
        let found: Vec<&Value> = additional.chain(patterns.iter().copied()).collect();
        let is_mixed = !patterns.is_empty() && found.iter().any(|one| *one != found[0]);
        if is_mixed { Self::default() } else { self.join(found) }
    }

    /// The schema of a list's elements.
    pub fn items(&self) -> Self {
        let found = self.every("items").map(|(_, value)| value).filter(|value| value.is_object());
        self.join(found.collect())
    }

    /// The JSON types that are allowed here, without `null`; empty if the schema does not say.
    pub fn kinds(&self) -> BTreeSet<&'a str> {
        let own = self.own("type").flat_map(|kind| match kind {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            Value::String(kind) => vec![kind.as_str()],
            _ => Vec::new(),
        });
        let mut kinds: BTreeSet<&str> = own.collect();
        if kinds.is_empty() {
            // If one alternative does not say, any type is allowed.
            let each: Vec<_> = self.alternatives.iter().map(Self::kinds_or_null).collect();
            if each.iter().all(|kinds| !kinds.is_empty()) {
                kinds = each.into_iter().flatten().collect();
            }
        }
        kinds.remove("null");
        kinds
    }

    fn kinds_or_null(&self) -> BTreeSet<&'a str> {
        let is_null = self.own("type").any(|kind| kind == "null");
        if is_null { BTreeSet::from(["null"]) } else { self.kinds() }
    }

    /// The strings of an `enum` or `const`, if nothing else is allowed here.
    pub fn strings(&self) -> Option<Vec<String>> {
        let mut lists = self.own("enum").filter_map(Value::as_array);
        let values: Vec<&Value> = match lists.next() {
            Some(values) => values.iter().collect(),
            None => self.own("const").collect(),
        };
        if values.len() > VALUES {
            return None;
        }
        let mut strings: Vec<String> = Vec::new();
        for value in values.iter().filter(|value| !value.is_null()) {
            let string = value.as_str()?.to_owned();
            if !strings.contains(&string) {
                strings.push(string);
            }
        }
        (!strings.is_empty()).then_some(strings)
    }

    /// A keyword of the schema itself, such as `minimum`.
    pub fn keyword(&self, name: &str) -> Option<&'a Value> {
        self.own(name).next()
    }

    fn own(&self, keyword: &str) -> impl Iterator<Item = &'a Value> {
        let found: Vec<&'a Value> =
            self.all.iter().filter_map(|value| value.get(keyword)).collect();
        found.into_iter()
    }

    /// A keyword of the schema and of its alternatives.
    fn every(&self, keyword: &str) -> impl Iterator<Item = (&Self, &'a Value)> {
        let mut found: Vec<(&Self, &'a Value)> =
            self.own(keyword).map(|value| (self, value)).collect();
        for alternative in &self.alternatives {
            found.extend(alternative.every(keyword));
        }
        found.into_iter()
    }

    fn join(&self, found: Vec<&'a Value>) -> Self {
        let mut joined = Self::default();
        let mut way = Way { above: Vec::new(), left: PARTS };
        // `true` and `false` are schemas, too, but have no type.
        for value in found {
            joined.document = self.document;
            joined.add(value, &mut way);
        }
        joined
    }
}

fn list<'a>(value: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> {
    value.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(schema: &Value) -> Vec<&str> {
        Schema::of(Some(schema)).kinds().into_iter().collect()
    }

    #[test]
    fn references_are_followed_within_the_document_and_not_for_ever() {
        let schema = json!({
            "$ref": "#/$defs/values",
            "$defs": {
                "values": {"properties": {
                    "port": {"$ref": "#/definitions/port"},
                    "loop": {"$ref": "#/$defs/loop"},
                    "lost": {"$ref": "#/$defs/nowhere"},
                    "elsewhere": {"$ref": "https://example.org/schema.json"},
                }},
                "loop": {"$ref": "#/$defs/loop", "type": "string"},
            },
            "definitions": {"port": {"type": ["integer", "null"]}},
        });
        let schema = Schema::of(Some(&schema));
        let kinds = |key: &str| schema.property(key).kinds().into_iter().collect::<Vec<_>>();
        assert_eq!(kinds("port"), ["integer"]);
        assert_eq!(kinds("loop"), ["string"]);
        assert!(kinds("lost").is_empty() && kinds("elsewhere").is_empty());
        assert!(schema.property("lost").property("any").is_empty());
    }

    #[test]
    fn what_leads_back_twelve_times_says_it_once() {
        for keyword in ["anyOf", "allOf", "oneOf"] {
            let back: Vec<Value> = (0..12).map(|_| json!({"$ref": "#/$defs/a"})).collect();
            let document =
                json!({"$ref": "#/$defs/a", "$defs": {"a": {keyword: back, "type": "object"}}});
            let schema = Schema::of(Some(&document));
            assert_eq!(schema.kinds(), BTreeSet::from(["object"]), "{keyword}");
            // Each of twelve leads to all of them.
            let names: Vec<String> = (0..12).map(|number| format!("#/$defs/a{number}")).collect();
            let all: Vec<Value> = names.iter().map(|name| json!({"$ref": name})).collect();
            let mut document = json!({"$ref": "#/$defs/a0", "$defs": {}});
            for number in 0..12 {
                document["$defs"][format!("a{number}")] = json!({keyword: all});
            }
            let schema = Schema::of(Some(&document));
            assert!(schema.every("$ref").count() <= PARTS, "{keyword}");
        }
    }

    #[test]
    fn alternatives_are_what_each_of_them_allows() {
        assert_eq!(
            kinds(&json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})),
            ["integer", "string"]
        );
        assert_eq!(kinds(&json!({"oneOf": [{"type": "string"}, {"type": "null"}]})), ["string"]);
        assert!(kinds(&json!({"anyOf": [{"type": "string"}, {}]})).is_empty());
        assert_eq!(kinds(&json!({"allOf": [{"type": "string"}]})), ["string"]);
    }

    #[test]
    fn an_enumeration_of_more_than_strings_is_none() {
        let strings = |schema: &Value| Schema::of(Some(schema)).strings();
        assert_eq!(
            strings(&json!({"enum": ["A", "B", null, "A"]})),
            Some(vec!["A".to_owned(), "B".to_owned()])
        );
        assert_eq!(strings(&json!({"enum": [true, "auto"]})), None);
        assert_eq!(strings(&json!({"enum": []})), None);
        assert_eq!(strings(&json!(true)), None);
    }
}
