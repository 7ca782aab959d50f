//! Rules for the sources of this crate. What a module depends on is in its signature, so no module imports another; and every
//! module reads all its settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// A file of the crate as the path of its module: `["infra", "istio", "parts"]`.
type Module = Vec<String>;

/// The modules that every module may import, besides its own parts.
const GROUND: [&[&str]; 4] = [&["site"], &["node_group"], &["app", "shared"], &["infra", "shared"]];

/// The bill of materials: the only file that knows more than one module.
const PLATFORM: &str = "platform";

#[test]
fn no_module_imports_another() {
    for (module, imported) in arrows() {
        if module == [PLATFORM] || is_ground(&imported) || are_of_one_tool(&module, &imported) {
            continue;
        }
        panic!(
            "{} imports {}: hand it over in platform.rs instead, as a value or a handle",
            module.join("::"),
            imported.join("::")
        );
    }
}

#[test]
fn the_ground_imports_nothing_above_it() {
    for (module, imported) in arrows().into_iter().filter(|(module, _)| is_ground(module)) {
        assert!(
            is_ground(&imported),
            "{} is below {}, but imports it",
            module.join("::"),
            imported.join("::")
        );
    }
}

#[test]
fn nothing_imports_in_a_circle() {
    let mut imports: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, imported) in arrows() {
        imports.entry(module).or_default().insert(imported);
    }
    // Repeatedly remove modules that import none of the others: what remains is a circle.
    loop {
        let left: BTreeSet<Module> = imports.keys().cloned().collect();
        imports.retain(|_, imported| imported.iter().any(|module| left.contains(module)));
        if imports.len() == left.len() {
            break;
        }
    }
    let circle: Vec<String> = imports.keys().map(|module| module.join("::")).collect();
    assert!(circle.is_empty(), "these import each other in a circle: {}", circle.join(", "));
}

fn is_ground(module: &Module) -> bool {
    GROUND.iter().any(|ground| module == ground)
}

/// Whether both belong to one service or tool: `infra::istio` and `infra::istio::parts`.
fn are_of_one_tool(module: &Module, imported: &Module) -> bool {
    module.len() > 1 && module.get(..2) == imported.get(..2)
}

/// Every import of a file from another one of the crate.
fn arrows() -> BTreeSet<(Module, Module)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: BTreeMap<Module, PathBuf> = files_below(&source, &[]).into_iter().collect();
    assert!(files.len() > 20, "no modules below {}", source.display());
    let mut arrows = BTreeSet::new();
    for (module, file) in &files {
        let text = fs::read_to_string(file).expect("a readable source file");
        let mut paths = Paths { module, files: &files, imported: BTreeSet::new() };
        paths.visit_file(&syn::parse_file(&text).expect("a source file of Rust"));
        arrows.extend(paths.imported.into_iter().map(|imported| (module.clone(), imported)));
    }
    arrows
}

/// Every file below a folder; the file of a module with submodules is beside their folder.
fn files_below(folder: &Path, above: &[String]) -> Vec<(Module, PathBuf)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let module: Module = above.iter().cloned().chain([name]).collect();
        if path.is_dir() {
            files.extend(files_below(&path, &module));
        } else if module != ["lib"] {
            files.push((module, path));
        }
    }
    files
}

/// The files of the crate that the paths of one file lead to.
struct Paths<'a> {
    module: &'a Module,
    files: &'a BTreeMap<Module, PathBuf>,
    imported: BTreeSet<Module>,
}

