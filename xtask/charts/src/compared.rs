//! Two environments of which charts or folders of others differ: both sides are rendered, so that their objects are compared as well.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use analysis::environment::Environment;
use analysis::objects::{FieldPath, Object, Origin as ObjectOrigin, Value};
use analysis::plan::random::{Settled, settle};
use analysis::plan::sources::{Changed, Rendered, Source as Deployed, changed};
use analysis::schema::KUBERNETES_MINOR;
use manifests_lib::cluster::KubernetesMinor;
use support::{Failure, tell};

use crate::locks::Locks;
use crate::{Chart, From, Origin, Renderer, Source, package};

/// Two environments that are compared.
#[derive(Debug)]
pub struct Compared {
    /// What is deployed.
    pub old: Environment,
    /// What is to be.
    pub new: Environment,
    /// The release of Kubernetes, where it is known.
    pub kubernetes: Option<KubernetesMinor>,
    /// The digests that were reviewed on the old side, and on the new one.
    pub locks: [Locks; 2],
}

impl Compared {
    /// Of which nothing is known but their objects.
    #[must_use]
    pub fn new(old: Environment, new: Environment) -> Self {
        Self { old, new, kubernetes: None, locks: [Locks::default(), Locks::default()] }
    }
}

/// A source to render.
struct Job {
    /// The position of its environments.
    pair: usize,
    is_new: bool,
    deployed: Deployed,
    /// The position of the same source on the other side.
    partner: Option<usize>,
    source: Result<Source, Failure>,
}

impl Job {
    fn source(&self) -> Option<&Source> {
        self.source.as_ref().ok()
    }
}

/// How long nothing is said of what goes on.
const QUIET: Duration = Duration::from_secs(1);
/// How often it is said again.
const AGAIN: Duration = Duration::from_secs(10);
/// A time in seconds differs between two renderings that are so far apart.
const APART: Duration = Duration::from_millis(1100);

/// Renders what differs on both sides, and adds its objects; also tells whether all of it could be rendered.
///
/// What cannot be is told, and its objects are on neither side.
///
/// # Errors
/// If a program is missing, or nothing can be written below the folder for temporary files.
pub fn see(
    origin: &Origin,
    all: Vec<Compared>,
) -> Result<(Vec<(Environment, Environment)>, bool), Failure> {
    let mut jobs: Vec<Job> = Vec::new();
    for (pair, compared) in all.iter().enumerate() {
        for Changed { old, new } in changed(&compared.old, &compared.new) {
            let is_pair = old.is_some() && new.is_some();
            for (side, deployed) in [old, new].into_iter().enumerate() {
                let Some(deployed) = deployed else { continue };
                let environment = if side == 0 { &compared.old } else { &compared.new };
                let source = source(&deployed, environment, &compared.locks[side]);
                let partner =
                    is_pair.then(|| if side == 0 { jobs.len() + 1 } else { jobs.len() - 1 });
                jobs.push(Job { pair, is_new: side == 1, deployed, partner, source });
            }
        }
    }
    let sources = || jobs.iter().filter_map(Job::source);
    let newest = KubernetesMinor(KUBERNETES_MINOR);
    let kubernetes = all.iter().find_map(|compared| compared.kubernetes).unwrap_or(newest);
    let whole: Vec<&Value> = all.iter().flat_map(|compared| json(&compared.new)).collect();
    let renderer = Renderer::new(origin, kubernetes, sources(), &whole)?;
    let renderers: Vec<[Renderer<'_>; 2]> = all
        .iter()
        .map(|compared| {
            let kubernetes = compared.kubernetes.unwrap_or(newest);
            [&compared.old, &compared.new]
                .map(|environment| renderer.also_for(kubernetes, &json(environment)))
        })
        .collect();
    tell_of_unlocked(sources());
    let settled = rendered(&renderer, &jobs, |job| &renderers[job.pair][usize::from(job.is_new)]);
    let is_whole = settled.iter().all(Result::is_ok);
    for failure in settled.iter().filter_map(|outcome| outcome.as_ref().err()) {
        tell(format_args!("warning: {failure}"));
    }
    let mut added: Vec<[(Vec<Rendered>, Vec<Object>); 2]> =
        all.iter().map(|_| Default::default()).collect();
    let fails: Vec<bool> = settled.iter().map(Result::is_err).collect();
    for (job, outcome) in jobs.iter().zip(settled) {
        let (seen, objects) = &mut added[job.pair][usize::from(job.is_new)];
        let source = job.deployed.clone();
        match outcome {
            Err(failure) => seen.push(Rendered {
                source,
                failure: Some(failure.to_string()),
                random: Vec::new(),
            }),
            // Alone it would look as if everything came or went.
            Ok(_) if job.partner.is_some_and(|partner| fails[partner]) => {}
            Ok(Settled { objects: made, random }) => {
                objects.extend(of_source(&source, made));
                seen.push(Rendered { source, failure: None, random });
            }
        }
    }
    let pairs = all.into_iter().zip(added).map(|(compared, [old, new])| {
        (compared.old.with(old.0, old.1), compared.new.with(new.0, new.1))
    });
    Ok((pairs.collect(), is_whole))
}

fn of_source(source: &Deployed, made: Vec<Value>) -> Vec<Object> {
    let by: Arc<str> = source.name().into();
    let origin = ObjectOrigin::Foreign { by, line: source.line.clone() };
    let label: Arc<str> = source.label.as_str().into();
    let object = |json| Object::of(json, origin.clone(), Some(label.clone()));
    made.into_iter().filter_map(object).collect()
}

/// What an Application says of a source.
fn source(
    deployed: &Deployed,
    environment: &Environment,
    locks: &Locks,
) -> Result<Source, Failure> {
    let application = environment.objects.get(&deployed.application);
    let line = application.and_then(|application| application.line(&FieldPath::default()));
    let written = line.map_or_else(|| deployed.application.to_string(), |line| line.to_string());
    let cannot = |why| Failure::new(format!("{written}: {} {why}", deployed.name()));
    if deployed.json["plugin"].is_object() {
        return Err(cannot("is made by a plugin of Argo CD, which does not run here"));
    }
    let application = application.map_or(&Value::Null, |application| &application.json);
    let source = Source::of_application(application, &deployed.json, written.clone())?;
    let mut source = source.ok_or_else(|| cannot("is neither a chart nor a folder"))?;
    source.lock(locks);
    Ok(source)
}

fn json(environment: &Environment) -> Vec<&Value> {
    let deployed = environment.objects.all().iter().filter(|object| object.is_deployed());
    deployed.map(|object| &object.json).collect()
}

fn tell_of_unlocked<'s>(sources: impl Iterator<Item = &'s Source>) {
    let is_unlocked =
        |source: &&Source| matches!(&source.from, From::Chart(chart) if chart.locked.is_none());
    let mut names: Vec<String> = sources.filter(is_unlocked).map(Source::name).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        tell(format_args!(
            "no digest is locked of {}: what is found under that name is rendered",
            names.join(", ")
        ));
    }
}

