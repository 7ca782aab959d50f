//! Messages of the rendered users: where they arrive, and where they end when nobody handles them.

use std::collections::BTreeSet;

use harness::{Failure, Report};
use serde_json::{Value, json};

use super::client::{Client, REJECT, REQUEUE};
use super::rights;
use super::server::{Account, Server, path};
use super::topology::{Binding, Place, Policy, Topology};

/// Checks everything of an environment that was declared.
pub fn check(
    server: &Server,
    environment: &str,
    topology: &Topology<'_>,
    accounts: &[Account],
    report: &mut Report,
) -> Result<(), Failure> {
    for queue in topology.queues_without_binding() {
        report.finding(format!("{environment}: nothing leads to the queue {}", queue.name));
    }
    let applied = policies(server, environment, topology, report)?;
    for (vhost, users) in topology.users_in() {
        for account in accounts {
            if !users.contains(&account.name.as_str()) {
                continue;
            }
            let client = Client { server, environment, topology, account, vhost };
            client.messages(&applied, report)?;
            rights::check(&client, report)?;
        }
    }
    Ok(())
}

/// The queues with a policy that gives them dead letters; each queue has to have the policy that it needs, or none.
fn policies<'a>(
    server: &Server,
    environment: &str,
    topology: &'a Topology<'_>,
    report: &mut Report,
) -> Result<Vec<(&'a Place, &'a Policy)>, Failure> {
    let working: BTreeSet<Place> = topology
        .working_bindings()
        .into_iter()
        .map(|binding| Place { vhost: binding.vhost.clone(), name: binding.destination.clone() })
        .collect();
    let mut applied = Vec::new();
    let mut right = 0;
    for vhost in &topology.virtual_hosts {
        // Without statistics, which come seconds later, it is told what is.
        let queues = server.must_administer(
            "GET",
            &format!("{}?disable_stats=true", path(&["queues", vhost])),
            &Value::Null,
        )?;
        for place in topology.queues.iter().filter(|place| place.vhost == *vhost) {
            let queue = queues
                .as_array()
                .into_iter()
                .flatten()
                .find(|queue| queue["name"] == place.name.as_str());
            // Where there is none, releases leave it out, or leave it empty.
            let name =
                queue.and_then(|queue| queue["policy"].as_str()).filter(|name| !name.is_empty());
            let policy = name.and_then(|name| topology.policy(vhost, name));
            match (working.contains(place), name, policy) {
                (true, _, Some(policy)) => {
                    right += 1;
                    applied.push((place, policy));
                }
                (true, ..) => report.finding(format!(
                    "{environment}: no policy applies to the queue {}: what nobody can handle comes back for ever, or is lost",
                    place.name
                )),
                (false, None, _) => right += 1,
                (false, Some(name), _) => report.finding(format!(
                    "{environment}: the policy {name} applies to {}, which is no queue of an exchange that is written to: its \
                     dead letters would go round in circles",
                    place.name
                )),
            }
        }
    }
    report.compared(
        right,
        format!("queues of {environment} with the policy that they need, or none"),
    );
    Ok(applied)
}

