//! What would become of the objects that are not as they are wanted: the API server says it by a dry run, and a plan tells it by
//! meaning.

use std::collections::HashSet;

use analysis::environment::Environment;
use analysis::objects::{Object, Objects};
use analysis::plan::{Action, Effect, Plan, plan};
use serde_json::Value;

use crate::connect::Cluster;
use crate::leftover::Leftover;
use crate::request::{BUNDLE, ENVIRONMENT, Job};
use crate::server::Write;
use crate::survey::{Found, Survey, all, parsed};
use crate::trouble::{Conflict, Trouble};

/// More unchanged objects than that are not looked at for what the changes mean to them: the trees of all would not fit.
const CONTEXT: usize = 3000;

/// So many of them are looked at together.
const PART: usize = 500;

/// What an apply would do.
pub struct Preview {
    pub plan: Plan,
    /// The objects that would be written, by their positions.
    pub writes: Vec<usize>,
    /// The objects of which nothing but who owns a field would change.
    pub silent: usize,
    /// The objects that would be refused, with what the API server says.
    pub refused: Vec<(usize, Trouble)>,
    /// The objects with fields of others, by their positions.
    pub conflicts: Vec<(usize, Vec<Conflict>)>,
    /// The objects that cannot be seen, with the reason.
    pub unseen: Vec<(usize, Trouble)>,
    /// The objects whose kind is not there, and comes with none of the objects.
    pub no_kind: Vec<usize>,
    /// How many objects are as they are wanted.
    pub same: usize,
}

impl Preview {
    /// Whether nothing would be written, and all could be seen.
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
            && self.refused.is_empty()
            && self.unseen.is_empty()
            && self.no_kind.is_empty()
    }
}

/// One answer of the API server.
struct Answer {
    position: usize,
    live: Value,
    new: Result<Value, Trouble>,
    conflicts: Vec<Conflict>,
}

/// Asks what would become of what differs; `leftovers` would be deleted.
pub async fn preview(
    job: &Job,
    cluster: &Cluster,
    survey: &mut Survey,
    leftovers: &[Leftover],
) -> Result<Preview, Trouble> {
    let defined = defined(job);
    let (mut asked, mut missing, mut same) = (Vec::new(), Vec::new(), Vec::new());
    let (mut unseen, mut no_kind) = (Vec::new(), Vec::new());
    let mut positions: Vec<usize> = survey.found.keys().copied().collect();
    positions.sort_unstable();
    for position in positions {
        match survey.found.get_mut(&position) {
            Some(Found::Same(_)) => same.push(position),
            Some(Found::Missing) => missing.push(position),
            Some(Found::Differs(live)) => asked.push((position, std::mem::take(live))),
            Some(Found::Trouble(trouble)) => unseen.push((position, trouble.clone())),
            Some(Found::NoKind) => {
                let wanted = &job.objects[position];
                let comes = defined
                    .contains(&(wanted.identity.group.clone(), wanted.identity.kind.clone()));
                if comes { missing.push(position) } else { no_kind.push(position) }
            }
            None => {}
        }
    }
    let mut preview = Preview {
        plan: plan(&environment(job, Vec::new()), &environment(job, Vec::new())),
        writes: missing.clone(),
        silent: 0,
        refused: Vec::new(),
        conflicts: Vec::new(),
        unseen,
        no_kind,
        same: same.len(),
    };
    let is_small = asked.len() + missing.len() + same.len() <= CONTEXT;
    // Of many objects not all are in the memory at once, and what changes mean to each other is not told.
    let size = if is_small { CONTEXT } else { PART };
    let (mut asked, mut missing) = (asked.into_iter(), missing.into_iter());
    let mut leftovers = Some(leftovers);
    loop {
        let (mut from, mut to) = (Vec::new(), Vec::new());
        let part = asked.by_ref().take(size).collect::<Vec<_>>();
        let answers = part.into_iter().map(|(position, live)| ask(job, cluster, position, live));
        for answer in all(answers).await {
            preview.add(job, survey, answer, &mut from, &mut to)?;
        }
        for position in missing.by_ref().take(size) {
            let wanted = &job.objects[position];
            to.extend(wanted.object(wanted.json()));
        }
        from.extend(leftovers.take().into_iter().flatten().filter_map(Leftover::object));
        if from.is_empty() && to.is_empty() {
            break;
        }
        if is_small {
            for position in &same {
                let wanted = &job.objects[*position];
                let object = wanted.object(wanted.json());
                from.extend(object.clone());
                to.extend(object);
            }
        }
        merge(&mut preview.plan, plan(&environment(job, from), &environment(job, to)));
    }
    preview.finish();
    Ok(preview)
}

