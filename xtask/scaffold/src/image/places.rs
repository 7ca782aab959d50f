//! Where the sources of an environment have an image, and its tag.

use std::ops::Range;

use support::{Failure, Result, visible};
use syn::visit::{self, Visit};

/// How long `@sha256:` and the digits behind it are.
const DIGEST: usize = "@sha256:".len() + 64;

/// An image.
pub struct Place {
    /// The repository, without a tag.
    pub repository: String,
    /// The fields that lead to it, `order.nginx`, or the constant that it is.
    pub field: Option<String>,
    /// Its line.
    pub line: usize,
    /// Its tag.
    pub written: Written,
}

/// How a tag is written.
pub enum Written {
    /// As a literal of this image alone.
    Own {
        /// Of the literal, with its quotes.
        range: Range<usize>,
        /// The text in it.
        text: String,
        /// What the literal is of.
        macro_: Macro,
    },
    /// Elsewhere, for more than this image: in a function, a constant.
    Elsewhere,
}

/// A macro that checks a text when it is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Macro {
    FixedTag,
    Tag,
    PublicImage,
}

impl Place {
    /// Whether a person may call it so.
    pub fn is_called(&self, name: &str) -> bool {
        self.repository == name || self.field.as_deref() == Some(name)
    }

    /// Its names.
    pub fn name(&self) -> String {
        match &self.field {
            Some(field) => format!("{} ({field})", self.repository),
            None => self.repository.clone(),
        }
    }

    /// The text of its literal.
    pub fn text(&self) -> Option<&String> {
        match &self.written {
            Written::Own { text, .. } => Some(text),
            Written::Elsewhere => None,
        }
    }

    /// As a list has it.
    pub fn line(&self, path: &str) -> String {
        let tag = match &self.written {
            Written::Own { text, macro_: Macro::PublicImage, .. } => {
                text.get(self.repository.len() + 1..).unwrap_or(text)
            }
            Written::Own { text, .. } => text,
            Written::Elsewhere => "(the tag stands elsewhere)",
        };
        format!("{} {tag} {path}:{}", self.name(), self.line)
    }

    /// The text of its literal with another tag.
    ///
    /// # Errors
    /// If this image takes no such tag, or has none of its own.
    pub fn literal(&self, path: &str, tag: &str, moves: bool) -> Result<String> {
        let place = format!("{path}:{}: {}", self.line, self.name());
        match &self.written {
            Written::Elsewhere => Err(Failure::new(format!(
                "{place} has no tag of its own there, but one that stands elsewhere, for other images too; nothing was written: write the \
                 tag beside its repository first, such as `fixed_tag!(\"d74ac1c\")`"
            ))),
            Written::Own { macro_: Macro::FixedTag, .. } if moves => Err(Failure::new(format!(
                "{place} takes a tag that stays (`fixed_tag!`), and {} is moved by the next build; nothing was written: give the tag of a \
                 commit, such as d74ac1c, or add the digest, {}@sha256:…",
                visible(tag),
                visible(tag)
            ))),
            Written::Own { macro_: Macro::Tag, .. } if tag.contains('@') => {
                Err(Failure::new(format!(
                    "{place} takes a tag alone (`tag!`), and {} has a digest; nothing was written: give the tag",
                    visible(tag)
                )))
            }
            Written::Own { macro_: Macro::PublicImage, .. } => {
                // Only there a digest must be.
                if tag.len() <= DIGEST || !tag.contains("@sha256:") {
                    return Err(Failure::new(format!(
                        "{place} is an image of others, which its digest pins; nothing was written: give both, {}@sha256:…, as `docker \
                         buildx imagetools inspect {}:{}` prints it first",
                        visible(tag),
                        self.repository,
                        visible(tag)
                    )));
                }
                Ok(format!("{}:{tag}", self.repository))
            }
            Written::Own { .. } => Ok(tag.to_owned()),
        }
    }
}

