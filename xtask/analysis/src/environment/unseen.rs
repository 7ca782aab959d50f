//! What objects say of others that are not here: charts and folders of Applications, what controllers make, and what is copied.

use std::collections::{BTreeMap, BTreeSet};

use super::applications::{self, Deployed, DeployedKey};
use super::{Unseen, operators};
use crate::objects::{Object, Objects, Pod, Value, list, text, texts};

/// Everything that may be there without being seen.
pub(super) fn of(objects: &Objects, rendered: &BTreeSet<DeployedKey>) -> Vec<Unseen> {
    let mut unseen = operated(objects);
    unseen.extend(applied(objects, rendered));
    unseen.extend(copied(objects));
    unseen.extend(self_made(objects));
    unseen
}

/// Secrets that pods make for themselves: a Role of their namespace lets them create Secrets, and names this one, or their arguments do.
fn self_made(objects: &Objects) -> Vec<Unseen> {
    let mut unseen = Vec::new();
    for role in objects.of_kind(RBAC, "Role") {
        let is_for_secrets = |rule: &&Value| has(&rule["resources"], "secrets");
        let rules: Vec<&Value> = list(&role.json["rules"]).iter().filter(is_for_secrets).collect();
        if !rules.iter().any(|rule| has(&rule["verbs"], "create")) {
            continue;
        }
        let of_role = rules.iter().flat_map(|rule| list(&rule["resourceNames"])).filter_map(text);
        let mut names: BTreeSet<&str> = of_role.collect();
        names.extend(holders(objects, role).into_iter().flat_map(arguments));
        unseen.extend(names.into_iter().map(|name| Unseen {
            by: format!("a pod with {}", role.identity),
            namespace: role.identity.namespace.clone(),
            kinds: Some(vec![(String::new(), "Secret".to_owned())]),
            name: Some(name.to_owned()),
        }));
    }
    unseen
}

const RBAC: &str = "rbac.authorization.k8s.io";

fn has(texts: &Value, asked: &str) -> bool {
    list(texts).iter().filter_map(text).any(|one| one == asked || one == "*")
}

/// The pods that have a Role.
fn holders<'a>(objects: &'a Objects, role: &Object) -> Vec<Pod<'a>> {
    let bindings = objects.of_kind(RBAC, "RoleBinding").filter(|binding| {
        let reference = &binding.json["roleRef"];
        binding.namespace() == role.namespace()
            && text(&reference["kind"]) == Some("Role")
            && text(&reference["name"]) == Some(role.name())
    });
    let accounts: BTreeSet<&str> = bindings
        .flat_map(|binding| list(&binding.json["subjects"]))
        .filter(|subject| text(&subject["kind"]) == Some("ServiceAccount"))
        .filter_map(|subject| text(&subject["name"]))
        .collect();
    let pods = objects.written().filter_map(Pod::of);
    let has_role = |pod: &Pod<'_>| {
        let account = text(&pod.spec["serviceAccountName"]).unwrap_or("default");
        pod.namespace() == role.namespace() && accounts.contains(account)
    };
    pods.filter(has_role).collect()
}

/// What the programs of a pod are told, `--name=value` without the name.
fn arguments(pod: Pod<'_>) -> Vec<&str> {
    let mut all = Vec::new();
    for container in pod.containers() {
        for field in ["command", "args"] {
            let words = list(&container.json[field]).iter().filter_map(text);
            all.extend(words.map(|word| word.split_once('=').map_or(word, |(_, value)| value)));
        }
    }
    all
}

/// The charts and folders that Applications deploy, but those that were rendered.
fn applied(objects: &Objects, rendered: &BTreeSet<DeployedKey>) -> Vec<Unseen> {
    let unrendered =
        applications::deployed(objects).into_iter().filter(|one| !rendered.contains(&one.key()));
    let of_one = |deployed: Deployed<'_>| {
        let destination = &deployed.application.json["spec"]["destination"];
        let namespace = text(&destination["namespace"]).map(str::to_owned);
        Unseen { by: deployed.by, namespace, kinds: None, name: None }
    };
    unrendered.map(of_one).collect()
}

/// What controllers make of custom objects of which that is not known: pods, Services, Secrets, anything.
fn operated(objects: &Objects) -> Vec<Unseen> {
    let mut by_namespace = BTreeMap::new();
    for object in objects.written().filter(|object| operators::may_make_anything(object)) {
        for namespace in operators::namespaces(object) {
            by_namespace.entry(namespace).or_insert(object);
        }
    }
    let of_one = |(namespace, object): (Option<&str>, &Object)| Unseen {
        by: format!("the controller of {}.{}", object.identity.kind, object.identity.group),
        namespace: namespace.map(str::to_owned),
        kinds: None,
        name: None,
    };
    by_namespace.into_iter().map(of_one).collect()
}

/// What Secrets and ConfigMaps say of their copies in other namespaces.
fn copied(objects: &Objects) -> Option<Unseen> {
    let mut written =
        ["ConfigMap", "Secret"].into_iter().flat_map(|kind| objects.of_kind("", kind));
    let copied = written.find(|object| {
        texts(&object.json["metadata"]["annotations"])
            .any(|(key, _)| operators::COPIES.iter().any(|begin| key.starts_with(begin)))
    })?;
    let kinds = ["ConfigMap", "Secret"].map(|kind| (String::new(), kind.to_owned()));
    Some(Unseen {
        by: format!("what copies {}", copied.identity),
        namespace: None,
        kinds: Some(kinds.to_vec()),
        name: None,
    })
}
