//! One run: what was written, what was refused, and what is not ready.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::ExitCode;
use std::time::Duration;

use analysis::handover::Apply;
use futures_util::{StreamExt, stream};
use support::tell;
use tokio::time::Instant;

use super::send::send;
use crate::connect::Cluster;
use crate::health::{self, Known};
use crate::lock::Lock;
use crate::order::{Rank, Wave, waves};
use crate::preview::Preview;
use crate::request::Job;
use crate::show::Show;
use crate::survey::{Found, Survey};
use crate::trouble::Trouble;
use crate::wait::{Waited, until_ready};

/// How many objects are under way at once; the server lets fewer through.
const AT_ONCE: usize = 32;

/// A run.
pub struct Run<'a> {
    job: &'a Job,
    pub(super) cluster: &'a Cluster,
    pub(super) options: &'a Apply,
    lock: &'a Lock,
    known: &'a Known,
    pub(super) show: Show,
    started: Instant,
    /// How many objects are to be written, by bundle, and how many were.
    wanted: BTreeMap<&'a str, usize>,
    written: BTreeMap<&'a str, usize>,
    same: usize,
    pub(super) deleted: usize,
    problems: usize,
    not_ready: usize,
    left_out: usize,
    /// The namespaces that take nothing.
    closed: HashSet<String>,
    /// Why nothing more is written.
    ended: Option<String>,
}

impl<'a> Run<'a> {
    pub fn new(
        job: &'a Job,
        cluster: &'a Cluster,
        options: &'a Apply,
        lock: &'a Lock,
        known: &'a Known,
    ) -> Self {
        Self {
            job,
            cluster,
            options,
            lock,
            known,
            show: Show::new(),
            started: Instant::now(),
            wanted: BTreeMap::new(),
            written: BTreeMap::new(),
            same: 0,
            deleted: 0,
            problems: 0,
            not_ready: 0,
            left_out: 0,
            closed: HashSet::new(),
            ended: None,
        }
    }

    /// Writes and waits, wave by wave.
    pub async fn apply(&mut self, survey: &Survey, preview: &Preview) {
        self.same = preview.same;
        let writes: HashSet<usize> = preview.writes.iter().copied().collect();
        for &position in &writes {
            *self.wanted.entry(self.job.objects[position].bundle()).or_default() += 1;
        }
        for (position, trouble) in &preview.unseen {
            let wanted = &self.job.objects[*position];
            self.problem(format!("{}{}: {}", wanted.identity, wanted.line(), trouble.sentence()));
        }
        self.problems += preview.no_kind.len();
        let unready = survey.found.iter().filter_map(|(&position, found)| match found {
            Found::Same(live) if !live.health.is_ready() => Some(position),
            _ => None,
        });
        let unready: HashSet<usize> = unready.collect();
        let waves = waves(self.job, writes.iter().chain(&unready).copied());
        let count = waves.len();
        for (number, wave) in (1..).zip(&waves) {
            let bundles = wave.bundles(self.job).join(", ");
            let title = format!("wave {number} of {count}, {}: {bundles}", wave.name());
            let is_through = self.wave(wave, &title, &writes, &unready).await;
            if self.is_ended() {
                return;
            }
            let rest: usize = waves[number..]
                .iter()
                .map(|wave| wave.positions().filter(|position| writes.contains(position)).count())
                .sum();
            if !is_through && rest > 0 {
                self.left_out += rest;
                self.tell(&format!(
                    "{rest} objects of later waves were not written, because wave {number} is not ready"
                ));
                return;
            }
        }
    }

