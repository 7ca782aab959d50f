//! Rust source of the values of one chart.

use std::fmt::Write;

use super::kind::{Kind, Object};
use super::lock::LockedChart;
use super::path::Path;
use super::shaped::{Member, ROOT, Shape, Shaped, Type, Types};
use crate::comment::comment;
use crate::enumeration::enumeration;
use crate::markdown::{code, common, listed};
use crate::naming::{field_names, serde_camel_case};

/// The module of a chart, before rustfmt.
pub fn module(chart: &LockedChart, values: &Object, types: Types) -> String {
    let module = Module { types };
    let mut text = String::new();
    for index in module.types.in_order() {
        text.push_str(&module.declaration(index));
    }
    let LockedChart { name, repository, version, package, .. } = chart;
    let package = package.as_ref().map_or_else(String::new, |digest| {
        format!("const PACKAGE: Option<&'static str> = Some({:?});\n", digest.as_str())
    });
    let mut nullable = Vec::new();
    collect_nullable(&Path::default(), values, &mut nullable);
    nullable.extend(values.erasable.iter().map(|keys| format!("&{keys:?}")));
    let nullable = if nullable.is_empty() {
        String::new()
    } else {
        format!(
            "const NULLABLE: &'static [&'static [&'static str]] = &[{}];\n",
            nullable.join(", ")
        )
    };
    let _ = writeln!(
        text,
        "impl crate::HelmChart for Values {{
            const NAME: &'static str = {name:?};
            const REPOSITORY: &'static str = {repository:?};
            const VERSION: &'static str = {version:?};
            {package}{nullable}

            fn to_json(&self) -> serde_json::Result<serde_json::Value> {{
                serde_json::to_value(self)
            }}
        }}"
    );
    let import =
        if text.contains("BTreeMap<") { "use std::collections::BTreeMap;\n\n" } else { "" };
    format!("//! Values of the chart {}, version {}.\n\n{import}{text}", code(name), code(version))
}

/// The paths of values that may be unset, each as an expression.
fn collect_nullable(path: &Path, object: &Object, nullable: &mut Vec<String>) {
    for field in &object.fields {
        let path = path.key(&field.key);
        match &field.kind {
            Kind::Object(object) => collect_nullable(&path, object, nullable),
            Kind::Nullable(inner) => {
                nullable.extend(path.keys().map(|keys| format!("&{keys:?}")));
                if let Kind::Object(object) = inner.as_ref() {
                    collect_nullable(&path, object, nullable);
                }
            }
            _ => {}
        }
    }
}

struct Module {
    types: Types,
}

impl Module {
    fn declaration(&self, index: usize) -> String {
        let name = &self.types.names[index];
        let shaped = &self.types.all[index];
        let mut places = shaped.uses.iter().map(|user| code(&user.path.to_string()));
        let home = places.next().unwrap_or_default();
        let mut about = match shaped.shape {
            _ if name == ROOT => "All values that the project sets.".to_owned(),
            Shape::Object { .. } => format!("What stands at {home}."),
            Shape::Strings(_) => format!("What may stand at {home}."),
        };
        let others: Vec<String> = places.collect();
        if !others.is_empty() {
            let _ = write!(about, "\n///\n/// Also: {}.", listed(&others, ", "));
        }
        match &shaped.shape {
            Shape::Object { members, open } => {
                let body = self.object(shaped, members, open.as_ref());
                format!(
                    "/// {about}\n#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]\n#[serde(rename_all = \"camelCase\")]\npub struct {name} {{\n{body}}}\n\n"
                )
            }
            Shape::Strings(values) => format!("/// {about}\n{}\n", enumeration(name, values)),
        }
    }

    fn object(&self, shaped: &Shaped, members: &[Member], open: Option<&Type>) -> String {
        let mut body = String::new();
        let names = field_names(members.iter().map(|member| member.name.as_str()), &["additional"]);
        for (position, (member, name)) in members.iter().zip(&names).enumerate() {
            body.push_str(&documentation(shaped, position, member));
            let mut attributes = String::new();
            if serde_camel_case(name) != member.key {
                let _ = write!(attributes, "rename = {:?}, ", member.key);
            }
            let kind = self.name(&member.kind);
            let (skip, kind) = if member.is_plain {
                ("crate::is_untouched", kind)
            } else {
                ("Option::is_none", format!("Option<{kind}>"))
            };
            let _ = writeln!(
                body,
                "#[serde({attributes}skip_serializing_if = {skip:?})]\npub {name}: {kind},"
            );
        }
        let open = match open {
            Some(open) => Some(self.name(open)),
            None => shaped.is_example.then(|| "serde_json::Value".to_owned()),
        };
        if let Some(open) = open {
            let _ = writeln!(
                body,
                "/// Further keys that the chart takes. A key that has a field goes there.\n#[serde(flatten)]\npub additional: BTreeMap<String, {open}>,"
            );
        }
        body
    }

