//! What goes wrong between here and the API server, as one sentence with the way out.

use std::error::Error;
use std::io;

use kube::client::AuthError;
use serde_json::Value;
use support::visible;

use crate::server::Again;

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The API server says no.
    Refused(Refusal),
    /// It does not answer: the sentence. No other request would be answered either.
    Lost(String),
    /// The user has ended the run before it was sent.
    Stopped,
}

/// What the API server says where it says no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The status of HTTP.
    pub code: u16,
    /// Its reason, in one word: `Forbidden`.
    pub reason: String,
    /// Its message.
    pub message: String,
    /// Each field that it complains about, with what it says of it.
    pub causes: Vec<(String, String)>,
}

/// A field that belongs to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// Who has written it last: `kubectl-edit`.
    pub manager: String,
    /// Its path: `.spec.replicas`.
    pub field: String,
}

impl Refusal {
    /// Reads a `Status` of the API server, or whatever a proxy before it has answered.
    ///
    /// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>
    pub fn of(code: u16, body: &[u8]) -> Self {
        let Ok(status) = serde_json::from_slice::<Value>(body) else {
            let text = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
            let first = text.lines().next().unwrap_or_default().trim().to_owned();
            return Self { code, message: first, ..Self::default() };
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let causes = status["details"]["causes"].as_array().into_iter().flatten();
        Self {
            code,
            reason: text(&status["reason"]),
            message: text(&status["message"]),
            causes: causes.map(|cause| (text(&cause["field"]), text(&cause["message"]))).collect(),
        }
    }

    /// The fields that belong to others, where that is why.
    pub fn conflicts(&self) -> Vec<Conflict> {
        if self.code != 409 {
            return Vec::new();
        }
        let conflict = |(field, message): &(String, String)| {
            let manager = message.strip_prefix("conflict with \"")?.split('"').next()?;
            Some(Conflict { manager: manager.to_owned(), field: field.clone() })
        };
        self.causes.iter().filter_map(conflict).collect()
    }

    /// Whether a webhook does not answer, which is likely to pass while pods start.
    pub fn is_silent_webhook(&self) -> bool {
        self.message.contains("failed calling webhook")
            || self.message.contains("conversion webhook")
    }

    /// Whether the namespace is on its way out.
    pub fn is_terminating(&self) -> bool {
        self.causes.iter().any(|(_, message)| message.contains("is being terminated"))
            || self.message.contains("because it is being terminated")
    }

    /// Whether a field would have to change that cannot.
    pub fn is_immutable(&self) -> bool {
        self.code == 422
            && (self.message.contains("immutable") || self.message.contains("updates to"))
    }

    /// Whether the user may not do it.
    pub fn is_forbidden(&self) -> bool {
        self.code == 403 && !self.is_terminating()
    }

    /// Its message; where it shows whole values, the fields with what is wrong with each.
    fn message_of_fields(&self) -> String {
        const LENGTH: usize = 250;
        if self.code != 422 || self.message.len() <= LENGTH || self.causes.is_empty() {
            return self.message.clone();
        }
        let object = self.message.split(" is invalid").next().unwrap_or_default();
        let causes = self.causes.iter().map(|(field, message)| {
            format!("{field}: {}", message.rsplit(": ").next().unwrap_or_default())
        });
        format!("{object} is invalid: {}", causes.collect::<Vec<_>>().join(", "))
    }

    /// Why, and the way out.
    pub fn sentence(&self) -> String {
        let message = short(&self.message_of_fields());
        let conflicts = self.conflicts();
        if !conflicts.is_empty() {
            return format!(
                "{}: take them with --take-ownership={}, or write their values into the code",
                owners(&conflicts),
                managers(&conflicts).join(",")
            );
        }
        let way_out = if self.message.contains("denied the request") {
            "correct what the webhook names"
        } else if self.is_silent_webhook() {
            "see whether the pods behind it run, then run again"
        } else if self.is_terminating() {
            "wait until the namespace is gone, then run again; `kubectl get namespace NAME --output yaml` names what holds it"
        } else if self.is_immutable() {
            "delete the object by hand once nothing needs it, or leave the field as it was"
        } else {
            match self.code {
                401 => {
                    "your credentials are not accepted or have expired: log in afresh, then run again"
                }
                403 => "ask for this right",
                404 => "what it belongs to is not there: see what was said of it before",
                409 => "somebody else has changed it in the meantime: run again",
                429 | 500..=599 => "the API server is busy or broken: run again later",
                _ => "correct it",
            }
        };
        if message.is_empty() {
            return format!("the API server answers {} without a reason: {way_out}", self.code);
        }
        format!("{message}: {way_out}")
    }
}

/// `.spec.replicas belongs to kubectl-edit`.
pub fn owners(conflicts: &[Conflict]) -> String {
    let mut parts = Vec::new();
    for manager in managers(conflicts) {
        let of_manager = conflicts.iter().filter(|conflict| conflict.manager == manager);
        let fields: Vec<&str> = of_manager.map(|conflict| conflict.field.as_str()).collect();
        let verb = if fields.len() == 1 { "belongs" } else { "belong" };
        parts.push(format!("{} {verb} to {}", visible(&fields.join(", ")), visible(manager)));
    }
    parts.join(", ")
}

/// Everybody who has a field, each once.
pub fn managers(conflicts: &[Conflict]) -> Vec<&str> {
    let mut managers: Vec<&str> =
        conflicts.iter().map(|conflict| conflict.manager.as_str()).collect();
    managers.sort_unstable();
    managers.dedup();
    managers
}

impl Trouble {
    /// Why, and the way out.
    pub fn sentence(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.sentence(),
            Self::Lost(sentence) => sentence.clone(),
            Self::Stopped => "it was not sent, because the run was ended before".to_owned(),
        }
    }

