//! A cluster of our own: etcd, the API server, and where asked the controllers, the scheduler and simulated nodes.
//!
//! Everything listens on loopback, on ports that were free a moment ago, and keeps its data in a temporary folder.

mod kubectl;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use released::hexadecimal;
use serde_json::json;

use crate::process::{self, Process};
use crate::watchdog::{self, Watchdog};
use crate::{Failure, Program, Programs};

pub use kubectl::Applied;

/// How long a server may take until it is ready; on two busy cores the API server was seen to take 20 s.
pub const READY: Duration = Duration::from_mins(2);

/// How often servers are started again because others have taken their ports.
pub const ATTEMPTS: usize = 5;

/// A running cluster; it ends, and its folder goes, when this is dropped.
pub struct Cluster {
    // Dropped in this order: the servers end before what they read and write.
    servers: Vec<Process>,
    folder: Option<tempfile::TempDir>,
    files: Files,
    kubectl: PathBuf,
    watchdog: Watchdog,
}

/// What lies in the cluster's folder.
struct Files {
    root: PathBuf,
}

impl Files {
    fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn kubeconfig(&self) -> PathBuf {
        self.at("kubeconfig")
    }

    fn service_account_key(&self) -> PathBuf {
        self.at("service-account.key")
    }

    fn service_account_public_key(&self) -> PathBuf {
        self.at("service-account.pub")
    }

    fn tokens(&self) -> PathBuf {
        self.at("tokens.csv")
    }

    /// The API server writes its certificate here; it is its own authority.
    fn certificates(&self) -> PathBuf {
        self.at("certificates")
    }

    fn certificate(&self) -> PathBuf {
        self.certificates().join("apiserver.crt")
    }
}

impl Cluster {
    /// Starts etcd and the API server and waits until they are ready.
    pub fn start(programs: &Programs) -> Result<Self, Failure> {
        Self::start_behind(programs, None)
    }

    /// Likewise; where a socket is named, the API server reaches webhooks through the proxy that listens there, by CONNECT.
    pub fn start_behind(programs: &Programs, proxy: Option<&Path>) -> Result<Self, Failure> {
        let etcd = programs.path(Program::ETCD)?;
        let api_server = programs.path(Program::KUBE_APISERVER)?;
        let kubectl = programs.path(Program::KUBECTL)?;
        let watchdog = programs.watchdog().clone();
        let folder = watchdog.temporary_folder()?;
        let files = Files { root: folder.path().to_owned() };
        let mut cluster =
            Self { servers: Vec::new(), folder: Some(folder), files, kubectl, watchdog };
        let token = cluster.write_secrets().map_err(|error| cannot_prepare(&error))?;
        let etcd_port = cluster.start_etcd(&etcd)?;
        let egress = proxy.map(|socket| cluster.write_egress(socket)).transpose();
        let egress = egress.map_err(|error| cannot_prepare(&error))?;
        cluster.start_api_server(&api_server, etcd_port, &token, egress.as_deref())?;
        Ok(cluster)
    }

    /// Starts what makes pods of Deployments, gives them nodes and plays the nodes' kubelets.
    pub fn start_controllers(&mut self, programs: &Programs) -> Result<(), Failure> {
        let kubeconfig = self.files.kubeconfig();
        let certificate = self.files.certificate();
        let key = self.files.service_account_key();
        let mut controllers = Command::new(programs.path(Program::KUBE_CONTROLLER_MANAGER)?);
        controllers
            .arg(flag("kubeconfig", &kubeconfig))
            .arg(flag("service-account-private-key-file", &key))
            .arg(flag("root-ca-file", &certificate))
            .args(["--leader-elect=false", "--secure-port=0"]);
        self.start_server(Program::KUBE_CONTROLLER_MANAGER, &mut controllers)?;
        let mut scheduler = Command::new(programs.path(Program::KUBE_SCHEDULER)?);
        scheduler
            .arg(flag("kubeconfig", &kubeconfig))
            .args(["--leader-elect=false", "--secure-port=0"]);
        self.start_server(Program::KUBE_SCHEDULER, &mut scheduler)?;
        let stages = self.files.at("stages.yaml");
        fs::write(&stages, include_str!("cluster/stages.yaml"))
            .map_err(|error| cannot_prepare(&error))?;
        let mut kwok = Command::new(programs.path(Program::KWOK)?);
        // Without a home it reads no settings of the user.
        kwok.env("HOME", &self.files.root)
            .arg(flag("kubeconfig", &kubeconfig))
            .arg(flag("config", &stages))
            .args(["--manage-all-nodes=true", "--node-lease-duration-seconds=40"]);
        self.start_server(Program::KWOK, &mut kwok)
    }

