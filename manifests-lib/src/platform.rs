//! All bundles of one environment, checked as a whole.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check;
use crate::delivery::chart::{Source, SourceFrom};
use crate::delivery::gitops;
use crate::delivery::gitops::Root;
use crate::model::bundle::Bundle;
use crate::model::error::BuildError;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::network::mesh::{self, GatewayPort};
use crate::observability::web_ui::WebUi;
use crate::values::Name;
use crate::workload::SecurityException;

/// All bundles of one environment.
pub struct Platform {
    environment: Name,
    root: Root,
}

/// A platform whose objects are built and hold together.
#[derive(Debug)]
pub struct BuiltPlatform {
    /// Name of the environment.
    pub environment: Name,
    /// The bundles, in the order of the platform; after them those of Argo CD's root and parents.
    pub bundles: Vec<BuiltBundle>,
    /// Every port that a gateway opens for a service, by gateway and port.
    pub gateway_ports: Vec<GatewayPort>,
    /// Every web UI, in the order of the platform.
    pub web_uis: Vec<WebUi>,
}

/// The objects of one bundle.
#[derive(Debug)]
pub struct BuiltBundle {
    /// Name: the folder of the snapshots.
    pub name: Name,
    /// Where its namespaced objects live unless they say otherwise.
    pub namespace: Namespace,
    /// The line that started the bundle.
    pub origin: Origin,
    /// The objects, in the order in which they were written.
    pub resources: Vec<Resource>,
    /// Charts and kustomizations of others that its Application deploys besides.
    pub sources: Vec<Source>,
    /// What its containers are allowed beyond the rule, with the reasons.
    pub exceptions: Vec<SecurityException>,
}

impl Platform {
    /// Puts the bundles of an environment together, by the Applications that deploy them.
    #[must_use]
    pub fn new(environment: Name, root: Root) -> Self {
        Self { environment, root }
    }

    /// Builds every object.
    ///
    /// # Errors
    ///
    /// All mistakes that only the whole shows, each with the Rust lines to change: one object written twice, a workload
    /// without a container, a selector that its template does not match, a secret in plain text, two services on one
    /// port of a gateway, a namespace that nothing creates, a kind whose CRD nothing installs, bundles that wait for each
    /// other.
    pub fn build(&self) -> Result<BuiltPlatform, Vec<BuildError>> {
        let all = self.root.all();
        let mut bundles = Vec::with_capacity(all.len());
        let gateway_ports = gateway_ports(&all);
        let mut node_ports = Vec::new();
        let mut web_uis = Vec::new();
        let mut errors = Vec::new();
        for bundle in &all {
            let output = bundle.build(&gateway_ports);
            errors.extend(output.errors);
            node_ports.extend(output.node_ports);
            web_uis.extend(output.web_uis);
            bundles.push(BuiltBundle {
                name: bundle.name().clone(),
                namespace: bundle.namespace().clone(),
                origin: bundle.origin(),
                resources: output.resources,
                sources: bundle.declared().sources.borrow().clone(),
                exceptions: output.exceptions,
            });
        }
        let twice = duplicate_bundles(&bundles);
        if twice.is_empty() {
            let delivered = gitops::deliver(&self.environment, &self.root, bundles);
            bundles = delivered.0;
            errors.extend(delivered.1);
            errors.extend(duplicate_bundles(&bundles));
        }
        errors.extend(twice);
        errors.extend(
            bundles
                .iter()
                .flat_map(|bundle| {
                    bundle.resources.iter().map(move |resource| (resource, &bundle.exceptions))
                })
                .flat_map(|(resource, exceptions)| check::resource(resource, exceptions)),
        );
        errors.extend(check::shared_selectors(bundles.iter().flat_map(|bundle| &bundle.resources)));
        errors.extend(duplicate_objects(&bundles));
        errors.extend(duplicate_releases(&bundles));
        errors.extend(mesh::conflicting_ports(&gateway_ports, &node_ports));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(BuiltPlatform {
            environment: self.environment.clone(),
            bundles,
            gateway_ports: gateway_ports.to_vec(),
            web_uis,
        })
    }
}

/// The ports of gateways that all bundles open, by gateway and port.
fn gateway_ports(bundles: &[Bundle]) -> Rc<[GatewayPort]> {
    let mut ports: Vec<GatewayPort> = bundles.iter().flat_map(Bundle::gateway_ports).collect();
    ports.sort_by(|left, right| (&left.gateway, left.port).cmp(&(&right.gateway, right.port)));
    ports.into()
}

/// One chart deployed twice under one name into one namespace: charts derive their objects' names from these, some from the
/// version too.
fn duplicate_releases(bundles: &[BuiltBundle]) -> Vec<BuildError> {
    let mut first = BTreeMap::new();
    let mut errors = Vec::new();
    for source in bundles.iter().flat_map(|bundle| &bundle.sources) {
        let SourceFrom::Chart { name, version, release, .. } = &source.from else {
            continue;
        };
        let namespace = &source.namespace;
        let identity = (*name, version, release, namespace);
        if let Some(other) = first.insert(identity, source.origin) {
            errors.push(
                BuildError::new(
                    source.origin,
                    format!(
                        "the chart {name} {version} is deployed a second time as {release} into {namespace}: both would make \
                         the same objects; remove one, or give it another release"
                    ),
                )
                .related([other]),
            );
        }
    }
    errors
}

fn duplicate_objects(bundles: &[BuiltBundle]) -> Vec<BuildError> {
    let mut first = BTreeMap::new();
    let mut errors = Vec::new();
    for resource in bundles.iter().flat_map(|bundle| &bundle.resources) {
        let object = resource.object_ref();
        if let Some(other) = first.get(&object) {
            errors.push(
                BuildError::new(
                    resource.origin(),
                    format!(
                        "{object} is written a second time: applied one after the other, each would undo the other; rename \
                         or remove one"
                    ),
                )
                .related([*other]),
            );
        } else {
            first.insert(object, resource.origin());
        }
    }
    errors
}

/// Two bundles of one name would share a folder.
fn duplicate_bundles(bundles: &[BuiltBundle]) -> Vec<BuildError> {
    let mut first: BTreeMap<&Name, Origin> = BTreeMap::new();
    let mut errors = Vec::new();
    for bundle in bundles {
        if let Some(other) = first.insert(&bundle.name, bundle.origin) {
            errors.push(
                BuildError::new(
                    bundle.origin,
                    format!("two bundles are named {}: give one another name", bundle.name),
                )
                .related([other]),
            );
        }
    }
    errors
}
