//! Secrets that somebody else creates.

use crate::data::secret::SecretKey;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::{Name, SecretDataKey};

/// A Secret that is in the namespace of the bundle without any bundle that creates it, such as one of another team's operator.
///
/// `let [user, password] = app.secret_of_others(SecretOfOthers { … })`: each key has a handle, and there is no other way to name one. It
/// becomes no object; `cargo xtask check` takes the Secret for there, with these keys.
#[derive(Clone, Debug)]
pub struct SecretOfOthers<const KEYS: usize> {
    /// Name of the Secret: `name!("ledger-login")`.
    pub name: Name,
    /// The keys that containers read: `[secret_data_key!("username"), secret_data_key!("password")]`.
    pub keys: [SecretDataKey; KEYS],
    /// Who creates it, and by what: `"the bank's team, with its Vault operator"`.
    pub by: &'static str,
}

/// A Secret that somebody else creates, as the build tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalSecretFact {
    /// The line that declares it.
    pub origin: Origin,
    /// Name of the Secret, in the namespace of its bundle.
    pub name: String,
    /// Its keys, as far as they are read.
    pub keys: Vec<String>,
    /// Who creates it.
    pub by: &'static str,
}

impl Component {
    /// Names a Secret that somebody else creates, and its keys, for containers of the namespace.
    #[track_caller]
    #[must_use = "give the keys to containers"]
    pub fn secret_of_others<const KEYS: usize>(
        &self,
        secret: SecretOfOthers<KEYS>,
    ) -> [SecretKey; KEYS] {
        let origin = Origin::here();
        let SecretOfOthers { name, keys, by } = secret;
        let made = self.bundle.push(SecretOfOthersPart(ExternalSecretFact {
            origin,
            name: name.to_string(),
            keys: keys.iter().map(|key| key.as_str().to_owned()).collect(),
            by,
        }));
        let made_for = MadeFor::namespace(&self.bundle, origin);
        keys.map(|key| {
            SecretKey::of(name.to_string(), key.as_str(), made_for.clone(), made.clone())
        })
    }
}

struct SecretOfOthersPart(ExternalSecretFact);

impl Part for SecretOfOthersPart {
    fn build(&self, output: &mut Output<'_>) {
        let ExternalSecretFact { origin, name, by, .. } = &self.0;
        if by.trim().is_empty() {
            output.errors.push(BuildError::new(
                Rule::MissingReason,
                *origin,
                format!("the Secret {name} is said to come from somebody else, but not from whom: say who creates it"),
            ));
        }
        output.external.push(self.0.clone());
    }
}
