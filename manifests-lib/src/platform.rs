//! All bundles of one environment, checked as a whole.

use std::cell::RefCell;
use std::rc::Rc;

use crate::check::properties::repeated;
use crate::check::{self, Accepted};
use crate::cluster::{PodIdentity, identity, rights};
use crate::data::secret_store::{self, SecretRead, StoreFact};
use crate::data::{ExternalSecretFact, NotSecret};
use crate::delivery::chart::{Source, SourceFrom};
use crate::delivery::gitops::{self, BuiltTeam, Delivery, GitSource, Prerequisites, Tree};
use crate::model::bundle::{Bundle, Place};
use crate::model::conventions::{Conventions, Mesh, defaults};
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::model::platform_id::PlatformId;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::model::team::Team;
use crate::network::gateway_api::GatewayNodePort;
use crate::network::issuer::{self, IssuerFact};
use crate::network::mesh::{self, GatewayPort};
use crate::observability::web_ui::{self, WebUi};
use crate::outside::{DatabaseOutside, Literal, Shared};
use crate::values::{Image, Name};
use crate::workload::{Departure, SecurityException};

/// All bundles of one environment: those of its teams, and those beside them, such as Argo CD itself.
#[derive(Clone)]
pub struct Platform {
    state: Rc<PlatformState>,
}

struct PlatformState {
    origin: Origin,
    source: GitSource,
    place: Rc<Place>,
    bundles: RefCell<Vec<Bundle>>,
    teams: RefCell<Vec<Team>>,
    shares: RefCell<Vec<Shared>>,
}

/// A platform whose objects are built and hold together.
#[derive(Debug)]
pub struct BuiltPlatform {
    /// Name of the environment.
    pub environment: Name,
    /// The bundles, in the order of the platform; after them those of Argo CD's root and teams.
    pub bundles: Vec<BuiltBundle>,
    /// Every port that a gateway opens for a service, by gateway and port.
    pub gateway_ports: Vec<GatewayPort>,
    /// Every port of all nodes that leads to a gateway before the mesh.
    pub node_ports: Vec<GatewayNodePort>,
    /// Every page for people, in the order of the platform.
    pub web_uis: Vec<WebUi>,
    /// Every image that a container of a typed workload runs, each once, by its reference.
    pub images: Vec<Image>,
    /// What containers have otherwise than others, with the reasons, in the order of the platform.
    pub departures: Vec<Departure>,
    /// What pods may do in AWS, by service account.
    pub pod_identities: Vec<PodIdentity>,
    /// What the cluster has before the platform.
    pub prerequisites: Prerequisites,
    /// What encrypts calls and knows who calls.
    pub mesh: Mesh,
    /// The line that started the platform.
    pub(crate) origin: Origin,
    /// What the environment says to share with others.
    pub(crate) shares: Vec<Shared>,
    /// The databases outside the cluster.
    pub(crate) databases: Vec<DatabaseOutside>,
    /// The lines of what finished objects hold as plain text.
    pub(crate) literals: Vec<Literal>,
}

impl BuiltPlatform {
    /// Every object, bundle by bundle.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.bundles.iter().flat_map(|bundle| &bundle.resources)
    }
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
    /// Its texts that read like secrets and are none, with the reasons.
    pub not_secret: Vec<NotSecret>,
    /// What rules of `cargo xtask check` find in it and somebody accepts, with the reasons.
    pub accepted: Vec<Accepted>,
    /// Secrets of its namespace that somebody else creates.
    pub external: Vec<ExternalSecretFact>,
    pub(crate) delivery: Delivery,
    /// The bundles whose Applications it deploys, by their positions in the platform.
    pub(crate) applications: Vec<usize>,
}

impl BuiltBundle {
    /// A bundle that only holds Applications.
    pub(crate) fn of_applications(
        origin: Origin,
        name: Name,
        namespace: Namespace,
        resources: Vec<Resource>,
    ) -> Self {
        Self {
            name,
            namespace,
            origin,
            resources,
            sources: Vec::new(),
            exceptions: Vec::new(),
            not_secret: Vec::new(),
            accepted: Vec::new(),
            external: Vec::new(),
            delivery: Delivery::default(),
            applications: Vec::new(),
        }
    }
}

impl Platform {
    /// Starts the platform of an environment, whose name is the value of a label of every object, such as `env`, and the folder of its
    /// snapshots.
    #[track_caller]
    #[must_use]
    pub fn new(environment: &Name, source: GitSource, conventions: Conventions) -> Self {
        let place = Place {
            platform: PlatformId::unique(),
            environment: environment.clone(),
            conventions,
            applications_in: source.namespace.clone(),
        };
        Self {
            state: Rc::new(PlatformState {
                origin: Origin::here(),
                source,
                place: Rc::new(place),
                bundles: RefCell::default(),
                teams: RefCell::default(),
                shares: RefCell::default(),
            }),
        }
    }

