//! Documentation in sources: that of modules, and that of fields.
//!
//! The sources are those that the program which reads them was just built from, so that text and value belong together.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use syn::{Attribute, Expr, Fields, Item, Lit, Meta, Visibility};

/// Source files by their paths, as the compiler names them.
#[derive(Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, String>,
    parsed: RefCell<HashMap<String, Rc<Vec<Definition>>>>,
}

/// A struct, or a variant of an enum, with named fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// Whether somebody else can set its fields.
    pub is_open: bool,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its documentation as one line.
    pub documentation: String,
    /// Its type as it is written.
    pub of: String,
}

impl Sources {
    /// These files.
    #[must_use]
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self { files, parsed: RefCell::default() }
    }

    /// The documentation of a module, paragraph by paragraph; none where the file is not here, or has none.
    #[must_use]
    pub fn module(&self, file: &str) -> Option<Vec<String>> {
        let text = self.files.get(file)?;
        let lines = text.lines().map_while(|line| line.trim_start().strip_prefix("//!"));
        let paragraphs = paragraphs(lines.map(str::trim));
        (!paragraphs.is_empty()).then_some(paragraphs)
    }

    /// The definition of a struct with exactly these fields, and the file that it stands in: in the file that names it, or else in that
    /// of the module it is named by, or else anywhere.
    ///
    /// # Errors
    /// If there are several in the same distance whose documentation differs: their files.
    pub fn definition(
        &self,
        name: &str,
        fields: &[&str],
        module: Option<&str>,
        near: &str,
    ) -> Result<Option<(String, Definition)>, Vec<String>> {
        let mut found: Vec<(u8, &String, Definition)> = Vec::new();
        for (path, text) in &self.files {
            // Reading Rust takes longer than looking for a word.
            if !text.contains(&format!("{name} ")) && !text.contains(&format!("{name}<")) {
                continue;
            }
            let distance = match module {
                Some(module) if is_of_module(path, module) => 0,
                Some(_) => 3,
                None if path == near => 0,
                None if crate_of(path) == crate_of(near) => 1,
                None => 2,
            };
            for definition in self.parsed(path, text).iter() {
                let names = definition.fields.iter().map(|field| field.name.as_str());
                if definition.name == name && names.eq(fields.iter().copied()) {
                    found.push((distance, path, definition.clone()));
                }
            }
        }
        let Some(nearest) = found.iter().map(|(distance, ..)| *distance).min() else {
            return Ok(None);
        };
        found.retain(|(distance, ..)| *distance == nearest);
        let (_, path, definition) = &found[0];
        if found.iter().any(|(.., other)| other != definition) {
            return Err(found.iter().map(|(_, path, _)| (*path).clone()).collect());
        }
        Ok(Some(((*path).clone(), definition.clone())))
    }

    fn parsed(&self, path: &str, text: &str) -> Rc<Vec<Definition>> {
        if let Some(parsed) = self.parsed.borrow().get(path) {
            return parsed.clone();
        }
        let mut definitions = Vec::new();
        // What does not compile is not what this program was built from: nothing is found in it.
        if let Ok(file) = syn::parse_file(text) {
            items(&file.items, &mut definitions);
        }
        let parsed = Rc::new(definitions);
        self.parsed.borrow_mut().insert(path.to_owned(), parsed.clone());
        parsed
    }
}

fn items(items: &[Item], definitions: &mut Vec<Definition>) {
    for item in items {
        match item {
            Item::Struct(item) => {
                definitions.extend(definition(item.ident.to_string(), &item.fields, false));
            }
            Item::Enum(item) => definitions.extend(
                item.variants
                    .iter()
                    .filter_map(|one| definition(one.ident.to_string(), &one.fields, true)),
            ),
            Item::Mod(module) => {
                if let Some((_, inner)) = &module.content {
                    self::items(inner, definitions);
                }
            }
            _ => {}
        }
    }
}

fn definition(name: String, fields: &Fields, of_variant: bool) -> Option<Definition> {
    let Fields::Named(named) = fields else { return None };
    let is_open =
        of_variant || named.named.iter().any(|field| !matches!(field.vis, Visibility::Inherited));
    let fields = named.named.iter().map(|field| Field {
        name: field.ident.as_ref().map(ToString::to_string).unwrap_or_default(),
        documentation: documentation(&field.attrs),
        of: type_words(&field.ty),
    });
    Some(Definition { name, fields: fields.collect(), is_open })
}

