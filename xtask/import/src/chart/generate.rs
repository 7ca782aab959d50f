//! Rust source of the values of one chart.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::kind::{Field, Kind, Object};
use super::lock::LockedChart;
use super::path::Path;
use crate::markdown::code;
use crate::naming::{
    RESERVED, field_names, joined, pascal_case, serde_camel_case, singular, unique, variants,
};

/// The module of a chart, before rustfmt.
pub fn module(chart: &LockedChart, values: &Object) -> String {
    let mut names = Names::default();
    names.object(&Path::default(), &[], values);
    let mut module = Module { names: names.by_path, text: String::new() };
    let LockedChart { name, repository, version, .. } = chart;
    module.object(&Path::default(), values);
    let _ = writeln!(
        module.text,
        "impl crate::HelmChart for Values {{
            const NAME: &'static str = {name:?};
            const REPOSITORY: &'static str = {repository:?};
            const VERSION: &'static str = {version:?};

            fn to_json(&self) -> serde_json::Result<serde_json::Value> {{
                serde_json::to_value(self)
            }}
        }}"
    );
    let import =
        if module.text.contains("BTreeMap<") { "use std::collections::BTreeMap;\n\n" } else { "" };
    format!(
        "//! Values of the chart {}, version {}.\n\n{import}{}",
        code(name),
        code(version),
        module.text
    )
}

/// The names of all types of a chart.
#[derive(Default)]
struct Names {
    by_path: BTreeMap<Path, String>,
    taken: BTreeSet<String>,
}

impl Names {
    fn object(&mut self, path: &Path, words: &[String], object: &Object) {
        self.name(path, words);
        for field in &object.fields {
            let mut below = words.to_vec();
            below.push(field.name.clone());
            self.kind(&path.key(&field.key), &below, &field.kind);
        }
        if let Some(open) = &object.open {
            let mut below = words.to_vec();
            below.push("additional".to_owned());
            self.kind(&path.value(), &below, open);
        }
    }

    fn kind(&mut self, path: &Path, words: &[String], kind: &Kind) {
        match kind {
            Kind::Object(object) => self.object(path, words, object),
            Kind::OneOf(_) => self.name(path, words),
            Kind::List(inner) => self.kind(&path.element(), &one_of_many(words), inner),
            Kind::Map(inner) => self.kind(&path.value(), &one_of_many(words), inner),
            _ => {}
        }
    }

    /// Made of all words on the way: another key renames a type only where both would be called the same.
    fn name(&mut self, path: &Path, words: &[String]) {
        let name = if words.is_empty() {
            ROOT.to_owned()
        } else {
            let parts: Vec<String> = words.iter().map(|word| pascal_case(word)).collect();
            joined(&parts)
        };
        let is_taken = |name: &str| {
            self.taken.contains(name)
                || RESERVED.contains(&name)
                || (name == ROOT && !words.is_empty())
        };
        let name = unique(&name, is_taken);
        self.taken.insert(name.clone());
        self.by_path.insert(path.clone(), name);
    }
}

/// The type of all values of a chart.
const ROOT: &str = "Values";

/// The words of a list or map, the last one in the singular.
fn one_of_many(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    words
}

struct Module {
    names: BTreeMap<Path, String>,
    text: String,
}

impl Module {
    fn object(&mut self, path: &Path, object: &Object) {
        let name = self.names[path].clone();
        let about = if name == ROOT {
            "All values that the project sets.".to_owned()
        } else {
            format!("What stands at {}.", code(&path.to_string()))
        };
        let _ = writeln!(
            self.text,
            "/// {about}\n#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]\n#[serde(rename_all = \"camelCase\")]\npub struct {name} {{"
        );
        let keys = object.fields.iter().map(|field| field.name.as_str());
        let names = field_names(keys, &["additional"]);
        for (field, name) in object.fields.iter().zip(&names) {
            self.field(path, field, name);
        }
        if let Some(open) = &object.open {
            let kind = self.name(&path.value(), open);
            let _ = writeln!(
                self.text,
                "/// Keys beyond those with a field, which the chart takes as well. A key that has a field goes there.\n#[serde(flatten)]\npub additional: BTreeMap<String, {kind}>,"
            );
        }
        self.text.push_str("}\n\n");
        for field in &object.fields {
            self.shapes(&path.key(&field.key), &field.kind);
        }
        if let Some(open) = &object.open {
            self.shapes(&path.value(), open);
        }
    }

    fn field(&mut self, path: &Path, field: &Field, name: &str) {
        let path = path.key(&field.key);
        let _ = writeln!(self.text, "/// {}.", code(&path.to_string()));
        if !field.facts.is_empty() {
            let _ = writeln!(self.text, "///\n/// {}", field.facts.join(" "));
        }
        let mut attributes = String::new();
        if serde_camel_case(name) != field.key {
            let _ = write!(attributes, "rename = {:?}, ", field.key);
        }
        attributes.push_str("skip_serializing_if = \"Option::is_none\"");
        let kind = self.name(&path, &field.kind);
        let _ = writeln!(self.text, "#[serde({attributes})]\npub {name}: Option<{kind}>,");
    }

    /// The types that a field needs.
    fn shapes(&mut self, path: &Path, kind: &Kind) {
        match kind {
            Kind::Object(object) => self.object(path, object),
            Kind::OneOf(values) => self.one_of(path, values),
            Kind::List(inner) => self.shapes(&path.element(), inner),
            Kind::Map(inner) => self.shapes(&path.value(), inner),
            _ => {}
        }
    }

    fn one_of(&mut self, path: &Path, values: &[String]) {
        let _ = writeln!(
            self.text,
            "/// What may stand at {}.\n#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]\npub enum {} {{",
            code(&path.to_string()),
            self.names[path]
        );
        for (value, variant) in values.iter().zip(variants(values)) {
            let _ = writeln!(self.text, "/// {}.", code(&format!("{value:?}")));
            if variant != *value {
                let _ = writeln!(self.text, "#[serde(rename = {value:?})]");
            }
            let _ = writeln!(self.text, "{variant},");
        }
        self.text.push_str("}\n\n");
    }

    fn name(&self, path: &Path, kind: &Kind) -> String {
        match kind {
            Kind::Bool => "bool".to_owned(),
            Kind::Integer => "i64".to_owned(),
            Kind::Float => "f64".to_owned(),
            Kind::String => "String".to_owned(),
            Kind::Value => "serde_json::Value".to_owned(),
            Kind::Kubernetes(known) => known.path.to_owned(),
            Kind::List(inner) => format!("Vec<{}>", self.name(&path.element(), inner)),
            Kind::Map(inner) => {
                format!("BTreeMap<String, {}>", self.name(&path.value(), inner))
            }
            Kind::OneOf(_) | Kind::Object(_) => self.names[path].clone(),
        }
    }
}