    /// Starts a team: a project of Argo CD, and an Application above those of its bundles.
    #[track_caller]
    #[must_use = "a team without bundles is refused"]
    pub fn team(&self, name: Name) -> Team {
        let team = Team::new(Origin::here(), name, &self.state.place);
        self.state.teams.borrow_mut().push(team.clone());
        team
    }

    /// Starts a bundle that belongs to no team, such as Argo CD itself. Its project is `root`.
    #[track_caller]
    pub fn bundle(&self, name: Name, namespace: &Namespace) -> Bundle {
        let bundle = Bundle::new(Origin::here(), name, namespace, &self.state.place);
        self.state.bundles.borrow_mut().push(bundle.clone());
        bundle
    }

    /// Lets the environment use something outside its cluster together with another environment, which says the same of it.
    pub fn share(&self, shared: Shared) {
        self.state.shares.borrow_mut().push(shared);
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
        self.build_from(self.build_bundles(|_| {}))
    }

    /// Builds every object, as [`build`](Self::build) does, for the last time: a bundle lets go of its parts as soon as they are
    /// objects, so that both are never in memory together.
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build).
    pub fn build_once(self) -> Result<BuiltPlatform, Vec<BuildError>> {
        let built = self.build_bundles(Bundle::forget);
        // From here on only their objects are asked.
        drop((self.state.bundles.take(), self.state.teams.take()));
        self.build_from(built)
    }

    fn build_from(&self, built: Built) -> Result<BuiltPlatform, Vec<BuildError>> {
        let Built { tree, gateway_ports, secret_reads, mut facts, mut errors } = built;
        // Before Argo CD's part is added, which repeats the values of charts.
        for BuiltBundle { resources, sources, not_secret, .. } in &tree.bundles {
            errors.extend(check::secrets_in_plain_text(resources, sources, not_secret));
        }
        let Place { environment, conventions, .. } = &*self.state.place;
        let Conventions { rollout, probes, .. } = conventions;
        errors.extend(defaults::mistakes(rollout, probes, self.state.origin));
        let twice = duplicate_bundles(&tree.bundles);
        let bundles = if twice.is_empty() {
            let (bundles, found) =
                gitops::deliver(&self.state.place, self.state.origin, &self.state.source, tree);
            errors.extend(found);
            errors.extend(duplicate_bundles(&bundles));
            bundles
        } else {
            errors.extend(twice);
            tree.bundles
        };
        for bundle in &bundles {
            errors.extend(check::bundle(&bundle.resources, &bundle.exceptions));
        }
        let resources = bundles.iter().flat_map(|bundle| &bundle.resources);
        errors.extend(check::refused_pods(resources.clone()));
        errors.extend(check::unread_by_mesh(conventions, resources.clone()));
        let issuers: Vec<IssuerFact> = facts.take();
        errors.extend(issuer::refused_certificates(&issuers, resources.clone()));
        errors.extend(check::ports_of_proxies(resources.clone()));
        let images = images(facts.take());
        errors.extend(check::unpinned_images(resources.clone(), &images));
        errors.extend(check::selected_pods(resources));
        errors.extend(duplicate_objects(&bundles));
        errors.extend(duplicate_releases(&bundles));
        let stores: Vec<StoreFact> = facts.take();
        let node_ports: Vec<GatewayNodePort> = facts.take();
        errors.extend(secret_store::shared_folders(&secret_reads));
        errors.extend(secret_store::unread(
            &stores,
            bundles.iter().flat_map(|bundle| &bundle.resources),
        ));
        let web_uis: Vec<WebUi> = facts.take();
        errors.extend(web_ui::duplicate_web_uis(&web_uis));
        let mut identities: Vec<PodIdentity> = facts.take();
        identities.extend(rights::identities(facts.take()));
        let pod_identities = pod_identities(identities, &stores, &bundles);
        errors.extend(identity::duplicate_identities(&pod_identities));
        errors.extend(mesh::conflicting_ports(&gateway_ports, &node_ports));
        if !errors.is_empty() {
            return Err(errors);
        }
        let reads = secret_reads.iter().filter_map(|read| {
            let origin = read.secret.origin()?;
            Some(Literal { text: read.secret.to_string(), origin, asks: read.origin })
        });
        Ok(BuiltPlatform {
            environment: environment.clone(),
            prerequisites: self.state.source.prerequisites.clone(),
            mesh: self.state.place.conventions.mesh.clone(),
            origin: self.state.origin,
            shares: self.state.shares.borrow().clone(),
            departures: facts.take(),
            databases: facts.take(),
            literals: facts.take().into_iter().chain(reads).collect(),
            gateway_ports,
            node_ports,
            web_uis,
            images,
            pod_identities,
            bundles,
        })
    }

    /// Every bundle, built by itself from what all of them declare, and what is done with it then.
    fn build_bundles(&self, then: fn(&Bundle)) -> Built {
        let mut plan = Plan::default();
        let top = plan.add(&self.state.bundles.borrow());
        let teams = self.state.teams.borrow();
        let teams = teams
            .iter()
            .map(|team| BuiltTeam {
                name: team.name().clone(),
                origin: team.origin(),
                bundles: plan.add(&team.bundles()),
            })
            .collect();
        let mut declared = Facts::default();
        for (bundle, _) in &plan.bundles {
            bundle.declare(&mut declared);
        }
        // In an order that does not depend on who was written first.
        let mut gateway_ports: Vec<GatewayPort> = declared.take();
        gateway_ports
            .sort_by(|left, right| (&left.gateway, left.port).cmp(&(&right.gateway, right.port)));
        for port in &gateway_ports {
            declared.push(port.clone());
        }
        let mut facts = Facts::default();
        let mut errors = Vec::new();
        let bundles = plan
            .bundles
            .into_iter()
            .map(|(bundle, applications)| {
                let output = bundle.build(&declared, &mut facts);
                errors.extend(output.errors);
                let built = BuiltBundle {
                    name: bundle.name().clone(),
                    namespace: bundle.namespace().clone(),
                    origin: bundle.origin(),
                    resources: output.resources,
                    sources: bundle.sources(),
                    exceptions: output.exceptions,
                    not_secret: output.not_secret,
                    accepted: output.accepted,
                    external: output.external,
                    delivery: bundle.delivery(),
                    applications,
                };
                then(&bundle);
                built
            })
            .collect();
        let tree = Tree { bundles, top, teams };
        Built { tree, gateway_ports, secret_reads: declared.take(), facts, errors }
    }
}

