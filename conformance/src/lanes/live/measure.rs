//! What an apply costs, beside those of kubectl and helm: the same objects on the same server, one after the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Program, Programs, Report, cannot_write, progress};
use serde_json::{Value, json};

use super::faulty::Faulty;
use super::player::{How, Player, Wanted};
use crate::lanes::{client, helm};

/// How many objects each of them applies.
const OBJECTS: usize = 400;

/// How many objects change at once where the memory is looked at.
const MANY: usize = 10_000;

/// The memory that this may take.
const MEGABYTES: u64 = 200;

/// An unchanged apply is so many times as fast as kubectl's.
const FASTER: f32 = 3.0;

/// What people would use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Live,
    Kubectl,
    Helm,
}

/// The three applies of one tool.
struct Times {
    first: f32,
    unchanged: f32,
    changed: f32,
    /// The requests of each.
    requests: [usize; 3],
}

/// A place to work in.
struct Bench<'a> {
    programs: &'a Programs,
    player: Player<'a>,
    by_proxy: Player<'a>,
    faulty: Faulty,
    folder: PathBuf,
}

/// Measures in a cluster of its own.
pub fn run(programs: &Programs, cluster: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let player = Player::new(programs, cluster)?;
    let (port, _proxy) = client::proxy(programs, cluster)?;
    let faulty = Faulty::start(port)?;
    let by_proxy = player.by(&faulty.address())?;
    let folder = cluster.folder("measured")?;
    let bench = Bench { programs, player, by_proxy, faulty, folder };
    let mut all = Vec::new();
    for tool in [Tool::Live, Tool::Kubectl, Tool::Helm] {
        progress(format_args!("live: {tool:?} applies {OBJECTS} objects"));
        let times = bench.times(tool)?;
        let Times { first, unchanged, changed, requests: [of_first, of_unchanged, of_changed] } =
            times;
        report.note(format!(
            "{tool:?}, {OBJECTS} objects: from nothing {first:.1} s with {of_first} requests, unchanged {unchanged:.1} s with \
             {of_unchanged}, one changed {changed:.1} s with {of_changed}"
        ));
        all.push(times);
        cluster.check()?;
    }
    if let [live, kubectl, _] = all.as_slice() {
        if live.unchanged * FASTER > kubectl.unchanged {
            report.finding(format!(
                "an unchanged apply takes {:.1} s, that of kubectl {:.1} s: not {FASTER} times as fast",
                live.unchanged, kubectl.unchanged
            ));
        }
        if live.first > kubectl.first {
            report.finding(format!(
                "an apply from nothing takes {:.1} s, that of kubectl {:.1} s",
                live.first, kubectl.first
            ));
        }
    }
    bench.memory(report)
}

/// As many objects, of kinds that every platform has.
fn objects(name: &str) -> Vec<Value> {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    let object = |number: usize| {
        let metadata = json!({"name": format!("o{number}"), "namespace": name, "labels": {"app.kubernetes.io/name": format!("o{number}")}});
        let labels = json!({"app": format!("o{number}")});
        match number % 5 {
            0 => {
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": "1", "settings.yaml": "a: 1\nb: 2\n".repeat(20)}})
            }
            1 => json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
            2 => {
                json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}})
            }
            3 => {
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}], "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}}}]},
                }}})
            }
            _ => {
                json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress"]}})
            }
        }
    };
    [namespace].into_iter().chain((0..OBJECTS - 1).map(object)).collect()
}

fn wanted(objects: &[Value]) -> Vec<Wanted> {
    objects.iter().map(|object| (0, object.clone())).collect()
}

