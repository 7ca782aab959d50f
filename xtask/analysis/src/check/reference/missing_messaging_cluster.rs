//! Clusters of RabbitMQ.

use super::missing;
use crate::check::{Family, Rule, Severity};
use crate::graph::Relation;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-messaging-cluster",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A queue, an exchange or a user belongs to a RabbitmqCluster that is not there",
    consequence: "the operator creates nothing, and tries again for ever",
    explanation: "A cluster is told missing where one is written in the namespace that is named.",
    remedy: "correct namespace or name of `rabbitmqClusterReference`",
    upstream: "https://www.rabbitmq.com/kubernetes/operator/using-topology-operator",
    check: |graph, findings| missing(graph, findings, Relation::MessagingCluster),
};