    /// Writes a wave and waits for it; whether it is ready.
    async fn wave(
        &mut self,
        wave: &Wave,
        title: &str,
        writes: &HashSet<usize>,
        unready: &HashSet<usize>,
    ) -> bool {
        let deadline = Instant::now() + Duration::from_secs(self.options.timeout);
        let mut waited: Vec<usize> = Vec::new();
        let mut is_ready = true;
        for part in &wave.parts {
            let (send, look): (Vec<usize>, Vec<usize>) =
                part.positions.iter().partition(|position| writes.contains(position));
            let look = look.into_iter().filter(|position| unready.contains(position));
            let send = self.open(send);
            let mut pending = self.write(title, &send, deadline).await;
            pending.extend(look);
            if self.is_ended() {
                return false;
            }
            if part.rank == Rank::Ground {
                // Everything else stands on it.
                is_ready &= self.wait(title, pending, deadline).await;
                self.refresh_kinds(&send).await;
            } else {
                waited.extend(pending);
            }
        }
        if !self.options.no_wait && !self.is_ended() {
            is_ready &= self.wait(title, waited, deadline).await;
        }
        is_ready
    }

    /// What can be written: nothing goes into a namespace that takes nothing.
    fn open(&mut self, positions: Vec<usize>) -> Vec<usize> {
        let (mut open, mut closed) = (Vec::new(), BTreeMap::<String, usize>::new());
        for position in positions {
            match &self.job.objects[position].identity.namespace {
                Some(namespace) if self.closed.contains(namespace) => {
                    *closed.entry(namespace.clone()).or_default() += 1;
                }
                _ => open.push(position),
            }
        }
        for (namespace, count) in closed {
            self.left_out += count;
            self.tell(&format!(
                "{count} objects in the namespace {namespace} were not written, see what was said of it"
            ));
        }
        open
    }

    /// Writes objects at once; those that are not ready yet.
    async fn write(&mut self, title: &str, positions: &[usize], deadline: Instant) -> Vec<usize> {
        if positions.is_empty() {
            return Vec::new();
        }
        let (job, cluster, options, lock) = (self.job, self.cluster, self.options, self.lock);
        let silent = std::cell::RefCell::new(HashMap::<usize, String>::new());
        let silent = &silent;
        let mut sends = stream::iter(positions.iter().copied())
            .map(|position| async move {
                if lock.lost().is_some() {
                    return (position, Err(Trouble::Stopped));
                }
                let waits = |refusal: &crate::trouble::Refusal| {
                    silent.borrow_mut().insert(position, refusal.sentence());
                };
                let result = send(job, cluster, options, position, deadline, waits).await;
                silent.borrow_mut().remove(&position);
                (position, result)
            })
            .buffer_unordered(AT_ONCE);
        let mut pending = Vec::new();
        let mut done = 0;
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        loop {
            let next = tokio::select! {
                next = sends.next() => next,
                _ = tick.tick() => {
                    let progress = format!("{title}: {done} of {} written", positions.len());
                    self.show.title(if self.show.is_table() { progress } else { title.to_owned() });
                    let rows = silent.borrow();
                    let rows = rows.iter().map(|(position, words)| (job.objects[*position].identity.to_string(), words.clone()));
                    self.show.waits(rows.collect());
                    continue;
                }
            };
            let Some((position, result)) = next else { break };
            done += 1;
            let wanted = &job.objects[position];
            match result {
                Ok(live) => {
                    *self.written.entry(wanted.bundle()).or_default() += 1;
                    if !health::judge(&live, self.known).is_ready() {
                        pending.push(position);
                    }
                }
                Err(Trouble::Stopped) => {
                    let why = lock
                        .lost()
                        .map(|why| format!("this run does not hold the cluster any more ({why})"));
                    self.ended = Some(why.unwrap_or_else(|| "ended by the user".to_owned()));
                }
                Err(Trouble::Lost(sentence)) => {
                    self.ended.get_or_insert(sentence);
                }
                Err(trouble) => {
                    if wanted.identity.kind == "Namespace" {
                        self.closed.insert(wanted.identity.name.clone());
                    }
                    self.problem(format!(
                        "{}{}: {}",
                        wanted.identity,
                        wanted.line(),
                        trouble.sentence()
                    ));
                }
            }
        }
        pending
    }

