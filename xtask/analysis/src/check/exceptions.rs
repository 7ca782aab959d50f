//! Findings that somebody accepts, and acceptances that nothing needs.

use std::collections::{HashMap, HashSet};

use super::{Finding, near, rules};
use crate::environment::{Environment, Exception, Scope};

/// The exceptions of an environment, by what they are for.
pub(super) struct Accepting<'a> {
    by_object: HashMap<(&'a str, String), Vec<usize>>,
    by_bundle: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Accepting<'a> {
    pub(super) fn of(environment: &'a Environment) -> Self {
        let mut accepting = Self { by_object: HashMap::new(), by_bundle: HashMap::new() };
        for (position, Exception { rule, scope, .. }) in environment.exceptions.iter().enumerate() {
            match scope {
                Scope::Objects(identities) => {
                    for identity in identities {
                        let key = (rule.as_str(), identity.to_string());
                        accepting.by_object.entry(key).or_default().push(position);
                    }
                }
                Scope::Bundle(bundle) => {
                    let key = (rule.as_str(), bundle.as_str());
                    accepting.by_bundle.entry(key).or_default().push(position);
                }
            }
        }
        accepting
    }

    /// Whether an exception accepts a finding; each that does is marked as used.
    pub(super) fn accept(&self, finding: &Finding, used: &mut [bool]) -> bool {
        let rule = finding.rule.name;
        let of_object = self.by_object.get(&(rule, finding.object.clone()));
        let of_bundle = finding.bundle.as_deref();
        let of_bundle = of_bundle.and_then(|bundle| self.by_bundle.get(&(rule, bundle)));
        let mut accepted = false;
        for &position in of_object.into_iter().chain(of_bundle).flatten() {
            used[position] = true;
            accepted = true;
        }
        accepted
    }
}

/// Exceptions of environments that accept nothing anywhere: one line of Rust is an exception in each environment that has its bundle, and
/// one of them needs it.
pub(super) fn idle<'a>(
    environments: impl Iterator<Item = (&'a Environment, &'a [bool])> + Clone,
    checked: &[&str],
) -> Vec<Vec<Finding>> {
    let all = |(environment, used): (&'a Environment, &'a [bool])| {
        environment.exceptions.iter().zip(used)
    };
    let needed: HashSet<_> = environments
        .clone()
        .flat_map(all)
        .filter(|(exception, used)| **used && exception.line.is_some())
        .map(|(exception, _)| (&exception.line, &exception.rule))
        .collect();
    let of_environment = |(environment, used)| {
        let idle = all((environment, used)).filter(|(exception, used)| {
            let known = rules::is_known(&exception.rule);
            let idle = !**used && checked.contains(&exception.rule.as_str());
            let elsewhere = needed.contains(&(&exception.line, &exception.rule));
            exception.reason.trim().is_empty() || !known || idle && !elsewhere
        });
        idle.map(|(exception, _)| finding(environment, exception)).collect()
    };
    environments.map(of_environment).collect()
}

fn finding(environment: &Environment, exception: &Exception) -> Finding {
    let Exception { rule, scope, reason, line } = exception;
    let object = match scope {
        Scope::Objects(identities) => {
            let identities: Vec<String> = identities.iter().map(ToString::to_string).collect();
            identities.join(", ")
        }
        Scope::Bundle(bundle) => format!("the bundle {bundle}"),
    };
    let message = if !rules::is_known(rule) {
        format!("there is no rule {rule}{}", near::hint(rule, rules::names()))
    } else if reason.trim().is_empty() {
        format!("what the rule {rule} finds is accepted without a reason")
    } else {
        format!("the rule {rule} finds nothing here that could be accepted")
    };
    Finding {
        rule: &rules::IDLE_EXCEPTION,
        environment: environment.name.clone(),
        object,
        bundle: None,
        field: String::new(),
        line: line.clone(),
        message,
        help: rules::IDLE_EXCEPTION.remedy.to_owned(),
        sides: Vec::new(),
    }
}
