//! `new environment`: the crate of another one under a new name, and its line in the list of environments.
//!
//! The values stay those of the other one. `render` refuses what two environments must not share, so nothing is lost if one is
//! forgotten.

use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use support::{Failure, Result};
use syn::visit::Visit;
use toml_edit::{DocumentMut, InlineTable, Item, Value};

use crate::name::Name;
use crate::plan::Plan;
use crate::source::Source;

/// The folder of all environments, which is also the package that lists them.
const ENVIRONMENTS: &str = "environments";

/// Plans the crate and what lists it, and returns the next step.
///
/// # Errors
/// If the name is taken, the other environment does not exist, or a place is not found.
pub fn plan(plan: &mut Plan, name: &Name, like: &Name) -> Result<String> {
    let root = plan.root().to_owned();
    let folder = format!("{ENVIRONMENTS}/{name}");
    plan.refuse_existing(&folder)?;

    let list = format!("{ENVIRONMENTS}/src/lib.rs");
    let old = plan.read(&list)?;
    let new = listed(&root, &list, &old, name, like)?;
    let packages = format!("{ENVIRONMENTS}/Cargo.toml");
    let old_packages = plan.read(&packages)?;
    let new_packages = with_dependency(&packages, &old_packages, name)?;

    let original = format!("{ENVIRONMENTS}/{like}");
    let manifest = format!("{original}/Cargo.toml");
    let package = renamed_package(&manifest, &plan.read(&manifest)?, name, like)?;
    plan.create(format!("{folder}/Cargo.toml"), package)?;
    let mut names_itself = false;
    for below in sources(&root.join(&original).join("src"))? {
        let path = format!("{original}/src/{below}");
        let (text, found) = renamed_source(&root, &path, &plan.read(&path)?, name, like)?;
        names_itself |= found;
        plan.create(format!("{folder}/src/{below}"), text)?;
    }
    if !names_itself {
        return Err(Failure::new(format!(
            "{original}/src has no `name!(\"{like}\")`, so the copy would call itself {like}; nothing was written: give that environment its \
             name by this literal"
        )));
    }
    plan.change(&packages, old_packages, new_packages);
    plan.change(&list, old, new);
    Ok(format!(
        "Next: `cargo check` names the `about` that {list} lacks. Then change in {folder}/src what differs from {like}:\n\
         `cargo xtask render` names everything that both would use and must not share. docs/adding-an-environment.md tells the rest.\n"
    ))
}

