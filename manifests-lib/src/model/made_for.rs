//! For which component or namespace a reference was made: elsewhere it would not work.

use super::bundle::{BundleState, Place};
use super::component::Component;
use super::error::BuildError;
use super::namespace::Namespace;
use super::origin::Origin;
use super::platform_id::PlatformId;
use crate::model::rule::Rule;
use crate::values::Name;

/// The component or namespace for which an address, a Secret or a claim was made, and the line that made it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MadeFor {
    origin: Origin,
    platform: PlatformId,
    environment: Name,
    namespace: Namespace,
    /// Bundle and component, where it works for no other one.
    component: Option<(Name, Name)>,
}

impl MadeFor {
    /// For pods of one component: an address that admits nobody else.
    pub(crate) fn component(component: &Component, origin: Origin) -> Self {
        let names = (component.bundle.name.clone(), component.name().clone());
        Self { component: Some(names), ..Self::namespace(&component.bundle, origin) }
    }

    /// For all pods of a bundle's namespace: what lives in it.
    pub(crate) fn namespace(bundle: &BundleState, origin: Origin) -> Self {
        let Place { platform, environment, .. } = &*bundle.place;
        Self {
            origin,
            platform: *platform,
            environment: environment.clone(),
            namespace: bundle.namespace.clone(),
            component: None,
        }
    }

    /// The line that made it.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// What is wrong with giving `what` to pods of a component, if anything.
    pub(crate) fn refusal(
        &self,
        component: &Component,
        what: &str,
        given_at: Origin,
    ) -> Option<BuildError> {
        let bundle = &component.bundle;
        let Some((own_bundle, own_name)) = &self.component else {
            return self.refusal_in(bundle, what, given_at);
        };
        if let Some(mistake) = self.foreign(bundle, what, given_at) {
            return Some(mistake);
        }
        let (bundle, name) = (&bundle.name, component.name());
        let other = own_bundle != bundle || own_name != name;
        other.then(|| {
            BuildError::new(
                Rule::WrongComponent,
                given_at,
                format!(
                    "{what} was made for {own_bundle}-{own_name}, and {bundle}-{name} would be refused at run time: ask for one of \
                     its own at the component {bundle}-{name}"
                ),
            )
            .related([self.origin])
        })
    }

    /// What is wrong with giving `what` to pods of a bundle's namespace, if anything.
    pub(crate) fn refusal_in(
        &self,
        bundle: &BundleState,
        what: &str,
        given_at: Origin,
    ) -> Option<BuildError> {
        if let Some(mistake) = self.foreign(bundle, what, given_at) {
            return Some(mistake);
        }
        let namespace = &bundle.namespace;
        (self.namespace != *namespace).then(|| {
            BuildError::new(
                Rule::WrongNamespace,
                given_at,
                format!(
                    "{what} is in the namespace {}, and pods of {namespace} would never start: make it in a bundle of {namespace}",
                    self.namespace
                ),
            )
            .related([self.origin])
        })
    }

    /// What is wrong with using `what` in a bundle of another platform, if it is one.
    pub(crate) fn foreign(
        &self,
        bundle: &BundleState,
        what: &str,
        used_at: Origin,
    ) -> Option<BuildError> {
        let mistake = bundle.place.foreign((self.platform, &self.environment), what, used_at)?;
        Some(mistake.related([self.origin]))
    }
}
