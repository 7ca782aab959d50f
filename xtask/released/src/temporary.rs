//! Names of temporary files and folders, which a later run may remove: the prefix, six letters or digits, nothing else.

/// How many letters and digits follow the prefix.
pub const RANDOM: usize = 6;

/// Whether a name is exactly that of something temporary with this prefix: what merely looks alike is somebody's own.
pub fn is_temporary(name: &std::ffi::OsStr, prefix: &str) -> bool {
    let rest = name.to_str().and_then(|name| name.strip_prefix(prefix));
    rest.is_some_and(|rest| {
        rest.len() == RANDOM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_name_is_temporary() {
        let is = |name: &str| is_temporary(name.as_ref(), ".import-");
        assert!(is(".import-a1B2c3"));
        for other in
            [".import-", ".import-notes.md", ".import-a1B2c3d", "import-a1B2c3", ".import-a1-2c3"]
        {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn the_names_of_tempfile_are_temporary() {
        let folder =
            tempfile::Builder::new().prefix(".import-").rand_bytes(RANDOM).tempdir().unwrap();
        assert!(is_temporary(folder.path().file_name().unwrap(), ".import-"));
    }
}
