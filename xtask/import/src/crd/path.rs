//! Places in a schema.

use std::fmt;

use crate::naming::singular;

/// A place below the root of a kind: `spec.http[].match[].headers.*`.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Step {
    Property(String),
    /// Any element of a list.
    Element,
    /// Any value of a map.
    Value,
    /// Properties that exclude each other; not a place of its own in the CRD.
    Group(String),
}

impl Path {
    pub fn property(&self, name: &str) -> Self {
        self.with(Step::Property(name.to_owned()))
    }

    pub fn element(&self) -> Self {
        self.with(Step::Element)
    }

    pub fn value(&self) -> Self {
        self.with(Step::Value)
    }

    /// A group of properties that exclude each other.
    pub fn group(&self, name: &str) -> Self {
        self.with(Step::Group(name.to_owned()))
    }

    /// Whether this is the place of a group of properties, not of a value.
    pub fn is_group(&self) -> bool {
        matches!(self.0.last(), Some(Step::Group(_)))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Number of properties on the way.
    pub fn depth(&self) -> usize {
        self.0.iter().filter(|step| matches!(step, Step::Property(_) | Step::Group(_))).count()
    }

    /// Whether this is the place of an element of a list or a value of a map.
    pub fn is_one_of_many(&self) -> bool {
        matches!(self.0.last(), Some(Step::Element | Step::Value))
    }

    /// The properties on the way; lists and maps in the singular.
    pub fn segments(&self) -> Vec<String> {
        let mut segments: Vec<String> = Vec::new();
        let mut plural = false;
        for step in &self.0 {
            match step {
                Step::Property(name) | Step::Group(name) => {
                    segments.push(name.clone());
                    plural = true;
                }
                Step::Element | Step::Value => {
                    if let Some(last) = segments.last_mut().filter(|_| plural) {
                        *last = singular(last);
                        plural = false;
                    }
                }
            }
        }
        segments
    }

    /// The place as `names.tsv` writes it: on one line, and another text for each place.
    pub fn exact(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Property(name) => {
                    text.push_str(if text.is_empty() { "" } else { "." });
                    text.extend(name.escape_debug());
                }
                Step::Element => text.push_str("[]"),
                Step::Value => text.push_str(".*"),
                Step::Group(name) => {
                    text.push('{');
                    text.extend(name.escape_debug());
                    text.push('}');
                }
            }
        }
        text
    }

    /// The properties on the way, joined by dots: how `crds.toml` writes a path.
    pub fn dotted(&self) -> String {
        let names: Vec<&str> = self
            .0
            .iter()
            .filter_map(|step| match step {
                Step::Property(name) | Step::Group(name) => Some(name.as_str()),
                Step::Element | Step::Value => None,
            })
            .collect();
        names.join(".")
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Property(name) if position == 0 => write!(formatter, "{name}")?,
                Step::Property(name) => write!(formatter, ".{name}")?,
                // A reader of the CRD finds the properties of the group in the object that holds them.
                Step::Group(_) => {}
                Step::Element => formatter.write_str("[]")?,
                Step::Value => formatter.write_str(".*")?,
            }
        }
        Ok(())
    }
}
