//! Rust source of one type: declaration, documentation and serialization.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::definition::Scope;
use super::documentation::Documentation;
use super::group_version::GroupVersion;
use super::types::{Choice, Field, Kind, Root, Shape, Struct, Type};
use crate::enumeration::enumeration;
use crate::naming::{field_names, pascal_case, serde_camel_case, unique};

/// Writes the types of one group version, before rustfmt.
pub struct Declarations<'a> {
    group_version: &'a GroupVersion,
    documentation: Documentation<'a>,
}

impl<'a> Declarations<'a> {
    /// With `descriptions`, upstream's words become doc comments.
    pub fn new(group_version: &'a GroupVersion, descriptions: bool) -> Self {
        Self { group_version, documentation: Documentation { group_version, descriptions } }
    }

    /// A kind, with the traits of a Kubernetes object.
    pub fn root(&self, root: &Root) -> String {
        let mut out = String::new();
        let kind = &root.kind.name;
        out.push_str(&self.documentation.root(root));
        let _ = writeln!(out, "#[derive(Clone, Debug, PartialEq)]\npub struct {kind} {{");
        out.push_str("/// Name, namespace, labels and annotations.\n");
        out.push_str("pub metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,\n");
        let names = field_names(root.fields.iter().map(|field| field.name.as_str()), &["metadata"]);
        for (field, name) in root.fields.iter().zip(&names) {
            out.push_str(&self.documentation.root_field(root, &field.name));
            let _ = writeln!(out, "pub {name}: {},", self.field_type(field));
        }
        out.push_str("}\n\n");
        let Kind { version, group, plural, .. } = &root.kind;
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

    /// A type with a shape of its own.
    pub fn shaped(&self, index: usize) -> String {
        let name = &self.group_version.names[index];
        let documentation = self.documentation.generated(index);
        let body = match &self.group_version.types[index].shape {
            Shape::Struct(structure) => self.structure(index, name, structure),
            Shape::Choice(choice) => self.choice(index, name, choice),
            Shape::Strings(values) => enumeration(name, values),
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
        for (group, name) in structure.groups.iter().zip(&names[structure.fields.len()..]) {
            out.push_str(&self.documentation.group(&group.kind, group.required));
            let _ = writeln!(out, "#[serde(flatten)]\npub {name}: {},", self.field_type(group));
        }
        let open = structure.open.then(|| {
            unique("additional_properties", |name| names.iter().any(|taken| taken == name))
        });
        if let Some(name) = &open {
            out.push_str("/// Properties beyond those of the schema, which the cluster keeps.\n");
            let _ = writeln!(
                out,
                "#[serde(flatten)]\npub {name}: BTreeMap<String, serde_json::Value>,"
            );
        }
        out.push_str("}\n");
        let fields: Vec<(&Field, &str)> = structure
            .fields
            .iter()
            .chain(&structure.groups)
            .zip(names.iter().map(String::as_str))
            .collect();
        out.push_str(&self.required(name, &fields, open.as_deref()));
        out
    }

    /// The constructor of a struct with required and optional fields: the required ones are its parameters, the others are absent.
    ///
    /// Empty if two parameters would have the same type, because a call could mix them up: there, use a literal.
    fn required(&self, name: &str, fields: &[(&Field, &str)], open: Option<&str>) -> String {
        let (required, optional): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(field, _)| field.required);
        let types: BTreeSet<String> =
            required.iter().map(|(field, _)| self.field_type(field)).collect();
        let says_it_all = optional.is_empty() && open.is_none();
        if required.is_empty() || says_it_all || types.len() < required.len() {
            return String::new();
        }
        let parameters: Vec<String> = required
            .iter()
            .map(|(field, name)| format!("{name}: {}", self.field_type(field)))
            .collect();
        let mut body: Vec<String> = required.iter().map(|(_, name)| (*name).to_owned()).collect();
        body.extend(optional.iter().map(|(_, name)| format!("{name}: None")));
        body.extend(open.map(|name| format!("{name}: BTreeMap::new()")));
        format!(
            "
impl {name} {{
    /// With what the CRD requires, and nothing else.
    pub fn required({}) -> Self {{
        Self {{ {} }}
    }}
}}
",
            parameters.join(", "),
            body.join(", ")
        )
    }

    fn choice(&self, index: usize, name: &str, choice: &Choice) -> String {
        let uses = &self.group_version.types[index].uses;
        // An absent property already means "none"; an element of a list or a value of a map cannot be absent.
        let empty = choice.none_allowed
            && uses.iter().any(|place_of_use| place_of_use.place.path.is_one_of_many());
        let mut variants: Vec<String> = Vec::new();
        for (property, _) in &choice.alternatives {
            let variant =
                unique(&pascal_case(property), |name| variants.iter().any(|taken| taken == name));
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
        if field.required { name } else { format!("Option<{name}>") }
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
                "if let Some(value) = &self.{name} {{\nobject.serialize_field({key:?}, value)?;\n}}"
            );
        }
    }
    out.push_str("object.end()\n}\n}\n");
    out
}
