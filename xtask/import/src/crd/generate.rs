//! Rust source of one group version: a file for each kind, one for what kinds share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::definition::Scope;
use super::documentation::Documentation;
use super::facts::code;
use super::group_version::{GroupVersion, Kind, Root};
use super::types::{Choice, Field, Shape, Struct, Type};
use crate::failure::{Failure, Result};
use crate::naming::{pascal_case, serde_camel_case, snake_case, unique, variants};

/// One generated module: its name and its source, without header and before rustfmt.
#[derive(Clone, Debug)]
pub struct Module {
    pub name: String,
    pub source: String,
    /// The sources it was made from.
    pub origins: BTreeSet<String>,
}

/// The file of types that more than one kind uses.
const SHARED: &str = "shared_types";

/// The modules of a group version, in alphabetical order. With `descriptions`, upstream's words become doc comments.
///
/// # Errors
/// If a kind has the name of the file of shared types.
pub fn modules(group_version: &GroupVersion, descriptions: bool) -> Result<Vec<Module>> {
    let writer = Writer {
        group_version,
        documentation: Documentation {
            group_version,
            descriptions,
        },
    };
    let mut bodies: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for root in &group_version.roots {
        let name = snake_case(&root.kind.name);
        if name == SHARED || bodies.contains_key(&name) {
            return Err(Failure::new(format!(
                "{}: {} of {} needs a module that is taken already ({name}); leave it out",
                root.kind.origin,
                root.kind.name,
                root.kind.api_version()
            )));
        }
        let origins = BTreeSet::from([root.kind.origin.clone()]);
        bodies.insert(name, (writer.root(root), origins));
    }
    for index in group_version.generated() {
        let (body, origins) = bodies.entry(writer.module_of(index)).or_default();
        body.push_str(&writer.shaped(index));
        let users = group_version.types[index].users();
        origins.extend(
            users
                .iter()
                .map(|&user| group_version.roots[user].kind.origin.clone()),
        );
    }
    Ok(bodies
        .into_iter()
        .map(|(name, (body, origins))| writer.module(name, &body, origins))
        .collect())
}

struct Writer<'a> {
    group_version: &'a GroupVersion,
    documentation: Documentation<'a>,
}

impl Writer<'_> {
    fn module(&self, name: String, body: &str, origins: BTreeSet<String>) -> Module {
        let about = match self
            .group_version
            .roots
            .iter()
            .find(|root| snake_case(&root.kind.name) == name)
        {
            Some(root) => format!(
                "The kind `{}` and the types that only it uses.",
                root.kind.name
            ),
            None => "Types that several kinds use.".to_owned(),
        };
        let mut source = format!("//! {about}\n\n");
        if body.contains("BTreeMap<") {
            source.push_str("use std::collections::BTreeMap;\n\n");
        }
        if body.contains("impl Serialize") {
            source.push_str("use serde::ser::{Serialize, Serializer};\n\n");
        }
        let foreign = self.foreign(&name);
        if !foreign.is_empty() {
            let _ = writeln!(
                source,
                "use super::{{{}}};\n",
                Vec::from_iter(foreign).join(", ")
            );
        }
        source.push_str(body);
        Module {
            name,
            source,
            origins,
        }
    }

    /// The types of other modules that a module uses.
    fn foreign(&self, module: &str) -> BTreeSet<&str> {
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for index in self.group_version.generated() {
            if self.module_of(index) == module {
                used.extend(self.group_version.types[index].parts());
            }
        }
        for root in self
            .group_version
            .roots
            .iter()
            .filter(|root| snake_case(&root.kind.name) == module)
        {
            used.extend(root.fields.iter().filter_map(|field| field.kind.shaped()));
        }
        let is_foreign = |index: &usize| {
            self.group_version.types[*index].existing().is_none()
                && self.module_of(*index) != module
        };
        used.into_iter()
            .filter(is_foreign)
            .map(|index| self.group_version.names[index].as_str())
            .collect()
    }

    fn module_of(&self, index: usize) -> String {
        match self.group_version.types[index].users().as_slice() {
            [only] => snake_case(&self.group_version.roots[*only].kind.name),
            _ => SHARED.to_owned(),
        }
    }

    fn root(&self, root: &Root) -> String {
        let mut out = String::new();
        let kind = &root.kind.name;
        out.push_str(&self.documentation.root(root));
        let _ = writeln!(
            out,
            "#[derive(Clone, Debug, PartialEq)]\npub struct {kind} {{"
        );
        out.push_str("/// Name, namespace, labels and annotations.\n");
        out.push_str("pub metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,\n");
        let names = field_names(
            root.fields.iter().map(|field| field.name.as_str()),
            &["metadata"],
        );
        for (field, name) in root.fields.iter().zip(&names) {
            out.push_str(&self.documentation.root_field(root, &field.name));
            let _ = writeln!(out, "pub {name}: {},", self.field_type(field));
        }
        out.push_str("}\n\n");
        let Kind {
            version,
            group,
            plural,
            ..
        } = &root.kind;
        let scope = match root.kind.scope {
            Scope::Namespaced => "NamespaceResourceScope",
            Scope::Cluster => "ClusterResourceScope",
        };
        let _ = writeln!(
            out,
            "impl k8s_openapi::Resource for {kind} {{
                const API_VERSION: &'static str = {:?};
                const GROUP: &'static str = {group:?};
                const KIND: &'static str = {kind:?};
                const VERSION: &'static str = {version:?};
                const URL_PATH_SEGMENT: &'static str = {plural:?};
                type Scope = k8s_openapi::{scope};
            }}

            impl k8s_openapi::Metadata for {kind} {{
                type Ty = k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

                fn metadata(&self) -> &Self::Ty {{
                    &self.metadata
                }}

                fn metadata_mut(&mut self) -> &mut Self::Ty {{
                    &mut self.metadata
                }}
            }}
