//! A client for the context that xtask has judged.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use support::{Failure, tell};

use crate::kinds::Kinds;
use crate::request::Job;
use crate::server::Server;
use crate::stop::Stop;
use crate::trouble::{Trouble, of_login};

/// How long a program that logs in may take.
const LOGIN: Duration = Duration::from_mins(1);

/// After that time the user is told what is waited for.
const MOMENT: Duration = Duration::from_secs(3);

/// A cluster that answers.
pub struct Cluster {
    pub server: Server,
    kinds: RefCell<Rc<Kinds>>,
    pub stop: Stop,
    /// Who works here, for those who find it locked.
    pub user: String,
}

/// Connects, and asks which kinds there are.
pub async fn connect(job: &Job, stop: &Stop) -> Result<Cluster, Failure> {
    let context = &job.context;
    let kubeconfig = kubeconfig().map_err(|error| of_kubeconfig(&error))?;
    require_same(job, &kubeconfig)?;
    let options =
        KubeConfigOptions { context: Some(context.name.clone()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let mut config = config.map_err(|error| of_kubeconfig(&error))?;
    // Repeating is decided where the sentence is.
    config.default_retry = false;
    config.connect_timeout = Some(Duration::from_secs(10));
    let client = client(config, job, stop).await?;
    let server = Server::new(client, &context.name, stop.clone());
    let kinds = RefCell::new(Rc::new(answering(&server, job, stop).await?));
    Ok(Cluster { server, kinds, stop: stop.clone(), user: whoami() })
}

impl Cluster {
    /// Which kinds there are.
    pub fn kinds(&self) -> Rc<Kinds> {
        self.kinds.borrow().clone()
    }

    /// Asks for the kinds again, until these are among them or some time has passed: a CRD that is established is not served at once.
    pub async fn refresh(&self, wanted: &[(String, String)]) -> Result<(), Trouble> {
        const TRIES: usize = 20;
        for _ in 0..TRIES {
            let kinds = Kinds::read(&self.server).await?;
            let is_whole = wanted.iter().all(|(version, kind)| kinds.get(version, kind).is_some());
            *self.kinds.borrow_mut() = Rc::new(kinds);
            if is_whole || self.stop.is_asked() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Ok(())
    }
}

/// Ended before anything was written.
const ENDED: &str = "ended before anything was asked of the cluster: nothing was changed";

/// Which kinds there are: the first question, so a server that hangs is told of.
async fn answering(server: &Server, job: &Job, stop: &Stop) -> Result<Kinds, Failure> {
    let kinds = Kinds::read(server);
    tokio::pin!(kinds);
    let mut is_told = false;
    loop {
        tokio::select! {
            kinds = &mut kinds => return kinds.map_err(|trouble| Failure::new(trouble.sentence())),
            () = stop.asked() => return Err(Failure::new(ENDED)),
            () = tokio::time::sleep(MOMENT), if !is_told => {
                is_told = true;
                tell(format_args!("Waiting until the API server of the context {} answers", job.context.name));
            }
        }
    }
}

/// A client; a program that logs in runs here for the first time.
async fn client(config: Config, job: &Job, stop: &Stop) -> Result<Client, Failure> {
    let plugin = plugin(&config.auth_info);
    let context = &job.context.name;
    let login = tokio::task::spawn_blocking(move || Client::try_from(config));
    tokio::pin!(login);
    let mut waited = Duration::ZERO;
    loop {
        let pause = if waited.is_zero() { MOMENT } else { LOGIN.saturating_sub(waited) };
        tokio::select! {
            client = &mut login => {
                return match client {
                    Ok(Ok(client)) => Ok(client),
                    Ok(Err(kube::Error::Auth(error))) => Err(Failure::new(named(of_login(&error, context), plugin.as_deref()))),
                    // The address of a proxy has its password.
                    Ok(Err(kube::Error::ProxyProtocolUnsupported { .. })) => Err(Failure::new(format!(
                        "the proxy of the context {context} is of a protocol that this program does not speak: name one with http:// or \
                         https:// as proxy-url in the kubeconfig or as HTTPS_PROXY"
                    ))),
                    Ok(Err(error)) => Err(Failure::new(format!(
                        "the context {context} cannot be used: {error}; correct it in the kubeconfig, or fetch it again"
                    ))),
                    Err(_) => Err(Failure::new(format!(
                        "the login of the context {context} has failed: log in afresh, then run again"
                    ))),
                };
            }
            () = stop.asked() => return Err(Failure::new(ENDED)),
            () = tokio::time::sleep(pause) => {
                waited += pause;
                let plugin = plugin.as_deref().unwrap_or("a program of the kubeconfig");
                if waited >= LOGIN {
                    return Err(Failure::new(format!(
                        "{plugin} does not log in to the context {context} within {} s: run it by hand and see what it waits for",
                        LOGIN.as_secs()
                    )));
                }
                tell(format_args!("Waiting until {plugin} has logged in"));
            }
        }
    }
}

/// The program that logs in, without its arguments, which may be secret.
fn plugin(user: &AuthInfo) -> Option<String> {
    user.exec.as_ref().and_then(|exec| exec.command.clone())
}

fn named(sentence: String, plugin: Option<&str>) -> String {
    match plugin {
        Some(plugin) => format!("{plugin}: {sentence}"),
        None => sentence,
    }
}

/// The files that kubectl reads, as it reads them: those that are not there count for nothing.
fn kubeconfig() -> Result<Kubeconfig, KubeconfigError> {
    let Some(files) = std::env::var_os("KUBECONFIG") else { return Kubeconfig::read() };
    let files: Vec<PathBuf> =
        std::env::split_paths(&files).filter(|file| !file.as_os_str().is_empty()).collect();
    if files.is_empty() {
        return Kubeconfig::read();
    }
    let existing = files.iter().filter(|file| file.exists());
    existing.map(Kubeconfig::read_from).try_fold(Kubeconfig::default(), |all, one| all.merge(one?))
}

/// What is wrong with a kubeconfig; what stands in it may be secret, and stays unsaid.
fn of_kubeconfig(error: &KubeconfigError) -> Failure {
    let what = match error {
        KubeconfigError::ReadConfig(error, path) => {
            format!("the kubeconfig {} cannot be read: {error}", path.display())
        }
        KubeconfigError::Parse(_) => "the kubeconfig is not YAML of a kubeconfig".to_owned(),
        KubeconfigError::LoadCertificateAuthority(_)
        | KubeconfigError::LoadClientCertificate(_)
        | KubeconfigError::LoadClientKey(_)
        | KubeconfigError::ParseCertificates(_) => {
            "the kubeconfig names a certificate or key that cannot be read".to_owned()
        }
        _ => format!("the kubeconfig cannot be used: {error}"),
    };
    Failure::new(format!(
        "{what}; see `kubectl config view`, correct it or fetch the context again"
    ))
}

/// Whether the context still leads to where it led when xtask has judged it.
fn require_same(job: &Job, kubeconfig: &Kubeconfig) -> Result<(), Failure> {
    let judged = &job.context;
    let context = kubeconfig.contexts.iter().find(|context| context.name == judged.name);
    let cluster = context.and_then(|context| Some(context.context.as_ref()?.cluster.clone()));
    let server = cluster.as_ref().and_then(|name| {
        let named = kubeconfig.clusters.iter().find(|named| named.name == *name)?;
        named.cluster.as_ref()?.server.clone()
    });
    let is_same = |one: &str, other: &str| one.trim_end_matches('/') == other.trim_end_matches('/');
    if cluster.as_deref() == Some(&judged.cluster)
        && server.as_deref().is_some_and(|server| is_same(server, &judged.server))
    {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the context {} does not lead to the cluster {} at {} any more, which it was judged by: look at kubectl's configuration, then run \
         again",
        judged.name, judged.cluster, judged.server
    )))
}

/// The user and the machine.
fn whoami() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user =
        variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "somebody".to_owned());
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{user}@{host}, process {}", std::process::id())
}
