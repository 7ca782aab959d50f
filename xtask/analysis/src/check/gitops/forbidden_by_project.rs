//! Applications that their project refuses.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::delivery::sources;
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "forbidden-by-project",
    family: Family::Gitops,
    severity: Severity::Error,
    summary: "An Application uses what its project does not permit",
    consequence: "Argo CD refuses it (InvalidSpecError): nothing of it is deployed, and nothing of it is kept up to date",
    explanation: "The repositories of the Application have to be among `sourceRepos` of its AppProject, and its destination among \
                  `destinations`. `*` and `?` stand for any text, an entry that begins with `!` forbids. Only projects that are here are \
                  looked at.",
    remedy: "add the repository or destination to the project, or correct the Application",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
    check: |graph, findings| {
        for application in graph.objects().of_kind("argoproj.io", "Application") {
            let spec = &application.json["spec"];
            let project = text(&spec["project"]).and_then(|name| {
                graph.objects().find(
                    "argoproj.io",
                    "AppProject",
                    Some(application.namespace()),
                    name,
                )
            });
            let Some(project) = project.filter(|project| project.is_written()) else { continue };
            let permitted = &project.json["spec"];
            for source in sources(application) {
                let repository = &source["repoURL"];
                if text(repository).is_some_and(|url| !permits_text(&permitted["sourceRepos"], url))
                {
                    let message = format!(
                        "{} does not permit the repository {}",
                        project.identity,
                        text(repository).unwrap_or_default()
                    );
                    findings.add(application, At::Value(repository), message).side(
                        "what it permits is here",
                        project,
                        list_or_object(project, "sourceRepos"),
                    );
                }
            }
            let destination = &spec["destination"];
            if text(&destination["namespace"]).is_some()
                && !permits_destination(permitted, destination)
            {
                let message = format!(
                    "{} does not permit the namespace {}",
                    project.identity,
                    text(&destination["namespace"]).unwrap_or_default()
                );
                findings.add(application, At::Value(&destination["namespace"]), message).side(
                    "what it permits is here",
                    project,
                    list_or_object(project, "destinations"),
                );
            }
        }
    },
};

fn list_or_object<'a>(project: &'a Object, field: &str) -> At<'a> {
    match &project.json["spec"][field] {
        Value::Null => At::Object,
        value => At::Value(value),
    }
}

fn permits_text(patterns: &Value, wanted: &str) -> bool {
    let patterns = || list(patterns).iter().filter_map(text);
    let forbidden = patterns().filter_map(|pattern| pattern.strip_prefix('!'));
    let mut allowed = patterns().filter(|pattern| !pattern.starts_with('!'));
    allowed.any(|pattern| matches(pattern, wanted))
        && !forbidden.into_iter().any(|pattern| matches(pattern, wanted))
}

fn permits_destination(project: &Value, wanted: &Value) -> bool {
    let namespace = text(&wanted["namespace"]).unwrap_or_default();
    let mut permitted = false;
    for destination in list(&project["destinations"]) {
        let of_cluster = ["server", "name"].into_iter().all(|field| {
            match (text(&destination[field]), text(&wanted[field])) {
                (Some(pattern), Some(wanted)) => matches(pattern.trim_start_matches('!'), wanted),
                // The same cluster may be named by its address here and by its name there.
                _ => true,
            }
        });
        let pattern = text(&destination["namespace"]).unwrap_or_default();
        match pattern.strip_prefix('!') {
            Some(pattern) if of_cluster && matches(pattern, namespace) => return false,
            Some(_) => {}
            None => permitted |= of_cluster && matches(pattern, namespace),
        }
    }
    permitted
}

/// Whether a text is of a form in which `*` stands for any text and `?` for any letter.
fn matches(pattern: &str, wanted: &str) -> bool {
    match pattern.chars().next() {
        None => wanted.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            wanted
                .char_indices()
                .map(|(start, _)| start)
                .chain([wanted.len()])
                .any(|start| matches(rest, &wanted[start..]))
        }
        Some(letter) => {
            let mut letters = wanted.chars();
            letters.next().is_some_and(|found| {
                (letter == '?' || letter == found)
                    && matches(&pattern[letter.len_utf8()..], letters.as_str())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        assert!(matches("*", ""));
        assert!(matches("shop-*", "shop-cart"));
        assert!(matches("https://example.com/*/cart.git", "https://example.com/shop/cart.git"));
        assert!(matches("sho?", "shop"));
        assert!(!matches("shop-*", "shop"));
        assert!(!matches("shop", "shops"));
    }
}
