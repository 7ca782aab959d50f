//! What Argo CD logs in with to a private repository of manifests.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Map, Value};

use support::Failure;

/// Name of the Secret.
const NAME: &str = "manifests-repository";

/// The keys of a file, all or none of each line: those of Argo CD's Secret.
///
/// Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories>
const KINDS: [&[&str]; 2] =
    [&["password", "username"], &["githubAppID", "githubAppInstallationID", "githubAppPrivateKey"]];

/// What a file says, by key. Deliberately not `Debug`: nothing may print it.
pub struct Credentials(BTreeMap<String, String>);

impl Credentials {
    /// Reads a file, or standard input if it is named `-`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let (text, name) = if path == Path::new("-") {
            let mut text = String::new();
            let read = io::stdin().read_to_string(&mut text).map(|_| text);
            (read, "standard input".to_owned())
        } else {
            (fs::read_to_string(path), path.display().to_string())
        };
        let text = text.map_err(|error| {
            Failure::new(format!(
                "the credentials of the repository cannot be read from {name}: {error}"
            ))
        })?;
        Self::parse(&text).ok_or_else(|| {
            Failure::new(format!(
                "{name} has no credentials of a repository: expected is a JSON object of texts with either the keys {}, and no others",
                KINDS.map(|keys| keys.join(", ")).join(", or the keys ")
            ))
        })
    }

    /// `None` for whatever is wrong: an error of the parser might quote the secret.
    fn parse(text: &str) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_str(text).ok()?;
        let credentials: BTreeMap<String, String> = object
            .into_iter()
            .map(|(key, value)| match value {
                Value::String(text) if !text.trim().is_empty() => Some((key, text)),
                // GitHub's identifiers are numbers.
                Value::Number(number) => Some((key, number.to_string())),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let is_of = |keys: &&[&str]| credentials.keys().eq(keys.iter());
        KINDS.iter().any(is_of).then_some(Self(credentials))
    }

    /// The Secret that makes Argo CD use them for this repository, as JSON.
    pub fn secret(self, namespace: &str, repository: &str) -> Result<String, Failure> {
        let Self(credentials) = self;
        let known = [("type", "git"), ("url", repository)];
        let known = known.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let data = known.into_iter().chain(credentials);
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some(NAME.to_owned()),
                namespace: Some(namespace.to_owned()),
                labels: Some(BTreeMap::from([(
                    "argocd.argoproj.io/secret-type".to_owned(),
                    "repository".to_owned(),
                )])),
                ..ObjectMeta::default()
            },
            data: Some(data.map(|(key, value)| (key, ByteString(value.into_bytes()))).collect()),
            ..Secret::default()
        };
        serde_json::to_string(&secret).map_err(|_| {
            Failure::new("the credentials of the repository cannot be written as JSON")
        })
    }
}

/// `--repository-credentials`.
#[derive(clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Let Argo CD log in to a private repository of manifests with what this file says (`-`: standard input)
    ///
    /// A JSON object with `username` and `password` (a token that may read), or with `githubAppID`, `githubAppInstallationID` and
    /// `githubAppPrivateKey`. It becomes the Secret `manifests-repository`; without this option, that of an earlier run stays.
    /// The file is not stored, and its content is never printed.
    #[arg(long = "repository-credentials", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Arguments {
    /// The credentials, if the user gives some.
    pub fn read(&self) -> Result<Option<Credentials>, Failure> {
        self.file.as_deref().map(Credentials::read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_a_login_or_an_application_of_github() {
        for text in [
            r#"{"username": "git", "password": "token"}"#,
            r#"{"githubAppID": 1, "githubAppInstallationID": "2", "githubAppPrivateKey": "key"}"#,
        ] {
            assert!(Credentials::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "token",
            r#""token""#,
            "{}",
            r#"{"username": "git"}"#,
            r#"{"username": "git", "password": ""}"#,
            r#"{"username": "git", "password": null}"#,
            r#"{"username": "git", "password": "token", "githubAppID": 1}"#,
            r#"{"username": "git", "password": "token", "url": "https://example.com"}"#,
        ] {
            assert!(Credentials::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_secret_names_its_repository() {
        let credentials = Credentials::parse(r#"{"username": "git", "password": "token"}"#);
        let secret = credentials
            .and_then(|it| it.secret("argocd", "https://example.com/manifests.git").ok())
            .and_then(|secret| serde_json::from_str::<Value>(&secret).ok())
            .expect("a Secret");
        insta::assert_snapshot!(format!("{secret:#}"), @r#"
        {
          "apiVersion": "v1",
          "data": {
            "password": "dG9rZW4=",
            "type": "Z2l0",
            "url": "aHR0cHM6Ly9leGFtcGxlLmNvbS9tYW5pZmVzdHMuZ2l0",
            "username": "Z2l0"
          },
          "kind": "Secret",
          "metadata": {
            "labels": {
              "argocd.argoproj.io/secret-type": "repository"
            },
            "name": "manifests-repository",
            "namespace": "argocd"
          }
        }
        "#);
    }
}
