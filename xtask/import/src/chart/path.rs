//! Places in the values of a chart.

use std::fmt;

/// A place below the root of the values: `prometheus.prometheusSpec.volumes[].name`.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Step {
    Key(String),
    /// Any element of a list.
    Element,
    /// Any value of a map.
    Value,
}

impl Path {
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    pub fn element(&self) -> Self {
        self.with(Step::Element)
    }

    pub fn value(&self) -> Self {
        self.with(Step::Value)
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The last key, unless the place is an element of a list or a value of a map.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// The key before the last one, if the last step is a key.
    pub fn key_above(&self) -> Option<&str> {
        self.last_key()?;
        let above = &self.0[..self.0.len() - 1];
        above.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether the last step is an element of a list (true) or a value of a map (false), and the place above it.
    pub fn above_many(&self) -> Option<(Self, bool)> {
        let (last, above) = self.0.split_last()?;
        match last {
            Step::Key(_) => None,
            last => Some((Self(above.to_vec()), *last == Step::Element)),
        }
    }

    /// Number of steps on the way.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether elements of a list or values of a map lead here.
    pub fn is_in_many(&self) -> bool {
        self.0.iter().any(|step| !matches!(step, Step::Key(_)))
    }

    /// The keys on the way, if no element or value of many leads here.
    pub fn keys(&self) -> Option<Vec<&str>> {
        self.0
            .iter()
            .map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Whether elements of a list lead here.
    pub fn is_in_list(&self) -> bool {
        self.0.contains(&Step::Element)
    }

    /// The keys on the way, joined by dots: how `charts.toml` writes a path, which needs no step for elements and values.
    pub fn dotted(&self) -> String {
        let keys = self.0.iter().filter(|step| matches!(step, Step::Key(_)));
        Self(keys.cloned().collect()).to_string()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(formatter, "{dot}{}", Segment(key))?;
                }
                Step::Element => formatter.write_str("[]")?,
                Step::Value => formatter.write_str(".*")?,
            }
        }
        Ok(())
    }
}

/// A key as written in a path: in quotes if it would be ambiguous.
struct Segment<'a>(&'a str);

impl fmt::Display for Segment<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-/".contains(letter);
        if !self.0.is_empty() && self.0.chars().all(is_plain) {
            formatter.write_str(self.0)
        } else {
            write!(formatter, "{:?}", self.0)
        }
    }
}

/// A key of a path that a person wrote.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key {
    pub name: String,
    /// Whether `[]` follows: the rest of the path applies to each element.
    pub is_list: bool,
}

/// The keys of a path that a person wrote: `grafana."grafana.ini".server`, `extensionProviders[].name`.
///
/// `None` if a quote is not closed, or a key without quotes is empty.
pub fn keys(text: &str) -> Option<Vec<Key>> {
    let mut keys = Vec::new();
    let mut rest = text;
    loop {
        let (name, after) = if let Some(quoted) = rest.strip_prefix('"') {
            quoted.split_once('"')?
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() || name.contains('"') {
                return None;
            }
            (name, after)
        };
        let list = after.strip_prefix("[]");
        keys.push(Key { name: name.to_owned(), is_list: list.is_some() });
        let after = list.unwrap_or(after);
        if after.is_empty() {
            return Some(keys);
        }
        rest = after.strip_prefix('.')?;
    }
}

/// The place that keys lead to.
pub fn path(keys: &[Key]) -> Path {
    keys.iter().fold(Path::default(), |path, key| {
        let path = path.key(&key.name);
        if key.is_list { path.element() } else { path }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_written_as_they_are_read() {
        for text in [
            "controller.resources",
            "grafana.\"grafana.ini\".server",
            "podAnnotations.\"prometheus.io/port\"",
            "kube-state-metrics.image.tag",
            "\"\".a",
            "extensionProviders[].name",
        ] {
            assert_eq!(path(&keys(text).unwrap()).to_string(), text);
        }
    }

    proptest! {
        /// Charts have keys with dots, slashes and brackets; none has a quote.
        #[test]
        fn every_key_without_a_quote_survives_being_written(names in prop::collection::vec("[a-z./_ \\[\\]-]{0,6}", 1..4)) {
            let place = names.iter().fold(Path::default(), |path, name| path.key(name));
            let read = keys(&place.to_string()).map(|keys| path(&keys));
            prop_assert_eq!(read, Some(place));
        }
    }

    #[test]
    fn what_is_no_path_is_nothing() {
        for text in
            ["", ".", "a.", ".a", "a..b", "a.\"b", "a.\"b\"c", "a\"b\".c", "a[", "a[]b", "[].a"]
        {
            assert_eq!(keys(text), None, "{text}");
        }
    }
}
