//! What a derived `Debug` writes, which is an expression of Rust.

use quote::ToTokens as _;
use syn::{Expr, Lit, Member};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text, number or name, as it is shown.
    Plain(String),
    /// A struct, or a variant of an enum, with its fields.
    Struct(String, Vec<(String, Self)>),
    /// Something in a type of its own: `Some(1)`, `Host("a")`.
    Wrapped(String, Box<Self>),
    /// Several.
    List(Vec<Self>),
}

impl Value {
    /// Reads what `Debug` wrote; none where it is no expression.
    pub fn read(text: &str) -> Option<Self> {
        let expression = syn::parse_str::<Expr>(text).ok()?;
        Some(Self::of(&expression))
    }

    fn of(expression: &Expr) -> Self {
        match expression {
            Expr::Struct(found) => {
                let fields = found.fields.iter().map(|field| {
                    let name = match &field.member {
                        Member::Named(name) => name.to_string(),
                        Member::Unnamed(number) => number.index.to_string(),
                    };
                    (name, Self::of(&field.expr))
                });
                Self::Struct(last(&found.path), fields.collect())
            }
            Expr::Call(call) => {
                let name = match &*call.func {
                    Expr::Path(path) => last(&path.path),
                    other => words(other),
                };
                let mut arguments = call.args.iter().map(Self::of);
                match (arguments.next(), arguments.next()) {
                    (Some(only), None) => Self::Wrapped(name, Box::new(only)),
                    (None, _) => Self::Plain(name),
                    (Some(first), Some(second)) => {
                        let all = [first, second].into_iter().chain(arguments);
                        Self::Wrapped(name, Box::new(Self::List(all.collect())))
                    }
                }
            }
            Expr::Array(array) => Self::List(array.elems.iter().map(Self::of).collect()),
            Expr::Tuple(tuple) => Self::List(tuple.elems.iter().map(Self::of).collect()),
            Expr::Path(path) => Self::Plain(last(&path.path)),
            Expr::Lit(literal) => Self::Plain(match &literal.lit {
                Lit::Str(text) => text.value(),
                Lit::Char(letter) => letter.value().to_string(),
                _ => words(expression),
            }),
            other => Self::Plain(words(other)),
        }
    }

    /// What is in the types around it.
    pub fn inner(&self) -> &Self {
        match self {
            Self::Wrapped(_, inner) => inner.inner(),
            own => own,
        }
    }

    /// The name of its type or variant; none where it is a literal or a list.
    pub fn name(&self) -> Option<&str> {
        match self {
            // The one inside tells more.
            Self::Wrapped(name, inner) if name == "Some" => inner.name(),
            Self::Struct(name, _) | Self::Wrapped(name, _) => Some(name),
            Self::Plain(text) => {
                text.starts_with(|letter: char| letter.is_ascii_uppercase()).then_some(text)
            }
            Self::List(_) => None,
        }
    }

    /// The value as people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Plain(text) if text == "None" => "none".to_owned(),
            Self::Plain(text) => text.clone(),
            Self::Wrapped(_, inner) => inner.shown(),
            Self::List(items) if items.is_empty() => "none".to_owned(),
            Self::List(items) => items.iter().map(Self::shown).collect::<Vec<_>>().join(", "),
            // A quantity says its unit: `64 mebibytes`.
            Self::Struct(_, fields) if fields.len() == 1 => {
                let (unit, value) = &fields[0];
                let value = value.shown();
                if value.parse::<f64>().is_ok() { format!("{value} {unit}") } else { value }
            }
            Self::Struct(_, fields) => {
                let fields =
                    fields.iter().map(|(name, value)| format!("{name}: {}", value.shown()));
                fields.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

fn last(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn words(expression: &Expr) -> String {
    expression.to_token_stream().to_string()
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    #[expect(dead_code, reason = "read by Debug")]
    struct Shop {
        name: Text,
        sizes: Vec<u16>,
        place: Place,
        reason: Option<&'static str>,
    }

    #[derive(Clone, Debug)]
    #[expect(dead_code, reason = "read by Debug")]
    struct Text(String);

    #[derive(Clone, Debug)]
    #[expect(dead_code, reason = "read by Debug")]
    enum Place {
        Nowhere,
        At { street: String, number: i32 },
        Between(u8, u8),
    }

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            Just(Place::Nowhere),
            (any::<String>(), any::<i32>())
                .prop_map(|(street, number)| Place::At { street, number }),
            (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Place::Between(from, to)),
        ]
    }

    fn read(value: &impl Debug) -> super::Value {
        super::Value::read(&format!("{value:?}")).expect("an expression")
    }

    proptest! {
        #[test]
        fn whatever_debug_derives_is_read(name in any::<String>(), sizes: Vec<u16>, place in place()) {
            let shop = Shop { name: Text(name.clone()), sizes, place, reason: None };
            let super::Value::Struct(_, fields) = read(&shop) else { panic!("no struct") };
            prop_assert_eq!(fields.len(), 4);
            prop_assert_eq!(fields[0].1.shown(), name);
            prop_assert_eq!(fields[0].1.name(), Some("Text"));
        }
    }
}
