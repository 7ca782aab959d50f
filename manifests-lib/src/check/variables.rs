//! What the kubelet and the kernel make of the values and arguments of a container.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1 as core;

use super::Mistake;
use crate::model::rule::Rule;

/// What one argument or variable of a program has at most, with the NUL behind it.
///
/// Upstream: `MAX_ARG_STRLEN`, <https://man7.org/linux/man-pages/man2/execve.2.html>
const LONGEST: usize = 128 << 10;

/// Everything wrong with the values and arguments of a container.
pub(super) fn mistakes(container: &core::Container) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut known = BTreeSet::new();
    // What all keys of a ConfigMap or Secret are called is not known here.
    let all_known = container.env_from.as_ref().is_some_and(|sources| !sources.is_empty());
    for variable in container.env.iter().flatten() {
        let what = || format!("container {}: the variable {}", container.name, variable.name);
        if let Some(value) = &variable.value {
            let length = variable.name.len() + "=".len() + value.len();
            mistakes.extend(impossible(&what, value, length));
            if !all_known {
                mistakes.extend(unknown(&what, value, &known));
            }
        }
        known.insert(variable.name.as_str());
    }
    for argument in container.command.iter().chain(&container.args).flatten() {
        let what = || format!("container {}: an argument", container.name);
        mistakes.extend(impossible(&what, argument, argument.len()));
        if !all_known {
            mistakes.extend(unknown(&what, argument, &known));
        }
    }
    mistakes
}

/// A text with which no program starts.
fn impossible(what: &dyn Fn() -> String, text: &str, length: usize) -> Option<Mistake> {
    if text.contains('\0') {
        let message = format!(
            "{} has a NUL character, at which it ends, and the runtime refuses the container: remove it",
            what()
        );
        return Some(Mistake::new(Rule::InvalidVariableValue, message));
    }
    (length >= LONGEST).then(|| {
        let message = format!(
            "{} has {length} bytes, and Linux starts no program with one of {LONGEST}: give it to the container as a file \
             (Component::config)",
            what()
        );
        Mistake::new(Rule::InvalidVariableValue, message)
    })
}

/// References to variables that are not there. What a shell would run, such as `$(date)`, stays as it is.
fn unknown(what: &dyn Fn() -> String, text: &str, known: &BTreeSet<&str>) -> Vec<Mistake> {
    let unknown = references(text).filter(|name| {
        let of_shell =
            !name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
        // The kubelet knows where the API server is.
        !of_shell && !name.starts_with("KUBERNETES_") && !known.contains(name)
    });
    unknown
        .map(|name| {
            let message = format!(
                "{} refers to $({name}), and the container has no variable of that name before it: the text would stay as it is; give \
                 it the variable first, or write $$({name}) if the text is meant",
                what()
            );
            Mistake::new(Rule::UnknownVariable, message)
        })
        .collect()
}

/// The names between `$(` and `)`, as the kubelet reads them: `$$` is a dollar sign.
///
/// Upstream: <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>
fn references(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, behind) = rest.split_once('$')?;
            if let Some(escaped) = behind.strip_prefix('$') {
                rest = escaped;
            } else if let Some((name, after)) =
                behind.strip_prefix('(').and_then(|it| it.split_once(')'))
            {
                rest = after;
                if !name.is_empty() {
                    return Some(name);
                }
            } else {
                rest = behind;
            }
        }
    })
}
