//! The order in which Applications have to come: that of their waves, as the platform derives them.

use std::collections::BTreeMap;

use harness::{Failure, Report};

use crate::lanes::gitops::{Application, State};
use crate::rendered::{Object, Rendered};

/// Compares what was seen with what is derived: an Application is made only after every one of an earlier wave beside it was
/// deployed for the first time.
pub fn check(rendered: &Rendered, state: &State, report: &mut Report) -> Result<(), Failure> {
    let mut followed = 0;
    for (first, second) in pairs(rendered)? {
        let deployed = state.named(first).and_then(Application::first_deployed);
        let created = state.named(second).map(Application::created);
        match (deployed, created) {
            // RFC 3339 in UTC, both to the second: the order of texts is that of times.
            (Some(deployed), Some(created)) if deployed <= created => followed += 1,
            _ => report.finding(format!(
                "{}: {second} came before {first}, which has an earlier wave, was deployed: made at {}, deployed at {}",
                rendered.environment,
                created.unwrap_or("no time"),
                deployed.unwrap_or("no time")
            )),
        }
    }
    report.compared(
        followed,
        format!(
            "pairs of Applications of {}, the second made after the first was deployed, as derived",
            rendered.environment
        ),
    );
    Ok(())
}

/// Every two Applications of one parent of which the first has an earlier wave; without those that bootstrap makes.
fn pairs(rendered: &Rendered) -> Result<Vec<(&str, &str)>, Failure> {
    let mut parents: BTreeMap<&str, Vec<(i32, &str)>> = BTreeMap::new();
    for object in rendered.objects.iter().filter(|object| object.identity.kind == "Application") {
        let own = format!("{}-application", object.bundle);
        if object.identity.name != own {
            let siblings = parents.entry(&object.bundle).or_default();
            siblings.push((wave(object)?, &object.identity.name));
        }
    }
    let mut pairs = Vec::new();
    for siblings in parents.values() {
        for (wave, first) in siblings {
            let later = siblings.iter().filter(|(other, _)| other > wave);
            pairs.extend(later.map(|(_, second)| (*first, *second)));
        }
    }
    Ok(pairs)
}

fn wave(object: &Object) -> Result<i32, Failure> {
    match object.value["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].as_str() {
        None => Ok(0),
        Some(wave) => wave.parse().map_err(|_| {
            Failure::new(format!(
                "{object} ({}) has the wave {wave:?}, which is no number: correct the language",
                object.origin
            ))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendered;

    #[test]
    fn what_the_mesh_needs_comes_before_what_needs_the_mesh() {
        for rendered in rendered::environments().unwrap() {
            let pairs = pairs(&rendered).unwrap();
            for pair in [
                ("infra-parent-application", "app-parent-application"),
                ("istio-istiod-application", "istio-ingressgateway-application"),
                ("cert-manager-application", "nginx-application"),
            ] {
                assert!(pairs.contains(&pair), "{}: {pair:?}", rendered.environment);
            }
        }
    }
}
