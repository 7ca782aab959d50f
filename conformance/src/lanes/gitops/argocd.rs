//! Argo CD's application controller and repository server beside a cluster, with what they talk to.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{
    ATTEMPTS, Cluster, Failure, Process, Program, Programs, READY, cannot_write, free_port, secret,
};
use tempfile::TempDir;

/// Environment variables of its programs, beside those that the lanes need themselves.
#[derive(Default)]
pub struct Environment {
    /// Of the application controller.
    pub controller: BTreeMap<String, String>,
    /// Of the repository server.
    pub repository_server: BTreeMap<String, String>,
}

/// Argo CD at work; it ends, and its folder goes, when this is dropped.
pub struct ArgoCd {
    // Dropped in this order: the servers end before what they talk to, and all before their folder.
    servers: Vec<Process>,
    _folder: TempDir,
    /// What was asked of the internet and is not played.
    unknown: PathBuf,
}

impl ArgoCd {
    /// Starts everything; `folder` has the hosts that are played below `hosts`, the Applications are in `namespace`, and the
    /// repository server calls `tools`.
    pub fn start(
        programs: &Programs,
        cluster: &Cluster,
        namespace: &str,
        folder: TempDir,
        environment: &Environment,
        tools: &[Program],
    ) -> Result<Self, Failure> {
        let root = folder.path().to_owned();
        for name in ["hosts", "home", "programs", "temporary"] {
            let folder = root.join(name);
            fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
        }
        write_program(&root.join("programs").join(VERIFIER.0), VERIFIER.1)?;
        for tool in tools {
            let link = root.join("programs").join(tool.name());
            symlink(programs.path(*tool)?, &link).map_err(|error| cannot_write(&link, &error))?;
        }
        let mut starting = Starting { programs, root: &root, servers: Vec::new() };
        let redis = starting.server(Program::SURROUNDINGS, "redis", |command, port| {
            command.args(["redis", &address(port)]);
            Ok(())
        })?;
        let internet = starting.server(Program::SURROUNDINGS, "internet", |command, port| {
            command.args(["internet", &address(port)]).arg(&root);
            Ok(())
        })?;
        let unknown = root.join("internet.log");
        let repository_server =
            starting.server(Program::ARGOCD, "argocd-repo-server", |command, port| {
                starting_with(command, &environment.repository_server, &root)
                    .args(["--address=127.0.0.1", "--metrics-address=127.0.0.1", "--disable-tls"])
                    // Of TLS, and not empty where it is left out.
                    .arg("--client-ca-path=")
                    .arg(format!("--port={port}"))
                    .arg(format!("--metrics-port={}", free_port()?))
                    .arg(format!("--redis={}", address(redis)))
                    .env("HTTPS_PROXY", format!("http://{}", address(internet)))
                    // As Go and as git are told whom to trust.
                    .env("SSL_CERT_FILE", root.join("authority.pem"))
                    .env("GIT_SSL_CAINFO", root.join("authority.pem"));
                Ok(())
            })?;
        // Listens only once it is at work, and for metrics alone: on all addresses, as it has no option for that.
        starting.server(Program::ARGOCD, "argocd-application-controller", |command, port| {
            starting_with(command, &environment.controller, &root)
                .arg(format!("--metrics-port={port}"))
                .arg(format!("--redis={}", address(redis)))
                .arg(format!("--repo-server={}", address(repository_server)))
                .arg("--repo-server-plaintext")
                // The cluster that it is in, which Applications call kubernetes.default.svc, is that of the kubeconfig.
                .env("ARGOCD_FAKE_IN_CLUSTER", "true")
                .env("KUBECONFIG", cluster.kubeconfig())
                .args(["--kubeconfig"])
                .arg(cluster.kubeconfig())
                .args(["--namespace", namespace]);
            Ok(())
        })?;
        Ok(Self { servers: starting.servers, _folder: folder, unknown })
    }

    /// A failure where one of the programs has ended.
    pub fn check(&mut self) -> Result<(), Failure> {
        self.servers.iter_mut().try_for_each(Process::check)
    }

    /// The most memory that each program has had so far, in bytes.
    pub fn peak_memory(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.servers.iter().filter_map(|server| Some((server.name(), server.peak_memory()?)))
    }

    /// What was asked of the internet and is not played, each once.
    pub fn unknown(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.unknown).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines.dedup();
        lines
    }
}

/// Servers that are started one after the other.
struct Starting<'a> {
    programs: &'a Programs,
    root: &'a Path,
    servers: Vec<Process>,
}

impl Starting<'_> {
    /// Starts a server and waits until it listens; returns its port. Once more where another program was quicker to take it.
    fn server(
        &mut self,
        program: Program,
        name: &'static str,
        configure: impl Fn(&mut Command, u16) -> Result<(), Failure>,
    ) -> Result<u16, Failure> {
        let path = self.programs.path(program)?;
        let mut attempts = 1;
        loop {
            let port = free_port()?;
            let mut command = Command::new(&path);
            // Nothing of the user's settings.
            command
                .env_clear()
                .env("PATH", path_with(&self.root.join("programs")))
                .env(Program::ARGOCD_PROGRAM, name);
            configure(&mut command, port)?;
            let log = self.root.join(format!("{name}.log"));
            let mut server = self.programs.start(name, &mut command, log)?;
            let listens = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            match server.wait_until_ready(READY, listens) {
                Ok(()) => {
                    self.servers.push(server);
                    return Ok(port);
                }
                Err(_) if attempts < ATTEMPTS && server.port_was_taken() => attempts += 1,
                Err(failure) => return Err(failure),
            }
        }
    }
}

/// Gives a program of Argo CD its environment: that of its pod, and in place of the folders of its image those of the lane.
fn starting_with<'a>(
    command: &'a mut Command,
    environment: &BTreeMap<String, String>,
    root: &Path,
) -> &'a mut Command {
    let home = root.join("home");
    command
        .envs(environment)
        .env("HOME", &home)
        .env("TMPDIR", root.join("temporary"))
        .env("ARGOCD_GPG_ENABLED", "false")
        .env("ARGOCD_APP_CONF_PATH", &home)
        .env("ARGOCD_TLS_DATA_PATH", &home)
        .env("ARGOCD_SSH_DATA_PATH", &home)
        .env("ARGOCD_ASK_PASS_SOCK", root.join("ask-pass.sock"))
        .env("HELM_CACHE_HOME", home.join("helm-cache"))
        .env("HELM_CONFIG_HOME", home.join("helm-config"))
        .env("HELM_DATA_HOME", home.join("helm-data"))
}

/// A script of Argo CD's image, which says what it says of a commit that nobody has signed: nothing.
const VERIFIER: (&str, &str) = ("git-verify-wrapper.sh", "#!/bin/sh\n");

fn write_program(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text)
        .and_then(|()| fs::set_permissions(file, fs::Permissions::from_mode(0o755)))
        .map_err(|error| cannot_write(file, &error))
}

/// The key of the Secret `argocd-secret` by which Argo CD signs logins: its server, which does not run here, makes it.
pub const SECRET_KEY: &str = "server.secretkey";

/// What nobody can guess.
pub fn secret_key() -> Result<String, Failure> {
    secret().map_err(|error| {
        Failure::new(format!("cannot read /dev/urandom: {error}; run it on a machine that has it"))
    })
}

/// The `PATH` with a folder before all others.
fn path_with(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&path));
    // A folder that was on the PATH has no colon, and this one's name is our own.
    std::env::join_paths(folders).unwrap_or(path.clone())
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}