impl Paths<'_> {
    fn add(&mut self, segments: &[String]) {
        let Some(first) = segments.first() else {
            return;
        };
        let up = segments.iter().take_while(|segment| *segment == "super").count();
        let own_part = self.module.iter().chain([first]).cloned().collect();
        let (base, rest) = match first.as_str() {
            "crate" => (&[][..], &segments[1..]),
            "self" => (self.module.as_slice(), &segments[1..]),
            "super" => (&self.module[..self.module.len().saturating_sub(up)], &segments[up..]),
            _ if self.files.contains_key::<Module>(&own_part) => (self.module.as_slice(), segments),
            _ => return,
        };
        let path: Module = base.iter().chain(rest).cloned().collect();
        // The longest prefix of the path that is a file; the rest is an item in it.
        let mut prefixes = (1..=path.len()).rev().map(|end| path[..end].to_vec());
        if let Some(imported) = prefixes.find(|module| self.files.contains_key(module))
            && imported != *self.module
        {
            self.imported.insert(imported);
        }
    }

    fn add_tree(&mut self, above: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| -> Vec<String> {
            above.iter().cloned().chain([name.to_string()]).collect()
        };
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.add(&with(&name.ident)),
            syn::UseTree::Rename(renamed) => self.add(&with(&renamed.ident)),
            syn::UseTree::Glob(_) => self.add(above),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(above, tree);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    /// `pub(super)` imports nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        syn::visit::visit_path(self, path);
    }

    /// To the parser the contents of a macro are only tokens.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(" :: ", "::");
        let paths = text.split(|character: char| {
            !(character.is_alphanumeric() || character == '_' || character == ':')
        });
        for path in paths.filter(|path| path.contains("::")) {
            let segments: Vec<String> = path.split("::").map(str::to_owned).collect();
            self.add(&segments);
        }
        syn::visit::visit_macro(self, item);
    }
}

/// A setting that its module does not read has no effect. The compiler reports one only where a pattern names every field, so
/// each module with settings has such a pattern.
#[test]
fn modules_read_every_setting() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, file) in files_below(&source, &[]) {
        let text = fs::read_to_string(&file).expect("a readable source file");
        let parsed = syn::parse_file(&text).expect("a source file of Rust");
        let mut settings = SettingsUse::default();
        settings.visit_file(&parsed);
        let module = module.join("::");
        assert_eq!(
            settings.defined,
            settings.named > 0,
            "{module}: no pattern names every setting"
        );
        assert!(!settings.rest, "{module}: a pattern of Settings skips some by `..`");
        let unread: Vec<_> = settings.skipped.difference(&settings.read).collect();
        assert!(unread.is_empty(), "{module} reads these settings nowhere: {unread:?}");
    }
}

/// What a file does with its `Settings`.
#[derive(Default)]
struct SettingsUse {
    defined: bool,
    /// Patterns.
    named: usize,
    /// Whether a pattern ends with `..`.
    rest: bool,
    /// Fields that a pattern names as `_`.
    skipped: BTreeSet<String>,
    /// Fields that are read by their names.
    read: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for SettingsUse {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.defined |= item.ident == "Settings";
        syn::visit::visit_item_struct(self, item);
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        if pattern.path.segments.last().is_some_and(|name| name.ident == "Settings") {
            self.named += 1;
            self.rest |= pattern.rest.is_some();
            for field in &pattern.fields {
                if let (syn::Member::Named(name), syn::Pat::Wild(_)) = (&field.member, &*field.pat)
                {
                    self.skipped.insert(name.to_string());
                }
            }
        }
        syn::visit::visit_pat_struct(self, pattern);
    }

    fn visit_expr_field(&mut self, field: &'ast syn::ExprField) {
        if let (syn::Expr::Path(path), syn::Member::Named(name)) = (&*field.base, &field.member)
            && path.path.is_ident("settings")
        {
            self.read.insert(name.to_string());
        }
        syn::visit::visit_expr_field(self, field);
    }
}

/// A file without a `mod` is not compiled, and nothing else reports it.
#[test]
fn every_file_is_a_module() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files_below(&source, &[]);
    let declared: BTreeSet<Module> = files
        .iter()
        .chain([&(Vec::new(), source.join("lib.rs"))])
        .flat_map(|(module, file)| {
            let text = fs::read_to_string(file).expect("a readable source file");
            let parsed = syn::parse_file(&text).expect("a source file of Rust");
            parsed
                .items
                .into_iter()
                .filter_map(|item| match item {
                    syn::Item::Mod(item) => {
                        Some(module.iter().cloned().chain([item.ident.to_string()]).collect())
                    }
                    _ => None,
                })
                .collect::<Vec<Module>>()
        })
        .collect();
    for (module, file) in &files {
        assert!(declared.contains(module), "no `mod` names {}", file.display());
    }
}
