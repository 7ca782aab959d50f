//! Texts and numbers: listed values, forms, bounds.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use regex::Regex;
use serde_json::Number;

use super::words::listed;
use super::{Comparison, Mistake};
use crate::check::hint;
use crate::objects::Value;
use crate::schema::{Bounds, Schema, Type};

impl<'a> Comparison<'a, '_, '_> {
    pub(super) fn scalar(&mut self, schema: &Schema, value: &'a Value) {
        // Go reads an empty text as one that is not there, and fills in what it would have filled in then.
        let is_unset = !self.is_custom && value.as_str() == Some("");
        if !is_unset && !is_listed(schema, value) {
            self.not_listed(schema, value);
            return;
        }
        match value {
            Value::String(text) => self.text(schema, value, text),
            Value::Number(number) => self.number(schema, value, number),
            _ => {}
        }
    }

    fn not_listed(&mut self, schema: &Schema, value: &'a Value) {
        let known = schema.values.iter().filter_map(Value::as_str);
        let near = value.as_str().map(|text| hint(text, known.clone())).unwrap_or_default();
        let case = value
            .as_str()
            .and_then(|text| known.clone().find(|known| known.eq_ignore_ascii_case(text)));
        let near = case.map_or(near, |known| format!("; did you mean {known}?"));
        let message = format!(
            "{} is {}, which is none of its values{near}",
            self.path(value),
            self.shown(value)
        );
        let help = Some(format!("its values are {}", listed(&schema.values)));
        self.add(Mistake::ValueNotInEnum, value, message, help);
    }

    fn text(&mut self, schema: &Schema, value: &'a Value, text: &str) {
        if let Some(bounds) = &schema.bounds {
            self.count(value, bounds.length, text.chars().count(), "letter");
        }
        if let Some(pattern) = &schema.pattern
            && !matches(pattern, text)
        {
            let message = format!(
                "{} is {}, which does not match {pattern}",
                self.path(value),
                self.shown(value)
            );
            self.add(Mistake::MalformedValue, value, message, None);
        }
        let format = schema.format.as_deref().unwrap_or_default();
        if let Some(expected) = malformed(format, text, self.is_custom) {
            let message =
                format!("{} is {}, where {expected} belongs", self.path(value), self.shown(value));
            self.add(Mistake::MalformedValue, value, message, None);
        }
    }

    fn number(&mut self, schema: &Schema, value: &'a Value, number: &Number) {
        let of_format = schema.kind == Some(Type::Integer);
        let range = of_format.then(|| range(schema.format.as_deref().unwrap_or_default()));
        if let Some((name, least, most)) = range
            && !fits(number, least, most)
        {
            let message = format!(
                "{} is {number}, where an integer of {name} bits belongs, from {least} to {most}",
                self.path(value)
            );
            self.add(Mistake::OutOfBounds, value, message, None);
            return;
        }
        if let Some(allowed) = schema.bounds.as_deref().and_then(|bounds| exceeded(bounds, number))
        {
            let message = format!("{} is {number}, where {allowed} is allowed", self.path(value));
            self.add(Mistake::OutOfBounds, value, message, None);
        }
    }
}

/// Whether a value is a whole number, also where it is written as 1.0.
pub(super) fn is_whole(value: &Value) -> bool {
    let is_whole_float = || value.as_f64().is_some_and(|number| number.fract() == 0.0);
    value.is_i64() || value.is_u64() || is_whole_float()
}

/// Whether a value is one of those that are listed.
pub(super) fn is_listed(schema: &Schema, value: &Value) -> bool {
    let is_equal = |known: &Value| match (known, value) {
        (Value::Number(known), Value::Number(number)) => known.as_f64() == number.as_f64(),
        _ => known == value,
    };
    schema.values.is_empty() || schema.values.iter().any(is_equal)
}

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Option<Regex>>> = RefCell::new(HashMap::new());
}

/// Whether a text matches; patterns that are not understood match everything.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|patterns| {
        if !patterns.contains_key(pattern) {
            patterns.insert(pattern.to_owned(), Regex::new(pattern).ok());
        }
        let known = patterns.get(pattern).and_then(Option::as_ref);
        known.is_none_or(|pattern| pattern.is_match(text))
    })
}

