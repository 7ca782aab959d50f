//! The small platform in a cluster with Argo CD: commits, and what has to come of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Programs, Report, cannot_write, progress};
use manifests_lib::delivery::gitops::ROOT;
use serde_json::{Value, json};

use super::Subject;
use super::platform::{self, ARGOCD, BRANCH, ENVIRONMENT, Edition, ITSELF, NODES, REPOSITORY};
use super::refusals::{self, Attempt};
use crate::crds::CustomKind;
use crate::lanes::gitops::{ArgoCd, Environment, Repository, State, Watch};
use crate::lanes::{Options, apply};
use crate::rendered::{self, Object};

/// The kinds of objects that are looked at beside the Applications.
const KINDS: &[&str] = &[
    "appprojects.argoproj.io",
    "configmaps",
    "deployments",
    "limitranges",
    "persistentvolumeclaims",
    "persistentvolumes",
    "resourcequotas",
];

/// How often Argo CD is asked.
const POLL: Duration = Duration::from_millis(500);

/// How often Argo CD looks by itself; left alone, every two to three minutes. It needs that where it has refused an Application
/// as a whole: that it was mended, it does not notice.
const LOOK: Duration = Duration::from_secs(20);

/// How long a commit may take. A failed sync is tried again after 10, 20 and 40 seconds.
const DEADLINE: Duration = Duration::from_mins(2);

/// Argo CD ignores a file that is no YAML, unless it looks like an object.
const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n";

/// A cluster in which Argo CD deploys the small platform.
pub struct Trial<'a> {
    subject: &'a Subject,
    cluster: &'a mut Cluster,
    argocd: ArgoCd,
    repository: Repository<'a>,
    watch: Watch,
    /// What the projects of the environments have to refuse.
    pub attempts: Vec<Attempt>,
    /// How long a commit may take.
    pub deadline: Duration,
}

/// What is otherwise in a state; nothing where it is as it has to be.
type Otherwise<'a> = Box<dyn Fn(&State) -> Option<String> + 'a>;

/// What has to be, as a sentence of the report, and what is otherwise.
pub struct Expectation<'a> {
    /// What has to be.
    pub what: &'static str,
    /// What is otherwise; nothing once it is so.
    pub otherwise: Otherwise<'a>,
}

impl<'a> Trial<'a> {
    /// Commits the platform but for what `edition` and `change` say, starts Argo CD and applies what bootstrap applies.
    pub fn start(
        subject: &'a Subject,
        programs: &'a Programs,
        options: &Options,
        cluster: &'a mut Cluster,
    ) -> Result<Self, Failure> {
        let folder = programs.temporary_folder()?;
        let hosts = folder.path().join("hosts");
        let repository = Repository::create(
            programs,
            hosts.join(REPOSITORY),
            cluster.folder("repository")?,
            BRANCH,
        )?;
        let mut attempts = Vec::new();
        for rendered in &subject.environments {
            attempts.extend(refusals::attempts(rendered)?);
            also_at(&hosts, &refusals::own_repository(rendered))?;
        }
        prepare(programs, options, cluster)?;
        subject.settings.write(cluster)?;
        let environment = Environment {
            controller: subject.settings.controller.clone(),
            ..Environment::default()
        };
        let namespace = ARGOCD;
        let argocd =
            ArgoCd::start(programs, cluster, namespace.name().as_str(), folder, &environment, &[])?;
        let (watch, deadline) = (Watch::default(), DEADLINE);
        Ok(Self { subject, cluster, argocd, repository, watch, attempts, deadline })
    }

    /// Applies what bootstrap applies, as it does: the projects and the root Application.
    pub fn bootstrap(&mut self, edition: Edition) -> Result<(), Failure> {
        let mut objects = self.objects(edition)?;
        objects.retain(|object| {
            object.bundle == ROOT.as_str()
                && (object.identity.kind == "AppProject"
                    || object.identity.name == "root-application")
        });
        for rendered in &self.subject.environments {
            objects.extend(refusals::projects(rendered)?);
        }
        let mut items: Vec<Value> = objects.into_iter().map(|object| object.value).collect();
        items.extend(refusals::applications(&self.attempts));
        let file = self.cluster.folder("bootstrap")?.join("objects.json");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
        let file = file.display().to_string();
        // As helm does, which has not been told to apply on the server.
        let (itself, namespace) = (ITSELF, format!("--namespace={}", ARGOCD.name()));
        let create = ["create", "configmap", itself.as_str(), "--field-manager=helm"];
        let what = [namespace.as_str(), "--from-literal=left-git=1"];
        self.cluster.run_kubectl(&[&create[..], &what].concat())?;
        let apply = ["apply", "--server-side", "--field-manager=argocd-controller"];
        self.cluster.run_kubectl(&[&apply[..], &["--filename", &file]].concat()).map(|_| ())
    }

    /// The objects of an edition, with the fault that is tried.
    pub fn objects(&self, edition: Edition) -> Result<Vec<Object>, Failure> {
        let mut objects = platform::objects(edition)?;
        self.subject.deploy_itself(&mut objects)?;
        (self.subject.change)(&mut objects)?;
        Ok(objects)
    }

