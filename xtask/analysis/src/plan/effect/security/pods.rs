//! What pods may do on their nodes.

use crate::objects::{Pod, Value, list, text};
use crate::plan::compare::Difference;
use crate::plan::effect::{Effect, Subject};

/// Fields by the end of their paths, and the value that protects.
static PROTECTING: &[(&[&str], bool, &str)] = &[
    (&["securityContext", "privileged"], false, "the container gets every right on its node"),
    (
        &["securityContext", "allowPrivilegeEscalation"],
        false,
        "programs of the container may get more rights than it has",
    ),
    (&["securityContext", "runAsNonRoot"], true, "the container may run as root"),
    (
        &["securityContext", "readOnlyRootFilesystem"],
        true,
        "programs of the container may change its files",
    ),
    (&["spec", "hostNetwork"], false, "the pod is in the network of its node, past policies"),
    (&["spec", "hostPID"], false, "the pod sees every process of its node"),
    (&["spec", "hostIPC"], false, "the pod shares memory with its node"),
    (&["automountServiceAccountToken"], false, "pods get a token for the API server"),
];

/// Tells which protections are gone.
pub(super) fn tell(subject: &mut Subject<'_, '_>) {
    let makes_pods = subject
        .object()
        .is_some_and(|object| Pod::of(object).is_some() || object.is("", "ServiceAccount"));
    if !makes_pods {
        return;
    }
    for position in 0..subject.differences.len() {
        if let Some(cause) = weaker(&subject.differences[position]) {
            subject.field(position, Effect::Security, cause);
        }
    }
}

fn ends_with(difference: &Difference, path: &[&str]) -> bool {
    let keys = &difference.keys;
    keys.len() >= path.len()
        && keys[keys.len() - path.len()..].iter().zip(path).all(|(key, own)| key == own)
}

fn weaker(difference: &Difference) -> Option<&'static str> {
    for (path, protects, cause) in PROTECTING {
        if ends_with(difference, path) {
            // What is absent protects where a lack of rights is the default, but for privilege escalation and tokens.
            let is_free_by_default = *protects
                || path.contains(&"allowPrivilegeEscalation")
                || path.contains(&"automountServiceAccountToken");
            let protected = |value: &Option<Value>| {
                value
                    .as_ref()
                    .map_or(!is_free_by_default, |value| value.as_bool() == Some(*protects))
            };
            return (protected(&difference.old) && !protected(&difference.new)).then_some(*cause);
        }
    }
    if ends_with(difference, &["securityContext"]) && difference.new.is_none() {
        return Some("the container is protected less");
    }
    if ends_with(difference, &["capabilities", "add"])
        && lacks(difference.old.as_ref(), difference.new.as_ref())
    {
        return Some("the container gets more rights of the kernel");
    }
    if ends_with(difference, &["capabilities", "drop"])
        && lacks(difference.new.as_ref(), difference.old.as_ref())
    {
        return Some("the container keeps more rights of the kernel");
    }
    if ends_with(difference, &["hostPath"]) || ends_with(difference, &["hostPath", "path"]) {
        return difference
            .new
            .is_some()
            .then_some("the pod reads, and may write, another folder of its node");
    }
    if ends_with(difference, &["volumes"])
        && difference.new.as_ref().is_some_and(|volume| !volume["hostPath"].is_null())
    {
        return Some("the pod reads, and may write, a folder of its node");
    }
    if ends_with(difference, &["seccompProfile", "type"])
        && difference.new.as_ref().and_then(text).is_none_or(|kind| kind == "Unconfined")
    {
        return Some("every call of the kernel is allowed");
    }
    if ends_with(difference, &["seccompProfile"]) && difference.new.is_none() {
        return Some("every call of the kernel is allowed");
    }
    if ends_with(difference, &["securityContext", "runAsUser"])
        && difference.new == Some(Value::from(0))
    {
        return Some("the container runs as root");
    }
    None
}

/// Whether capabilities lack one of others; container runtimes read them in any case.
fn lacks(own: Option<&Value>, others: Option<&Value>) -> bool {
    let names = |value: Option<&Value>| -> Vec<String> {
        let all = value.map_or(&[][..], list).iter().filter_map(text);
        all.map(str::to_uppercase).collect()
    };
    let own = names(own);
    names(others).iter().any(|name| !own.contains(name) && !own.iter().any(|own| own == "ALL"))
}
