//! What fields have to be: tables, and the walk that compares an object with them.

use std::collections::HashSet;

use super::quantity::{self, Amount};
use super::selector;
use super::text::Format;
use super::{Mistake, Refusal};
use crate::check::At;
use crate::objects::{Object, Value, list, text, texts};

/// What an object, or a part of one, has to be. Fields that are missing or `null` are looked at by [`Is::Required`] alone.
pub(super) struct Shape {
    /// Its fields.
    pub fields: &'static [(&'static str, &'static [Is])],
    /// What must hold between fields.
    pub together: &'static [Together],
}

/// Looks at several fields of a value at once.
pub(super) type Together = for<'a> fn(&mut Validator<'a>, &'a Value);

/// What a field has to be.
pub(super) enum Is {
    /// There, and not empty.
    Required,
    /// Not an empty text, where it is there.
    Filled,
    /// A text of this format, where it is not empty.
    Text(&'static Format),
    /// One of these texts, where it is not empty.
    AnyOf(&'static [&'static str]),
    /// A number that is at least this.
    AtLeast(i64),
    /// A number from the first to the second.
    Within(i64, i64),
    /// The number of a port.
    Port,
    /// The number or the name of a port.
    PortOrName,
    /// An amount of something.
    Quantity(Amount),
    /// Amounts by the names of resources.
    Quantities,
    /// A mapping of labels.
    Labels,
    /// A selector with labels and expressions.
    Selector,
    /// A number of at least this, or a percentage.
    NumberOrPercentage,
    /// A part of this shape.
    Part(&'static Shape),
    /// A list whose elements are of this shape.
    Each(&'static Shape),
    /// A list whose elements are texts of this format.
    EachText(&'static Format),
    /// A list whose elements are among these texts.
    EachOf(&'static [&'static str]),
    /// A list in which no two elements have the same text in this field; in themselves, where it is empty.
    Unique(&'static str),
    /// Whatever this says.
    Also(Together),
}

/// Looks at one object.
pub(super) struct Validator<'a> {
    /// The object.
    pub object: &'a Object,
    refusals: Vec<(Mistake, Refusal<'a>)>,
}

impl<'a> Validator<'a> {
    pub(super) fn of(object: &'a Object) -> Self {
        Self { object, refusals: Vec::new() }
    }

    pub(super) fn into_refusals(self) -> Vec<(Mistake, Refusal<'a>)> {
        self.refusals
    }

    /// Adds what the API server refuses.
    pub(super) fn refuse(&mut self, mistake: Mistake, at: At<'a>, message: impl Into<String>) {
        let refusal = Refusal { object: self.object, at, message: message.into(), help: None };
        self.refusals.push((mistake, refusal));
    }

    /// Likewise, with the way out.
    pub(super) fn refuse_with(
        &mut self,
        mistake: Mistake,
        at: At<'a>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = Some(help.into());
        let refusal = Refusal { object: self.object, at, message: message.into(), help };
        self.refusals.push((mistake, refusal));
    }

    /// Compares a value with a shape.
    pub(super) fn shape(&mut self, shape: &'static Shape, value: &'a Value) {
        if !value.is_object() {
            return;
        }
        for (field, all) in shape.fields {
            for is in *all {
                self.field(value, field, is);
            }
        }
        for together in shape.together {
            together(self, value);
        }
    }

    fn field(&mut self, parent: &'a Value, name: &'static str, is: &'static Is) {
        let value = &parent[name];
        match is {
            Is::Required => self.required(parent, name),
            _ if value.is_null() => {}
            is => self.value(value, name, is),
        }
    }

    fn value(&mut self, value: &'a Value, name: &'static str, is: &'static Is) {
        match is {
            Is::Filled if value == "" => {
                self.refuse(Mistake::MissingValue, At::Value(value), format!("{name} is empty"));
            }
            Is::Text(format) => self.text(format, value),
            Is::AnyOf(known) => self.any_of(known, value, name),
            Is::AtLeast(least) => self.within(value, name, *least, i64::MAX),
            Is::Within(least, most) => self.within(value, name, *least, *most),
            Is::Port => self.port(value, name),
            Is::PortOrName => match value.as_str() {
                Some(_) => self.non_empty_text(&super::text::PORT_NAME, value),
                None => self.port(value, name),
            },
            Is::Quantity(amount) => quantity::amount(self, value, name, *amount),
            Is::Quantities => quantity::resources(self, value),
            Is::Labels => selector::labels(self, value),
            Is::Selector => selector::selector(self, value),
            Is::NumberOrPercentage => self.number_or_percentage(value, name),
            Is::Part(shape) => self.shape(shape, value),
            Is::Each(shape) => list(value).iter().for_each(|item| self.shape(shape, item)),
            Is::EachText(format) => {
                for item in list(value) {
                    self.non_empty_text(format, item);
                }
            }
            Is::EachOf(known) => {
                for item in list(value) {
                    self.any_of(known, item, name);
                    if item == "" {
                        let message = format!("an element of {name} is empty");
                        self.refuse(Mistake::UnsupportedValue, At::Value(item), message);
                    }
                }
            }
            Is::Unique(key) => self.unique(value, name, key),
            Is::Also(also) => also(self, value),
            Is::Required | Is::Filled => {}
        }
    }

    /// A field has to be there, and not empty.
    pub(super) fn required(&mut self, parent: &'a Value, name: &'static str) {
        let value = &parent[name];
        let message = match value {
            Value::Null => format!("{name} is missing"),
            Value::String(text) if text.is_empty() => format!("{name} is empty"),
            Value::Array(items) if items.is_empty() => format!("{name} is an empty list"),
            Value::Number(number) if number.as_i64() == Some(0) => format!("{name} is 0"),
            _ => return,
        };
        let at = if value.is_null() { At::Missing(parent, name) } else { At::Value(value) };
        self.refuse(Mistake::MissingValue, at, message);
    }

    /// A text, where it is not empty, has a format.
    pub(super) fn text(&mut self, format: &'static Format, value: &'a Value) {
        if value != "" {
            self.non_empty_text(format, value);
        }
    }

    /// A text has a format.
    pub(super) fn non_empty_text(&mut self, format: &'static Format, value: &'a Value) {
        let Some(written) = text(value) else { return };
        if let Some(wrong) = format.wrong(written) {
            self.refuse_with(format.mistake, At::Value(value), wrong, format.help(written));
        }
    }

    /// A text, where it is not empty, is among those that are known.
    pub(super) fn any_of(&mut self, known: &[&'static str], value: &'a Value, name: &str) {
        let Some(written) = text(value).filter(|written| !written.is_empty()) else { return };
        if !known.contains(&written) {
            let near = crate::check::hint(written, known.iter().copied());
            self.refuse_with(
                Mistake::UnsupportedValue,
                At::Value(value),
                format!("{name} cannot be {written:?}{near}"),
                format!("write {}", either(known)),
            );
        }
    }

    pub(super) fn within(&mut self, value: &'a Value, name: &str, least: i64, most: i64) {
        let Some(number) = value.as_i64() else { return };
        if number < least || number > most {
            let range = match (least, most) {
                (least, i64::MAX) => format!("at least {least}"),
                (least, most) => format!("from {least} to {most}"),
            };
            let message = format!("{name} is {number}, and has to be {range}");
            self.refuse(Mistake::NumberOutOfRange, At::Value(value), message);
        }
    }

    fn port(&mut self, value: &'a Value, name: &str) {
        if value.as_i64().is_some_and(|number| !(1..=65_535).contains(&number)) {
            let message = format!("{name} is {value}, and ports are from 1 to 65535");
            self.refuse(Mistake::Port, At::Value(value), message);
        }
    }

    fn number_or_percentage(&mut self, value: &'a Value, name: &str) {
        if let Some(written) = text(value) {
            let is_percentage = written.strip_suffix('%').is_some_and(|digits| {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            });
            if !is_percentage {
                let message = format!("{name} is {written:?}, which is no percentage such as 25%");
                self.refuse(Mistake::NumberOutOfRange, At::Value(value), message);
            }
        } else {
            self.within(value, name, 0, i64::from(i32::MAX));
        }
    }

    fn unique(&mut self, value: &'a Value, name: &str, key: &str) {
        let mut seen = HashSet::new();
        for item in list(value) {
            let named = if key.is_empty() { item } else { &item[key] };
            let Some(written) = text(named).filter(|written| !written.is_empty()) else { continue };
            if !seen.insert(written) {
                let message = format!("{written} stands twice in {name}");
                self.refuse(Mistake::DuplicateName, At::Value(named), message);
            }
        }
    }

    /// Exactly one of several fields has to be there; `what` they are as the start of a sentence.
    pub(super) fn exactly_one(&mut self, parent: &'a Value, what: &str, fields: &[&'static str]) {
        if self.at_most_one(parent, what, fields) == 0 {
            let message = format!("{what} is said by no field");
            let help = format!("write one of {}", either(fields));
            self.refuse_with(Mistake::OneOf, At::Value(parent), message, help);
        }
    }

    /// At most one of several fields may be there; returns how many are.
    pub(super) fn at_most_one(
        &mut self,
        parent: &'a Value,
        what: &str,
        fields: &[&'static str],
    ) -> usize {
        let there: Vec<&str> =
            fields.iter().copied().filter(|field| is_there(&parent[field])).collect();
        if let [first, second, ..] = there[..] {
            let message = format!("{what} is said twice, by {first} and by {second}");
            let help = format!("keep {first} or {second}");
            self.refuse_with(Mistake::OneOf, At::Value(&parent[second]), message, help);
        }
        there.len()
    }
}

/// Whether a field is there.
pub(super) fn is_there(value: &Value) -> bool {
    !value.is_null()
}

/// `a, b or c`.
pub(super) fn either(known: &[&str]) -> String {
    match known {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The texts of a mapping with the values that they are, for what is to be pointed at.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    texts(value).map(|(key, written)| (key, written, &value[key]))
}
