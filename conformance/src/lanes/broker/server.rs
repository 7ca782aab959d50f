//! A RabbitMQ of our own, with its management API, on loopback and in a temporary folder.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::{
    ATTEMPTS, Failure, Process, Program, Programs, READY, cannot_write, free_port, secret,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::{Request, header::CONTENT_TYPE};

use crate::lanes::percent::encoded;

/// A running RabbitMQ; it ends, and its folder goes, when this is dropped.
pub struct Server {
    // Dropped in this order: it ends before the daemon that it is registered with, and both before their folder.
    _process: Process,
    _names: Process,
    _folder: TempDir,
    api: Api,
    version: String,
}

/// Somebody who may speak to RabbitMQ.
pub struct Account {
    /// The user.
    pub name: String,
    /// The password.
    pub password: String,
}

impl Account {
    /// A user with a new password.
    pub fn new(name: String) -> Result<Self, Failure> {
        let password = secret().map_err(|error| {
            Failure::new(format!(
                "cannot read /dev/urandom: {error}; run it on a machine that has it"
            ))
        })?;
        Ok(Self { name, password })
    }
}

/// What the management API has answered.
pub struct Answer {
    status: u16,
    /// What it says, where that is JSON.
    pub body: Value,
}

impl Answer {
    /// Whether it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the user's rights are too few.
    pub fn is_refusal(&self) -> bool {
        matches!(self.status, 401 | 403)
            || self.body["reason"].as_str().is_some_and(|reason| reason.contains("ACCESS_REFUSED"))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.body["reason"].as_str() {
            Some(reason) => formatter.write_str(reason.trim()),
            None => write!(formatter, "status {} {}", self.status, self.body),
        }
    }
}

