//! What environments set, with the documentation that stands beside each field.
//!
//! Values are those that the environment was built with, as `Debug` wrote them; documentation is what rustdoc reads, taken from the
//! sources that this program was built from. Neither is written a second time.

mod value;

use manifests_lib::environment::WrittenSettings;
use support::Failure;

use crate::sources::Sources;
use value::Value;

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The names of the fields that lead to it: `account.image.tag`.
    pub path: String,
    /// Its type.
    pub of: String,
    /// Its value; none where it has parts of its own, which follow it.
    pub value: Option<String>,
    /// Its documentation as one line.
    pub documentation: String,
}

/// Settings that belong together: those of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name of the field that holds them; empty for those of the platform itself.
    pub name: String,
    /// Its documentation.
    pub documentation: String,
    /// The file that defines them.
    pub file: String,
    /// The settings, in the order of the definition.
    pub settings: Vec<Setting>,
}

/// Every setting of an environment.
///
/// # Errors
/// If the values are no text of a derived `Debug`, or documentation is missing or not told apart.
pub fn groups(written: &WrittenSettings, sources: &Sources) -> Result<Vec<Group>, Failure> {
    let value = Value::read(&written.values).ok_or_else(|| {
        Failure::new(format!(
            "{}: the settings cannot be read, because a type in them does not derive Debug: derive it, or have it write an expression",
            written.origin
        ))
    })?;
    let Value::Struct(name, fields) = &value else {
        return Err(Failure::new(format!(
            "{}: the settings are no struct with named fields, so that there is nothing to name them by",
            written.origin
        )));
    };
    // `platform` of `services::platform::Settings<…>`.
    let path = written.of.split('<').next().unwrap_or_default();
    let module = path.rsplit("::").nth(1);
    let reader = Reader { sources };
    let Some((file, definition)) = reader.definition(name, fields, module, written.origin.file)?
    else {
        return Err(Failure::new(format!(
            "{}: {} is not defined beside it, so that its documentation cannot be found: write the settings down in the file that \
             defines them",
            written.origin, written.of
        )));
    };
    let own = |settings| Group {
        name: String::new(),
        documentation: String::new(),
        file: file.clone(),
        settings,
    };
    let (mut plain, mut groups) = (Vec::new(), Vec::new());
    for (field, (name, value)) in definition.fields.iter().zip(fields) {
        let of = Of { written: &field.of, file: &file };
        if let Value::Struct(kind, parts) = value.inner()
            && let Some((file, _)) =
                reader.definition(kind, parts, module_of(&field.of), of.file)?
        {
            let mut settings = Vec::new();
            reader.add(name, value, &field.documentation, &of, &mut settings)?;
            let documentation = field.documentation.clone();
            // The first row is the group itself.
            settings.remove(0);
            groups.push(Group { name: name.clone(), documentation, file, settings });
        } else {
            reader.add(name, value, &field.documentation, &of, &mut plain)?;
        }
    }
    if !plain.is_empty() {
        groups.insert(0, own(plain));
    }
    Ok(groups)
}

/// The type of a field as it is written, and the file where.
struct Of<'a> {
    written: &'a str,
    file: &'a str,
}

struct Reader<'a> {
    sources: &'a Sources,
}

type Found = Option<(String, crate::sources::Definition)>;

impl Reader<'_> {
    fn definition(
        &self,
        name: &str,
        fields: &[(String, Value)],
        module: Option<&str>,
        near: &str,
    ) -> Result<Found, Failure> {
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        self.sources.definition(name, &names, module, near).map_err(|files| {
            Failure::new(format!(
                "the documentation of {name} may be that of any of {}: give one of them another name",
                files.join(", ")
            ))
        })
    }

    /// Adds a setting and its parts.
    fn add(
        &self,
        path: &str,
        value: &Value,
        documentation: &str,
        of: &Of<'_>,
        settings: &mut Vec<Setting>,
    ) -> Result<(), Failure> {
        let row = |value| Setting {
            path: path.to_owned(),
            of: type_of(of.written, value, path),
            value: None,
            documentation: documentation.to_owned(),
        };
        match value.inner() {
            Value::Struct(name, fields) => {
                let module = module_of(of.written).filter(|_| !is_chosen(of.written));
                let found = self.definition(name, fields, module, of.file)?;
                if let Some((file, definition)) = found.filter(|(_, found)| found.is_open) {
                    settings.push(row(value));
                    for (field, (name, value)) in definition.fields.iter().zip(fields) {
                        let of = Of { written: &field.of, file: &file };
                        let path = format!("{path}.{name}");
                        self.add(&path, value, &field.documentation, &of, settings)?;
                    }
                    return Ok(());
                }
            }
            Value::List(items)
                if items.iter().any(|item| matches!(item.inner(), Value::Struct(..))) =>
            {
                settings.push(row(value));
                for (number, item) in items.iter().enumerate() {
                    let of = Of { written: element(of.written), file: of.file };
                    self.add(&format!("{path}[{number}]"), item, "", &of, settings)?;
                }
                return Ok(());
            }
            _ => {}
        }
        settings.push(Setting { value: Some(value.shown()), ..row(value) });
        Ok(())
    }
}

