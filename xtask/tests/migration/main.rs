//! `docs/migrating-from-helm.md` is true: every object of the Helm release is rendered with its identity or is listed in
//! the document, and every listed difference exists.
//!
//! All of it is about clusters that ran that release. Who has none, or has migrated all of them, deletes the document, its
//! `docs/helm-release-identity.tsv` and this folder together: nothing else here needs them. Until then a service of the release cannot be
//! renamed or removed unless the document says what becomes of it in the cluster.

mod compare;
mod document;
mod helm;
mod path;
mod pattern;
mod rendered;
mod rules;
mod syntax;

const DOCUMENT: &str = include_str!("../../../docs/migrating-from-helm.md");
const RELEASE: &str = include_str!("../../../docs/helm-release-identity.tsv");

#[test]
fn every_object_of_the_release_is_rendered_or_explained() -> Result<(), String> {
    none(&compare::unexplained(
        &helm::parse(RELEASE)?,
        &rendered::all()?,
        &document::parse(DOCUMENT)?,
    ));
    Ok(())
}

#[test]
fn selectors_of_the_release_find_the_pods_started_here() -> Result<(), String> {
    none(&compare::unselected(&helm::parse(RELEASE)?, &rendered::all()?));
    Ok(())
}

#[test]
fn every_difference_in_the_document_is_one() -> Result<(), String> {
    none(&compare::stale(&helm::parse(RELEASE)?, &rendered::all()?, &document::parse(DOCUMENT)?));
    Ok(())
}

fn none(failures: &[String]) {
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