impl Bench<'_> {
    /// The three applies twice, once by the clock and once counted: the proxy that counts takes its time.
    fn times(&self, tool: Tool) -> Result<Times, Failure> {
        let mut seconds = [0.0; 3];
        let mut requests = [0; 3];
        for is_counted in [false, true] {
            let name = format!("{}-{}", format!("{tool:?}").to_lowercase(), u8::from(is_counted));
            let mut objects = objects(&name);
            let places = seconds.iter_mut().zip(&mut requests);
            for (step, (seconds, requests)) in places.enumerate() {
                if step == 2 {
                    objects[1]["data"]["key"] = "2".into();
                }
                let mut command = self.command(tool, &name, &objects, is_counted)?;
                self.faulty.plan(|_| None);
                let started = Instant::now();
                let output = self.programs.run(&mut command)?;
                if is_counted {
                    *requests = self.faulty.requests();
                } else {
                    *seconds = started.elapsed().as_secs_f32();
                }
                if !output.status.success() {
                    let failure = Failure::new(format!(
                        "{tool:?} cannot apply {OBJECTS} objects: see why below"
                    ));
                    return Err(failure.with_output(&String::from_utf8_lossy(&output.stderr)));
                }
            }
        }
        let [first, unchanged, changed] = seconds;
        Ok(Times { first, unchanged, changed, requests })
    }

    fn command(
        &self,
        tool: Tool,
        name: &str,
        objects: &[Value],
        is_counted: bool,
    ) -> Result<Command, Failure> {
        let player = if is_counted { &self.by_proxy } else { &self.player };
        if tool == Tool::Live {
            // There are no controllers: nothing becomes ready.
            let how = How { no_wait: true, ..How::default() };
            return player.apply_command(name, &wanted(objects), how);
        }
        let chart = self.folder.join(name);
        let templates = chart.join("templates");
        // Helm makes the namespace itself.
        let objects = if tool == Tool::Helm { &objects[1..] } else { objects };
        write(&chart, &templates, objects)?;
        let (program, mut arguments) = match tool {
            Tool::Live | Tool::Kubectl => {
                let cache = format!("--cache-dir={}", self.folder.join("cache").display());
                (
                    Program::KUBECTL,
                    vec![
                        "apply".to_owned(),
                        "--server-side".to_owned(),
                        "--recursive".to_owned(),
                        cache,
                        format!("--filename={}", templates.display()),
                    ],
                )
            }
            Tool::Helm => {
                let chart = chart.display().to_string();
                (
                    Program::HELM,
                    vec![
                        "upgrade".to_owned(),
                        "--install".to_owned(),
                        name.to_owned(),
                        chart,
                        format!("--namespace={name}"),
                        "--create-namespace".to_owned(),
                    ],
                )
            }
        };
        arguments.push(format!("--kubeconfig={}", player.kubeconfig().display()));
        let mut command = Command::new(self.programs.path(program)?);
        helm::keep_files_in(&mut command, &self.folder);
        command.args(arguments).env("KUBERC", "off").stdin(Stdio::null());
        for variable in ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"] {
            command.env_remove(variable);
        }
        Ok(command)
    }

    /// The memory of an apply that changes many objects.
    fn memory(&self, report: &mut Report) -> Result<(), Failure> {
        let name = "memory";
        let objects = |value: &str| -> Vec<Wanted> {
            let namespace =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            let map = |number: usize| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("c{number}"), "namespace": name}, "data": {"key": value}});
            [(0, namespace)].into_iter().chain((0..MANY).map(|number| (0, map(number)))).collect()
        };
        let mut notes = Vec::new();
        for (what, value) in [("from nothing", "1"), ("all changed", "2"), ("unchanged", "2")] {
            progress(format_args!("live: {MANY} objects, {what}"));
            let command = self.player.apply_command(
                name,
                &objects(value),
                How { timeout: 600, no_wait: true, ..How::default() },
            )?;
            let started = Instant::now();
            let told = self.folder.join("told");
            let (megabytes, code) = peak(command, &told)?;
            notes.push(format!("{what} {megabytes} MB, {:.0} s", started.elapsed().as_secs_f32()));
            if code != Some(0) {
                let told = fs::read_to_string(&told).unwrap_or_default();
                report.finding(format!("{MANY} objects, {what}: exit code {code:?}:\n{told}"));
            }
            if megabytes > MEGABYTES {
                report.finding(format!(
                    "{MANY} objects, {what}: {megabytes} MB of memory, more than {MEGABYTES}"
                ));
            }
        }
        report.note(format!("{MANY} ConfigMaps: {}", notes.join("; ")));
        report.compared(MANY, "objects applied, changed and left alone with the memory looked at");
        Ok(())
    }
}

/// A chart of these objects, and files that kubectl takes: in their order, so the namespace comes first.
fn write(chart: &Path, templates: &Path, objects: &[Value]) -> Result<(), Failure> {
    let about = json!({"apiVersion": "v2", "name": "measured", "version": "1.0.0"}).to_string();
    fs::create_dir_all(templates)
        .and_then(|()| fs::write(chart.join("Chart.yaml"), about))
        .map_err(|error| cannot_write(chart, &error))?;
    for (number, object) in objects.iter().enumerate() {
        let file = templates.join(format!("{number:05}.yaml"));
        fs::write(&file, object.to_string()).map_err(|error| cannot_write(&file, &error))?;
    }
    Ok(())
}

/// The most memory that a program had, in MB, and its exit code; what it tells beside its output is written to a file.
fn peak(mut command: Command, told: &Path) -> Result<(u64, Option<i32>), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("the program cannot be run: {error}; build it again"))
    };
    let file = fs::File::create(told).map_err(|error| cannot_write(told, &error))?;
    let mut child = command.stdout(Stdio::null()).stderr(file).spawn().map_err(failed)?;
    let status = format!("/proc/{}/status", child.id());
    let mut kilobytes = 0;
    loop {
        if let Some(ended) = child.try_wait().map_err(failed)? {
            return Ok((kilobytes / 1024, ended.code()));
        }
        // The highest so far; a program that ends has none.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        kilobytes = number.unwrap_or(kilobytes);
        thread::sleep(Duration::from_millis(20));
    }
}
