//! Alertmanager: notifies people of alerts.

use helm_values::kube_prometheus_stack as chart;
use manifests_lib::data::{SecretKey, SecretsManagerSecret};
use manifests_lib::observability::Severity;
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;
use serde::Serialize;

use super::context::{Context, claim, low_cpu};
use crate::node_group;

/// Receivers of alerts.
#[derive(Clone, Debug)]
pub enum Receivers {
    /// None.
    Nobody,
    /// Slack channels.
    Slack(SlackWebhooks),
}

/// No receivers: alerts are only shown in web UIs.
#[derive(Debug)]
pub struct Nobody;

/// URLs of Slack's incoming webhooks, one per channel, from AWS Secrets Manager. Whoever knows one can post to its channel.
///
/// Upstream: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/>
#[derive(Clone, Debug)]
pub struct SlackWebhooks {
    /// Webhook of the channel that somebody watches day and night.
    pub page: SecretsManagerSecret,
    /// Webhook of the channel that somebody watches on working days.
    pub ticket: SecretsManagerSecret,
}

impl From<Nobody> for Receivers {
    fn from(Nobody: Nobody) -> Self {
        Self::Nobody
    }
}

impl From<SlackWebhooks> for Receivers {
    fn from(webhooks: SlackWebhooks) -> Self {
        Self::Slack(webhooks)
    }
}

/// Volume of silences and of the notification log.
const VOLUME: Bytes = gibibytes(1);

/// The webhooks' URLs, as keys of Secrets in the cluster.
struct Channels {
    page: SecretKey,
    ticket: SecretKey,
}

/// Sets the values, and adds the Secrets of the receivers to the bundle.
pub(super) fn values(
    alertmanager: &mut chart::Alertmanager,
    context: &Context<'_>,
    receivers: Receivers,
) {
    let channels = match receivers {
        Receivers::Nobody => None,
        Receivers::Slack(webhooks) => Some(Channels::of(webhooks, context.bundle)),
    };
    let config = Configuration::new(channels.as_ref(), context.bundle);
    alertmanager.config = Some(config.into_json());
    alertmanager.service.port = Some(context.alertmanager.port().number().into());

    let spec = &mut alertmanager.alertmanager_spec;
    // Links in notifications.
    spec.external_url = Some(context.alertmanager.url());
    spec.node_selector = Some(node_group::SYSTEM.node_selector());
    // Not measured. The chart's own example, 400 MiB, is that of Prometheus: this one keeps alerts and silences only.
    spec.resources = Some(low_cpu(mebibytes(96)).requirements());
    spec.storage.volume_claim_template = Some(claim(&context.site.storage_class, VOLUME));
    spec.secrets = channels.map(|Channels { page, ticket }| {
        [page, ticket].map(|channel| channel.secret_name(context.bundle).to_owned()).into()
    });
}

impl Channels {
    /// One Secret per channel.
    fn of(SlackWebhooks { page, ticket }: SlackWebhooks, bundle: &Bundle) -> Self {
        let component = bundle.component(name!("alertmanager"), &node_group::SYSTEM);
        let secret = |key, source: SecretsManagerSecret| {
            component.secret(SecretValue { key, source: source.into() })
        };
        Self {
            page: secret(name!("slack-page"), page),
            ticket: secret(name!("slack-ticket"), ticket),
        }
    }
}

/// Receiver of alerts that need action at once.
const PAGE: &str = "page";

/// Receiver of alerts that can wait until the next working day.
const TICKET: &str = "ticket";

/// Receiver that notifies nobody.
const NOBODY: &str = "nobody";

/// Labels by which alerts are grouped and inhibit each other.
const SAME_ISSUE: [&str; 3] = ["alertname", "namespace", "service"];