    /// Waits for objects; whether all are ready.
    async fn wait(&mut self, title: &str, positions: Vec<usize>, deadline: Instant) -> bool {
        if positions.is_empty() {
            return true;
        }
        self.show.title(format!("{title}: waiting"));
        let outcome =
            until_ready(self.job, self.cluster, self.known, positions, deadline, &mut self.show)
                .await;
        let Waited { not_ready, is_stopped } = match outcome {
            Ok(done) => done,
            Err(trouble) => {
                self.ended.get_or_insert(trouble.sentence());
                return false;
            }
        };
        let is_ready = not_ready.is_empty();
        self.not_ready += not_ready.len();
        for (position, words) in not_ready {
            let wanted = &self.job.objects[position];
            if wanted.identity.kind == "Namespace" {
                self.closed.insert(wanted.identity.name.clone());
            }
            self.tell(&format!("not ready: {}{}: {words}", wanted.identity, wanted.line()));
        }
        if is_stopped {
            self.ended.get_or_insert("ended by the user".to_owned());
        }
        is_ready
    }

    /// New kinds are asked for once, after their CRDs.
    async fn refresh_kinds(&mut self, written: &[usize]) {
        let is_definition = |position: &usize| {
            self.job.objects[*position].identity.kind == "CustomResourceDefinition"
        };
        if !written.iter().any(is_definition) || self.is_ended() {
            return;
        }
        if let Err(trouble) = self.cluster.refresh(&self.served_after(written)).await {
            self.ended.get_or_insert(trouble.sentence());
        }
    }

    /// The kinds that written CRDs define.
    fn served_after(&self, written: &[usize]) -> Vec<(String, String)> {
        let definitions = written.iter().map(|position| &self.job.objects[*position]);
        let definitions =
            definitions.filter(|wanted| wanted.identity.kind == "CustomResourceDefinition");
        let kinds = definitions.filter_map(|wanted| {
            let spec = wanted.json()["spec"].take();
            let group = spec["group"].as_str()?.to_owned();
            let versions = spec["versions"].as_array()?.clone();
            let version = versions.iter().find(|version| version["served"] == true)?;
            let version = format!("{group}/{}", version["name"].as_str()?);
            Some((version, spec["names"]["kind"].as_str()?.to_owned()))
        });
        kinds.collect()
    }

    /// Whether nothing more is to be written.
    pub(super) fn is_ended(&self) -> bool {
        self.ended.is_some() || self.cluster.stop.is_asked()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.problems + self.not_ready + self.left_out > 0
    }

    pub(super) fn title(&mut self, title: String) {
        self.show.title(title);
    }

    pub(super) fn tell(&mut self, line: &str) {
        self.show.tell(line);
    }

    /// Tells what went wrong.
    pub(super) fn problem(&mut self, sentence: String) {
        self.problems += 1;
        self.show.tell(&format!("error: {sentence}"));
    }

    /// Tells what has become of it all.
    pub fn finish(mut self) -> ExitCode {
        self.show.end();
        let seconds = self.started.elapsed().as_secs_f32();
        let written: usize = self.written.values().sum();
        let wanted: usize = self.wanted.values().sum();
        let mut parts =
            vec![format!("{written} of {wanted} written"), format!("{} as they were", self.same)];
        for (count, what) in [
            (self.deleted, "deleted"),
            (self.problems, "refused"),
            (self.not_ready, "not ready"),
            (self.left_out, "left out"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let name = &self.job.environment;
        let requests = self.cluster.server.requests();
        tell(format_args!("{name}: {}; {seconds:.1} s, {requests} requests", parts.join(", ")));
        let ended = self
            .ended
            .take()
            .or_else(|| self.cluster.stop.is_asked().then(|| "ended by the user".to_owned()));
        if let Some(why) = ended {
            let bundles = self.wanted.iter().map(|(bundle, wanted)| {
                format!("{bundle} {} of {wanted}", self.written.get(bundle).unwrap_or(&0))
            });
            let bundles: Vec<String> = bundles.collect();
            tell(format_args!("{why}; written until then: {}", bundles.join(", ")));
            tell("The same command does the rest.");
            return ExitCode::from(self.cluster.stop.code().unwrap_or(support::COULD_NOT_RUN));
        }
        ExitCode::from(u8::from(self.has_failed()))
    }
}
