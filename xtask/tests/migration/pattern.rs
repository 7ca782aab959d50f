//! The column `Object`: which objects a row speaks of.

use crate::helm::HelmObject;

/// `Kind namespace/name` or `Kind name`, with at most one wildcard in the name.
pub struct Pattern {
    kind: String,
    namespace: String,
    name: Name,
}

enum Name {
    Exact(String),
    /// Text before the wildcard, the texts that it matches (empty: any text), text after it.
    Wild(String, Vec<String>, String),
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, rest) = text
            .split_once(' ')
            .ok_or_else(|| format!("`{text}` is not `Kind namespace/name` or `Kind name`"))?;
        let (namespace, name) = rest.split_once('/').unwrap_or(("", rest));
        Ok(Self {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: Name::parse(name)
                .ok_or_else(|| format!("`{text}` has more than one wildcard, or an open brace"))?,
        })
    }

    /// The text that the wildcard matches in this object (empty without a wildcard), if the pattern matches.
    pub fn matches<'a>(&self, object: &'a HelmObject) -> Option<&'a str> {
        if self.kind != object.kind || self.namespace != object.namespace {
            return None;
        }
        match &self.name {
            Name::Exact(name) => (*name == object.name).then_some(""),
            Name::Wild(before, choices, after) => {
                let middle = object.name.strip_prefix(before.as_str())?;
                let middle = middle.strip_suffix(after.as_str())?;
                (choices.is_empty() || choices.iter().any(|choice| choice == middle))
                    .then_some(middle)
            }
        }
    }

    /// The texts in braces; empty without braces.
    pub fn choices(&self) -> &[String] {
        match &self.name {
            Name::Exact(_) => &[],
            Name::Wild(_, choices, _) => choices,
        }
    }
}

impl Name {
    fn parse(text: &str) -> Option<Self> {
        let plain = |text: &str| !text.contains(['*', '{', '}']);
        let (before, choices, after) = if let Some((before, after)) = text.split_once('*') {
            (before, Vec::new(), after)
        } else if let Some((before, rest)) = text.split_once('{') {
            let (choices, after) = rest.split_once('}')?;
            (before, choices.split(',').map(str::to_owned).collect(), after)
        } else {
            return plain(text).then(|| Self::Exact(text.to_owned()));
        };
        (plain(before) && plain(after))
            .then(|| Self::Wild(before.to_owned(), choices, after.to_owned()))
    }
}
