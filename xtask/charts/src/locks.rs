//! The digests of packages that were reviewed.

use std::collections::BTreeMap;

use manifests_lib::delivery::{Source, SourceFrom};
use serde::Deserialize;
use support::Failure;

/// Digests by repository, name and version.
#[derive(Clone, Debug, Default)]
pub struct Locks(BTreeMap<(String, String, String), String>);

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    chart: Vec<Chart>,
}

#[derive(Deserialize)]
struct Chart {
    name: String,
    repository: String,
    version: String,
    package: Option<String>,
}

impl Locks {
    /// Those of `charts.toml`.
    ///
    /// # Errors
    /// If it is not of its form.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let file: File = toml::from_str(text)
            .map_err(|error| Failure::new(error.to_string().trim().replace('\n', "; ")))?;
        let mut locks = Self::default();
        for Chart { name, repository, version, package } in file.chart {
            locks.add(&repository, &name, &version, package);
        }
        Ok(locks)
    }

    /// Those that a platform was built with.
    #[must_use]
    pub fn of<'s>(sources: impl IntoIterator<Item = &'s Source>) -> Self {
        let mut locks = Self::default();
        for source in sources {
            if let SourceFrom::Chart { name, repository, version, package, .. } = &source.from {
                locks.add(repository, name, version, package.map(str::to_owned));
            }
        }
        locks
    }

    /// The same, and of others what is not known here.
    #[must_use]
    pub fn or(mut self, others: &Self) -> Self {
        for (key, digest) in &others.0 {
            self.0.entry(key.clone()).or_insert_with(|| digest.clone());
        }
        self
    }

    fn add(&mut self, repository: &str, name: &str, version: &str, package: Option<String>) {
        if let Some(package) = package {
            self.0.insert(key(repository, name, version), package);
        }
    }

    pub(crate) fn get(&self, repository: &str, name: &str, version: &str) -> Option<&str> {
        self.0.get(&key(repository, name, version)).map(String::as_str)
    }
}

/// Registries hold each chart under an address of its own, which Applications have.
fn key(repository: &str, name: &str, version: &str) -> (String, String, String) {
    let mut repository = repository.trim_end_matches('/');
    if repository.starts_with("oci://") {
        repository = repository.strip_suffix(name).unwrap_or(repository).trim_end_matches('/');
    }
    (repository.to_owned(), name.to_owned(), version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_by_repository_name_and_version() {
        let text = "[[chart]]\nname = \"a\"\nrepository = \"oci://r/charts\"\nversion = \"1\"\npackage = \"d\"\nkeep = []\n\
                    [[chart]]\nname = \"b\"\nrepository = \"https://r\"\nversion = \"1\"\n";
        let locks = Locks::read(text).expect("its form");
        assert_eq!(locks.get("oci://r/charts/a", "a", "1"), Some("d"));
        assert_eq!(locks.get("oci://r/charts", "a", "2"), None);
        assert_eq!(locks.get("https://r", "b", "1"), None);
        assert!(Locks::read("chart = 1").is_err());
    }
}
