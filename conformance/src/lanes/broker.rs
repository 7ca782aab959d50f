//! Lane `broker`: a real RabbitMQ takes users, exchanges, queues and policies, and messages go where they have to.

mod client;
mod clients;
pub mod faults;
mod messages;
mod rights;
mod server;
mod topology;

use harness::{Failure, Programs, Report, minor_release};
use serde_json::{Value, json};

use super::Options;
use crate::rendered::{self, Rendered};

pub use server::Server;
use server::{Account, path};
use topology::Topology;

/// The first release in which a policy can be for quorum queues only.
const QUORUM_QUEUES: (u32, u32) = (3, 12);

/// Checks every environment.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let server = Server::start(programs)?;
    report.note(
        "users are given passwords and the tag management, so that messages can be sent and fetched for them; no client \
         connects, so TLS and the operators themselves are not judged",
    );
    if is_older(&server, QUORUM_QUEUES) {
        report.note(format!(
            "RabbitMQ {} has no policies for quorum queues only and no default type of queues: policies are handed to it for \
             all queues, and the default type is not judged; 3.12 or newer takes both",
            server.version()
        ));
    }
    for rendered in rendered::environments()? {
        if let Some(image) = image(&rendered) {
            report.note(format!("{} runs {image}", rendered.environment));
        }
        environment(&server, &rendered, report)?;
    }
    clients::check(&server, &clients::rendered()?, report)
}

/// Everything that the lane does with one environment; RabbitMQ is left without it.
pub fn environment(
    server: &Server,
    rendered: &Rendered,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let topology = Topology::of(rendered, !is_older(server, QUORUM_QUEUES))?;
    let mut accounts = Vec::new();
    if declare(server, name, &topology, report)? {
        let taken = topology.declarations.len();
        report.compared(taken, format!("objects of {name} taken by RabbitMQ"));
        for virtual_host in &topology.virtual_hosts {
            server.administer_messages(virtual_host)?;
        }
        for user in &topology.users {
            let account = Account::new(user.clone())?;
            let body = json!({"password": account.password, "tags": ["management"]});
            server.must_administer("PUT", &path(&["users", user]), &body)?;
            accounts.push(account);
        }
        messages::check(server, name, &topology, &accounts, report)?;
    }
    take_away(server, &topology)
}

/// Hands every object to RabbitMQ; whether it takes all of them.
fn declare(
    server: &Server,
    platform: &str,
    topology: &Topology,
    report: &mut Report,
) -> Result<bool, Failure> {
    let mut all = true;
    for declaration in &topology.declarations {
        let answer = server.administer(declaration.method, &declaration.path, &declaration.body)?;
        if !answer.is_success() {
            all = false;
            report.finding(format!(
                "{platform}: {} ({}): RabbitMQ does not take it: {answer}",
                declaration.object, declaration.object.origin
            ));
        }
    }
    Ok(all)
}

/// Leaves RabbitMQ without it.
fn take_away(server: &Server, topology: &Topology) -> Result<(), Failure> {
    for user in &topology.users {
        server.administer("DELETE", &path(&["users", user]), &Value::Null)?;
    }
    for virtual_host in &topology.virtual_hosts {
        server.must_administer("DELETE", &path(&["vhosts", virtual_host]), &Value::Null)?;
    }
    Ok(())
}

fn is_older(server: &Server, release: (u32, u32)) -> bool {
    minor_release(server.version()).is_none_or(|version| version < release)
}

/// What the cluster of an environment runs.
fn image(rendered: &Rendered) -> Option<&str> {
    rendered
        .objects
        .iter()
        .find(|object| object.identity.kind == "RabbitmqCluster")
        .and_then(|object| object.value["spec"]["image"].as_str())
}
