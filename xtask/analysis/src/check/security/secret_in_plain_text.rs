//! Secrets in plain text.

use manifests_lib::check::secret_texts;

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Origin, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "secret-in-plain-text",
    family: Family::Security,
    severity: Severity::Error,
    summary: "A password, token or key stands in the manifests",
    consequence: "everybody who reads the repository, or may read the object, has it; it stays in Git's history when it is removed",
    explanation: "Texts count by the name that they have (`DB_PASSWORD`, `apiKey`, an argument after `--token`) and by what they are: \
                  private keys, keys of AWS, addresses with a password. Variables, arguments, ConfigMaps, annotations and values of charts \
                  are looked at, and every value of a Secret. What is built from Rust is judged when it is built, where \
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
            for found in secret_texts(looked_at) {
                findings.add(object, At::Value(found.value), format!("it holds {}", found.holds));
            }
            for field in ["data", "stringData"].into_iter().filter(|_| is_secret) {
                let fields = &object.json[field];
                for (key, _) in texts(fields).filter(|(_, value)| !value.is_empty()) {
                    findings.add(
                        object,
                        At::Value(&fields[key]),
                        format!("{key} of a Secret is only encoded, not encrypted"),
                    );
                }
            }
        }
    },
};
