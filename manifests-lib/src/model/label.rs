//! The labels that identify what belongs to a component.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// Labels or annotations as the API takes them.
pub type Labels = BTreeMap<String, String>;

/// Which identifying labels a selector uses.
///
/// The rule is [`SelectorLabels::AppComponentEnvironment`] for a Deployment and [`SelectorLabels::AppComponent`] for a
/// Service and a StatefulSet. Selectors of workloads are immutable, so an object that keeps an older one says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorLabels {
    /// `app`.
    App,
    /// `app`, `component`.
    AppComponent,
    /// `app`, `component`, `env`.
    AppComponentEnvironment,
    /// `app`, `env`.
    AppEnvironment,
}

impl SelectorLabels {
    /// The chosen ones of `labels`.
    pub(crate) fn of(self, labels: &Labels) -> Labels {
        let keys: &[&str] = match self {
            Self::App => &["app"],
            Self::AppComponent => &["app", "component"],
            Self::AppComponentEnvironment => &["app", "component", "env"],
            Self::AppEnvironment => &["app", "env"],
        };
        labels
            .iter()
            .filter(|(key, _)| keys.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

/// One label.
pub(crate) fn label(key: impl Into<String>, value: impl Into<String>) -> Labels {
    BTreeMap::from([(key.into(), value.into())])
}

/// A selector that matches exactly these labels.
pub(crate) fn matching(labels: Labels) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), match_expressions: None }
}
