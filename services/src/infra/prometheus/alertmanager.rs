//! Alertmanager: tells people of alerts.

use helm_values::kube_prometheus_stack as chart;
use manifests_lib::{
    Bundle, Bytes, SecretKey, SecretSource, SecretText, Severity, gibibytes, mebibytes, name,
};
use serde::Serialize;

use super::stack::small;
use crate::environment::Environment;
use crate::node_group;

/// Who is told of alerts.
#[derive(Clone, Debug)]
pub enum Receivers {
    /// Nobody: alerts are only shown.
    Nobody,
    /// Channels of Slack.
    Slack(SlackWebhooks<SecretSource>),
}

/// The URLs of incoming webhooks of Slack, one per channel. Whoever knows such a URL may write to its channel.
///
/// Upstream: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/>
#[derive(Clone, Debug)]
pub struct SlackWebhooks<S> {
    /// Of the channel that somebody looks at day and night.
    pub page: S,
    /// Of the channel that somebody looks at on working days.
    pub ticket: S,
}

impl<S> SlackWebhooks<S> {
    pub(crate) fn map<T>(self, change: impl Fn(S) -> T) -> SlackWebhooks<T> {
        let Self { page, ticket } = self;
        SlackWebhooks { page: change(page), ticket: change(ticket) }
    }
}

/// Volume of silences and of what has been told.
const VOLUME: Bytes = gibibytes(1);

/// The values; the Secrets of the receivers join the bundle.
pub(super) fn values(
    alertmanager: &mut chart::Alertmanager,
    prometheus: &Bundle,
    env: &Environment,
) {
    let webhooks = match &env.receivers {
        Receivers::Nobody => None,
        Receivers::Slack(webhooks) => Some(deliver(prometheus, webhooks)),
    };
    alertmanager.config = Some(Configuration::new(webhooks.as_ref()).into_json());
    alertmanager.service.port = Some(super::ALERTMANAGER.service.port.into());

    let spec = &mut alertmanager.alertmanager_spec;
    // Where messages lead.
    spec.external_url = Some(super::ALERTMANAGER.url(env.internal_domain.as_ref()));
    spec.node_selector = Some(node_group::SYSTEM.node_selector());
    spec.resources = Some(small(mebibytes(96)));
    spec.storage.volume_claim_template = Some(super::claim(env, VOLUME));
    spec.secrets = webhooks.map(|SlackWebhooks { page, ticket }| {
        [page, ticket].map(|webhook| webhook.secret_name().to_owned()).into()
    });
}

/// One Secret per channel.
fn deliver(
    prometheus: &Bundle,
    SlackWebhooks { page, ticket }: &SlackWebhooks<SecretSource>,
) -> SlackWebhooks<SecretKey> {
    let component = prometheus.component(name!("alertmanager"));
    let secret = |key, source| component.secret(SecretText { key, source });
    SlackWebhooks {
        page: secret(name!("slack-page"), page),
        ticket: secret(name!("slack-ticket"), ticket),
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
    fn new(webhooks: Option<&SlackWebhooks<SecretKey>>) -> Self {
        let mut receivers = vec![Receiver { name: NOBODY, slack_configs: Vec::new() }];
        if let Some(SlackWebhooks { page, ticket }) = webhooks {
            receivers.extend([Receiver::slack(PAGE, page), Receiver::slack(TICKET, ticket)]);
        }
        Self {
            global: Global { resolve_timeout: "5m" },
            route: Route {
                // An alert of unknown severity is not lost.
                receiver: webhooks.map_or(NOBODY, |_| TICKET),
                group_by: SAME_MATTER,
                group_wait: "30s",
                group_interval: "5m",
                repeat_interval: "12h",
                routes: webhooks.map_or_else(Vec::new, |_| branches()),
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
        // The one always fires, to show that alerting works; the other only silences.
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

/// Who is paged needs no ticket of the same matter; information alone is told by nobody.
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
    fn slack(name: &'static str, webhook: &SecretKey) -> Self {
        Self {
            name,
            slack_configs: vec![SlackChannel {
                api_url_file: format!(
                    "/etc/alertmanager/secrets/{}/{}",
                    webhook.secret_name(),
                    webhook.key()
                ),
                send_resolved: true,
            }],
        }
    }
}