impl Server {
    /// Starts RabbitMQ and waits until its management API answers.
    pub fn start(programs: &Programs) -> Result<Self, Failure> {
        let program = programs.path(Program::RABBITMQ_SERVER)?;
        let epmd = programs.on_path("epmd").ok_or_else(|| {
            Failure::new(
                "there is no epmd of Erlang, which RabbitMQ runs on, on the PATH: put the folder of Erlang's programs there",
            )
        })?;
        let mut attempts = 1;
        loop {
            let folder = programs.temporary_folder()?;
            let ports = Ports::free()?;
            let log = |name: &str| folder.path().join(format!("{name}.log"));
            // RabbitMQ would start a daemon that outlives it.
            let mut command = Command::new(&epmd);
            ports.names(&mut command);
            let mut names = programs.start("epmd", &mut command, log("epmd"))?;
            names.wait_until_ready(READY, || {
                TcpStream::connect((Ipv4Addr::LOCALHOST, ports.names)).is_ok()
            })?;
            let administrator = Account::new("administrator".to_owned())?;
            let mut command = command_of(&program, folder.path(), &ports, &administrator)?;
            let name = Program::RABBITMQ_SERVER.name();
            let mut process = programs.start(name, &mut command, log(name))?;
            let api = Api::new(ports.management, administrator);
            let mut overview = None;
            match process.wait_until_ready(READY, || {
                overview = api.overview();
                overview.is_some()
            }) {
                Ok(()) => {
                    return Ok(Self {
                        _process: process,
                        _names: names,
                        _folder: folder,
                        api,
                        version: overview.unwrap_or_default(),
                    });
                }
                Err(_) if attempts < ATTEMPTS && process.port_was_taken() => attempts += 1,
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Its version, as it says itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Asks for something as the administrator.
    pub fn administer(&self, method: &str, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.api.request(&self.api.administrator, method, path, body)
    }

    /// The same, where only RabbitMQ itself can be at fault.
    pub fn must_administer(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let answer = self.administer(method, path, body)?;
        if answer.is_success() {
            return Ok(answer.body);
        }
        Err(Failure::new(format!(
            "RabbitMQ does not answer {method} {path} of its administrator: {answer}; correct conformance/src/lanes/broker"
        )))
    }

    /// Lets the administrator see the messages of a virtual host.
    pub fn administer_messages(&self, virtual_host: &str) -> Result<(), Failure> {
        let path = path(&["permissions", virtual_host, &self.api.administrator.name]);
        let all = json!({"configure": ".*", "write": ".*", "read": ".*"});
        self.must_administer("PUT", &path, &all).map(drop)
    }

    /// Asks for something as another user.
    pub fn ask(
        &self,
        account: &Account,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Failure> {
        self.api.request(account, method, path, body)
    }
}

/// Where everything listens.
struct Ports {
    messages: u16,
    management: u16,
    distribution: u16,
    names: u16,
}

impl Ports {
    fn free() -> Result<Self, Failure> {
        Ok(Self {
            messages: free_port()?,
            management: free_port()?,
            distribution: free_port()?,
            names: free_port()?,
        })
    }

    /// Where Erlang's nodes find each other.
    fn names(&self, command: &mut Command) {
        command.env("ERL_EPMD_ADDRESS", "127.0.0.1").env("ERL_EPMD_PORT", self.names.to_string());
    }
}

/// The command that starts RabbitMQ; nothing of it lies, or is read, outside of the folder.
fn command_of(
    program: &Path,
    folder: &Path,
    ports: &Ports,
    administrator: &Account,
) -> Result<Command, Failure> {
    let Account { name, password } = administrator;
    let Ports { messages, management, distribution, .. } = ports;
    for (file, text) in [
        (
            "rabbitmq.conf",
            format!(
                "listeners.tcp.1 = 127.0.0.1:{messages}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n\
                 default_user = {name}\ndefault_pass = {password}\n"
            ),
        ),
        ("plugins", "[rabbitmq_management].\n".to_owned()),
    ] {
        let file = folder.join(file);
        fs::write(&file, text).map_err(|error| cannot_write(&file, &error))?;
    }
    let mut command = Command::new(program);
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    ports.names(&mut command);
    command
        .env("LANG", "C.UTF-8")
        // The cookie that lets other nodes in is made there.
        .env("HOME", folder)
        .env("RABBITMQ_NODENAME", "conformance@localhost")
        .env("RABBITMQ_DIST_PORT", distribution.to_string())
        .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")
        .env("RABBITMQ_LOGS", "-");
    for (variable, file) in [
        ("RABBITMQ_MNESIA_BASE", "data"),
        ("RABBITMQ_LOG_BASE", "log"),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", "plugins"),
        ("RABBITMQ_CONFIG_FILE", "rabbitmq.conf"),
        // None of these exist: they take the place of what the machine has.
        ("RABBITMQ_CONFIG_FILES", "conf.d/*.conf"),
        ("RABBITMQ_ADVANCED_CONFIG_FILE", "advanced.config"),
        ("RABBITMQ_CONF_ENV_FILE", "rabbitmq-env.conf"),
    ] {
        command.env(variable, folder.join(file));
    }
    Ok(command)
}

/// The management API.
struct Api {
    agent: ureq::Agent,
    port: u16,
    administrator: Account,
}

impl Api {
    fn new(port: u16, administrator: Account) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            // RabbitMQ closes some connections after a refusal without saying so.
            .max_idle_connections(0)
            // Not the one of the environment: this is loopback.
            .proxy(None)
            .build()
            .into();
        Self { agent, port, administrator }
    }

    /// The version, once RabbitMQ answers.
    fn overview(&self) -> Option<String> {
        let answer = self.request(&self.administrator, "GET", "overview", &Value::Null).ok()?;
        answer.body["rabbitmq_version"].as_str().map(str::to_owned)
    }

    fn request(
        &self,
        account: &Account,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Failure> {
        let Account { name, password } = account;
        let name = encoded(name);
        let url = format!("http://{name}:{password}@127.0.0.1:{}/api/{path}", self.port);
        let request = Request::builder().method(method).uri(url);
        let response = if body.is_null() {
            request.body(()).map(|request| self.agent.run(request))
        } else {
            request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string())
                .map(|request| self.agent.run(request))
        };
        let no_answer = |error: String| {
            Failure::new(format!("RabbitMQ does not answer {method} {path}: {error}; run it again"))
        };
        let mut response = response
            .map_err(|error| no_answer(error.to_string()))?
            .map_err(|error| no_answer(error.to_string()))?;
        let text =
            response.body_mut().read_to_string().map_err(|error| no_answer(error.to_string()))?;
        Ok(Answer {
            status: response.status().as_u16(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }
}

/// A path of the API; each part is encoded, as a virtual host may be called `/`.
pub fn path(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| encoded(part)).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_are_encoded() {
        assert_eq!(path(&["queues", "/", "saga.a-b c"]), "queues/%2F/saga.a-b%20c");
    }

    #[test]
    fn a_refusal_is_told_from_other_errors() {
        let answer = |status, reason: &str| Answer { status, body: json!({"reason": reason}) };
        let refusal = "403 ACCESS_REFUSED - access to exchange 'a' in vhost 'b' refused";
        assert!(answer(400, refusal).is_refusal());
        assert!(answer(401, "Access refused.").is_refusal());
        assert!(!answer(400, "inequivalent arg 'type'").is_refusal());
        assert!(!answer(201, "").is_refusal());
    }
}
