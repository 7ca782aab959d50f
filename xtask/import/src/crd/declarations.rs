//! Rust source of one type: declaration, documentation and serialization.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::definition::Scope;
use super::documentation::Documentation;
use super::group_version::GroupVersion;
use super::names::{Alias, Target};
use super::types::{Choice, Field, Kind, Root, Shape, Struct, Type};
use crate::comment::comment;
use crate::enumeration::enumeration;
use crate::markdown::code;
use crate::naming::{Taken, field_names, pascal_case, serde_camel_case, unique};

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
        let (kind, name) = (&root.kind.name, root.kind.type_name());
        out.push_str(&self.documentation.root(root));
        let _ = writeln!(out, "#[derive(Clone, Debug, PartialEq)]\npub struct {name} {{");
        out.push_str("/// Name, namespace, labels and annotations.\n");
        out.push_str("pub metadata: k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,\n");
        let names = field_names(root.fields.iter().map(|field| field.name.as_str()), &["metadata"]);
        for (field, name) in root.fields.iter().zip(&names) {
            out.push_str(&self.documentation.root_field(root, &field.name));
            let _ = writeln!(out, "pub {name}: {},", self.field_type(field));
        }
        let open = root.open.then(|| open_field(&names));
        if let Some(open) = &open {
            out.push_str(OPEN);
            let _ = writeln!(out, "pub {open}: BTreeMap<String, serde_json::Value>,");
        }
        out.push_str("}\n");
        let fields: Vec<(&Field, &str)> =
            root.fields.iter().zip(names.iter().map(String::as_str)).collect();
        let metadata = "k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta";
        let first = Some(("metadata", metadata));
        out.push_str(&self.required(&name, first, &fields, open.as_deref()));
        out.push('\n');
        let Kind { version, group, plural, .. } = &root.kind;
        let scope = match root.kind.scope {
            Scope::Namespaced => "NamespaceResourceScope",
            Scope::Cluster => "ClusterResourceScope",
        };
        let _ = writeln!(
            out,
            "impl k8s_openapi::Resource for {name} {{
                const API_VERSION: &'static str = {:?};
                const GROUP: &'static str = {group:?};
                const KIND: &'static str = {kind:?};
                const VERSION: &'static str = {version:?};
                const URL_PATH_SEGMENT: &'static str = {plural:?};
                type Scope = k8s_openapi::{scope};
            }}

            impl k8s_openapi::Metadata for {name} {{
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
        out.push_str(&root_serialize(root, &names, open.as_deref()));
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
        let open = structure.open.then(|| open_field(&names));
        if let Some(name) = &open {
            out.push_str(OPEN);
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
        out.push_str(&self.required(name, None, &fields, open.as_deref()));
        out
    }

    /// The constructor of a struct with required fields: they are its parameters, the others are absent. Empty if there are
    /// none.
    ///
    /// Parameters of the same type are in its name, so that a call cannot mix them up, even after an upgrade that replaces
    /// one of them.
    fn required(
        &self,
        name: &str,
        first: Option<(&str, &str)>,
        fields: &[(&Field, &str)],
        open: Option<&str>,
    ) -> String {
        let (required, optional): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(field, _)| field.required);
        let mut parameters: Vec<(&str, String)> =
            first.into_iter().map(|(name, kind)| (name, kind.to_owned())).collect();
        parameters.extend(required.iter().map(|(field, name)| (*name, self.field_type(field))));
        if parameters.is_empty() {
            return String::new();
        }
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, kind) in &parameters {
            *count.entry(kind).or_default() += 1;
        }
        let alike: Vec<&str> = parameters
            .iter()
            .filter(|(_, kind)| count[kind.as_str()] > 1)
            .map(|(name, _)| name.trim_matches('_'))
            .collect();
        let function = if alike.is_empty() {
            "required".to_owned()
        } else {
            format!("required_{}", alike.join("_and_"))
        };
        let mut body: Vec<String> = parameters.iter().map(|(name, _)| (*name).to_owned()).collect();
        body.extend(optional.iter().map(|(_, name)| format!("{name}: None")));
        body.extend(open.map(|name| format!("{name}: BTreeMap::new()")));
        let parameters: Vec<String> =
            parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        format!(
            "
impl {name} {{
    /// With what the CRD requires, and nothing else.
    pub fn {function}({}) -> Self {{
        Self {{ {} }}
    }}
}}
",
            parameters.join(", "),
            body.join(", ")
        )
    }

    /// A name that a type had.
    pub fn alias(&self, alias: &Alias) -> String {
        let target = match alias.target {
            Target::Generated(index) => self.group_version.names[index].as_str(),
            Target::Existing(path) => path,
        };
        let kind = &self.group_version.roots[alias.place.kind].kind.name;
        let about = format!(
            "{} of {}, whose structure is that of another type now.",
            code(&alias.place.path.to_string()),
            code(kind)
        );
        format!("\n{}pub type {} = {target};\n", comment("///", &about), alias.name)
    }

    fn choice(&self, index: usize, name: &str, choice: &Choice) -> String {
        let uses = &self.group_version.types[index].uses;
        // An absent property already means "none"; an element of a list or a value of a map cannot be absent.
        let empty = choice.none_allowed
            && uses.iter().any(|place_of_use| place_of_use.place.path.is_one_of_many());
        let mut taken = Taken::default();
        let variants: Vec<String> = choice
            .alternatives
            .iter()
            .map(|(property, _)| taken.take(pascal_case(property)))
            .collect();
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
            let variant = taken.take("Empty".to_owned());
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

/// What a field for further properties says.
const OPEN: &str = "/// Properties beyond those of the schema, which the cluster keeps.\n";

fn open_field(names: &[String]) -> String {
    unique("additional_properties", |name| names.iter().any(|taken| taken == name))
}

fn root_serialize(root: &Root, names: &[String], open: Option<&str>) -> String {
    let name = root.kind.type_name();
    // A struct with further properties is none to serde, only a map.
    let (form, method) = if open.is_some() {
        ("SerializeMap", "serialize_entry")
    } else {
        ("SerializeStruct", "serialize_field")
    };
    let mut out = format!(
        "\nimpl Serialize for {name} {{
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{
                use serde::ser::{form};\n"
    );
    let required = 3 + root.fields.iter().filter(|field| field.required).count();
    let mut length = required.to_string();
    for (field, name) in root.fields.iter().zip(names) {
        if !field.required {
            let _ = write!(length, " + usize::from(self.{name}.is_some())");
        }
    }
    let _ = match open {
        Some(open) => writeln!(
            out,
            "let mut object = serializer.serialize_map(Some({length} + self.{open}.len()))?;"
        ),
        None => {
            writeln!(out, "let mut object = serializer.serialize_struct({name:?}, {length})?;")
        }
    };
    for (key, value) in [
        ("apiVersion", "<Self as k8s_openapi::Resource>::API_VERSION"),
        ("kind", "<Self as k8s_openapi::Resource>::KIND"),
        ("metadata", "&self.metadata"),
    ] {
        let _ = writeln!(out, "object.{method}({key:?}, {value})?;");
    }
    for (field, name) in root.fields.iter().zip(names) {
        let key = &field.name;
        if field.required {
            let _ = writeln!(out, "object.{method}({key:?}, &self.{name})?;");
        } else {
            let _ = writeln!(
                out,
                "if let Some(value) = &self.{name} {{\nobject.{method}({key:?}, value)?;\n}}"
            );
        }
    }
    if let Some(open) = open {
        let _ = writeln!(
            out,
            "for (name, value) in &self.{open} {{\nobject.{method}(name, value)?;\n}}"
        );
    }
    out.push_str("object.end()\n}\n}\n");
    out
}
