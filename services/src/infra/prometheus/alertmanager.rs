//! Alertmanager: tells people of alerts.

use helm_values::kube_prometheus_stack as chart;
use manifests_lib::data::{SecretKey, SecretsManagerSecret};
use manifests_lib::observability::Severity;
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;
use serde::Serialize;

use super::context::{Context, claim, small};
use crate::node_group;

/// Who is told of alerts.
#[derive(Clone, Debug)]
pub enum Receivers {
    /// Nobody.
    Nobody,
    /// Channels of Slack.
    Slack(SlackWebhooks),
}

/// Nobody is told: alerts are only shown.
#[derive(Debug)]
pub struct Nobody;

/// The URLs of incoming webhooks of Slack, one per channel, kept in AWS Secrets Manager. Whoever knows such a URL may write to
/// its channel.
///
/// Upstream: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/>
#[derive(Clone, Debug)]
pub struct SlackWebhooks {
    /// Of the channel that somebody looks at day and night.
    pub page: SecretsManagerSecret,
    /// Of the channel that somebody looks at on working days.
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

/// Volume of silences and of what has been told.
const VOLUME: Bytes = gibibytes(1);

/// The URLs of the webhooks, in the cluster.
struct Channels {
    page: SecretKey,
    ticket: SecretKey,
}

/// The values; the Secrets of the receivers join the bundle.
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
    alertmanager.service.port = Some(context.alertmanager.port().service().port.into());

    let spec = &mut alertmanager.alertmanager_spec;
    // Where messages lead.
    spec.external_url = Some(context.alertmanager.url());
    spec.node_selector = Some(node_group::SYSTEM.node_selector());
    spec.resources = Some(small(mebibytes(96)));
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

/// The receiver of those who see to an alert at once.
const PAGE: &str = "page";

/// The receiver of those who see to an alert on the next working day.
const TICKET: &str = "ticket";

/// The receiver that tells nobody.
const NOBODY: &str = "nobody";

/// What makes two alerts the same matter.
const SAME_MATTER: [&str; 3] = ["alertname", "namespace", "service"];

/// The configuration, as far as it is used here.
///
/// Upstream: <https://prometheus.io/docs/alerting/latest/configuration/>
#[derive(Serialize)]
struct Configuration {
    global: Global,
    route: Route,
    inhibit_rules: Vec<InhibitRule>,
    receivers: Vec<Receiver>,
    /// The chart's default names files that are not there.
    templates: [&'static str; 0],
}

#[derive(Serialize)]
struct Global {
    resolve_timeout: &'static str,
}

/// Where alerts go that no route below it takes.
#[derive(Serialize)]
struct Route {
    receiver: &'static str,
    group_by: [&'static str; 3],
    group_wait: &'static str,
    group_interval: &'static str,
    repeat_interval: &'static str,
    routes: Vec<Branch>,
}

/// Where alerts go that match; what it does not say is as above it.
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
                // An alert of unknown severity is not lost.
                receiver: channels.map_or(NOBODY, |_| TICKET),
                group_by: SAME_MATTER,
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

/// Who is paged needs no ticket of the same matter; info alerts alone notify nobody.
fn inhibit_rules() -> Vec<InhibitRule> {
    let info = || ["severity = \"info\"".to_owned()];
    vec![
        InhibitRule {
            source_matchers: [of(Severity::Page)],
            target_matchers: [format!("severity =~ \"{}|info\"", Severity::Ticket.as_str())],
            equal: SAME_MATTER.into(),
        },
        InhibitRule {
            source_matchers: [of(Severity::Ticket)],
            target_matchers: info(),
            equal: SAME_MATTER.into(),
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
    /// The URL itself stands in no object: the operator mounts the Secret here.
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