/// The list with the new environment at its end, without a line about it.
fn listed(root: &Path, path: &str, text: &str, name: &Name, like: &Name) -> Result<String> {
    let (mut source, syntax) = Source::parse(path, text)?;
    let list = syntax.items.iter().find_map(|item| match item {
        syn::Item::Const(item) if item.ident == "ALL" => match &*item.expr {
            syn::Expr::Reference(reference) => match &*reference.expr {
                syn::Expr::Array(array) => Some(&array.elems),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let list = list.ok_or_else(|| source.lacks("`const ALL: … = &[…]`"))?;
    let names: Vec<String> = list.iter().filter_map(name_of_entry).collect();
    if names.contains(&name.to_string()) {
        return Err(Failure::new(format!(
            "{path} lists {name} already; nothing was written: choose another name"
        )));
    }
    if !names.contains(&like.to_string()) {
        return Err(Failure::new(format!(
            "there is no environment {like} in {path}; nothing was written: choose one of {} for --like",
            names.join(", ")
        )));
    }
    let entry = format!(
        "Entry {{ name: \"{name}\", environment: environment_{}::environment }}",
        name.module()
    );
    source.insert_element(list, |_| true, |_| false, &entry);
    source.finish(root)
}

/// `dev` of `Entry { name: "dev", … }`.
fn name_of_entry(entry: &syn::Expr) -> Option<String> {
    let syn::Expr::Struct(entry) = entry else { return None };
    entry.fields.iter().find_map(|field| match (&field.member, &field.expr) {
        (
            syn::Member::Named(name),
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
        ) if name == "name" => Some(text.value()),
        _ => None,
    })
}

fn with_dependency(path: &str, text: &str, name: &Name) -> Result<String> {
    let mut manifest = parse(path, text)?;
    let dependencies = table(&mut manifest, path, "dependencies")?;
    let mut package = InlineTable::new();
    package.insert("path", Value::from(name.to_string()));
    dependencies.insert(&format!("environment-{name}"), Item::Value(package.into()));
    dependencies.sort_values();
    Ok(manifest.to_string())
}

fn renamed_package(path: &str, text: &str, name: &Name, like: &Name) -> Result<String> {
    let mut manifest = parse(path, text)?;
    // Their tests stay with the original.
    manifest.remove("dev-dependencies");
    let package = table(&mut manifest, path, "package")?;
    for (key, value) in package.iter_mut() {
        if let (true, Some(text)) = (["name", "description"].contains(&key.get()), value.as_str()) {
            let text = with_word_replaced(text, &like.to_string(), &name.to_string());
            *value = toml_edit::value(text);
        }
    }
    Ok(manifest.to_string())
}

fn parse(path: &str, text: &str) -> Result<DocumentMut> {
    text.parse().map_err(|error| {
        Failure::new(format!(
            "{path} is not TOML: {error}nothing was written: mend it, then run again"
        ))
    })
}

fn table<'a>(
    manifest: &'a mut DocumentMut,
    path: &str,
    name: &str,
) -> Result<&'a mut toml_edit::Table> {
    manifest.get_mut(name).and_then(Item::as_table_mut).ok_or_else(|| {
        Failure::new(format!(
            "{path} has no [{name}], so there is no place for the new line; nothing was written: write it by hand, or begin with the file \
             as it was"
        ))
    })
}

/// The paths of a crate's files below its `src`, in order.
pub fn sources(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(below) = folders.pop() {
        let unreadable = |error: std::io::Error| {
            let folder = folder.join(&below);
            Failure::new(format!(
                "{} cannot be read: {error}; nothing was written",
                folder.display()
            ))
        };
        for entry in fs::read_dir(folder.join(&below)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = format!("{below}{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push(format!("{path}/"));
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A source file whose environment has the new name, in its literal, in Minikube's profile and in the documentation of the file; and
/// whether it has the literal.
fn renamed_source(
    root: &Path,
    path: &str,
    text: &str,
    name: &Name,
    like: &Name,
) -> Result<(String, bool)> {
    if Path::new(path).extension() != Some("rs".as_ref()) {
        return Ok((text.to_owned(), false));
    }
    let (mut source, syntax) = Source::parse(path, text)?;
    let (name, like) = (name.to_string(), like.to_string());
    let mut literals = Literals { name: &like, found: Vec::new(), profiles: Vec::new() };
    literals.visit_file(&syntax);
    for literal in &literals.found {
        source.replace(literal, format!("\"{name}\""));
    }
    for literal in &literals.profiles {
        let replaced = with_word_replaced(source.text_of(literal), &like, &name);
        source.replace(literal, replaced);
    }
    for line in &syntax.attrs {
        let replaced = with_word_replaced(source.text_of(line), &like, &name);
        source.replace(line, replaced);
    }
    Ok((source.finish(root)?, !literals.found.is_empty()))
}

/// The literals of `name!("prd")`, and those of Minikube's profiles, which two laptops may share as little as their names.
struct Literals<'a> {
    name: &'a str,
    found: Vec<TokenStream>,
    profiles: Vec<TokenStream>,
}

impl<'ast> Visit<'ast> for Literals<'_> {
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let is = |name: &str| item.path.segments.last().is_some_and(|it| it.ident == name);
        let Ok(literal) = item.parse_body::<syn::LitStr>() else { return };
        if is("name") && literal.value() == self.name {
            self.found.push(item.tokens.clone());
        } else if is("minikube_profile") {
            self.profiles.push(item.tokens.clone());
        }
    }
}

/// Replaces a word where it stands alone: `environment-prd` has it, `prds` does not.
fn with_word_replaced(text: &str, word: &str, by: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        replaced.push_str(before);
        replaced.push_str(if alone { by } else { word });
        rest = after;
    }
    replaced + rest
}