    /// The name of its context in the kubeconfig.
    pub const CONTEXT: &str = "conformance";

    /// How clients reach it.
    pub fn kubeconfig(&self) -> PathBuf {
        self.files.kubeconfig()
    }

    /// A folder for files that go with the cluster.
    pub fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.files.at(name);
        fs::create_dir_all(&folder).map_err(|error| cannot_prepare(&error))?;
        Ok(folder)
    }

    /// A failure where one of the servers has ended.
    pub fn check(&mut self) -> Result<(), Failure> {
        self.servers.iter_mut().try_for_each(Process::check)
    }

    /// Ends the API server, as a fault of the machine would, as soon as `kubectl get` shows an object.
    pub fn kill_api_server_after(
        &self,
        get: &[&str],
    ) -> impl FnOnce() -> Result<(), Failure> + Send + use<> {
        // etcd is the first, the API server the second.
        let process = self.servers.get(1).map(Process::id);
        let watchdog = self.watchdog.clone();
        let mut command = self.kubectl_command();
        command.arg("get").args(get).args(["--output", "name"]);
        move || {
            let started = Instant::now();
            while started.elapsed() < READY {
                let output = process::run(&watchdog, &mut command)?;
                if output.status.success() && !output.stdout.is_empty() {
                    process.into_iter().for_each(watchdog::kill);
                    return Ok(());
                }
            }
            Err(Failure::new(format!(
                "kubectl shows none of the objects that are applied within {} s: run again on a machine with less to do",
                READY.as_secs()
            )))
        }
    }

    /// Leaves the servers running; says how to reach and how to end them.
    pub fn keep(mut self) -> String {
        for server in &mut self.servers {
            server.keep();
        }
        let root = &self.files.root;
        self.watchdog.keep_folder(root);
        if let Some(folder) = self.folder.take() {
            let _ = folder.keep();
        }
        // The number of one that has ended may belong to another program by now.
        let numbers: Vec<String> = self
            .servers
            .iter_mut()
            .rev()
            .filter_map(|server| server.check().is_ok().then(|| server.id().to_string()))
            .collect();
        let kill = if numbers.is_empty() {
            String::new()
        } else {
            format!("kill -9 {}; ", numbers.join(" "))
        };
        format!(
            "left running: kubectl --kubeconfig {}; end it with: {kill}rm -r {}",
            self.files.kubeconfig().display(),
            root.display()
        )
    }

    /// Writes what lets clients and service accounts in; returns the client's token.
    fn write_secrets(&self) -> io::Result<String> {
        let token = secret()?;
        write_secret(&self.files.tokens(), &format!("{token},admin,admin,system:masters\n"))?;
        let key = rcgen::KeyPair::generate().map_err(io::Error::other)?;
        write_secret(&self.files.service_account_key(), &key.serialize_pem())?;
        write_secret(&self.files.service_account_public_key(), &key.public_key_pem())?;
        Ok(token)
    }

    /// Writes how the API server reaches what is in the cluster.
    fn write_egress(&self, socket: &Path) -> io::Result<PathBuf> {
        let file = self.files.at("egress.json");
        let connection = json!({
            "proxyProtocol": "HTTPConnect",
            "transport": {"uds": {"udsName": socket}},
        });
        let configuration = json!({
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [{"name": "cluster", "connection": connection}],
        });
        fs::write(&file, configuration.to_string())?;
        Ok(file)
    }

    fn start_etcd(&mut self, program: &Path) -> Result<u16, Failure> {
        self.attempt(Program::ETCD, |cluster| {
            let (client, peer) = (free_port()?, free_port()?);
            let (client_url, peer_url) = (url(client), url(peer));
            let mut command = Command::new(program);
            command
                .arg(flag("data-dir", &cluster.files.at("etcd")))
                .arg(format!("--listen-client-urls={client_url}"))
                .arg(format!("--advertise-client-urls={client_url}"))
                .arg(format!("--listen-peer-urls={peer_url}"))
                .arg(format!("--initial-advertise-peer-urls={peer_url}"))
                .arg(format!("--initial-cluster=default={peer_url}"))
                // Its data need not outlive a power cut.
                .arg("--unsafe-no-fsync");
            Ok((command, client, move || etcd_is_healthy(client)))
        })
    }

    fn start_api_server(
        &mut self,
        program: &Path,
        etcd_port: u16,
        token: &str,
        egress: Option<&Path>,
    ) -> Result<u16, Failure> {
        self.attempt(Program::KUBE_APISERVER, |cluster| {
            let port = free_port()?;
            let files = &cluster.files;
            let kubeconfig = kubeconfig(port, token, &files.certificate());
            write_secret(&files.kubeconfig(), &kubeconfig)
                .map_err(|error| cannot_prepare(&error))?;
            let mut command = Command::new(program);
            command
                .arg(format!("--etcd-servers={}", url(etcd_port)))
                .arg(format!("--secure-port={port}"))
                .args(["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"])
                // Loopback is no endpoint that pods could be given.
                .arg("--endpoint-reconciler-type=none")
                .arg(flag("cert-dir", &files.certificates()))
                .arg(flag("token-auth-file", &files.tokens()))
                .arg("--authorization-mode=RBAC")
                .arg("--service-account-issuer=https://kubernetes.default.svc")
                .arg(flag("service-account-key-file", &files.service_account_public_key()))
                .arg(flag("service-account-signing-key-file", &files.service_account_key()))
                .arg("--service-cluster-ip-range=10.96.0.0/12")
                .arg("--allow-privileged=true")
                .args(egress.map(|file| flag("egress-selector-config-file", file)));
            let watchdog = cluster.watchdog.clone();
            let mut ready = cluster.kubectl_command();
            ready.args(["get", "--raw", "/readyz"]);
            Ok((command, port, move || {
                process::run(&watchdog, &mut ready).is_ok_and(|output| output.status.success())
            }))
        })
    }

    /// Starts a server that listens; once more where another program was quicker to take its port.
    fn attempt<R: FnMut() -> bool>(
        &mut self,
        program: Program,
        command: impl Fn(&Self) -> Result<(Command, u16, R), Failure>,
    ) -> Result<u16, Failure> {
        let mut attempts = 1;
        loop {
            let (mut command, port, ready) = command(self)?;
            remove_settings(&mut command);
            let log = self.files.at(&format!("{}.log", program.name()));
            let mut server = Process::start(&self.watchdog, program.name(), &mut command, log)?;
            match server.wait_until_ready(READY, ready) {
                Ok(()) => {
                    self.servers.push(server);
                    return Ok(port);
                }
                Err(_) if attempts < ATTEMPTS && server.port_was_taken() => attempts += 1,
                Err(failure) => return Err(failure),
            }
        }
    }

    fn start_server(&mut self, program: Program, command: &mut Command) -> Result<(), Failure> {
        remove_settings(command);
        let log = self.files.at(&format!("{}.log", program.name()));
        let server = Process::start(&self.watchdog, program.name(), command, log)?;
        self.servers.push(server);
        Ok(())
    }
}