/// Bits, least and greatest number of a format of integers.
fn range(format: &str) -> (&'static str, i128, i128) {
    match format {
        "int32" => ("32", i32::MIN.into(), i32::MAX.into()),
        "uint32" => ("32", 0, u32::MAX.into()),
        "uint64" => ("64", 0, u64::MAX.into()),
        _ => ("64", i64::MIN.into(), i64::MAX.into()),
    }
}

fn fits(number: &Number, least: i128, most: i128) -> bool {
    match number.as_i128() {
        Some(number) => (least..=most).contains(&number),
        None => number.as_f64().is_some_and(|number| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "numbers of this size are compared roughly"
            )]
            let (least, most) = (least as f64, most as f64);
            (least..=most).contains(&number)
        }),
    }
}

/// What would be allowed where a number is not: `at least 1`.
pub(super) fn exceeded(bounds: &Bounds, number: &Number) -> Option<String> {
    let compared = |bound: &Number| match (number.as_i128(), bound.as_i128()) {
        (Some(number), Some(bound)) => Some(number.cmp(&bound)),
        _ => number.as_f64()?.partial_cmp(&bound.as_f64()?),
    };
    if let Some(least) = &bounds.minimum {
        let is_exclusive = bounds.exclusive_minimum;
        match compared(least) {
            Some(Ordering::Less | Ordering::Equal) if is_exclusive => {
                return Some(format!("more than {least}"));
            }
            Some(Ordering::Less) => return Some(format!("at least {least}")),
            _ => {}
        }
    }
    if let Some(most) = &bounds.maximum {
        let is_exclusive = bounds.exclusive_maximum;
        match compared(most) {
            Some(Ordering::Greater | Ordering::Equal) if is_exclusive => {
                return Some(format!("less than {most}"));
            }
            Some(Ordering::Greater) => return Some(format!("at most {most}")),
            _ => {}
        }
    }
    let factor = bounds.multiple_of.as_ref()?;
    let (number, whole) = (number.as_i128()?, factor.as_i128().filter(|factor| *factor > 0)?);
    (number % whole != 0).then(|| format!("a multiple of {factor}"))
}

/// What belongs where a text does not have the form that its format asks for.
fn malformed(format: &str, text: &str, is_custom: bool) -> Option<&'static str> {
    // An empty text is one that is not there, for Go.
    if !is_custom && text.is_empty() {
        return None;
    }
    let is_right = match format {
        "byte" => is_base64(text),
        "date-time" if is_date_time(text) => true,
        "date-time" => return Some("a time such as 2026-01-31T12:00:00Z"),
        "ipv4" if is_custom => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" if is_custom => text.parse::<Ipv6Addr>().is_ok(),
        _ => true,
    };
    match format {
        _ if is_right => None,
        "byte" => Some("Base64"),
        "ipv4" => Some("an address such as 10.0.0.1"),
        _ => Some("an address such as fd00::1"),
    }
}

/// Whether Go's reader of Base64 takes a text.
fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !b"\r\n".contains(byte)).collect();
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let letters = &bytes[..bytes.len() - padding];
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    bytes.len().is_multiple_of(4) && padding <= 2 && letters.iter().all(is_letter)
}

/// Whether a text begins as times do: what follows may be written in several ways.
fn is_date_time(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let is_of_form = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'T' => b"Tt ".contains(byte),
        form => byte == form,
    };
    bytes.len() > form.len() && bytes.iter().zip(form).all(is_of_form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_format_are_told_from_others() {
        for (format, text) in [
            ("byte", "cGFzcw=="),
            ("byte", "cGFz\ncw==\n"),
            ("date-time", "2026-01-31T12:00:00+01:00"),
            ("ipv6", "fd00::1"),
            ("unheard-of", "anything"),
        ] {
            assert_eq!(malformed(format, text, true), None, "{format} {text}");
        }
        for (format, text) in [
            ("byte", "password"),
            ("byte", "cGFzcw"),
            ("date-time", "2026-01-31"),
            ("ipv4", "10.0.0.300"),
        ] {
            let found = malformed(format, text, true);
            // Eight letters are Base64, whatever they mean.
            assert_eq!(found.is_some(), text != "password", "{format} {text}");
        }
    }
}