/// Alertmanager's configuration, as far as it is used here.
///
/// Upstream: <https://prometheus.io/docs/alerting/latest/configuration/>
#[derive(Serialize)]
struct Configuration {
    global: Global,
    route: Route,
    inhibit_rules: Vec<InhibitRule>,
    receivers: Vec<Receiver>,
    /// Empty, because the chart's default names files that do not exist.
    templates: [&'static str; 0],
}

#[derive(Serialize)]
struct Global {
    resolve_timeout: &'static str,
}

/// The root route: for alerts that match none of its `routes`.
#[derive(Serialize)]
struct Route {
    receiver: &'static str,
    group_by: [&'static str; 3],
    group_wait: &'static str,
    group_interval: &'static str,
    repeat_interval: &'static str,
    routes: Vec<Branch>,
}

/// A child route, for the alerts that match it; it inherits what it does not set.
#[derive(Serialize)]
struct Branch {
    receiver: &'static str,
    matchers: [String; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_interval: Option<&'static str>,
}

#[derive(Serialize)]
struct InhibitRule {
    source_matchers: [String; 1],
    target_matchers: [String; 1],
    equal: Vec<&'static str>,
}

#[derive(Serialize)]
struct Receiver {
    name: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slack_configs: Vec<SlackChannel>,
}

#[derive(Serialize)]
struct SlackChannel {
    api_url_file: String,
    send_resolved: bool,
}

impl Configuration {
    fn new(channels: Option<&Channels>, bundle: &Bundle) -> Self {
        let mut receivers = vec![Receiver { name: NOBODY, slack_configs: Vec::new() }];
        if let Some(Channels { page, ticket }) = channels {
            receivers.extend([
                Receiver::slack(PAGE, page, bundle),
                Receiver::slack(TICKET, ticket, bundle),
            ]);
        }
        Self {
            global: Global { resolve_timeout: "5m" },
            route: Route {
                // So that alerts of unknown severity are not lost.
                receiver: channels.map_or(NOBODY, |_| TICKET),
                group_by: SAME_ISSUE,
                group_wait: "30s",
                group_interval: "5m",
                repeat_interval: "12h",
                routes: channels.map_or_else(Vec::new, |_| branches()),
            },
            inhibit_rules: inhibit_rules(),
            receivers,
            templates: [],
        }
    }

    fn into_json(self) -> serde_json::Value {
        serde_json::to_value(self).expect("texts and lists are JSON")
    }
}

fn branches() -> Vec<Branch> {
    vec![
        // `Watchdog` always fires, to show that alerting works; `InfoInhibitor` only inhibits.
        Branch {
            receiver: NOBODY,
            matchers: ["alertname =~ \"Watchdog|InfoInhibitor\"".to_owned()],
            repeat_interval: None,
        },
        Branch {
            receiver: NOBODY,
            matchers: ["severity =~ \"info|none\"".to_owned()],
            repeat_interval: None,
        },
        Branch { receiver: PAGE, matchers: [of(Severity::Page)], repeat_interval: Some("1h") },
    ]
}

/// A page suppresses the ticket for the same issue; info alerts alone notify nobody.
fn inhibit_rules() -> Vec<InhibitRule> {
    let info = || ["severity = \"info\"".to_owned()];
    vec![
        InhibitRule {
            source_matchers: [of(Severity::Page)],
            target_matchers: [format!("severity =~ \"{}|info\"", Severity::Ticket.as_str())],
            equal: SAME_ISSUE.into(),
        },
        InhibitRule {
            source_matchers: [of(Severity::Ticket)],
            target_matchers: info(),
            equal: SAME_ISSUE.into(),
        },
        InhibitRule {
            source_matchers: ["alertname = \"InfoInhibitor\"".to_owned()],
            target_matchers: info(),
            equal: vec!["namespace"],
        },
    ]
}

fn of(severity: Severity) -> String {
    format!("severity = \"{}\"", severity.as_str())
}

impl Receiver {
    /// The configuration does not contain the URL: the operator mounts the Secret at this path.
    ///
    /// Upstream: <https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerSpec>
    fn slack(name: &'static str, webhook: &SecretKey, bundle: &Bundle) -> Self {
        Self {
            name,
            slack_configs: vec![SlackChannel {
                api_url_file: format!(
                    "/etc/alertmanager/secrets/{}/{}",
                    webhook.secret_name(bundle),
                    webhook.key()
                ),
                send_resolved: true,
            }],
        }
    }
}
