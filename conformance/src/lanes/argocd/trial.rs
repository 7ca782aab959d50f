//! An environment in a cluster with Argo CD: commits, and what comes of them.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Program, Programs, Report, progress};
use manifests_lib::delivery::gitops::{ROOT, application_name};
use serde_json::{Value, json};

use super::controllers::{Controllers, Webhooks};
use super::story::is_quiet;
use super::{Change, published};
use crate::lanes::gitops::{self, ArgoCd, Environment, Repository, State, Watch};
use crate::lanes::{Options, bootstrap, schedule};
use crate::rendered::{self, Object, Rendered};

/// How often Argo CD is asked.
const POLL: Duration = Duration::from_secs(2);

/// The kinds of objects that are looked at beside the Applications.
const KINDS: &[&str] = &["configmaps", "deployments", "poddisruptionbudgets"];

/// How often is said how far it is.
const TOLD: Duration = Duration::from_secs(20);

/// How long the first deployment may take; on two idle cores it takes some five minutes.
const DEADLINE: Duration = Duration::from_mins(30);

/// A cluster in which Argo CD deploys an environment.
pub struct Trial<'a> {
    /// What it is as the platform derives it.
    pub rendered: &'a Rendered,
    /// What is done to it before each commit.
    pub change: Change,
    cluster: &'a mut Cluster,
    controllers: Controllers<'a>,
    argocd: ArgoCd,
    repository: Repository<'a>,
    own: OwnRepository,
    watch: Watch,
    /// The memory limit of each program's container, in bytes.
    limits: BTreeMap<&'static str, u64>,
    /// How long a commit may take.
    pub deadline: Duration,
}

/// What the root Application says of the repository that it is in.
struct OwnRepository {
    namespace: String,
    url: String,
    branch: String,
}

impl OwnRepository {
    fn of(rendered: &Rendered) -> Result<Self, Failure> {
        let name = application_name(&ROOT);
        let root = rendered
            .objects
            .iter()
            .find(|object| object.identity.kind == "Application" && object.identity.name == name);
        let source = root.map(|root| &root.value["spec"]["sources"][0]);
        let text = |key| source.and_then(|source| source[key].as_str()).map(str::to_owned);
        let namespace = root.and_then(|root| root.identity.namespace.clone());
        match (namespace, text("repoURL"), text("targetRevision")) {
            (Some(namespace), Some(url), Some(branch)) => Ok(Self { namespace, url, branch }),
            _ => Err(Failure::new(format!(
                "{} has no {name} with a source: correct conformance/src/lanes/argocd/trial.rs",
                rendered.environment
            ))),
        }
    }

    /// Whether an Application deploys something of it.
    fn is_of(&self, application: &Object) -> bool {
        let sources = application.value["spec"]["sources"].as_array();
        sources.into_iter().flatten().any(|source| source["repoURL"] == self.url.as_str())
    }
}

/// The programs of Argo CD that run here, and the workloads that run them in a cluster.
const CONTROLLER: (&str, &str) = ("statefulset", "argocd-application-controller");
const REPOSITORY_SERVER: (&str, &str) = ("deployment", "argocd-repo-server");

