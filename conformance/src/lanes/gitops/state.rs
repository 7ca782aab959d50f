//! What Argo CD says of its Applications.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use harness::{Cluster, Failure};
use serde_json::Value;

/// Every Application, by its name, and what they deploy, by kind and name.
#[derive(Default)]
pub struct State {
    applications: BTreeMap<String, Value>,
    objects: BTreeMap<(String, String), Value>,
}

/// What Argo CD says of an Application.
#[derive(Clone, Copy)]
pub struct Application<'a> {
    name: &'a str,
    value: &'a Value,
}

impl State {
    /// Asks the API server; of other kinds than Applications for those that are named.
    pub fn read(cluster: &mut Cluster, kinds: &[&str]) -> Result<Self, Failure> {
        let kinds = [&["applications.argoproj.io"], kinds].concat().join(",");
        let mut answer = cluster.get(&[&kinds, "--all-namespaces"])?;
        let mut state = Self::default();
        if let Value::Array(items) = answer["items"].take() {
            for item in items {
                let (kind, name) = (text(&item["kind"]), text(&item["metadata"]["name"]));
                if kind == "Application" {
                    state.applications.insert(name.to_owned(), item);
                } else {
                    state.objects.insert((kind.to_owned(), name.to_owned()), item);
                }
            }
        }
        Ok(state)
    }

    /// An object of one of the kinds that are looked at; names do not depend on namespaces here.
    pub fn object(&self, kind: &str, name: &str) -> Option<&Value> {
        self.objects.get(&(kind.to_owned(), name.to_owned()))
    }

    /// Whether there is such an object, and it is not being deleted.
    pub fn has(&self, kind: &str, name: &str) -> bool {
        self.object(kind, name)
            .is_some_and(|object| object["metadata"]["deletionTimestamp"].is_null())
    }

    /// The Application of a bundle.
    pub fn of(&self, bundle: &str) -> Option<Application<'_>> {
        self.named(&format!("{bundle}-application"))
    }

    /// The Application of this name.
    pub fn named(&self, name: &str) -> Option<Application<'_>> {
        let (name, value) = self.applications.get_key_value(name)?;
        Some(Application { name, value })
    }

    /// Every Application.
    pub fn all(&self) -> impl Iterator<Item = Application<'_>> {
        self.applications.iter().map(|(name, value)| Application { name, value })
    }
}

impl<'a> Application<'a> {
    /// Its name.
    pub fn name(self) -> &'a str {
        self.name
    }

    /// `Synced`, `OutOfSync` or `Unknown`.
    pub fn sync(self) -> &'a str {
        text(&self.value["status"]["sync"]["status"])
    }

    /// `Healthy`, `Progressing`, `Degraded`, `Missing` or `Unknown`.
    pub fn health(self) -> &'a str {
        text(&self.value["status"]["health"]["status"])
    }

    /// Whether there is nothing more to do for a commit.
    pub fn is_done(self, commit: &str) -> bool {
        self.is_synced(commit) && self.health() == "Healthy"
    }

    /// Whether what a commit says is deployed.
    pub fn is_synced(self, commit: &str) -> bool {
        self.sync() == "Synced" && self.is_compared_with(commit)
    }

    /// Whether its state is about a commit.
    pub fn is_compared_with(self, commit: &str) -> bool {
        self.commits().contains(commit)
    }

    fn commits(self) -> BTreeSet<&'a str> {
        let sync = &self.value["status"]["sync"];
        let several = sync["revisions"].as_array().into_iter().flatten();
        several.chain([&sync["revision"]]).filter_map(Value::as_str).collect()
    }

    /// When it was made, to the second.
    pub fn created(self) -> &'a str {
        text(&self.value["metadata"]["creationTimestamp"])
    }

    /// When its first sync succeeded, to the second; nothing where none has.
    pub fn first_deployed(self) -> Option<&'a str> {
        self.value["status"]["history"][0]["deployedAt"].as_str()
    }

    /// What Argo CD complains of: of the last sync, of single objects, and of the Application itself.
    pub fn complaints(self) -> Vec<&'a str> {
        let status = &self.value["status"];
        let operation = &status["operationState"];
        let mut complaints = Vec::new();
        if !matches!(operation["phase"].as_str(), None | Some("Succeeded")) {
            complaints.extend(operation["message"].as_str());
            let objects = operation["syncResult"]["resources"].as_array().into_iter().flatten();
            let failed = objects.filter(|object| object["status"] == "SyncFailed");
            complaints.extend(failed.filter_map(|object| object["message"].as_str()));
        }
        let conditions = status["conditions"].as_array().into_iter().flatten();
        complaints.extend(conditions.filter_map(|condition| condition["message"].as_str()));
        complaints
    }

    /// Whether a complaint contains a text.
    pub fn complains_of(self, text: &str) -> bool {
        self.complaints().iter().any(|complaint| complaint.contains(text))
    }
}

impl fmt::Display for Application<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is {}/{}", self.name, self.sync(), self.health())?;
        for complaint in self.complaints() {
            write!(formatter, ", {complaint:?}")?;
        }
        Ok(())
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Differences that never end: an Application that is out of sync with a commit that it was in sync with.
#[derive(Default)]
pub struct Watch {
    synced: BTreeSet<(String, String)>,
    lost: BTreeMap<String, String>,
}

impl Watch {
    /// Looks at a state.
    pub fn look(&mut self, state: &State) {
        for application in state.all() {
            // Of several sources all: one of them may be the same for many commits.
            let commits: Vec<&str> = application.commits().into_iter().collect();
            let seen = (application.name.to_owned(), commits.join(" "));
            match application.sync() {
                "Synced" => {
                    self.synced.insert(seen);
                }
                "OutOfSync" if self.synced.contains(&seen) => {
                    self.lost.entry(seen.0).or_insert_with(|| application.to_string());
                }
                _ => {}
            }
        }
    }

    /// Each Application that was seen so, as it was then.
    pub fn lost(&self) -> impl Iterator<Item = &str> {
        self.lost.values().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn state(sync: &str, revision: &str) -> State {
        let value = json!({
            "metadata": {"name": "account-application"},
            "status": {
                "sync": {"status": sync, "revisions": ["1.2.3", revision]},
                "health": {"status": "Healthy"},
                "conditions": [{"message": "no such path"}],
                "operationState": {"phase": "Succeeded", "message": "successfully synced"},
            },
        });
        State {
            applications: BTreeMap::from([("account-application".to_owned(), value)]),
            ..State::default()
        }
    }

    #[test]
    fn a_success_is_no_complaint() {
        let state = state("Synced", "one");
        let account = state.of("account").unwrap();
        assert_eq!(account.complaints(), ["no such path"]);
        assert!(account.is_done("one") && !account.is_done("two"));
    }

    #[test]
    fn a_difference_comes_back_only_with_the_same_commit() {
        let mut watch = Watch::default();
        for (sync, commit) in [("OutOfSync", "one"), ("Synced", "one"), ("OutOfSync", "two")] {
            watch.look(&state(sync, commit));
        }
        assert_eq!(watch.lost().count(), 0);
        watch.look(&state("OutOfSync", "one"));
        let lost: Vec<&str> = watch.lost().collect();
        assert_eq!(lost, ["account-application is OutOfSync/Healthy, \"no such path\""]);
    }
}