fn environment(job: &Job, objects: Vec<Object>) -> Environment {
    Environment::of(Some(job.environment.clone()), Objects::new(objects))
}

/// Adds the changes of another plan.
fn merge(plan: &mut Plan, other: Plan) {
    for group in other.groups {
        match plan.groups.iter_mut().find(|own| own.name == group.name) {
            Some(own) => own.changes.extend(group.changes),
            None => plan.groups.push(group),
        }
    }
}

impl Preview {
    /// Adds what the API server says of an object, and the object before and after.
    fn add(
        &mut self,
        job: &Job,
        survey: &mut Survey,
        answer: Answer,
        from: &mut Vec<Object>,
        to: &mut Vec<Object>,
    ) -> Result<(), Trouble> {
        let Answer { position, live, new, conflicts } = answer;
        let wanted = &job.objects[position];
        if let Ok(new) = &new
            && conflicts.is_empty()
            && survey.is_untouched(position, &live, new)
        {
            self.same += 1;
            let live = plain(live);
            from.extend(wanted.object(live.clone()));
            to.extend(wanted.object(live));
            return Ok(());
        }
        self.writes.push(position);
        if !conflicts.is_empty() {
            self.conflicts.push((position, conflicts));
        }
        let live = plain(live);
        match new {
            Ok(new) => {
                let new = plain(new);
                if live == new {
                    self.silent += 1;
                }
                to.extend(wanted.object(new));
            }
            Err(Trouble::Refused(refusal)) => {
                self.refused.push((position, Trouble::Refused(refusal)));
                to.extend(wanted.object(live.clone()));
            }
            Err(trouble) => return Err(trouble),
        }
        from.extend(wanted.object(live));
        Ok(())
    }

    /// Orders what came in any order, and says what the plan cannot know.
    fn finish(&mut self) {
        self.writes.sort_unstable();
        self.refused.sort_by_key(|(position, _)| *position);
        self.conflicts.sort_by_key(|(position, _)| *position);
        let plan = &mut self.plan;
        plan.unchanged = self.same + self.silent;
        // Charts are told apart from the plan: they are the same on both sides.
        plan.unseen.clear();
        for change in plan.groups.iter_mut().flat_map(|group| &mut group.changes) {
            if change.action == Action::Delete {
                // No line has written what is only in the cluster.
                change.line = None;
                for consequence in &mut change.consequences {
                    if consequence.effect == Effect::Delete {
                        "by --prune: it was applied here once, and has left the code"
                            .clone_into(&mut consequence.cause);
                    }
                }
            }
        }
    }
}

/// The kinds that the objects themselves define.
pub fn defined(job: &Job) -> HashSet<(String, String)> {
    let definitions = job.objects.iter().filter(|wanted| {
        wanted.identity.group == "apiextensions.k8s.io"
            && wanted.identity.kind == "CustomResourceDefinition"
    });
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    definitions
        .map(|wanted| {
            let spec = wanted.json()["spec"].take();
            (text(&spec["group"]), text(&spec["names"]["kind"]))
        })
        .collect()
}

/// What would become of one object; where others own fields of it, what would become of it if they were taken.
async fn ask(job: &Job, cluster: &Cluster, position: usize, live: Box<str>) -> Answer {
    let live = parsed(&live);
    let wanted = &job.objects[position];
    let kinds = cluster.kinds();
    let Some(kind) = kinds.get(&wanted.api_version, &wanted.identity.kind) else {
        return Answer { position, live, new: Err(Trouble::Stopped), conflicts: Vec::new() };
    };
    let path = kind.path_of(&wanted.identity);
    let object = job.stamped(wanted);
    let mut write = Write { dry: true, force: false };
    let mut new = cluster.server.apply(&path, &object, write).await;
    let mut conflicts = Vec::new();
    if let Err(trouble) = &new
        && let Some(refusal) = trouble.refusal()
    {
        conflicts = refusal.conflicts();
        if !conflicts.is_empty() {
            write.force = true;
            new = cluster.server.apply(&path, &object, write).await;
        }
    }
    Answer { position, live, new, conflicts }
}

/// An object without what the API server and this program keep in it.
pub fn plain(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for key in [
            "managedFields",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "selfLink",
        ] {
            metadata.remove(key);
        }
        if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
            labels.remove(ENVIRONMENT);
            labels.remove(BUNDLE);
            if labels.is_empty() {
                metadata.remove("labels");
            }
        }
    }
    object
}
