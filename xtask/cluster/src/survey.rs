//! What of the wanted objects is in the cluster, kind by kind and at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use analysis::objects::Identity;
use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::connect::Cluster;
use crate::health::{self, Health, Known};
use crate::kinds::Kind;
use crate::managed::{self, ARGO_CD};
use crate::ownership;
use crate::preview::plain;
use crate::request::{ENVIRONMENT, Job, Wanted};
use crate::server::{JSON, MANAGER, METADATA, Server};
use crate::trouble::Trouble;

/// What of an object is there.
#[derive(Debug)]
pub enum Found {
    /// It is as it is wanted.
    Same(Live),
    /// It is there, and an apply may change it: the object as text, because trees of thousands do not fit a small machine.
    Differs(Box<str>),
    /// It is not there.
    Missing,
    /// The API server does not know its kind.
    NoKind,
    /// It cannot be seen.
    Trouble(Trouble),
}

/// What is kept of an object that is as it is wanted.
#[derive(Debug)]
pub struct Live {
    pub health: Health,
    /// When the one who applies it has written it last.
    pub written: Option<String>,
}

/// Who has to have applied an object so that it is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appliers {
    /// This program alone: another would keep fields that leave the code.
    Own,
    /// This program or Argo CD.
    Any,
}

/// What of all objects that the job is about is there, by their positions.
pub struct Survey {
    pub found: HashMap<usize, Found>,
    pub known: Known,
    /// The managers whose fields are to go.
    taken: Vec<String>,
}

impl Survey {
    /// Notes that an object is as it is wanted, where a dry run has made `new` of it and nothing but what others keep in it differs;
    /// whether that is so.
    pub fn is_untouched(&mut self, position: usize, live: &Value, new: &Value) -> bool {
        let is_untouched = plain(live.clone()) == plain(new.clone())
            && live["metadata"]["labels"] == new["metadata"]["labels"]
            && managed::has_same_fields(live, new, MANAGER)
            && !ownership::has_fields(live, &self.taken);
        if is_untouched {
            self.found.insert(position, Found::Same(Live::of(live, &self.known, MANAGER)));
        }
        is_untouched
    }
}

impl Live {
    fn of(live: &Value, known: &Known, manager: &str) -> Self {
        Self {
            health: health::judge(live, known),
            written: managed::written_at(live, manager).map(str::to_owned),
        }
    }
}

/// Asks the cluster.
pub async fn survey(
    job: &Job,
    cluster: &Cluster,
    appliers: Appliers,
    taken: &[String],
) -> Result<Survey, Trouble> {
    let (server, kinds) = (&cluster.server, cluster.kinds());
    let known = Known::read(server, &kinds).await?;
    let namespaces = namespaces(server, kinds.get("v1", "Namespace")).await?;
    let mut found = HashMap::new();
    let mut by_kind: BTreeMap<(&str, &str), (&Kind, Vec<usize>)> = BTreeMap::new();
    for (position, wanted) in
        job.objects.iter().enumerate().filter(|(_, wanted)| job.is_about(wanted))
    {
        let (version, kind) = (wanted.api_version.as_str(), wanted.identity.kind.as_str());
        match kinds.get(version, kind) {
            Some(found) => {
                by_kind.entry((version, kind)).or_insert((found, Vec::new())).1.push(position);
            }
            None => {
                found.insert(position, Found::NoKind);
            }
        }
    }
    let look =
        Look { job, server, namespaces: namespaces.as_ref(), known: &known, appliers, taken };
    let parts = by_kind.into_values().map(|(kind, positions)| look.of_kind(kind, positions));
    for part in all(parts).await {
        found.extend(part?);
    }
    Ok(Survey { found, known, taken: taken.to_vec() })
}

/// Outputs of futures that run at once, in any order.
pub async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    // The server has a gate of its own; more than it lets through only wait before it.
    const AT_ONCE: usize = 64;
    stream::iter(futures).buffer_unordered(AT_ONCE).collect().await
}

