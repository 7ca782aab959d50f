//! What is otherwise than the rule, and why.

use analysis::environment::Scope;

use super::Row;
use crate::page::{Text, code, codes, words};
use crate::view::{Bundle, View};

/// Everything that somebody has accepted with a reason.
pub(super) fn rows(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let built = bundle.built;
    let mut rows = Vec::new();
    for exception in &built.exceptions {
        let what = format!(" is allowed: {}", exception.allows);
        rows.push(vec![
            [code(exception.container.as_str()), words(what)].concat(),
            words(exception.reason),
        ]);
    }
    for departure in &view.environment.platform.departures {
        if departure.origin.file == bundle.file() {
            let what = format!(" {}", departure.what);
            rows.push(vec![
                [code(departure.container.as_str()), words(what)].concat(),
                words(departure.reason),
            ]);
        }
    }
    for text in &built.not_secret {
        let what: Text = [
            code(text.path.as_str()),
            words(" of "),
            code(text.object.as_str()),
            words(" is no secret"),
        ]
        .concat();
        rows.push(vec![what, words(text.reason)]);
    }
    let name = built.name.as_str();
    for exception in &view.environment.checked.exceptions {
        let of: Option<Text> = match &exception.scope {
            Scope::Bundle(own) => (own == name).then(|| words("all objects")),
            Scope::Objects(objects) => {
                let own = |identity: &&analysis::objects::Identity| {
                    bundle.objects.iter().any(|object| object.identity == **identity)
                };
                let own: Vec<_> = objects.iter().filter(own).collect();
                (!own.is_empty()).then(|| codes(own.into_iter().map(ToString::to_string)))
            }
        };
        if let Some(of) = of {
            let what = [words("rule "), code(exception.rule.as_str()), words(", "), of].concat();
            rows.push(vec![what, words(exception.reason.as_str())]);
        }
    }
    rows
}