    /// Commits objects, and beside them files that are no YAML in the folders of some bundles; returns the commit. Argo CD is
    /// told of it, as a webhook of the host would.
    pub fn commit(
        &mut self,
        message: &str,
        objects: &[Object],
        broken: &[&str],
    ) -> Result<String, Failure> {
        progress(format_args!("delivery: commit: {message}"));
        let files = self.repository.empty_files()?;
        let snapshots = files.join("snapshots").join(ENVIRONMENT.as_str());
        rendered::write(objects, &snapshots)?;
        for bundle in broken {
            let file = snapshots.join(bundle).join("broken.yaml");
            fs::write(&file, BROKEN).map_err(|error| cannot_write(&file, &error))?;
        }
        refusals::write(&self.attempts, files)?;
        let commit = self.repository.commit(message)?;
        self.refresh()?;
        Ok(commit)
    }

    /// Has Argo CD look at everything.
    fn refresh(&mut self) -> Result<(), Failure> {
        let environment = format!("--selector=env={ENVIRONMENT}");
        let namespace = format!("--namespace={}", ARGOCD.name());
        let annotate = ["annotate", "--overwrite", "applications.argoproj.io"];
        let refresh = [&environment, &namespace, "argocd.argoproj.io/refresh=normal"];
        self.cluster.run_kubectl(&[annotate, refresh].concat()).map(|_| ())
    }

    /// Waits until a state is seen; none where it is not in time.
    pub fn wait(&mut self, mut seen: impl FnMut(&State) -> bool) -> Result<(State, bool), Failure> {
        let started = Instant::now();
        let mut looked = Instant::now();
        loop {
            let state = self.look()?;
            if seen(&state) {
                return Ok((state, true));
            }
            if started.elapsed() > self.deadline {
                return Ok((state, false));
            }
            if looked.elapsed() > LOOK {
                looked = Instant::now();
                self.refresh()?;
            }
            thread::sleep(POLL);
        }
    }

    /// Looks on for some time.
    pub fn rest(&mut self, time: Duration) -> Result<State, Failure> {
        let started = Instant::now();
        while started.elapsed() < time {
            self.look()?;
            thread::sleep(POLL);
        }
        self.look()
    }

    /// Waits until everything is as it has to be at the same time, and reports what is.
    pub fn expect(
        &mut self,
        expectations: &[Expectation<'_>],
        report: &mut Report,
    ) -> Result<State, Failure> {
        let all = |state: &State| {
            expectations.iter().all(|expectation| (expectation.otherwise)(state).is_none())
        };
        let (state, _) = self.wait(all)?;
        for Expectation { what, otherwise } in expectations {
            match otherwise(&state) {
                None => report.compared(1, *what),
                Some(otherwise) => report.finding(format!("not so: {what}: {otherwise}")),
            }
        }
        Ok(state)
    }

    /// What was refused of all attempts.
    pub fn check_refusals(&mut self, state: &State, report: &mut Report) -> Result<(), Failure> {
        refusals::check(&self.attempts, state, self.cluster, report)
    }

    /// Differences that came back so far.
    pub fn check_differences(&self, report: &mut Report) {
        let lost: Vec<&str> = self.watch.lost().collect();
        for application in &lost {
            report.finding(format!("out of sync again, without another commit: {application}"));
        }
        if lost.is_empty() {
            report.compared(1, "no Application is out of sync twice for one commit");
        }
    }

    /// What was asked of the internet and is not played.
    pub fn check_requests(&self, report: &mut Report) {
        for request in self.argocd.unknown() {
            report.finding(format!("asked of the internet, and not there: {request}"));
        }
    }

    fn look(&mut self) -> Result<State, Failure> {
        self.cluster.check()?;
        self.argocd.check()?;
        let state = State::read(self.cluster, KINDS)?;
        self.watch.look(&state);
        Ok(state)
    }
}

/// Has the repository answer at the address of an environment's own.
fn also_at(hosts: &Path, repository: &Value) -> Result<(), Failure> {
    let Some(place) = repository.as_str().and_then(|url| url.strip_prefix("https://")) else {
        return Err(Failure::new(format!(
            "{repository} is no https URL, and the lane plays no other: teach it to in conformance/src/lanes/delivery"
        )));
    };
    let link = hosts.join(place);
    let make = || {
        fs::create_dir_all(link.parent().unwrap_or(hosts))?;
        std::os::unix::fs::symlink(hosts.join(REPOSITORY), &link)
    };
    // Two environments have the same one.
    if link.exists() { Ok(()) } else { make().map_err(|error| cannot_write(&link, &error)) }
}

/// Gives a cluster what it has before Argo CD: its CRDs and namespace, controllers, and a node.
fn prepare(programs: &Programs, options: &Options, cluster: &mut Cluster) -> Result<(), Failure> {
    let kind = |kind: &str| CustomKind {
        group: "argoproj.io".to_owned(),
        version: "v1alpha1".to_owned(),
        kind: kind.to_owned(),
    };
    cluster.start_controllers(programs)?;
    let kinds = BTreeSet::from([kind("Application"), kind("AppProject")]);
    apply::install_crds(cluster, options, &kinds)?;
    let resources = json!({"cpu": "8", "memory": "16Gi", "pods": "100"});
    let items = json!([
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ARGOCD.name().as_str()}},
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "node", "labels": {NODES.label.as_str(): NODES.value.as_str()}},
            "status": {"capacity": resources, "allocatable": resources},
        },
    ]);
    let file = cluster.folder("prepared")?.join("objects.json");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    fs::write(&file, list.to_string()).map_err(|error| cannot_write(&file, &error))?;
    cluster.run_kubectl(&["create", "--filename", &file.display().to_string()]).map(|_| ())
}
