//! Repositories of Git.

use std::borrow::Cow;

use super::check;
use super::kubernetes::Name;

text_type! {
    /// The URL of a Git repository, without credentials.
    GitUrl,
    check::git_url,
    "a Git URL begins with https://, does not end with '/', and has no blank, '?', '#' or '@'",
    ($) git_url
}

text_type! {
    /// A branch of a Git repository.
    GitBranch,
    check::git_branch,
    "a branch has letters, digits, '-', '_' and '.' in parts separated by '/', and does not begin with '-'",
    ($) git_branch
}

text_type! {
    /// A path below some folder, such as `config/default`.
    RelativePath,
    check::relative_path,
    "a relative path has parts separated by '/', none empty or '..', no ':' and no control character",
    ($) relative_path
}

impl RelativePath {
    /// The path of `child` below this one.
    #[must_use]
    pub fn join(&self, child: &Name) -> Self {
        Self(Cow::Owned(format!("{self}/{child}")))
    }
}
