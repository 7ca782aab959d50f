//! Repositories of Git.

use super::bytes::{labels, leading_digits, path_parts};
use super::kubernetes::Name;

text_type! {
    /// The URL of a Git repository, without credentials.
    GitUrl,
    git_url,
    "a Git URL reads like https://example.com/team/repository.git: a host and a path of letters, digits and -._~+%, without credentials",
    ($) git_url
}

text_type! {
    /// A branch of a Git repository.
    GitBranch,
    git_branch,
    "a branch has letters, digits, '-', '_' and single '.' in parts separated by '/', of which none begins with '.' or ends with '.lock', does not begin with '-' and does not end with '.'",
    ($) git_branch
}

text_type! {
    /// A commit of a Git repository, by its whole SHA-1. Unlike a tag or a branch, it can never lead to other files.
    GitCommit,
    git_commit,
    "a Git commit is 40 of 0-9 and a-f",
    ($) git_commit
}

text_type! {
    /// A path below some folder, such as `config/default`.
    RelativePath,
    relative_path,
    "a relative path has parts separated by '/', none empty, '.' or '..', does not begin with '-', and has no ':', '\\' or control character",
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

const fn git_url(bytes: &[u8]) -> bool {
    let scheme = b"https://";
    if bytes.len() <= scheme.len() || bytes[bytes.len() - 1] == b'/' {
        return false;
    }
    let mut index = 0;
    while index < scheme.len() {
        if bytes[index] != scheme[index] {
            return false;
        }
        index += 1;
    }
    let (_, rest) = bytes.split_at(index);
    let mut end = 0;
    while end < rest.len() && rest[end] != b'/' {
        end += 1;
    }
    let (server, path) = rest.split_at(end);
    // A name or password before '@' would stand in Git.
    is_server(server)
        && path.len() > 1
        && path_parts(path, 1)
        && all!(path, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b'+' | b'%'))
}

/// A host, and a port where it has one.
const fn is_server(bytes: &[u8]) -> bool {
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b':' {
        end += 1;
    }
    let (_, port) = bytes.split_at(end);
    labels(bytes, end) > 0
        && (port.is_empty()
            || port.len() > 1
                && port.len() <= 6
                && port[1] != b'0'
                && leading_digits(port.split_at(1).1) == port.len() - 1)
}

/// What `git check-ref-format` takes, of plain characters.
const fn git_branch(bytes: &[u8]) -> bool {
    if matches!(bytes, b"" | b"HEAD") || bytes[0] == b'-' || bytes[bytes.len() - 1] == b'.' {
        return false;
    }
    let mut index = 0;
    while index < bytes.len() {
        let begins = index == 0 || bytes[index - 1] == b'/';
        if bytes[index] == b'.' && (begins || bytes[index - 1] == b'.') {
            return false;
        }
        let (_, rest) = bytes.split_at(index);
        if matches!(rest, b".lock" | [b'.', b'l', b'o', b'c', b'k', b'/', ..]) {
            return false;
        }
        index += 1;
    }
    path_parts(bytes, 0)
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
}

const fn git_commit(bytes: &[u8]) -> bool {
    bytes.len() == 40 && all!(bytes, byte => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

const fn relative_path(bytes: &[u8]) -> bool {
    path_parts(bytes, 0) && bytes[0] != b'-' && all!(bytes, byte => byte != b'\\')
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