/// A type as people write it.
fn type_words(of: &syn::Type) -> String {
    use quote::ToTokens as _;
    let tokens = of.to_token_stream().to_string();
    let mut words = String::new();
    for token in tokens.split(' ') {
        // Tokens are printed with a space after each.
        if matches!(token, "dyn" | "mut" | "," | "as") || token.starts_with('\'') {
            words.push_str(token);
            words.push(' ');
        } else {
            words.push_str(token);
        }
    }
    words.trim_end().replace(" ,", ",")
}

fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<String> = lines.collect();
    paragraphs(lines.iter().map(String::as_str)).join(" ")
}

/// Lines as paragraphs, each as one line. Links of rustdoc lose what they lead to.
fn paragraphs<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in lines {
        if line.is_empty() {
            paragraphs.push(String::new());
        } else if let Some(last) = paragraphs.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(line);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.iter().map(|paragraph| without_links(paragraph)).collect()
}

/// ``[`a`](b)`` and ``[`a`]`` as `` `a` ``: what they lead to has no place on these pages.
fn without_links(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("[`") {
        let (before, link) = rest.split_at(start);
        words.push_str(before);
        let Some(end) = link.find("`]") else {
            words.push_str(link);
            return words;
        };
        words.push_str(&link[1..=end]);
        rest = &link[end + 2..];
        if rest.starts_with('(')
            && let Some(end) = rest.find(')')
        {
            rest = &rest[end + 1..];
        }
    }
    words.push_str(rest);
    words
}

/// Whether a file is that of a module of this name.
fn is_of_module(path: &str, module: &str) -> bool {
    path.ends_with(&format!("/{module}.rs")) || path.ends_with(&format!("/{module}/mod.rs"))
}

/// The folder of the crate that a file belongs to.
fn crate_of(path: &str) -> &str {
    path.rsplit_once("/src/").map_or(path, |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Sources::new(files.iter().map(owned).collect())
    }

    #[test]
    fn a_module_is_told_by_its_first_lines() {
        let text = "//! Cart: keeps\n//! what is in it.\n//!\n//! See [`Stock`](crate::stock).\n\nuse x;\n//! Not this.\n";
        let sources = sources(&[("shop/src/cart.rs", text)]);
        let about = sources.module("shop/src/cart.rs").expect("documentation");
        assert_eq!(about, ["Cart: keeps what is in it.", "See `Stock`."]);
        assert_eq!(sources.module("shop/src/none.rs"), None);
    }

    #[test]
    fn the_nearest_of_several_structs_is_taken() {
        let of = |text: &str| {
            format!("pub struct Settings<K> {{\n    /// {text}.\n    pub image: K::Image,\n}}")
        };
        let (cart, stock) = (of("Of the cart"), of("Of the stock"));
        let sources = sources(&[("shop/src/cart.rs", &cart), ("shop/src/stock.rs", &stock)]);
        let found = |module, near| {
            let found = sources.definition("Settings", &["image"], module, near)?;
            Ok::<_, Vec<String>>(found.map(|(_, found)| found.fields[0].clone()))
        };
        let field = found(Some("stock"), "shop/src/cart.rs").expect("one").expect("one");
        assert_eq!((&*field.documentation, &*field.of), ("Of the stock.", "K::Image"));
        let field = found(None, "shop/src/cart.rs").expect("one").expect("one");
        assert_eq!(field.documentation, "Of the cart.");
        assert!(found(None, "shop/src/lib.rs").is_err(), "either could be meant");
        assert!(
            sources
                .definition("Settings", &["host"], None, "shop/src/cart.rs")
                .expect("none")
                .is_none()
        );
    }

    #[test]
    fn what_is_no_rust_has_no_documentation() {
        let sources = sources(&[("a/src/b.rs", "pub struct A {{{ ")]);
        assert_eq!(sources.definition("A", &["b"], None, "a/src/b.rs"), Ok(None));
    }
}
