//! What proxies do with calls of gRPC, as routes of the mesh say it: how long a method may take, and what is asked again. Asked of a
//! program that answers late, or with an error, where its caller wants it to.

use std::collections::BTreeMap;

use harness::Failure;
use serde_json::Value;

use super::matrix::Verdict;
use super::player::grpc::{FAIL, WAIT};
use super::player::{Answer, Call, Protocol};
use super::pods::{Role, of_kind, texts};
use super::targets::Target;
use super::world::{World, pause};
use crate::rendered::Object;

/// The gateway of the sidecars.
const SIDECARS: &str = "mesh";

/// How often Istio asks again where nobody says it, after [`ISTIO_ASKS_AGAIN_AFTER`].
const ISTIO_ASKS_AGAIN: u64 = 2;

/// Among others, which have to do with connections.
const ISTIO_ASKS_AGAIN_AFTER: &str = "unavailable,cancelled";

/// What conditions of Envoy are as a status of gRPC.
const STATUSES: [(&str, u16); 5] = [
    ("cancelled", 1),
    ("deadline-exceeded", DEADLINE_EXCEEDED),
    ("internal", 13),
    ("resource-exhausted", 8),
    ("unavailable", 14),
];

const DEADLINE_EXCEEDED: u16 = 4;

/// What a proxy says where an answer takes too long: both statuses have been seen, 14 less often.
const ENDED: [u16; 2] = [DEADLINE_EXCEEDED, 14];

/// A status after which nothing is asked again.
const INVALID_ARGUMENT: u16 = 3;

/// How long after a limit an answer comes, in milliseconds.
const LATE: u64 = 1000;

/// Nobody waits for what takes longer, in milliseconds.
const LONGEST: u64 = 5000;

/// What becomes of a call.
#[derive(Clone, Debug)]
pub struct Expectation {
    caller: String,
    call: Call,
    /// What the route is of.
    what: String,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The program is asked that often, and always answers with an error.
    Tries(u64),
    /// The proxy answers in its place, as it takes too long.
    Ended,
    /// It is answered, late as it is.
    Answered,
}

/// What is expected of all routes to services of gRPC that somebody calls.
pub fn expectations(
    world: &World<'_>,
    objects: &[Object],
    targets: &[Target],
    verdicts: &[Verdict],
) -> Vec<Expectation> {
    let is_workload = |name: &str| {
        world.pods.iter().any(|pod| pod.planned.name == name && pod.planned.role == Role::Workload)
    };
    let mut expectations = Vec::new();
    for object in of_kind(objects, "networking.istio.io", "VirtualService") {
        let spec = &object.value["spec"];
        if !texts(&spec["gateways"]).any(|gateway| gateway == SIDECARS) {
            continue;
        }
        for route in spec["http"].as_array().into_iter().flatten() {
            let destination = &route["route"][0]["destination"];
            let target = targets.iter().find(|target| {
                target.from_mesh.protocol == Protocol::Grpc
                    && destination["host"] == target.from_mesh.host.as_str()
                    && destination["port"]["number"] == target.from_mesh.port
            });
            let Some(target) = target else { continue };
            let admitted = verdicts.iter().filter(|verdict| {
                verdict.target == target.name && verdict.is_declared && verdict.is_admitted()
            });
            let mut callers = admitted.map(|verdict| verdict.caller.as_str());
            let Some(caller) = callers.find(|caller| is_workload(caller)) else {
                continue;
            };
            expectations.extend(of_route(route, caller, &target.from_mesh));
        }
    }
    expectations
}

fn of_route(route: &Value, caller: &str, call: &Call) -> Vec<Expectation> {
    let method = route["match"][0]["uri"]["exact"].as_str();
    let path = method.unwrap_or(&call.path).to_owned();
    let what = match method {
        Some(method) => format!("calls of {method} at {}", call.host),
        None => format!("calls of methods without a route of their own at {}", call.host),
    };
    let expectation = |header: &str, value: u64, outcome| Expectation {
        caller: caller.to_owned(),
        call: Call {
            path: path.clone(),
            headers: BTreeMap::from([(header.to_owned(), value.to_string())]),
            ..call.clone()
        },
        what: what.clone(),
        outcome,
    };
    let mut expectations = Vec::new();
    let limit = route["timeout"].as_str().and_then(milliseconds);
    match limit {
        None => expectations.push(expectation(WAIT, LATE, Outcome::Answered)),
        Some(limit) if limit <= LONGEST => {
            expectations.push(expectation(WAIT, limit + LATE, Outcome::Ended));
        }
        Some(_) => {}
    }
    let retries = &route["retries"];
    let again = retries["attempts"].as_u64();
    let after = retries["retryOn"].as_str().unwrap_or(ISTIO_ASKS_AGAIN_AFTER);
    for (condition, status) in STATUSES {
        let is_listed = after.split(',').any(|listed| listed == condition);
        let again = if is_listed { again.unwrap_or(ISTIO_ASKS_AGAIN) } else { 0 };
        expectations.push(expectation(FAIL, status.into(), Outcome::Tries(again + 1)));
    }
    expectations.push(expectation(FAIL, INVALID_ARGUMENT.into(), Outcome::Tries(1)));
    expectations
}

