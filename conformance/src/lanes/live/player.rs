//! The program that `cargo xtask live` starts, with requests of the lane itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, io, thread};

use harness::{Cluster, Failure, Programs, cannot_write};
use serde_json::{Value, json};

use super::Said;

/// Starts the program against one cluster.
pub struct Player<'a> {
    programs: &'a Programs,
    program: PathBuf,
    kubeconfig: PathBuf,
    server: String,
    folder: PathBuf,
}

/// How an apply is asked for.
#[derive(Clone, Copy)]
pub struct How {
    /// Seconds.
    pub timeout: u64,
    pub prune: bool,
    pub no_wait: bool,
}

impl Default for How {
    fn default() -> Self {
        Self { timeout: 60, prune: false, no_wait: false }
    }
}

/// An object and its wave.
pub type Wanted = (i64, Value);

impl<'a> Player<'a> {
    /// For a cluster that runs.
    pub fn new(programs: &'a Programs, cluster: &Cluster) -> Result<Self, Failure> {
        let own = std::env::current_exe().map_err(|error| {
            Failure::new(format!("this program cannot be found: {error}; run again"))
        })?;
        let kubeconfig = cluster.kubeconfig();
        let text =
            fs::read_to_string(&kubeconfig).map_err(|error| cannot_write(&kubeconfig, &error))?;
        let read: Value = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!(
                "the kubeconfig of the cluster is no JSON: {error}; see harness/src/cluster.rs"
            ))
        })?;
        let server =
            read["clusters"][0]["cluster"]["server"].as_str().unwrap_or_default().to_owned();
        // Both were built into one folder.
        let program = own.with_file_name("cluster");
        Ok(Self { programs, program, kubeconfig, server, folder: cluster.folder("requests")? })
    }

    /// The same by another address of the server.
    pub fn by(&self, server: &str) -> Result<Self, Failure> {
        let text = fs::read_to_string(&self.kubeconfig)
            .map_err(|error| cannot_write(&self.kubeconfig, &error))?;
        let port = server.rsplit(':').next().unwrap_or_default();
        let kubeconfig = self.folder.join(format!("kubeconfig-by-{port}"));
        fs::write(&kubeconfig, text.replace(&self.server, server))
            .map_err(|error| cannot_write(&kubeconfig, &error))?;
        Ok(Self {
            programs: self.programs,
            program: self.program.clone(),
            kubeconfig,
            server: server.to_owned(),
            folder: self.folder.clone(),
        })
    }

    /// The port of the server.
    pub fn port(&self) -> u16 {
        self.server.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
    }

    /// Applies objects as an environment of this name.
    pub fn apply(&self, name: &str, objects: &[Wanted], how: How) -> Result<Said, Failure> {
        let mut command = self.command(name, &task(how), objects)?;
        self.programs.run(&mut command).map(|output| Said::of(&output))
    }

    /// An apply that somebody else starts.
    pub fn apply_command(
        &self,
        name: &str,
        objects: &[Wanted],
        how: How,
    ) -> Result<Command, Failure> {
        self.command(name, &task(how), objects)
    }

    /// How clients reach the server.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Several at once.
    pub fn apply_at_once(&self, all: &[(&str, &[Wanted])]) -> Result<Vec<Said>, Failure> {
        let commands =
            all.iter().map(|(name, objects)| self.command(name, &task(How::default()), objects));
        let commands = commands.collect::<Result<Vec<_>, _>>()?;
        let outputs = thread::scope(|scope| {
            let run = |mut command: Command| scope.spawn(move || command.output());
            let runs: Vec<_> = commands.into_iter().map(run).collect();
            runs.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let said = |output: thread::Result<io::Result<Output>>| match output {
            Ok(Ok(output)) => Ok(Said::of(&output)),
            Ok(Err(error)) => Err(self.cannot_start(&error)),
            Err(_) => {
                Err(Failure::new("a thread of the lane has ended: run again with RUST_BACKTRACE=1"))
            }
        };
        outputs.into_iter().map(said).collect()
    }

    /// Compares them.
    pub fn diff(&self, name: &str, objects: &[Wanted]) -> Result<Said, Failure> {
        let mut command = self.command(name, &json!({"diff": {"json": false}}), objects)?;
        self.programs.run(&mut command).map(|output| Said::of(&output))
    }

    /// Starts an apply that somebody else ends.
    pub fn start(&self, name: &str, objects: &[Wanted]) -> Result<harness::Running, Failure> {
        let mut command = self.command(name, &task(How::default()), objects)?;
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.programs.spawn(&mut command).map_err(|error| self.cannot_start(&error))
    }

    fn cannot_start(&self, error: &dyn std::fmt::Display) -> Failure {
        let program = self.program.display();
        Failure::new(format!("{program} cannot be started: {error}; build it again"))
    }

    fn command(&self, name: &str, task: &Value, objects: &[Wanted]) -> Result<Command, Failure> {
        let handed: Vec<Value> = objects
            .iter()
            .map(|(wave, object)| json!({"bundle": "scene", "waves": [wave], "object": object}))
            .collect();
        let request = json!({
            "environment": name,
            "context": {"name": Cluster::CONTEXT, "cluster": "conformance", "server": self.server},
            "task": task,
            "bundles": [],
            "unseen": [],
            "objects": handed,
        });
        let kind = if task["apply"].is_null() { "diff" } else { "apply" };
        let file = self.folder.join(format!("{name}-{kind}.json"));
        fs::write(&file, request.to_string()).map_err(|error| cannot_write(&file, &error))?;
        let mut command = Command::new(&self.program);
        command.arg(file).env("KUBECONFIG", &self.kubeconfig).stdin(Stdio::null());
        for variable in ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"] {
            command.env_remove(variable);
        }
        Ok(command)
    }
}

fn task(how: How) -> Value {
    json!({"apply": {
        "prune": how.prune,
        "pruneData": false,
        "yes": true,
        "timeout": how.timeout,
        "noWait": how.no_wait,
        "takeOwnership": [],
        "besideArgocd": false,
    }})
}