/// Renders each source twice, so that what is made anew each time is recognised.
fn rendered<'r>(
    renderer: &Renderer<'_>,
    jobs: &[Job],
    of: impl Fn(&Job) -> &'r Renderer<'r> + Sync,
) -> Vec<Result<Settled, Failure>> {
    // Each package once, whether it can be had or not.
    let mut packages = Vec::new();
    for source in jobs.iter().filter_map(Job::source) {
        if let From::Chart(chart) = &source.from
            && !packages.iter().any(|(_, known)| *known == chart)
        {
            packages.push((source, chart));
        }
    }
    let find = |(source, chart): &(&Source, &Chart)| package::find(renderer, source, chart);
    let found = in_parallel(&packages, "looking for", |(source, _)| source.name(), find);
    let missing = |chart: &Chart| {
        let mut all = packages.iter().zip(&found);
        let (_, outcome) = all.find(|((_, known), _)| *known == chart)?;
        outcome.as_ref().err().map(|failure| Failure::new(failure.to_string()))
    };
    let make = |job: &Job| {
        let source = job.source.as_ref().map_err(|failure| Failure::new(failure.to_string()))?;
        if let From::Chart(chart) = &source.from
            && let Some(failure) = missing(chart)
        {
            return Err(failure);
        }
        of(job).render(source).map(Option::unwrap_or_default)
    };
    let first = in_parallel(jobs, "rendering", |job| job.deployed.name(), make);
    let ended = Instant::now();
    let is_chart =
        |job: &Job| job.deployed.chart().is_some() || job.deployed.json["helm"].is_object();
    let again: Vec<(usize, &Job)> = jobs
        .iter()
        .enumerate()
        .filter(|(position, job)| first[*position].is_ok() && is_chart(job))
        .collect();
    if !again.is_empty() {
        thread::sleep(APART.saturating_sub(ended.elapsed()));
    }
    let second = in_parallel(
        &again,
        "rendering once more",
        |(_, job)| job.deployed.name(),
        |(_, job)| make(job),
    );
    let mut others: Vec<Option<Vec<Value>>> = first.iter().map(|_| None).collect();
    for ((position, _), made) in again.into_iter().zip(second) {
        others[position] = made.ok();
    }
    let both = first.into_iter().zip(others);
    both.map(|(made, other)| {
        made.map(|made| match other {
            Some(other) => settle(made, &other),
            None => Settled { objects: made, random: Vec::new() },
        })
    })
    .collect()
}

/// Works on several at a time; whoever waits longer than a moment is told what goes on.
fn in_parallel<J: Sync, T: Send>(
    jobs: &[J],
    doing: &str,
    name: impl Fn(&J) -> String,
    work: impl Fn(&J) -> T + Sync,
) -> Vec<T> {
    let waiting: Mutex<VecDeque<usize>> = Mutex::new((0..jobs.len()).collect());
    let workers = thread::available_parallelism().map_or(2, usize::from).min(jobs.len());
    let (sender, receiver) = mpsc::channel();
    let mut done: Vec<Option<T>> = jobs.iter().map(|_| None).collect();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, waiting, work) = (sender.clone(), &waiting, &work);
            scope.spawn(move || {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                while let Some(position) = next() {
                    if sender.send((position, work(&jobs[position]))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut next = Instant::now() + QUIET;
        let mut count = 0;
        loop {
            match receiver.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok((position, made)) => {
                    done[position] = Some(made);
                    count += 1;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let left = done.iter().position(Option::is_none);
                    let one = left.map_or_else(String::new, |position| name(&jobs[position]));
                    tell(format_args!("{doing} {one} ({count} of {} are done)", jobs.len()));
                    next = Instant::now() + AGAIN;
                }
            }
        }
    });
    done.into_iter().flatten().collect()
}