",
            root.kind.api_version()
        );
        out.push_str(&root_serialize(root, &names));
        out
    }

    fn shaped(&self, index: usize) -> String {
        let name = &self.group_version.names[index];
        let documentation = self.documentation.generated(index);
        let body = match &self.group_version.types[index].shape {
            Shape::Struct(structure) => self.structure(index, name, structure),
            Shape::Choice(choice) => self.choice(index, name, choice),
            Shape::Strings(values) => strings(name, values),
        };
        format!("\n{documentation}{body}")
    }

    fn structure(&self, index: usize, name: &str, structure: &Struct) -> String {
        let optional = structure.fields.iter().all(|field| !field.required)
            && structure.groups.iter().all(|group| !group.required);
        let default = if optional { "Default, " } else { "" };
        let mut out = format!(
            "#[derive(Clone, Debug, {default}PartialEq, serde::Serialize)]\n#[serde(rename_all = \"camelCase\")]\npub struct {name} {{\n"
        );
        let all = structure.fields.iter().map(|field| field.name.as_str());
        let all = all.chain(structure.groups.iter().map(|group| group.name.as_str()));
        let names = field_names(all, &[]);
        for (field, name) in structure.fields.iter().zip(&names) {
            out.push_str(&self.documentation.field(index, &field.name));
            let mut attributes = Vec::new();
            if serde_camel_case(name) != field.name {
                attributes.push(format!("rename = {:?}", field.name));
            }
            if !field.required {
                attributes.push("skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if !attributes.is_empty() {
                let _ = writeln!(out, "#[serde({})]", attributes.join(", "));
            }
            let _ = writeln!(out, "pub {name}: {},", self.field_type(field));
        }
        for (group, name) in structure
            .groups
            .iter()
            .zip(&names[structure.fields.len()..])
        {
            out.push_str(&self.documentation.group(&group.kind, group.required));
            let _ = writeln!(
                out,
                "#[serde(flatten)]\npub {name}: {},",
                self.field_type(group)
            );
        }
        if structure.open {
            let name = unique("additional_properties", |name| {
                names.iter().any(|taken| taken == name)
            });
            out.push_str("/// Properties beyond those of the schema, which the cluster keeps.\n");
            let _ = writeln!(
                out,
                "#[serde(flatten)]\npub {name}: BTreeMap<String, serde_json::Value>,"
            );
        }
        out.push_str("}\n");
        out
    }

    fn choice(&self, index: usize, name: &str, choice: &Choice) -> String {
        let uses = &self.group_version.types[index].uses;
        // A property that is left out says "none" already; an element of a list or a value of a map cannot be left out.
        let empty = choice.none_allowed
            && uses
                .iter()
                .any(|place_of_use| place_of_use.place.path.is_one_of_many());
        let mut variants: Vec<String> = Vec::new();
        for (property, _) in &choice.alternatives {
            let variant = unique(&pascal_case(property), |name| {
                variants.iter().any(|taken| taken == name)
            });
            variants.push(variant);
        }
        let mut out = format!("#[derive(Clone, Debug, PartialEq)]\npub enum {name} {{\n");
        let mut arms = String::new();
        for ((property, kind), variant) in choice.alternatives.iter().zip(&variants) {
            out.push_str(&self.documentation.field(index, property));
            let _ = writeln!(out, "{variant}({}),", self.type_name(kind));
            let _ = writeln!(
                arms,
                "Self::{variant}(value) => {{ map.serialize_entry({property:?}, value)?; }}"
            );
        }
        let mut length = "Some(1)".to_owned();
        if empty {
            let variant = unique("Empty", |name| variants.iter().any(|taken| taken == name));
            let _ = writeln!(out, "/// None of them: an empty object.\n{variant},");
            let _ = writeln!(arms, "Self::{variant} => {{}}");
            length = format!("Some(usize::from(*self != Self::{variant}))");
        }
        out.push_str("}\n\n");
        // Not derived: YAML writers turn a derived variant into a tag (`!exact`).
        let _ = writeln!(
            out,
            "impl Serialize for {name} {{
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{
                    use serde::ser::SerializeMap;
                    let mut map = serializer.serialize_map({length})?;
                    match self {{
                        {arms}
                    }}
                    map.end()
                }}
            }}"
        );
        out
    }

    fn field_type(&self, field: &Field) -> String {
        let name = self.type_name(&field.kind);
        if field.required {
            name
        } else {
            format!("Option<{name}>")
        }
    }

    fn type_name(&self, kind: &Type) -> String {
        match kind {
            Type::Existing(name) => (*name).to_owned(),
            Type::List(element) => format!("Vec<{}>", self.type_name(element)),
            Type::Map(value) => format!("BTreeMap<String, {}>", self.type_name(value)),
            Type::Nullable(kind) => format!("Option<{}>", self.type_name(kind)),
            Type::Shaped(index) => self.group_version.names[*index].clone(),
        }
    }
}