    fn name(&self, kind: &Type) -> String {
        match kind {
            Type::Existing(name) => name.clone(),
            Type::List(inner) => format!("Vec<{}>", self.name(inner)),
            Type::Map(inner) => format!("BTreeMap<String, {}>", self.name(inner)),
            Type::Nullable(inner) => format!("crate::Nullable<{}>", self.name(inner)),
            Type::Shaped(index) => self.types.names[*index].clone(),
        }
    }
}

/// The documentation of a member: its path if there is only one, and the facts, by place where they differ.
fn documentation(shaped: &Shaped, position: usize, member: &Member) -> String {
    let mut paragraphs = Vec::new();
    if let [only] = shaped.uses.as_slice() {
        paragraphs.push(format!("{}.", code(&only.path.key(&member.key).to_string())));
        if !only.facts[position].is_empty() {
            paragraphs.push(only.facts[position].join(" "));
        }
    } else {
        paragraphs.push(format!("{}.", code(&Path::default().key(&member.key).to_string())));
        let lists: Vec<&[String]> =
            shaped.uses.iter().map(|user| user.facts[position].as_slice()).collect();
        let own = |facts: &[String]| -> Vec<String> {
            let is_own = |fact: &&String| !lists.iter().all(|list| list.contains(fact));
            facts.iter().filter(is_own).cloned().collect()
        };
        let places = shaped.uses.iter().zip(&lists).map(|(user, list)| (&user.path, own(list)));
        let places = places.filter(|(_, own)| !own.is_empty());
        let places: Vec<String> = places
            .map(|(path, own)| {
                format!("At {}: {}", code(&path.to_string()), own.join(" ").trim_end_matches('.'))
            })
            .collect();
        paragraphs.extend(common(&lists, &(listed(&places, "; ") + ".")));
    }
    comment("///", &paragraphs.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::super::lock::Lock;
    use super::super::typing;
    use super::*;

    /// A text that tries to leave the place where it is written.
    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-cA-C._/ -]{0,6}",
            any::<String>(),
            Just("\nfn evil() {}\n".to_owned()),
            Just("\r*/ fn evil() {} /*".to_owned()),
            Just("\"]\nfn evil() {}".to_owned()),
            Just("``\u{2028}fn evil() {}\u{202e}".to_owned()),
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            hostile().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(hostile(), inner, 0..4)
                    .prop_map(|object| object.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_chart_writes_anything_but_types(
            values in values(),
            allowed in prop::collection::vec(hostile(), 1..3),
            pattern in hostile(),
        ) {
            let lock = format!(
                "[[chart]]\nname = 'a'\nrepository = 'https://b'\nversion = '1'\nuntyped = true\nkeep = ['a', 'b']\nvalues = {{ url = '', sha256 = '{}' }}\n",
                "0".repeat(64)
            );
            let lock = Lock::read("charts.toml", &lock).expect("a lock file");
            let chart = &lock.charts[0];
            let object = Map::from_iter([("a".to_owned(), values)]);
            let schema = serde_json::json!({
                "properties": {"b": {"type": "string", "enum": allowed, "pattern": pattern}}
            });
            let typed = typing::of(chart, object, Some(&schema));
            if let Ok(module) = typed.map(|(values, types)| module(chart, &values, types)) {
                let file = syn::parse_file(&module);
                prop_assert!(file.is_ok(), "{module}");
                let is_known = |item: &syn::Item| matches!(
                    item,
                    syn::Item::Use(_) | syn::Item::Struct(_) | syn::Item::Enum(_) | syn::Item::Impl(_)
                );
                prop_assert!(file.is_ok_and(|file| file.items.iter().all(is_known)), "{module}");
            }
        }
    }
}
