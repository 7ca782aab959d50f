//! For which component or namespace a reference was made: elsewhere it would not work.

use super::component::Component;
use super::error::BuildError;
use super::namespace::Namespace;
use super::origin::Origin;
use crate::model::rule::Rule;
use crate::values::Name;

/// The component or namespace for which an address, a Secret or a claim was made, and the line that made it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MadeFor {
    origin: Origin,
    namespace: Namespace,
    /// Bundle and component, where it works for no other one.
    component: Option<(Name, Name)>,
}

impl MadeFor {
    /// For pods of one component: an address that admits nobody else.
    pub(crate) fn component(component: &Component, origin: Origin) -> Self {
        let names = (component.bundle.name.clone(), component.name().clone());
        Self { origin, namespace: component.bundle.namespace.clone(), component: Some(names) }
    }

    /// For all pods of a namespace: what lives in it.
    pub(crate) fn namespace(namespace: &Namespace, origin: Origin) -> Self {
        Self { origin, namespace: namespace.clone(), component: None }
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
            return self.refusal_in(&bundle.namespace, what, given_at);
        };
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

    /// What is wrong with giving `what` to pods of a namespace, if anything.
    pub(crate) fn refusal_in(
        &self,
        namespace: &Namespace,
        what: &str,
        given_at: Origin,
    ) -> Option<BuildError> {
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
}