/// etcd and kwok take settings of their user from the environment, such as addresses beyond loopback to listen on.
fn remove_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_setting(name)) {
        command.env_remove(name);
    }
}

fn is_setting(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b"ETCD_") || name.starts_with(b"KWOK_")
}

fn cannot_prepare(error: &io::Error) -> Failure {
    Failure::new(format!(
        "cannot prepare the folder of a cluster in {}: {error}; make room there or name another folder with TMPDIR",
        std::env::temp_dir().display()
    ))
}

/// What nobody can guess.
pub fn secret() -> io::Result<String> {
    let mut bytes = [0_u8; 24];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hexadecimal(&bytes))
}

/// A port that nobody listens on at the moment.
pub fn free_port() -> Result<u16, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| {
            Failure::new(format!(
                "no port is free on 127.0.0.1: {error}; end other programs and run again"
            ))
        })
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn etcd_is_healthy(port: u16) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(2)))
        // Not the one of the environment: this is loopback.
        .proxy(None)
        .build()
        .into();
    agent.get(format!("{}/health", url(port))).call().is_ok()
}

fn flag(name: &str, value: &Path) -> std::ffi::OsString {
    let mut flag = std::ffi::OsString::from(format!("--{name}="));
    flag.push(value);
    flag
}

/// Writes a file that only its owner reads.
fn write_secret(path: &Path, contents: &str) -> io::Result<()> {
    let mut file =
        fs::File::options().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    io::Write::write_all(&mut file, contents.as_bytes())
}

/// JSON is YAML, too.
fn kubeconfig(port: u16, token: &str, certificate: &Path) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": "conformance",
            "cluster": {
                "server": format!("https://127.0.0.1:{port}"),
                "certificate-authority": certificate,
            },
        }],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{
            "name": Cluster::CONTEXT,
            "context": {"cluster": "conformance", "user": "admin"},
        }],
        "current-context": Cluster::CONTEXT,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_user_are_told_from_other_variables() {
        for name in ["ETCD_LISTEN_METRICS_URLS", "KWOK_CONFIG"] {
            assert!(is_setting(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "ETCDCTL_API", "MY_ETCD_HOME"] {
            assert!(!is_setting(OsStr::new(name)), "{name}");
        }
    }
}