/// Bundles that are built, before Argo CD's part is added.
struct Built {
    tree: Tree,
    gateway_ports: Vec<GatewayPort>,
    secret_reads: Vec<SecretRead>,
    facts: Facts,
    errors: Vec<BuildError>,
}

/// Each image once, by its reference.
fn images(mut images: Vec<Image>) -> Vec<Image> {
    images.sort_by_cached_key(Image::reference);
    images.dedup();
    images
}

/// By service account.
fn pod_identities(
    mut identities: Vec<PodIdentity>,
    stores: &[StoreFact],
    bundles: &[BuiltBundle],
) -> Vec<PodIdentity> {
    identities.extend(stores.iter().filter_map(|store| {
        store.pod_identity(bundles.iter().flat_map(|bundle| &bundle.resources))
    }));
    identities.sort_by(|left, right| {
        (&left.service_account, &left.namespace).cmp(&(&right.service_account, &right.namespace))
    });
    identities
}

/// All bundles in one row, one that holds Applications before theirs, each with the positions of those.
#[derive(Default)]
struct Plan {
    bundles: Vec<(Bundle, Vec<usize>)>,
}

impl Plan {
    /// Adds bundles and everything below them; returns their positions.
    fn add(&mut self, bundles: &[Bundle]) -> Vec<usize> {
        bundles
            .iter()
            .map(|bundle| {
                let position = self.bundles.len();
                self.bundles.push((bundle.clone(), Vec::new()));
                let applications = self.add(&bundle.applications());
                self.bundles[position].1 = applications;
                position
            })
            .collect()
    }
}

/// One chart deployed twice under one name into one namespace: charts derive their objects' names from these, some from the
/// version too.
fn duplicate_releases(bundles: &[BuiltBundle]) -> Vec<BuildError> {
    let releases = bundles.iter().flat_map(|bundle| &bundle.sources).filter_map(|source| {
        let SourceFrom::Chart { name, version, release, .. } = &source.from else {
            return None;
        };
        let identity = (*name, version, release, &source.namespace);
        Some((identity, (identity, source.origin)))
    });
    let twice = repeated(releases).into_iter().map(|((_, first), (identity, origin))| {
        let (name, version, release, namespace) = identity;
        let message = format!(
            "the chart {name} {version} is deployed a second time as {release} into {namespace}: both would make the same objects; remove \
             one, or give it another release"
        );
        BuildError::new(Rule::DuplicateRelease, origin, message).related([first])
    });
    twice.collect()
}

fn duplicate_objects(bundles: &[BuiltBundle]) -> Vec<BuildError> {
    let resources = bundles.iter().flat_map(|bundle| &bundle.resources);
    // Borrowed, since there may be many.
    let objects = resources.map(|resource| {
        let metadata = resource.metadata();
        let identity = (resource.kind(), metadata.namespace.as_deref(), metadata.name.as_deref());
        (identity, resource)
    });
    let pairs = repeated(objects).into_iter();
    pairs
        .map(|(first, again)| {
            BuildError::new(
                Rule::DuplicateObject,
                again.origin(),
                format!(
                    "{} is written a second time: applied one after the other, each would undo the other; rename or remove one",
                    again.object_ref()
                ),
            )
            .related([first.origin()])
        })
        .collect()
}

/// Two bundles of one name would share a folder.
fn duplicate_bundles(bundles: &[BuiltBundle]) -> Vec<BuildError> {
    let twice = repeated(bundles.iter().map(|bundle| (&bundle.name, bundle))).into_iter();
    twice
        .map(|(first, again)| {
            let message = format!("two bundles are named {}: give one another name", again.name);
            BuildError::new(Rule::DuplicateBundle, again.origin, message).related([first.origin])
        })
        .collect()
}
