//! Secrets in plain text.

use k8s_openapi::ByteString;
use manifests_lib::check::{SecretText, secret_texts};
use serde::Deserialize as _;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Origin, Value, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "secret-in-plain-text",
    family: Family::Security,
    severity: Severity::Error,
    summary: "A password, token or key stands in the manifests",
    consequence: "everybody who reads the repository, or may read the object, has it; it stays in Git's history when it is removed",
    explanation: "Texts count by the name that they have (`DB_PASSWORD`, `apiKey`, an argument after `--token`) and by what they are: \
                  private keys, keys of AWS, addresses with a password, and random letters of 24 characters or more whose name does \
                  not say that they are something else, such as an id or a digest. Variables, arguments, ConfigMaps, annotations and values of charts \
                  are looked at, and every value of a Secret but for certificates and for texts of several lines, such as configuration, of \
                  which what reads like a secret counts. What is built from Rust is judged when it is built, where \
                  `not_secret!` says why a text is none.",
    remedy: "deliver it by an ExternalSecret, and give it out anew: what was in Git is known",
    upstream: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    check: |graph, findings| {
        for object in graph.objects().written() {
            if matches!(object.origin, Origin::Rust { .. }) {
                continue;
            }
            let is_secret = object.is("", "Secret");
            let looked_at = if is_secret { &object.json["metadata"] } else { &object.json };
            // A probe has no session that its header could give away.
            let of_probe =
                |found: &SecretText<'_, Value>| found.path.ends_with("httpHeaders[Cookie].value");
            for found in secret_texts(looked_at).into_iter().filter(|found| !of_probe(found)) {
                findings.add(object, At::Value(found.value), format!("it holds {}", found.holds));
            }
            for field in ["data", "stringData"].into_iter().filter(|_| is_secret) {
                let fields = &object.json[field];
                for (key, value) in texts(fields).filter(|(_, value)| !value.is_empty()) {
                    if let Some(holds) = holds(key, value, field == "data") {
                        findings.add(object, At::Value(&fields[key]), holds);
                    }
                }
            }
        }
    },
};

/// What a value of a Secret holds that is one.
fn holds(key: &str, value: &str, is_encoded: bool) -> Option<String> {
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
    let decoded = if is_encoded {
        let decoded = ByteString::deserialize(&Value::from(value)).ok();
        decoded.and_then(|decoded| String::from_utf8(decoded.0).ok())
    } else {
        Some(value.to_owned())
    };
    if let Some(text) = decoded.filter(|text| text.trim_end().contains('\n')) {
        let whole = Value::from(text.as_str());
        let lines: Value = text.lines().map(Value::from).collect();
        let found = secret_texts(&whole).into_iter().chain(secret_texts(&lines)).next();
        if !text.contains("PRIVATE KEY") && (found.is_none() || text.starts_with(CERTIFICATE)) {
            return None;
        }
        let what = found.map_or_else(|| "a private key".to_owned(), |found| found.holds);
        return Some(format!("{key} of a Secret holds {what}, only encoded, not encrypted"));
    }
    Some(format!("{key} of a Secret is only encoded, not encrypted"))
}
