//! Rules of CRDs in CEL, the language that the API server evaluates them in.

use std::cell::OnceCell;
use std::fmt;

use kube_cel::cel::parser::Parser;
use kube_cel::{CompiledSchema, ErrorKind, Validator, compile_schema};
use serde_json::Value as Json;

use super::facts;
use crate::objects::Value;

/// The compiled rules of a kind.
pub(super) struct Rules(CompiledSchema);

/// A rule that does not hold.
pub(crate) struct Broken {
    /// The field: `spec.ports[0]`.
    pub path: String,
    /// What its CRD says of it.
    pub message: String,
    /// The rule itself.
    pub rule: String,
}

thread_local! {
    /// Knows the functions that the API server adds to the language.
    static VALIDATOR: OnceCell<Validator> = const { OnceCell::new() };
}

impl Rules {
    /// Compiles the rules of a schema; nothing where it has none.
    pub(super) fn of(schema: &Value) -> Option<Self> {
        let mut whole = Json::from(schema);
        expand(&mut whole);
        prune(&mut whole).then(|| Self(compile_schema(&whole)))
    }

    /// The rules that an object breaks. Those of changes are not asked, nor those that cannot be evaluated here.
    pub(super) fn broken(&self, object: &Value) -> Vec<Broken> {
        let mut object = Json::from(object);
        remove_nulls(&mut object);
        let result = VALIDATOR.with(|validator| {
            validator.get_or_init(Validator::new).validate_compiled(&self.0, &object, None)
        });
        let errors = result.err().map(kube_cel::ValidationErrors::into_vec).unwrap_or_default();
        let broken = errors.into_iter().filter(|error| error.kind == ErrorKind::ValidationFailure);
        broken
            .map(|error| Broken {
                path: error.field_path,
                message: error.message,
                rule: error.rule,
            })
            .collect()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Rules")
    }
}

/// Puts definitions where they are referred to.
fn expand(schema: &mut Json) {
    // Those of custom kinds have digests as names, and never lead to themselves.
    let is_digest = |name: &&str| name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = schema["$ref"].as_str().filter(is_digest).map(str::to_owned);
    if let Some(definition) = name.and_then(|name| facts::json(&name)) {
        *schema = definition;
    }
    each_part(schema, &mut |part| {
        expand(part);
        true
    });
}

const RULES: &str = "x-kubernetes-validations";

/// Removes what has neither rules nor defaults for them, and tells whether there are rules.
fn prune(schema: &mut Json) -> bool {
    if let Some(rules) = schema.get_mut(RULES).and_then(Json::as_array_mut) {
        rules.retain(is_cheap);
    }
    // A rule reads all that is below its place.
    if schema[RULES].as_array().is_some_and(|rules| !rules.is_empty()) {
        return true;
    }
    let mut has_rules = false;
    each_part(schema, &mut |part| {
        let kept = prune(part);
        has_rules |= kept;
        kept
    });
    has_rules
}

/// Whether the texts of a rule can be read.
fn is_cheap(rule: &Json) -> bool {
    ["rule", "messageExpression"].iter().all(|key| rule[*key].as_str().is_none_or(is_flat))
}

/// Whether reading a text needs little stack; the API server refuses rules that are any larger.
fn is_flat(text: &str) -> bool {
    const LONGEST: usize = 10_000;
    const DEEPEST: usize = 50;
    let opening = text.bytes().filter(|byte| b"([{?!-".contains(byte)).count();
    text.len() <= LONGEST && opening <= 20 * DEEPEST && depth(text) <= DEEPEST
}

/// Why an expression in CEL cannot be read; nothing where it can be, or is too large to be read here.
pub(crate) fn syntax_error(text: &str) -> Option<String> {
    if !is_flat(text) {
        return None;
    }
    // As the API server reads them: with `a.?b`.
    let errors = Parser::new().enable_optional_syntax(true).parse(text).err()?.errors;
    let first = errors.first().map_or("it cannot be read", |error| error.msg.as_str());
    Some(first.lines().next().unwrap_or_default().to_owned())
}

/// How deep brackets are nested, also those within texts.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Visits the schemas directly below a schema, and keeps those that say so.
fn each_part(schema: &mut Json, visit: &mut dyn FnMut(&mut Json) -> bool) {
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(properties) = fields.get_mut("properties").and_then(Json::as_object_mut) {
        properties.retain(|_, part| visit(part));
    }
    for key in ["items", "additionalProperties"] {
        if fields.get_mut(key).is_some_and(|part| part.is_object() && !visit(part)) {
            fields.remove(key);
        }
    }
}

/// The API server removes nulls before it asks rules.
fn remove_nulls(value: &mut Json) {
    match value {
        Json::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    #[test]
    fn rules_that_cannot_be_read_break_nothing() {
        let deep = format!("{}self{}", "(".repeat(100_000), ")".repeat(100_000));
        for rule in [
            "self.(",
            "",
            "unheard(self)",
            "\u{0}",
            "self == 'x",
            &deep,
            "1 + 1",
            &"!".repeat(9_000),
        ] {
            let schema = json!({"type": "object", "x-kubernetes-validations": [{"rule": rule}]});
            let rules = Rules::of(&schema);
            let broken = rules.map(|rules| rules.broken(&json!({"a": 1}))).unwrap_or_default();
            assert_eq!(broken.len(), 0, "{rule:.60}");
        }
    }

    #[test]
    fn rules_see_defaults_and_no_nulls_and_are_not_asked_of_changes() {
        let schema = json!({
            "type": "object",
            "properties": {"a": {"type": "integer", "default": 1}, "b": {"type": "string"}},
            "x-kubernetes-validations": [
                {"rule": "self.a == 1", "message": "a is 1"},
                {"rule": "!has(self.b)", "message": "no b"},
                {"rule": "self.a == oldSelf.a"},
            ],
        });
        let rules = Rules::of(&schema).expect("rules");
        assert_eq!(rules.broken(&json!({"b": null})).len(), 0);
        let broken = rules.broken(&json!({"a": 2, "b": "x"}));
        let messages: Vec<&str> = broken.iter().map(|broken| broken.message.as_str()).collect();
        assert_eq!(messages, ["a is 1", "no b"]);
    }
}