impl<'a> Trial<'a> {
    /// Has bootstrap install Argo CD and starts its programs with what their pods would have.
    pub fn start(
        programs: &'a Programs,
        options: &Options,
        rendered: &'a Rendered,
        change: Change,
        webhooks: &'a Webhooks,
        cluster: &'a mut Cluster,
    ) -> Result<Self, Failure> {
        let own = OwnRepository::of(rendered)?;
        let folder = programs.temporary_folder()?;
        let hosts = folder.path().join("hosts");
        published::publish(programs, options, rendered, &hosts)?;
        let place = hosts.join(own.url.trim_start_matches("https://"));
        let files = cluster.folder("repository")?;
        let repository = Repository::create(programs, place, files, &own.branch)?;
        schedule::start_nodes(programs, rendered, cluster)?;
        progress(format_args!("argocd: {}: bootstrap", rendered.environment));
        bootstrap::install(programs, options, rendered, cluster)?;
        let mut environment = Environment::default();
        let mut limits = BTreeMap::new();
        for (workload, variables) in [
            (CONTROLLER, &mut environment.controller),
            (REPOSITORY_SERVER, &mut environment.repository_server),
        ] {
            let pod = Pod::of(cluster, &own.namespace, workload)?;
            *variables = pod.variables;
            limits.extend(pod.memory.map(|memory| (workload.1, memory)));
        }
        let key = json!({"stringData": {gitops::SECRET_KEY: gitops::secret_key()?}});
        let secret = ["patch", "secret", "argocd-secret", "--field-manager=argocd-server"];
        let namespace = format!("--namespace={}", own.namespace);
        let patch = format!("--patch={key}");
        cluster.run_kubectl(&[&secret[..], &[&namespace, &patch]].concat())?;
        let tools = [Program::HELM, Program::KUSTOMIZE];
        let argocd =
            ArgoCd::start(programs, cluster, &own.namespace, folder, &environment, &tools)?;
        Ok(Self {
            rendered,
            change,
            cluster,
            controllers: Controllers::new(webhooks, &rendered.cluster),
            argocd,
            repository,
            own,
            watch: Watch::default(),
            limits,
            deadline: DEADLINE,
        })
    }

    /// The objects of the environment, with the fault that is tried.
    pub fn objects(&self) -> Result<Vec<Object>, Failure> {
        let mut objects = self.rendered.objects.clone();
        (self.change)(&mut objects)?;
        Ok(objects)
    }

    /// Commits objects; returns the commit. Argo CD is told of it, as a webhook of the host would.
    pub fn commit(&mut self, message: &str, objects: &[Object]) -> Result<String, Failure> {
        progress(format_args!("argocd: {}: commit: {message}", self.rendered.environment));
        let files = self.repository.empty_files()?;
        let snapshots = files.join("snapshots").join(&self.rendered.environment);
        rendered::write(objects, &snapshots)?;
        let commit = self.repository.commit(message)?;
        self.refresh("normal")?;
        Ok(commit)
    }

    /// Has Argo CD look at everything; `hard` renders all charts once more.
    pub fn refresh(&mut self, how: &str) -> Result<(), Failure> {
        let namespace = format!("--namespace={}", self.own.namespace);
        let refresh = format!("argocd.argoproj.io/refresh={how}");
        let all = ["annotate", "--overwrite", "applications.argoproj.io", "--all"];
        self.cluster.run_kubectl(&[&all[..], &[&namespace, &refresh]].concat()).map(|_| ())
    }