impl Client<'_> {
    /// Messages arrive in their queue and nowhere else, and those that nobody handles in that of dead letters.
    fn messages(&self, applied: &[(&Place, &Policy)], report: &mut Report) -> Result<(), Failure> {
        let environment = self.environment;
        let (mut arrived, mut rejected, mut limited) = (0, 0, 0);
        for binding in self.topology.working_bindings() {
            if binding.vhost != self.vhost {
                continue;
            }
            let Binding { source, destination, routing_key, .. } = binding;
            let payload = format!("{routing_key}, rejected");
            if let Some(reason) = self.does_not_arrive(binding, &payload)? {
                report.finding(format!(
                    "{environment}: a message to {source} with the key {routing_key} does not arrive in {destination}: \
                     {reason}"
                ));
                continue;
            }
            arrived += 1;
            let policy = applied
                .iter()
                .find(|(place, _)| place.vhost == self.vhost && place.name == *destination);
            // A queue without one was found before.
            let Some((_, policy)) = policy else {
                let _ = self.wait_for(destination, &payload, REJECT)?;
                continue;
            };
            match self.dead_letter(binding, policy, &payload, "rejected")? {
                None => rejected += 1,
                Some(reason) => report.finding(format!(
                    "{environment}: a message in {destination} that is rejected is no dead letter: {reason}"
                )),
            }
            let Some(limit) = policy.delivery_limit() else {
                report.finding(format!(
                    "{environment}: the policy {} says not how often a message comes back: one that makes its reader fail \
                     comes back for ever",
                    policy.name
                ));
                continue;
            };
            let payload = format!("{routing_key}, returned");
            match self.returned(binding, policy, limit, &payload)? {
                None => limited += 1,
                Some(reason) => report.finding(format!(
                    "{environment}: a message in {destination} that comes back more than {limit} times is no dead letter: \
                     {reason}"
                )),
            }
        }
        for queue in &self.topology.queues {
            for left in self.left(queue)? {
                report.finding(format!(
                    "{environment}: the message {left:?} is in {}, where it should not be",
                    queue.name
                ));
            }
        }
        for (count, what) in [
            (arrived, "keys of {} with which a message arrives in its queue alone"),
            (rejected, "queues of {} with a dead letter for what is rejected"),
            (limited, "queues of {} with a dead letter for what comes back too often"),
        ] {
            report.compared(count, what.replace("{}", environment));
        }
        Ok(())
    }

    /// Sends a message; why it does not arrive. It stays in its queue.
    fn does_not_arrive(&self, binding: &Binding, payload: &str) -> Result<Option<String>, Failure> {
        let answer = self.publish(&binding.source, &binding.routing_key, payload)?;
        if !answer.is_success() {
            return Ok(Some(answer.to_string()));
        }
        if answer.body["routed"] != json!(true) {
            return Ok(Some("no queue takes it".to_owned()));
        }
        self.wait_for(&binding.destination, payload, REQUEUE).map(Result::err)
    }

    /// Rejects the message that is in the queue; why it is no dead letter for that reason.
    fn dead_letter(
        &self,
        binding: &Binding,
        policy: &Policy,
        payload: &str,
        reason: &str,
    ) -> Result<Option<String>, Failure> {
        if let Err(reason) = self.wait_for(&binding.destination, payload, REJECT)? {
            return Ok(Some(reason));
        }
        self.is_dead(binding, policy, payload, reason)
    }

    /// Why the message is not in the queue of dead letters for that reason.
    fn is_dead(
        &self,
        binding: &Binding,
        policy: &Policy,
        payload: &str,
        reason: &str,
    ) -> Result<Option<String>, Failure> {
        let exchange = policy.dead_letter_exchange();
        let queue = self.topology.bindings.iter().find(|dead| {
            dead.vhost == self.vhost
                && Some(dead.source.as_str()) == exchange
                && dead.routing_key == binding.routing_key
        });
        let Some(queue) = queue else {
            return Ok(Some(format!(
                "no queue is bound to {} with the key {}",
                exchange.unwrap_or("an exchange of dead letters"),
                binding.routing_key
            )));
        };
        let message = match self.wait_for(&queue.destination, payload, REJECT)? {
            Ok(message) => message,
            Err(reason) => return Ok(Some(reason)),
        };
        let headers = &message["properties"]["headers"];
        let (from, why) = (&headers["x-first-death-queue"], &headers["x-first-death-reason"]);
        let is_right = *from == binding.destination.as_str() && *why == reason;
        Ok((!is_right).then(|| format!("it is said to come from {from}, because of {why}")))
    }

    /// Sends a message and returns it once more than the limit; why it is no dead letter then, or is one before.
    fn returned(
        &self,
        binding: &Binding,
        policy: &Policy,
        limit: u64,
        payload: &str,
    ) -> Result<Option<String>, Failure> {
        let answer = self.publish(&binding.source, &binding.routing_key, payload)?;
        if !answer.is_success() {
            return Ok(Some(answer.to_string()));
        }
        for time in 0..=limit {
            if let Err(reason) = self.wait_for(&binding.destination, payload, REQUEUE)? {
                return Ok(Some(format!("returned {time} times, {reason}")));
            }
        }
        self.is_dead(binding, policy, payload, "delivery_limit")
    }
}