/// The images of a file, in the order of their lines; `within` only those in functions and modules of this name.
pub fn of(file: &syn::File, within: Option<&str>) -> Vec<Place> {
    let module = within.map(|name| name.replace('-', "_"));
    let is_inside = module.is_none();
    let mut finder = Finder { within: module, is_inside, fields: Vec::new(), places: Vec::new() };
    finder.visit_file(file);
    finder.places.sort_by_key(|place| place.line);
    finder.places
}

struct Finder {
    within: Option<String>,
    is_inside: bool,
    /// Those that lead to what is visited.
    fields: Vec<String>,
    places: Vec<Place>,
}

impl Finder {
    /// Visits what has a name.
    fn named(&mut self, name: &syn::Ident, visit: impl FnOnce(&mut Self)) {
        let before = self.is_inside;
        self.is_inside |= self.within.as_ref().is_some_and(|within| name == within);
        visit(self);
        self.is_inside = before;
    }

    fn below(&mut self, field: String, visit: impl FnOnce(&mut Self)) {
        self.fields.push(field);
        visit(self);
        self.fields.pop();
    }

    fn add(&mut self, repository: String, line: usize, written: Written) {
        if self.is_inside {
            let field = (!self.fields.is_empty()).then(|| self.fields.join("."));
            self.places.push(Place { repository, field, line, written });
        }
    }

    /// An image whose repository and tag stand beside each other.
    fn beside<'a>(&mut self, parts: impl Iterator<Item = &'a syn::Expr> + Clone) {
        let mut repositories = parts.clone().filter_map(|part| literal(part, "repository"));
        let (Some(repository), None) = (repositories.next(), repositories.next()) else { return };
        let tags = [("fixed_tag", Macro::FixedTag), ("tag", Macro::Tag)];
        let tag =
            |part| tags.iter().find_map(|(name, macro_)| Some((literal(part, name)?, *macro_)));
        let mut tags = parts.filter_map(tag);
        let written = match (tags.next(), tags.next()) {
            (Some((text, macro_)), None) => {
                Written::Own { range: text.span().byte_range(), text: text.value(), macro_ }
            }
            _ => Written::Elsewhere,
        };
        self.add(repository.value(), repository.span().start().line, written);
    }
}

/// The only argument of a macro, where it is this one and has a literal.
fn literal(expression: &syn::Expr, name: &str) -> Option<syn::LitStr> {
    match expression {
        syn::Expr::Macro(call) => literal_of(&call.mac, name),
        syn::Expr::Paren(inner) => literal(&inner.expr, name),
        _ => None,
    }
}

fn literal_of(call: &syn::Macro, name: &str) -> Option<syn::LitStr> {
    let is_it = call.path.segments.last().is_some_and(|last| last.ident == name);
    if is_it { call.parse_body().ok() } else { None }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.named(&item.sig.ident, |finder| visit::visit_item_fn(finder, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.named(&item.ident, |finder| visit::visit_item_mod(finder, item));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.below(item.ident.to_string(), |finder| visit::visit_item_const(finder, item));
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        let name = match &field.member {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        self.below(name, |finder| visit::visit_field_value(finder, field));
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.beside(call.args.iter());
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.beside(call.args.iter());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_struct(&mut self, of: &'ast syn::ExprStruct) {
        self.beside(of.fields.iter().map(|field| &field.expr));
        visit::visit_expr_struct(self, of);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(literal) = literal_of(call, "public_image") {
            let text = literal.value();
            let tagged = text.get(..text.len().saturating_sub(DIGEST)).unwrap_or_default();
            if let Some((repository, _)) = tagged.rsplit_once(':') {
                let range = literal.span().byte_range();
                let line = literal.span().start().line;
                let written =
                    Written::Own { range, text: text.clone(), macro_: Macro::PublicImage };
                self.add(repository.to_owned(), line, written);
            }
        }
        visit::visit_macro(self, call);
    }
}