/// The module that a type is named by: `account` of `account::Settings<K>`.
fn module_of(written: &str) -> Option<&str> {
    let path = written.split('<').next()?;
    let module = path.rsplit("::").nth(1)?;
    // A type that a kind of place chooses: `K::Image`.
    module.starts_with(|letter: char| letter.is_ascii_lowercase()).then_some(module)
}

/// Whether a type is chosen by a parameter: `K::Image`.
fn is_chosen(written: &str) -> bool {
    written.split_once("::").is_some_and(|(parameter, _)| {
        parameter.starts_with(|letter: char| letter.is_ascii_uppercase())
            && parameter.chars().all(char::is_alphanumeric)
    })
}

/// The type of the elements of a list.
fn element(written: &str) -> &str {
    let inner = written.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>'));
    match inner {
        Some((inner, _)) => inner,
        None => written.trim_start_matches('[').split(';').next().unwrap_or(written),
    }
}

/// The type to show: the one that is written, or the one that a kind of place has chosen.
fn type_of(written: &str, value: &Value, path: &str) -> String {
    match value.name() {
        Some(name) if is_chosen(written) => name.to_owned(),
        _ if is_chosen(written) => {
            // Such as `()` for nothing at all.
            written.rsplit("::").next().unwrap_or(path).to_owned()
        }
        _ => written
            .split("::")
            .last()
            .filter(|_| !written.contains('<'))
            .unwrap_or(written)
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use manifests_lib::model::Origin;

    use super::*;

    fn read(values: &str, text: &str) -> Result<Vec<Group>, Failure> {
        let origin = Origin::here();
        let sources = Sources::new(BTreeMap::from([(origin.file.to_owned(), text.to_owned())]));
        let written = WrittenSettings {
            of: "pages::settings::Settings<x::Aws>",
            values: values.to_owned(),
            origin,
        };
        groups(&written, &sources)
    }

    const TEXT: &str = "
        pub struct Settings<K> {
            /// Pods.
            pub replicas: u16,
            /// The cart.
            pub cart: Cart<K>,
        }
        pub struct Cart<K> {
            /// What runs.
            pub image: K::Image,
            /// Nodes.
            pub nodes: Vec<Nodes>,
            /// How much.
            pub size: Bytes,
        }
        pub struct Nodes {
            /// How many.
            pub count: u16,
            /// Where.
            pub zone: Option<Zone>,
        }
        pub struct Bytes { mebibytes: u32 }
        pub struct EcrImage {
            /// Its tag.
            pub tag: Tag,
        }
    ";

    #[test]
    fn values_get_the_documentation_beside_their_fields() {
        let values = "Settings { replicas: 2, cart: Cart { image: EcrImage { tag: Tag(\"a|b\") }, \
                      nodes: [Nodes { count: 1, zone: Some(A) }, Nodes { count: 2, zone: None }], size: Bytes { mebibytes: 64 } } }";
        let groups = read(values, TEXT).expect("settings");
        let rows = groups.iter().flat_map(|group| {
            group.settings.iter().map(|setting| {
                let Setting { path, of, value, documentation } = setting;
                format!(
                    "{}|{path}|{of}|{}|{documentation}",
                    group.name,
                    value.as_deref().unwrap_or("-")
                )
            })
        });
        insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @"
        |replicas|u16|2|Pods.
        cart|cart.image|EcrImage|-|What runs.
        cart|cart.image.tag|Tag|a|b|Its tag.
        cart|cart.nodes|Vec<Nodes>|-|Nodes.
        cart|cart.nodes[0]|Nodes|-|
        cart|cart.nodes[0].count|u16|1|How many.
        cart|cart.nodes[0].zone|Option<Zone>|A|Where.
        cart|cart.nodes[1]|Nodes|-|
        cart|cart.nodes[1].count|u16|2|How many.
        cart|cart.nodes[1].zone|Option<Zone>|none|Where.
        cart|cart.size|Bytes|64 mebibytes|How much.
        ");
    }

    #[test]
    fn what_is_not_found_says_so() {
        let sentence = |values| read(values, TEXT).expect_err("no settings").to_string();
        assert!(sentence("Settings { other: 1 }").contains("is not defined beside it"));
        assert!(sentence("Settings { replicas: <secret> }").contains("derive Debug"));
        assert!(sentence("Settings").contains("no struct with named fields"));
    }
}
