//! What was applied here once and has left the code.

use analysis::objects::{Identity, Line, Object, Origin};
use analysis::plan::lost_with;
use serde_json::Value;
use support::tell;

use crate::connect::Cluster;
use crate::kinds::Kind;
use crate::managed;
use crate::order::{self, Rank};
use crate::preview::plain;
use crate::request::{BUNDLE, ENVIRONMENT, Job};
use crate::server::{JSON, MANAGER};
use crate::survey::all;
use crate::trouble::Trouble;

/// An object that no code has any more.
pub struct Leftover {
    pub identity: Identity,
    pub uid: String,
    pub bundle: String,
    /// Where it is.
    pub path: String,
    /// Who says that it is kept.
    pub kept: Option<&'static str>,
    json: Value,
}

/// Kinds that controllers make in numbers, and nobody applies.
const MADE: [&str; 8] = [
    "ControllerRevision",
    "Endpoints",
    "EndpointSlice",
    "Event",
    "Lease",
    "Pod",
    "ReplicaSet",
    "CertificateRequest",
];

/// All leftovers of the bundles that the job is about, and what could not be looked for.
pub async fn leftovers(
    job: &Job,
    cluster: &Cluster,
) -> Result<(Vec<Leftover>, Vec<String>), Trouble> {
    let served = cluster.kinds();
    let kinds = served.kept().into_iter().filter(|kind| !MADE.contains(&kind.kind.as_str()));
    let selector = format!("{ENVIRONMENT}={}", job.environment);
    let lists = kinds.map(|kind| {
        let selector = &selector;
        async move {
            let mut found = Vec::new();
            let path = kind.list_path();
            let list = cluster.server.list(&path, selector, JSON, |live| {
                found.extend(leftover(job, kind, live));
            });
            list.await.map(|()| found).map_err(|trouble| (kind, trouble))
        }
    });
    let (mut leftovers, mut unseen) = (Vec::new(), Vec::new());
    for list in all(lists).await {
        match list {
            Ok(found) => leftovers.extend(found),
            Err((kind, Trouble::Refused(refusal))) if refusal.is_forbidden() => {
                unseen.push(kind.kind.clone());
            }
            // A kind that goes while it is listed, or whose server does not answer, has none that could be deleted.
            Err((_, Trouble::Refused(_))) => {}
            Err((_, trouble)) => return Err(trouble),
        }
    }
    leftovers.sort_by(|one, other| one.identity.cmp(&other.identity));
    leftovers.dedup_by(|one, other| one.uid == other.uid);
    unseen.sort_unstable();
    Ok((leftovers, unseen))
}

fn leftover(job: &Job, kind: &Kind, mut live: Value) -> Option<Leftover> {
    live["apiVersion"] = kind.api_version.as_str().into();
    live["kind"] = kind.kind.as_str().into();
    let metadata = &live["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let identity = Identity::new(
        kind.group(),
        &kind.kind,
        metadata["namespace"].as_str(),
        metadata["name"].as_str()?,
    );
    // A copy of the labels is not enough: whoever made it so has not applied it.
    let is_own = managed::is_applied_by(&live, MANAGER) && metadata["ownerReferences"].is_null();
    if !is_own || job.position(&identity).is_some() || !metadata["deletionTimestamp"].is_null() {
        return None;
    }
    let bundle = text(&metadata["labels"][BUNDLE]);
    if !job.bundles.is_empty() && !job.bundles.contains(&bundle) {
        return None;
    }
    let kept = kept(&live);
    let (uid, path) = (text(&metadata["uid"]), kind.path_of(&identity));
    Some(Leftover { identity, uid, bundle, path, kept, json: live })
}

/// What an object says itself about being kept.
fn kept(live: &Value) -> Option<&'static str> {
    let annotations = &live["metadata"]["annotations"];
    let options = annotations["argocd.argoproj.io/sync-options"].as_str().unwrap_or_default();
    let has = |wanted: &str| options.split(',').any(|option| option.trim() == wanted);
    if has("Prune=false") || has("Delete=false") {
        return Some("Prune=false");
    }
    (annotations["helm.sh/resource-policy"] == "keep").then_some("helm.sh/resource-policy: keep")
}

/// What nothing but a named flag deletes, though it is lost with nothing: it was made once, and may not be made the same again.
const MADE_ONCE: [(&str, &str); 2] = [("", "Secret"), ("", "PersistentVolume")];

impl Leftover {
    /// As plans read it.
    pub fn object(&self) -> Option<Object> {
        let written = Line { file: "the cluster".into(), line: 0 };
        let bundle = (!self.bundle.is_empty()).then(|| self.bundle.as_str().into());
        Object::of(plain(self.json.clone()), Origin::Rust { written, patched: Vec::new() }, bundle)
    }

    /// What it is deleted with: what others need goes last.
    pub fn rank(&self) -> Rank {
        order::rank_of(&self.identity)
    }

    /// Why it is not deleted without a named flag: it holds data, or says that it is kept.
    pub fn holds(&self) -> Option<&'static str> {
        let (group, kind) = (self.identity.group.as_str(), self.identity.kind.as_str());
        let lost = self.object().as_ref().and_then(lost_with);
        let made_once =
            MADE_ONCE.contains(&(group, kind)).then_some("it cannot be made the same again");
        lost.or(made_once).or(self.kept)
    }
}

/// Tells what only a named flag deletes.
pub fn tell_kept(kept: &[Leftover]) {
    for leftover in kept {
        tell(format_args!(
            "has left the code and stays: {}: {}; --prune-data deletes it",
            leftover.identity,
            leftover.holds().unwrap_or("it is to be kept")
        ));
    }
}
