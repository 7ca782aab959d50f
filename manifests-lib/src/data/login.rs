//! Connection strings: texts around a login that stands beside them.

use super::secret::SecretKey;
use crate::model::made_for::MadeFor;
use crate::workload::Variable;

/// A variable whose text refers to a user and a password, and those two before it, `<variable>_USER` and `<variable>_PASSWORD`:
/// Kubernetes puts them in place of `$(…)` when the container starts. `text` gets their names.
pub(crate) fn with_login(
    variable: &str,
    user: &SecretKey,
    password: &SecretKey,
    made_for: &MadeFor,
    text: impl FnOnce(&str, &str) -> String,
) -> Variable {
    let [user_name, password_name] = ["USER", "PASSWORD"].map(|part| format!("{variable}_{part}"));
    let text = text(&user_name, &password_name);
    let before = vec![user.variable(&user_name), password.variable(&password_name)];
    Variable::composed(variable, text, before, made_for.clone())
}