fn root_serialize(root: &Root, names: &[String]) -> String {
    let mut out = format!(
        "\nimpl Serialize for {} {{
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{
                use serde::ser::SerializeStruct;\n",
        root.kind.name
    );
    let required = 3 + root.fields.iter().filter(|field| field.required).count();
    let mut length = required.to_string();
    for (field, name) in root.fields.iter().zip(names) {
        if !field.required {
            let _ = write!(length, " + usize::from(self.{name}.is_some())");
        }
    }
    let _ = writeln!(
        out,
        "let mut object = serializer.serialize_struct({:?}, {length})?;",
        root.kind.name
    );
    out.push_str(
        "object.serialize_field(\"apiVersion\", <Self as k8s_openapi::Resource>::API_VERSION)?;\n",
    );
    out.push_str("object.serialize_field(\"kind\", <Self as k8s_openapi::Resource>::KIND)?;\n");
    out.push_str("object.serialize_field(\"metadata\", &self.metadata)?;\n");
    for (field, name) in root.fields.iter().zip(names) {
        let key = &field.name;
        if field.required {
            let _ = writeln!(out, "object.serialize_field({key:?}, &self.{name})?;");
        } else {
            let _ = writeln!(
                out,
                "if let Some({name}) = &self.{name} {{\nobject.serialize_field({key:?}, {name})?;\n}}"
            );
        }
    }
    out.push_str("object.end()\n}\n}\n");
    out
}

fn strings(name: &str, values: &[String]) -> String {
    let mut out = format!(
        "#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]\npub enum {name} {{\n"
    );
    for (value, variant) in values.iter().zip(variants(values)) {
        let _ = writeln!(out, "/// {}.", code(&format!("{value:?}")));
        if variant != *value {
            let _ = writeln!(out, "#[serde(rename = {value:?})]");
        }
        let _ = writeln!(out, "{variant},");
    }
    out.push_str("}\n");
    out
}

/// Field names for properties, in order; two that come out the same get a number.
fn field_names<'a>(properties: impl Iterator<Item = &'a str>, reserved: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for property in properties {
        let name = unique(&snake_case(property), |name| {
            reserved.contains(&name) || names.iter().any(|taken| taken == name)
        });
        names.push(name);
    }
    names
}
