//! Text that knows the line of its literal.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::panic::Location;

use crate::model::Origin;

/// The text of a value. Two are equal if they read the same, wherever they were written.
#[derive(Clone)]
pub(crate) struct Text {
    text: Cow<'static, str>,
    literal: Option<&'static Location<'static>>,
}

impl Text {
    /// A literal, in the line that called the function which calls this one.
    #[track_caller]
    pub(crate) const fn literal(text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), literal: Some(Location::caller()) }
    }

    /// Text that no line holds as it is.
    pub(crate) const fn computed(text: String) -> Self {
        Self { text: Cow::Owned(text), literal: None }
    }

    /// Text that was made from this one.
    pub(crate) fn derived(&self, text: String) -> Self {
        Self { text: Cow::Owned(text), literal: self.literal }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn origin(&self) -> Option<Origin> {
        self.literal.map(Origin::at)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