/// The namespaces that there are; none where they cannot be listed.
async fn namespaces(
    server: &Server,
    kind: Option<&Kind>,
) -> Result<Option<HashSet<String>>, Trouble> {
    let Some(kind) = kind else { return Ok(None) };
    let mut names = HashSet::new();
    let path = kind.list_path();
    let listed = server.list(&path, "", METADATA, |item| {
        names.extend(item["metadata"]["name"].as_str().map(str::to_owned));
    });
    match listed.await {
        Ok(()) => Ok(Some(names)),
        Err(Trouble::Refused(_)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// What all objects of a kind have in common while they are looked at.
struct Look<'a> {
    job: &'a Job,
    server: &'a Server,
    namespaces: Option<&'a HashSet<String>>,
    known: &'a Known,
    appliers: Appliers,
    /// The managers whose fields are to go.
    taken: &'a [String],
}

/// The object of a text that was one before.
pub fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

impl Look<'_> {
    /// What of the objects of a kind is there: those that were applied here in one list, the others one by one.
    async fn of_kind(
        &self,
        kind: &Kind,
        positions: Vec<usize>,
    ) -> Result<Vec<(usize, Found)>, Trouble> {
        let (mut found, mut rest): (Vec<(usize, Found)>, Vec<usize>) = (Vec::new(), Vec::new());
        for position in positions {
            let wanted = &self.job.objects[position];
            let namespace = wanted.identity.namespace.as_ref().filter(|_| kind.is_namespaced);
            // Nothing is in a namespace that is not there.
            if namespace.zip(self.namespaces).is_some_and(|(own, all)| !all.contains(own)) {
                found.push((position, Found::Missing));
            } else {
                rest.push(position);
            }
        }
        // One list costs about as much as so many single objects.
        if rest.len() > 2 {
            let mut listed = HashMap::new();
            let group = kind.group();
            let selector = format!("{ENVIRONMENT}={}", self.job.environment);
            let wanted: HashSet<usize> = rest.iter().copied().collect();
            let path = kind.list_path();
            let list = self.server.list(&path, &selector, JSON, |mut live| {
                let metadata = &live["metadata"];
                let name = metadata["name"].as_str().unwrap_or_default();
                let identity =
                    Identity::new(group, &kind.kind, metadata["namespace"].as_str(), name);
                // Objects in lists say neither.
                live["apiVersion"] = kind.api_version.as_str().into();
                live["kind"] = kind.kind.as_str().into();
                if let Some(position) =
                    self.job.position(&identity).filter(|position| wanted.contains(position))
                {
                    listed.insert(position, self.judge(&self.job.objects[position], live));
                }
            });
            match list.await {
                Ok(()) => {}
                // Whoever may not list a kind in all namespaces may read single objects.
                Err(Trouble::Refused(_)) => listed.clear(),
                Err(trouble) => return Err(trouble),
            }
            rest.retain(|position| !listed.contains_key(position));
            found.extend(listed);
        }
        let single = rest.into_iter().map(|position| async move {
            let wanted = &self.job.objects[position];
            match self.server.get(&kind.path_of(&wanted.identity)).await {
                Ok(Some(live)) => Ok((position, self.judge(wanted, live))),
                Ok(None) => Ok((position, Found::Missing)),
                Err(trouble @ Trouble::Refused(_)) => Ok((position, Found::Trouble(trouble))),
                Err(trouble) => Err(trouble),
            }
        });
        for one in all(single).await {
            found.push(one?);
        }
        Ok(found)
    }

    fn judge(&self, wanted: &Wanted, live: Value) -> Found {
        if ownership::has_fields(&live, self.taken) {
            return Found::Differs(live.to_string().into());
        }
        let by_argo_cd =
            self.appliers == Appliers::Any && managed::is_there(&wanted.json(), &live, ARGO_CD);
        if by_argo_cd || managed::is_there(&self.job.stamped(wanted), &live, MANAGER) {
            let manager = if by_argo_cd { ARGO_CD } else { MANAGER };
            return Found::Same(Live::of(&live, self.known, manager));
        }
        Found::Differs(live.to_string().into())
    }
}
