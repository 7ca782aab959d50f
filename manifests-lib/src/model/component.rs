//! A named part of a bundle: what shares a workload's labels and the first half of its objects' names.

use std::rc::Rc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::model::bundle::{Bundle, BundleState};
use crate::model::conventions::{Conventions, Identity, ObjectName};
use crate::model::label::{Labels, SelectorLabels};
use crate::network::mesh::Caller;
use crate::values::Name;
use crate::workload::NodeGroup;

/// A named part of a bundle, such as `app` or `db`.
///
/// Its objects are named and labelled as the platform's [`Conventions`] have it, such as `<bundle>-<component>-<kind>` with the
/// labels `app=<bundle>`, `component=<component>` and `env=<environment>`. Its pods run on the nodes of one group.
#[derive(Clone)]
pub struct Component {
    pub(crate) bundle: Rc<BundleState>,
    name: Name,
    nodes: NodeGroup,
}

impl Component {
    pub(crate) fn new(bundle: Rc<BundleState>, name: Name, nodes: NodeGroup) -> Self {
        Self { bundle, name, nodes }
    }

    /// Another component of the same bundle.
    pub(crate) fn sibling(&self, name: Name, nodes: &NodeGroup) -> Self {
        Self::new(Rc::clone(&self.bundle), name, nodes.clone())
    }

    /// The same component with workloads on other nodes.
    #[must_use]
    pub fn on(&self, nodes: &NodeGroup) -> Self {
        self.sibling(self.name.clone(), nodes)
    }

    /// The bundle that it is part of: [`Bundle::add`], [`Bundle::patch`] and [`Bundle::patch_where`] are the typed way out of
    /// what parts offer.
    #[must_use]
    pub fn bundle(&self) -> Bundle {
        Bundle::of(Rc::clone(&self.bundle))
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn nodes(&self) -> &NodeGroup {
        &self.nodes
    }

    /// What the platform calls the component's object of a kind.
    pub(crate) fn object_name(&self, object: &str) -> String {
        let (bundle, component) = (&self.bundle.name, &self.name);
        (self.conventions().names)(&ObjectName { bundle, component, object })
    }

    /// The labels of every object and pod of the component.
    pub(crate) fn labels(&self) -> Labels {
        let environment = &self.bundle.place.environment;
        let identity = Identity { environment, bundle: &self.bundle.name, component: &self.name };
        self.conventions().labels(&identity)
    }

    /// Those of its labels that a selector uses.
    pub(crate) fn selected_by(&self, labels: SelectorLabels) -> Labels {
        labels.of(&self.labels(), &self.conventions().labels)
    }

    pub(crate) fn conventions(&self) -> &Conventions {
        &self.bundle.place.conventions
    }

    /// Metadata of the component's object of a kind.
    pub(crate) fn metadata(&self, kind: &str) -> ObjectMeta {
        self.metadata_named(self.object_name(kind))
    }

    pub(crate) fn metadata_named(&self, name: String) -> ObjectMeta {
        ObjectMeta { name: Some(name), labels: Some(self.labels()), ..ObjectMeta::default() }
    }

    /// The name of the ServiceAccount that the component's pods run as: their identity in the mesh.
    pub(crate) fn service_account(&self) -> String {
        self.object_name("service-account")
    }

    /// The component as a caller of services.
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            namespace: self.bundle.namespace.to_string(),
            service_account: self.service_account(),
            pod_labels: self.selected_by(SelectorLabels::AppComponent),
        }
    }
}
