//! Certificates for servers of other namespaces, which the policies of the issuers refuse.

use std::path::Path;

use harness::{Cluster, Failure, Report};
use serde_json::{Value, json};

use crate::rendered::{self, Object, Rendered};

/// A namespace of every cluster, in which no issuer of the platform signs what is for another one.
const FOREIGN: &str = "kube-public";

/// Asks for every certificate of a limited issuer a second time, in a namespace that must not have it.
pub fn judge(
    cluster: &mut Cluster,
    rendered: &Rendered,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let mut asked = Vec::new();
    for object in &rendered.objects {
        if let Some(policy) = policy(object, &rendered.objects) {
            let foreign = object.with_field(&["metadata", "namespace"], json!(FOREIGN))?;
            asked.push((policy, foreign));
        }
    }
    for (policy, foreign) in &asked {
        let files = rendered::write(std::slice::from_ref(foreign), folder)?;
        let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
        let applied = cluster.apply(&files)?;
        if !applied.errors.iter().any(|error| error.contains(policy.as_str())) {
            report.finding(format!(
                "{name}: {foreign} ({}) is taken in the namespace {FOREIGN}: {policy} does not refuse it, but said {:?}",
                foreign.origin, applied.errors
            ));
        }
    }
    report.compared(
        asked.len(),
        format!("certificates of {name} refused in a namespace that must not have them"),
    );
    Ok(())
}

/// The policy that limits a Certificate to its namespace, where it is one that others trust: a host below `.invalid` is nobody's.
fn policy(object: &Object, objects: &[Object]) -> Option<String> {
    let spec = (object.identity.kind == "Certificate").then(|| &object.value["spec"])?;
    let issuer = &spec["issuerRef"];
    if issuer["kind"] != "ClusterIssuer" || spec["dnsNames"].as_array()?.iter().all(is_invalid) {
        return None;
    }
    let policy = format!("certificates-of-{}", issuer["name"].as_str()?);
    let is_there = objects.iter().any(|object| {
        object.identity.kind == "ValidatingAdmissionPolicy" && object.identity.name == policy
    });
    is_there.then_some(policy)
}

fn is_invalid(host: &Value) -> bool {
    host.as_str().is_some_and(|host| host.ends_with(".invalid"))
}
