//! The places of a new module in `services/src`: its `mod`, and its lines in the bill of materials.

use std::collections::BTreeSet;

use support::{Failure, Result};
use syn::punctuated::Punctuated;
use syn::visit::Visit;

use crate::name::Name;
use crate::plan::Plan;
use crate::source::Source;

/// The bill of materials.
const PLATFORM: &str = "services/src/platform.rs";

/// A folder of modules of one kind.
pub struct Folder {
    /// `app`.
    pub name: &'static str,
    /// The team's variable in the bill of materials, where no module is called yet: `&app`.
    pub team: &'static str,
}

/// A new module.
pub struct Module<'a> {
    pub folder: Folder,
    pub name: &'a Name,
    pub text: String,
    /// Whether environments fill in its settings.
    pub settings: bool,
}

impl Module<'_> {
    /// Plans the module's file and all lines that lead to it.
    ///
    /// # Errors
    /// If the name is taken, or a place is not found.
    pub fn plan(&self, plan: &mut Plan) -> Result<()> {
        let root = plan.root().to_owned();
        let (folder, module) = (self.folder.name, self.name.module());
        let parent = format!("services/src/{folder}.rs");

        let old = plan.read(PLATFORM)?;
        let (mut source, syntax) = Source::parse(PLATFORM, &old)?;
        self.refuse_name(&syntax)?;
        self.add_lines(&mut source, &syntax)?;
        let platform = (source.finish(&root)?, old);

        let old = plan.read(&parent)?;
        let (mut source, syntax) = Source::parse(&parent, &old)?;
        let mods: Vec<&syn::ItemMod> = syntax.items.iter().filter_map(as_mod).collect();
        if mods.iter().any(|item| item.ident == module) {
            return Err(Failure::new(format!(
                "{parent} has a module {module} already; nothing was written: choose another name"
            )));
        }
        // Outside of the crate only settings are used.
        let visibility = if self.settings { "pub" } else { "pub(crate)" };
        let line = format!("\n{visibility} mod {module};\n");
        match mods.last() {
            Some(last) => source.insert_after(*last, line),
            None => source.insert_at_end(line),
        }
        let parent_text = source.finish(&root)?;

        plan.create(format!("services/src/{folder}/{module}.rs"), self.text.clone())?;
        plan.change(&parent, old, parent_text);
        plan.change(PLATFORM, platform.1, platform.0);
        Ok(())
    }

    /// A module's name is also that of a field and of a variable of the bill of materials.
    fn refuse_name(&self, file: &syn::File) -> Result<()> {
        let mut names = Names::default();
        names.visit_file(file);
        if names.0.contains(&self.name.module()) {
            return Err(Failure::new(format!(
                "{PLATFORM} calls something {} already; nothing was written: choose another name",
                self.name.module()
            )));
        }
        Ok(())
    }

    fn add_lines(&self, source: &mut Source<'_>, syntax: &syn::File) -> Result<()> {
        let module = self.name.module();
        let imports = Imports::of(syntax, self.folder.name);
        match (imports.list, syntax.items.iter().rfind(|item| matches!(item, syn::Item::Use(_)))) {
            (Some(list), _) => source.insert_element(list, |_| true, |_| false, &module),
            (None, Some(last)) => {
                source.insert_after(last, format!("\nuse crate::{}::{module};", self.folder.name));
            }
            (None, None) => return Err(source.lacks("`use`")),
        }

        let of_folder = |name: &syn::Ident| imports.modules.contains(&name.to_string());
        if self.settings {
            self.add_settings(source, syntax, of_folder)?;
        }
        let function = function(syntax).ok_or_else(|| source.lacks("`fn environment`"))?;
        let last_call = function.block.stmts.iter().rev().find_map(|statement| {
            let mut call = Call { of_folder: &of_folder, team: None };
            call.visit_stmt(statement);
            call.team.map(|team| (statement, source.text_of(team)))
        });
        let rest = if self.settings { format!(", &site, {module}") } else { String::new() };
        match (last_call, function.block.stmts.last()) {
            (Some((statement, team)), _) => {
                source.insert_after(statement, format!("\n{module}::bundle({team}{rest});"));
            }
            (None, Some(last)) => {
                let team = self.folder.team;
                source.insert_before(last, format!("{module}::bundle({team}{rest});\n"));
            }
            (None, None) => return Err(source.lacks("statement in `fn environment`")),
        }
        Ok(())
    }

    fn add_settings(
        &self,
        source: &mut Source<'_>,
        syntax: &syn::File,
        of_folder: impl Fn(&syn::Ident) -> bool,
    ) -> Result<()> {
        let module = self.name.module();
        let is_later = |name: &syn::Ident| name.to_string().as_str() > module.as_str();
        let settings = syntax.items.iter().find_map(|item| match item {
            syn::Item::Struct(item) if item.ident == "Settings" => Some(item),
            _ => None,
        });
        let Some((settings, syn::Fields::Named(fields))) =
            settings.map(|settings| (settings, &settings.fields))
        else {
            return Err(source.lacks("`struct Settings` with fields"));
        };
        let kind = settings
            .generics
            .type_params()
            .next()
            .map_or_else(String::new, |kind| format!("<{}>", kind.ident));
        let is_of_group = |field: &syn::Field| module_of(&field.ty).is_some_and(&of_folder);
        source.insert_element(
            &fields.named,
            is_of_group,
            |field| field.ident.as_ref().is_some_and(is_later),
            &format!("/// {}.\npub {module}: {module}::Settings{kind}", self.name.title()),
        );

        let group: BTreeSet<_> = fields
            .named
            .iter()
            .filter(|field| is_of_group(field))
            .filter_map(|field| field.ident.clone())
            .collect();
        let mut pattern = Pattern(None);
        pattern.visit_file(syntax);
        let pattern = pattern.0.ok_or_else(|| source.lacks("pattern `let Settings { … } = …`"))?;
        let name_of = |field: &syn::FieldPat| match &field.member {
            syn::Member::Named(name) => Some(name.clone()),
            syn::Member::Unnamed(_) => None,
        };
        source.insert_element(
            &pattern.fields,
            |field| name_of(field).is_some_and(|name| group.contains(&name)),
            |field| name_of(field).is_some_and(|name| is_later(&name)),
            &module,
        );
        Ok(())
    }
}

