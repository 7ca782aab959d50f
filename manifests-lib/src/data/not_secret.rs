//! Texts that read like secrets and are none.

use crate::model::bundle::{Bundle, Output, Part};
use crate::model::origin::Origin;

/// A text that reads like a secret, and why it is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSecret {
    /// The line that says so.
    pub origin: Origin,
    /// The name of the object, of the chart's release, or of the kustomization's repository.
    pub object: String,
    /// Where the text is: the path of the field, or its end.
    pub path: String,
    /// Why it is none.
    pub reason: &'static str,
}

impl NotSecret {
    /// Whether it is about the text at a path of an object.
    pub(crate) fn is_for(&self, object: &str, path: &str) -> bool {
        let before = path.strip_suffix(self.path.as_str());
        self.object == object
            && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
}

impl Bundle {
    /// Declares that a text of an object, or of a chart's values, reads like a secret and is none, and why. The build says which
    /// texts do, and takes no exception that none needs.
    ///
    /// `object` is the name of the object, or of the release of a chart; `path` is the path of the field, as the build names it. A
    /// variable of a container has [`not_secret!`](crate::not_secret!).
    #[track_caller]
    pub fn not_secret(&self, object: &str, path: &str, reason: &'static str) {
        self.note(Declared(NotSecret {
            origin: Origin::here(),
            object: object.to_owned(),
            path: path.to_owned(),
            reason,
        }));
    }
}

struct Declared(NotSecret);

impl Part for Declared {
    fn build(&self, output: &mut Output<'_>) {
        output.not_secret.push(self.0.clone());
    }
}