    /// Looks on for some time.
    pub fn rest(&mut self, time: Duration) -> Result<(), Failure> {
        let started = Instant::now();
        while started.elapsed() < time {
            self.look()?;
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Waits until a state is seen; says whether it was in time.
    pub fn wait(&mut self, seen: impl Fn(&Self, &State) -> bool) -> Result<(State, bool), Failure> {
        let started = Instant::now();
        let mut told = Instant::now();
        loop {
            let state = self.look()?;
            if seen(self, &state) {
                return Ok((state, true));
            }
            if started.elapsed() > self.deadline {
                return Ok((state, false));
            }
            if told.elapsed() > TOLD {
                told = Instant::now();
                let (done, all) = count(&state);
                progress(format_args!(
                    "argocd: {}: {done} of {all} Applications Synced and Healthy, {} s",
                    self.rendered.environment,
                    started.elapsed().as_secs()
                ));
            }
            thread::sleep(POLL);
        }
    }

    /// The Applications that are not as they have to be after a commit.
    pub fn others(&self, state: &State, objects: &[Object], commit: &str) -> Vec<String> {
        let mut others = Vec::new();
        for object in applications(objects) {
            let name = &object.identity.name;
            match state.named(name) {
                None => others.push(format!("{name} is missing")),
                Some(application) => {
                    let is_current =
                        !self.own.is_of(object) || application.is_compared_with(commit);
                    if !is_current || !is_quiet(application) {
                        others.push(application.to_string());
                    }
                }
            }
        }
        others
    }

    fn look(&mut self) -> Result<State, Failure> {
        self.cluster.check()?;
        self.argocd.check()?;
        self.controllers.work(self.cluster)?;
        let state = State::read(self.cluster, KINDS)?;
        self.watch.look(&state);
        Ok(state)
    }

    /// Differences that came back so far.
    pub fn check_differences(&self, report: &mut Report) {
        let name = &self.rendered.environment;
        let lost: Vec<&str> = self.watch.lost().collect();
        for application in &lost {
            report.finding(format!(
                "{name}: out of sync again, without another commit: {application}"
            ));
        }
        if lost.is_empty() {
            report.compared(
                1,
                format!("no Application of {name} is out of sync twice for one commit"),
            );
        }
    }

    /// What was asked of the internet and is not played.
    pub fn check_requests(&self, report: &mut Report) {
        for request in self.argocd.unknown() {
            let name = &self.rendered.environment;
            report.finding(format!("{name}: asked of the internet, and not there: {request}"));
        }
    }

    /// Whether the programs have room in their containers.
    pub fn check_memory(&self, report: &mut Report) {
        let name = &self.rendered.environment;
        for (program, peak) in self.argocd.peak_memory() {
            let limit = self.limits.get(program);
            if limit.is_some_and(|limit| peak > *limit) {
                report.finding(format!(
                    "{name}: {program} had {} MiB, and its container may have {}: it would have been killed",
                    mebibytes(peak),
                    limit.map_or(0, |limit| mebibytes(*limit))
                ));
            } else if let Some(limit) = limit {
                report.note(format!(
                    "{name}: {program} had at most {} MiB of the {} of its container",
                    mebibytes(peak),
                    mebibytes(*limit)
                ));
            }
        }
    }
}

fn mebibytes(bytes: u64) -> u64 {
    bytes / (1 << 20)
}

fn count(state: &State) -> (usize, usize) {
    let done = state.all().filter(|application| is_quiet(*application)).count();
    (done, state.all().count())
}

/// The Applications among objects.
pub fn applications(objects: &[Object]) -> impl Iterator<Item = &Object> {
    objects.iter().filter(|object| object.identity.kind == "Application")
}

/// What the container of a program would have.
struct Pod {
    variables: BTreeMap<String, String>,
    /// In bytes.
    memory: Option<u64>,
}

impl Pod {
    /// Reads it from what bootstrap has installed. Values of Secrets are left out: those are the password of a Redis that is
    /// not there.
    fn of(
        cluster: &mut Cluster,
        namespace: &str,
        (kind, name): (&str, &str),
    ) -> Result<Self, Failure> {
        let namespace = format!("--namespace={namespace}");
        let workload = cluster.get(&[kind, name, &namespace])?;
        let maps = cluster.get(&["configmaps", &namespace])?;
        let of_map = |reference: &Value| {
            let mut maps = maps["items"].as_array().into_iter().flatten();
            let map = maps.find(|map| map["metadata"]["name"] == reference["name"])?;
            map["data"][reference["key"].as_str()?].as_str()
        };
        let container = &workload["spec"]["template"]["spec"]["containers"][0];
        let mut variables = BTreeMap::new();
        for variable in container["env"].as_array().into_iter().flatten() {
            let reference = &variable["valueFrom"]["configMapKeyRef"];
            let value = variable["value"].as_str().or_else(|| of_map(reference));
            if let (Some(name), Some(value)) = (variable["name"].as_str(), value) {
                variables.insert(name.to_owned(), value.to_owned());
            }
        }
        let memory = container["resources"]["limits"]["memory"].as_str();
        let memory = memory.map(|memory| bytes(memory).ok_or_else(|| unknown(name, memory)));
        Ok(Self { variables, memory: memory.transpose()? })
    }
}

/// What a quantity of memory is in bytes, as the environments write it.
fn bytes(quantity: &str) -> Option<u64> {
    let number: u64 = quantity.strip_suffix("Mi")?.parse().ok()?;
    Some(number << 20)
}

fn unknown(name: &str, memory: &str) -> Failure {
    Failure::new(format!(
        "{name} may have {memory} of memory, which is not in Mi: teach the lane in conformance/src/lanes/argocd/trial.rs"
    ))
}
