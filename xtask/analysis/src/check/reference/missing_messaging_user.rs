//! Users of RabbitMQ.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-messaging-user",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A Permission is for a User that is not there",
    consequence: "the permission is not given: the client is refused with ACCESS_REFUSED",
    explanation: "A user is told missing where one is written in the same namespace.",
    remedy: "correct the name of `userReference`, or name a user that RabbitMQ has already by `user`",
    upstream: "https://www.rabbitmq.com/kubernetes/operator/using-topology-operator#users-permissions",
    check: |graph, findings| missing(graph, findings, Relation::MessagingUser),
};
