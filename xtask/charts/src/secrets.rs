//! What helm says, without the secrets that its values hold.

use analysis::objects::{Value, yaml};
use manifests_lib::check::secret_texts;

use crate::source::Helm;

/// Shorter values stand in any text by chance.
const SHORT: usize = 4;

/// A text without what reads like a secret in the values, or stands under a key that says secret.
pub(super) fn without(text: &str, helm: &Helm) -> String {
    let mut secrets: Vec<String> = Vec::new();
    let (documents, _) = yaml::documents(&helm.values);
    for document in &documents {
        let found = secret_texts(&document.value);
        secrets.extend(found.iter().filter_map(|secret| secret.value.as_str()).map(str::to_owned));
        named(&document.value, false, &mut secrets);
    }
    for parameter in &helm.arguments {
        let mut parts = parameter.splitn(3, '=');
        if let (Some(name), Some(value)) = (parts.nth(1), parts.next())
            && says_secret(name)
        {
            secrets.push(value.to_owned());
        }
    }
    secrets.retain(|secret| secret.len() >= SHORT);
    // What holds another one goes first.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "(secret)"))
}

fn named(value: &Value, is_secret: bool, found: &mut Vec<String>) {
    match value {
        Value::String(text) if is_secret => found.push(text.to_string()),
        Value::Array(items) => items.iter().for_each(|item| named(item, is_secret, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                named(value, is_secret || says_secret(key.as_str()), found);
            }
        }
        _ => {}
    }
}

fn says_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["password", "passwd", "secret", "token", "credential", "apikey", "privatekey"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helm_says_of_a_secret_is_not_shown() {
        let helm = Helm {
            values: r#"{"auth": {"adminPassword": "hunter22"}, "size": "hunter"}"#.to_owned(),
            arguments: vec!["--set=db.token=abcdefg".to_owned()],
            ..Helm::default()
        };
        let said = without("hunter22 is too short, abcdefg as well, hunter is not", &helm);
        assert_eq!(said, "(secret) is too short, (secret) as well, hunter is not");
    }
}