    /// What the API server says, where it says no.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Lost(_) | Self::Stopped => None,
        }
    }
}

/// A message on one line, without a tail that nobody reads.
fn short(message: &str) -> String {
    const LENGTH: usize = 400;
    let line = visible(&message.split_whitespace().collect::<Vec<_>>().join(" "));
    let line = line.trim_end_matches(['.', ' ']);
    if line.chars().count() <= LENGTH {
        return line.to_owned();
    }
    let start: String = line.chars().take(LENGTH).collect();
    format!("{start}…")
}

/// What a client that gets no answer says: the sentence, and whether another try may help.
pub fn of_connection(error: &kube::Error, context: &str) -> (String, Again) {
    let place = format!("the API server of the context {context}");
    if let Some(error) = cause::<AuthError>(error) {
        return (of_login(error, context), Again::No);
    }
    let words = words(error);
    let has = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
    if has(&["UnknownIssuer", "self-signed", "SelfSigned", "CaUsedAsEndEntity", "BadSignature"]) {
        let sentence = format!(
            "{place} has a certificate of an issuer that the kubeconfig does not name: fetch the context again, or add the issuer's \
             certificate as certificate-authority"
        );
        return (sentence, Again::No);
    }
    // The words of the library are numbers of seconds.
    if has(&["certificate expired", "Expired"]) {
        let sentence = format!(
            "the certificate of {place} has expired: fetch the context again, or ask whoever runs the cluster"
        );
        return (sentence, Again::No);
    }
    if has(&["NotValidForName", "invalid peer certificate"]) {
        let sentence = format!(
            "the certificate of {place} is not valid for it ({}): fetch the context again, or ask whoever runs the cluster",
            short(&words)
        );
        return (sentence, Again::No);
    }
    if has(&["tunnel", "proxy"]) {
        let sentence = format!(
            "the proxy before {place} does not let it through ({}): correct proxy-url in the kubeconfig or HTTPS_PROXY, or name the server \
             in NO_PROXY",
            short(&words)
        );
        return (sentence, Again::Yes);
    }
    if has(&["dns error", "failed to lookup"]) {
        let sentence = format!(
            "the name of {place} leads nowhere: see whether the cluster still exists and you are in its network, or fetch the context \
             again"
        );
        return (sentence, Again::Yes);
    }
    if cause::<io::Error>(error)
        .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    {
        let sentence = format!(
            "nobody listens at {place}: start the cluster, or see whether its address has changed"
        );
        return (sentence, Again::Yes);
    }
    let sentence = format!(
        "{place} does not answer ({}): see whether it runs and your network reaches it, then run again",
        short(&words)
    );
    let is_silence =
        cause::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
    (sentence, if is_silence { Again::AfterSilence } else { Again::Yes })
}