fn as_mod(item: &syn::Item) -> Option<&syn::ItemMod> {
    match item {
        syn::Item::Mod(item) => Some(item),
        _ => None,
    }
}

/// `account` of the type `account::Settings<K>`.
fn module_of(kind: &syn::Type) -> Option<&syn::Ident> {
    match kind {
        syn::Type::Path(path) if path.path.segments.len() > 1 => {
            path.path.segments.first().map(|segment| &segment.ident)
        }
        _ => None,
    }
}

/// What a file imports of a folder.
struct Imports<'ast> {
    modules: BTreeSet<String>,
    /// The list of `use crate::app::{…}`.
    list: Option<&'ast Punctuated<syn::UseTree, syn::Token![,]>>,
}

impl<'ast> Imports<'ast> {
    fn of(file: &'ast syn::File, folder: &str) -> Self {
        let mut imports = Self { modules: BTreeSet::new(), list: None };
        for item in &file.items {
            if let syn::Item::Use(item) = item
                && let syn::UseTree::Path(path) = &item.tree
                && path.ident == "crate"
                && let syn::UseTree::Path(path) = &*path.tree
                && path.ident == folder
            {
                imports.add(&path.tree);
            }
        }
        imports
    }

    fn add(&mut self, tree: &'ast syn::UseTree) {
        match tree {
            syn::UseTree::Name(name) => {
                self.modules.insert(name.ident.to_string());
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add(tree));
                self.list = Some(&group.items);
            }
            _ => {}
        }
    }
}

/// Every name that a file imports, binds or gives to a field.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_use_name(&mut self, name: &'ast syn::UseName) {
        self.0.insert(name.ident.to_string());
    }

    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        // `site::{self, Kind}` imports `site`.
        if let syn::UseTree::Group(group) = &*path.tree
            && group
                .items
                .iter()
                .any(|tree| matches!(tree, syn::UseTree::Name(name) if name.ident == "self"))
        {
            self.0.insert(path.ident.to_string());
        }
        syn::visit::visit_use_path(self, path);
    }

    fn visit_use_rename(&mut self, renamed: &'ast syn::UseRename) {
        self.0.insert(renamed.rename.to_string());
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.0.extend(field.ident.as_ref().map(ToString::to_string));
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.0.insert(pattern.ident.to_string());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

/// The pattern that names every setting.
struct Pattern<'ast>(Option<&'ast syn::PatStruct>);

impl<'ast> Visit<'ast> for Pattern<'ast> {
    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        if pattern.path.is_ident("Settings") {
            self.0 = Some(pattern);
        }
    }
}

/// The function that builds the platform.
fn function(file: &syn::File) -> Option<&syn::ItemFn> {
    file.items.iter().find_map(|item| match item {
        syn::Item::Fn(item) if item.sig.ident == "environment" => Some(item),
        _ => None,
    })
}

/// A call of `bundle` of one of a folder's modules.
struct Call<'a, 'ast> {
    of_folder: &'a dyn Fn(&syn::Ident) -> bool,
    /// Its first argument.
    team: Option<&'ast syn::Expr>,
}

impl<'ast> Visit<'ast> for Call<'_, 'ast> {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let mut segments = path.path.segments.iter().map(|segment| &segment.ident);
            if let (Some(module), Some(function), None) =
                (segments.next(), segments.next(), segments.next())
                && (self.of_folder)(module)
                && function == "bundle"
            {
                self.team = call.args.first();
            }
        }
        syn::visit::visit_expr_call(self, call);
    }
}
