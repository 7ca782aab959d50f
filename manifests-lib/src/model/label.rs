//! The labels that identify what belongs to a component.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::model::conventions::ComponentLabels;
use crate::values::LabelKey;

/// Labels or annotations as the API takes them.
pub type Labels = BTreeMap<String, String>;

/// Which identifying labels a selector uses; the keys are those of the platform's [`Conventions`](super::Conventions).
///
/// The rule is [`SelectorLabels::AppComponentEnvironment`] for a Deployment and [`SelectorLabels::AppComponent`] for a
/// Service and a StatefulSet. Selectors of workloads are immutable, so an object that keeps an older one says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorLabels {
    /// The bundle: `app`.
    App,
    /// The bundle and the component: `app`, `component`.
    AppComponent,
    /// All: `app`, `component`, `env`.
    AppComponentEnvironment,
    /// The bundle and the environment: `app`, `env`.
    AppEnvironment,
}

impl SelectorLabels {
    /// The chosen ones of `labels`.
    pub(crate) fn of(self, labels: &Labels, keys: &ComponentLabels) -> Labels {
        let ComponentLabels { bundle, component, environment, .. } = keys;
        let keys: &[&LabelKey] = match self {
            Self::App => &[bundle],
            Self::AppComponent => &[bundle, component],
            Self::AppComponentEnvironment => &[bundle, component, environment],
            Self::AppEnvironment => &[bundle, environment],
        };
        labels
            .iter()
            .filter(|(key, _)| keys.iter().any(|it| it.as_str() == key.as_str()))
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