/// What a login that fails says. What a plugin has printed may be a secret, and stays unsaid.
pub fn of_login(error: &AuthError, context: &str) -> String {
    let of = format!("the login of the context {context}");
    match error {
        AuthError::AuthExecStart(error) if error.kind() == io::ErrorKind::NotFound => format!(
            "{of} is by a program that is not on the PATH: install what `users` in the kubeconfig names as its `command`, then run again"
        ),
        AuthError::AuthExecStart(error) => {
            format!(
                "the program for {of} cannot be started: {error}; correct its `command` in the kubeconfig"
            )
        }
        AuthError::AuthExecRun { out, .. } => format!(
            "the program for {of} has failed ({}): log in afresh by what it needs, such as `aws sso login`, then run again",
            out.status
        ),
        AuthError::ReadTokenFile(error, path) => format!(
            "{of} is by a token in {}, which cannot be read: {error}; log in afresh, then run again",
            path.display()
        ),
        _ => format!(
            "the program or file for {of} does not give what the API server asks for: log in afresh, or fetch the context again"
        ),
    }
}

/// The first error of a type in the chain of causes.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The chain of causes as one text, each once.
fn words(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.last().map_or_else(String::new, |_| parts.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, reason: &str, message: &str, causes: &[(&str, &str)]) -> Refusal {
        let causes: Vec<_> = causes
            .iter()
            .map(|(field, message)| serde_json::json!({"field": field, "message": message}))
            .collect();
        let body = serde_json::json!({"reason": reason, "message": message, "details": {"causes": causes}});
        Refusal::of(code, body.to_string().as_bytes())
    }

    #[test]
    fn what_the_api_server_refuses_has_a_way_out() {
        let said = [
            status(401, "Unauthorized", "Unauthorized", &[]),
            status(
                403,
                "Forbidden",
                r#"secrets is forbidden: User "dev" cannot list resource "secrets" in API group "" at the cluster scope"#,
                &[],
            ),
            status(
                403,
                "Forbidden",
                r#"configmaps "a" is forbidden: unable to create new content in namespace shop because it is being terminated"#,
                &[("metadata.namespace", "namespace shop is being terminated")],
            ),
            status(
                409,
                "Conflict",
                "Apply failed with 2 conflicts",
                &[
                    (".spec.replicas", r#"conflict with "kubectl-scale" using apps/v1"#),
                    (".spec.paused", r#"conflict with "kubectl-scale" using apps/v1"#),
                ],
            ),
            status(
                422,
                "Invalid",
                r#"Job.batch "migrate" is invalid: spec.template: field is immutable"#,
                &[],
            ),
            status(
                400,
                "BadRequest",
                r#"admission webhook "policy.example" denied the request: no latest"#,
                &[],
            ),
            status(
                500,
                "InternalError",
                r#"Internal error occurred: failed calling webhook "webhook.cert-manager.io": no endpoints available"#,
                &[],
            ),
            Refusal::of(502, b"<html>\n<h1>Bad Gateway</h1>"),
            Refusal::of(503, b""),
        ];
        let sentences: Vec<String> = said.iter().map(Refusal::sentence).collect();
        insta::assert_snapshot!(sentences.join("\n"));
    }

    #[test]
    fn values_of_fields_that_cannot_change_are_not_shown() {
        let value =
            format!("Invalid value: {{\"Spec\":\"{}\"}}: field is immutable", "x".repeat(300));
        let message = format!("Job.batch \"j\" is invalid: spec.template: {value}");
        let refusal = status(422, "Invalid", &message, &[("spec.template", &value)]);
        assert_eq!(
            refusal.sentence(),
            "Job.batch \"j\" is invalid: spec.template: field is immutable: delete the object by hand once nothing needs it, or leave the \
             field as it was"
        );
    }

    #[test]
    fn a_message_stays_on_its_line_and_changes_no_terminal() {
        let refusal = status(400, "", "a\nb \u{1b}[31mred", &[]);
        assert_eq!(refusal.sentence(), r"a b \u{1b}[31mred: correct it");
    }
}