/// A duration as Istio reads it, such as `0.6s`.
fn milliseconds(duration: &str) -> Option<u64> {
    if let Some(number) = duration.strip_suffix("ms") {
        return number.parse().ok();
    }
    let (whole, part) = duration.strip_suffix('s')?.split_once('.').unwrap_or_default();
    let whole = if whole.is_empty() { duration.strip_suffix('s')? } else { whole };
    let part = format!("{part:0<3}");
    Some(whole.parse::<u64>().ok()? * 1000 + part.get(..3)?.parse::<u64>().ok()?)
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} by {}", self.what, self.caller)?;
        self.call
            .headers
            .iter()
            .try_for_each(|(name, value)| write!(formatter, " ({name}: {value})"))
    }
}

impl Expectation {
    /// Whether it is of that method, and asks for that.
    pub fn asks(&self, method: &str, header: &str, value: u64) -> bool {
        self.call.path == method && self.call.headers.get(header) == Some(&value.to_string())
    }

    /// What came instead; nothing where it is as expected.
    pub fn problem(&self, world: &World<'_>) -> Result<Option<String>, Failure> {
        let caller = world.pods.iter().find(|pod| pod.planned.name == self.caller);
        let Some(caller) = caller else {
            return Ok(Some(format!("there is no pod {}", self.caller)));
        };
        let answer = caller.network.call(&self.call)?;
        Ok(self.outcome.instead(&answer).map(|instead| format!("{self}: {instead}")))
    }
}

impl Outcome {
    fn instead(self, answer: &Answer) -> Option<String> {
        let is_answered = answer.grpc == Some(0) && answer.served.is_some();
        match self {
            Self::Tries(expected) => {
                let served = answer.served.as_ref();
                let count = served.and_then(|served| served.headers.get("x-envoy-attempt-count"));
                let count = count.and_then(|count| count.parse::<u64>().ok());
                (count != Some(expected)).then(|| {
                    let found = count.map_or_else(|| answer.to_string(), |count| count.to_string());
                    format!("tries have to be {expected}, and are {found}")
                })
            }
            Self::Ended => {
                // The program says who it is in its errors, too.
                let is_of_proxy = answer.served.is_none();
                let is_ended = answer.grpc.is_some_and(|status| ENDED.contains(&status));
                (!is_ended || !is_of_proxy).then(|| {
                    format!(
                        "they have to end with a status of {ENDED:?}, and what comes is {answer}"
                    )
                })
            }
            Self::Answered => (!is_answered).then(|| {
                format!("they have to be answered however late, and what comes is {answer}")
            }),
        }
    }
}

/// How often a call is made again that had another end: proxies learn of routes one by one.
const ATTEMPTS: usize = 8;

/// Makes all calls; returns the problems.
pub fn judge(world: &World<'_>, all: &[Expectation]) -> Result<Vec<String>, Failure> {
    let mut problems = Vec::new();
    for expectation in all {
        let mut problem = expectation.problem(world)?;
        for _ in 1..ATTEMPTS {
            if problem.is_some() {
                pause();
                problem = expectation.problem(world)?;
            }
        }
        problems.extend(problem);
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcomes(route: &Value) -> Vec<(String, Outcome)> {
        let call = Call {
            host: "pets".to_owned(),
            port: 80,
            protocol: Protocol::Grpc,
            authority: None,
            path: "/any".to_owned(),
            headers: BTreeMap::new(),
        };
        let all = of_route(route, "web", &call).into_iter();
        let said = all.map(|it| {
            let (name, value) = it.call.headers.first_key_value().unwrap();
            (format!("{} {name} {value}", it.call.path), it.outcome)
        });
        said.filter(|(_, outcome)| *outcome != Outcome::Tries(1)).collect()
    }

    #[test]
    fn what_is_expected_is_what_the_route_says() {
        let route = json!({
            "match": [{"uri": {"exact": "/shop.Pets/Adopt"}}],
            "timeout": "0.6s",
            "retries": {"attempts": 1, "retryOn": "connect-failure,internal"},
        });
        assert_eq!(
            outcomes(&route),
            [
                ("/shop.Pets/Adopt wait 1600".to_owned(), Outcome::Ended),
                ("/shop.Pets/Adopt fail 13".to_owned(), Outcome::Tries(2)),
            ]
        );
        assert_eq!(
            outcomes(&json!({})),
            [
                ("/any wait 1000".to_owned(), Outcome::Answered),
                ("/any fail 1".to_owned(), Outcome::Tries(3)),
                ("/any fail 14".to_owned(), Outcome::Tries(3)),
            ]
        );
        assert_eq!(
            outcomes(&json!({"timeout": "60s", "retries": {"attempts": 0}})),
            [("/any", Outcome::Tries(1)); 0].map(|(what, outcome)| (what.to_owned(), outcome))
        );
    }

    #[test]
    fn durations_are_read() {
        for (text, expected) in [
            ("5s", Some(5000)),
            ("0.6s", Some(600)),
            ("1.25s", Some(1250)),
            ("300ms", Some(300)),
            ("1h", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
