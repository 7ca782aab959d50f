//! Repositories of Git.

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
    /// A commit of a Git repository, by its whole SHA-1. Unlike a tag or a branch, it can never lead to other files.
    GitCommit,
    check::git_commit,
    "a Git commit is 40 of 0-9 and a-f",
    ($) git_commit
}

text_type! {
    /// A path below some folder, such as `config/default`.
    RelativePath,
    check::relative_path,
    "a relative path has parts separated by '/', none empty or '..', no ':' and no control character",
    ($) relative_path
}

impl GitUrl {
    /// What `git clone` calls the folder: `operator` of `https://example.com/team/operator.git`.
    #[must_use]
    pub fn repository_name(&self) -> &str {
        let last = self.as_str().rsplit('/').next().unwrap_or(self.as_str());
        last.strip_suffix(".git").unwrap_or(last)
    }
}

impl RelativePath {
    /// The path of `child` below this one.
    #[must_use]
    pub fn join(&self, child: &Name) -> Self {
        Self(self.0.derived(format!("{self}/{child}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_called_as_git_would_call_its_folder() {
        for url in ["https://example.com/team/operator.git", "https://example.com/team/operator"] {
            assert_eq!(GitUrl::from_static(url).repository_name(), "operator");
        }
    }
}
