//! `cargo xtask check`: what a cluster would only tell later, of what the code renders or of other manifests.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use analysis::check::{Family, Rule, rules};
use analysis::command::check::{self as command, Options};
use analysis::environment::applications::Charts;
use analysis::environment::{self as checked, Environment, Exception, Nodes, Scope, Unseen};
use analysis::objects::{EXTERNAL, Identity, Line, Object, Objects, Origin, Value};
use analysis::report;
use clap::Args;
use manifests_lib::check::CheckRule;
use manifests_lib::cluster::{Cluster, KubernetesMinor, NodePool};
use manifests_lib::delivery::{Source as PlatformSource, SourceFrom};
use manifests_lib::model::{self, Resource};
use manifests_lib::platform::{BuiltBundle, BuiltPlatform};
use serde_json::json;
use support::Failure;

use crate::environment::{Built, EnvironmentName};
use charts::{Applications, Renderer, Source};

/// Find what only a cluster would tell: missing names and keys, selectors and ports that lead nowhere, … (--list)
///
/// Checks what the code renders, without writing anything; each finding has the line of Rust that wrote the object, what the cluster
/// would do, and the way out. With --path it checks files instead, such as those of a chart that `helm template` printed.
///
/// Exit codes: 0 nothing found, 1 findings, 2 could not run.
#[derive(Args)]
pub struct Arguments {
    /// Environments to check [default: all]
    #[arg(value_name = "ENV", conflicts_with = "path")]
    environments: Vec<EnvironmentName>,

    /// Check these files or folders of manifests instead, `-` for standard input; may be repeated
    #[arg(long, value_name = "DIR|FILE|-")]
    path: Vec<PathBuf>,

    /// Render the charts and kustomizations of the Applications as well, by helm and kubectl, so that what names their objects is
    /// checked and not guessed: from packages NAME-VERSION.tgz in DIR, or from their repositories
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    charts: Option<charts::Origin>,

    #[command(flatten)]
    options: Options,
}

/// Checks.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(code) = arguments.options.tell_of_rules()? {
        return Ok(code);
    }
    if !arguments.path.is_empty() {
        let charts = arguments.charts.clone().map(Applications::new);
        let files = command::Files {
            paths: &arguments.path,
            external: &arguments.options.external,
            definitions: &arguments.options.definitions()?,
            charts: charts.as_ref().map(|charts| charts as &dyn Charts),
            is_whole: arguments.options.whole,
            environment: None,
        };
        return files.check(&arguments.options);
    }
    let asked = &arguments.environments;
    let is_asked = |name: EnvironmentName| asked.is_empty() || asked.contains(&name);
    let definitions = arguments.options.definitions()?;
    let mut failures = Vec::new();
    let mut built = Vec::new();
    let external = command::external(&arguments.options.external)?;
    failures.extend(external.troubles.iter().map(|trouble| Failure::new(trouble.to_string())));
    let others = Others {
        charts: arguments.charts.as_ref(),
        external: &external.objects,
        definitions: &definitions,
    };
    // Also where one is asked for: some rules compare it with the others.
    for name in EnvironmentName::all() {
        match name.build().and_then(|built| with(name, &built, &others)) {
            Ok(environment) => built.push(environment),
            Err(failure) if is_asked(name) => failures.push(failure),
            Err(_) => {}
        }
    }
    if !failures.is_empty() {
        return Err(Failure::merge(failures));
    }
    let shown: Vec<String> = EnvironmentName::all()
        .filter(|name| is_asked(*name))
        .map(|name| name.to_string())
        .collect();
    arguments.options.check(built, |environment| {
        environment.name.as_ref().is_some_and(|name| shown.contains(name))
    })
}

/// Fails where a reference, a selector or a port of these objects leads nowhere, or the nodes have no room for a pod. The platform may no
/// longer have them.
pub fn refuse(name: EnvironmentName, built: &Built, objects: Vec<Object>) -> Result<(), Failure> {
    let way_out =
        "nothing was written; what is right although a rule doubts it renders with --no-check";
    let environment = of_objects(name, built, objects, &Others::default())?;
    refuse_by(rules::of_every_render(), way_out, &environment)
}

/// Fails where the nodes have no room for a pod, or nobody has the storage that it asks for.
pub fn refuse_sizes(environment: &Environment) -> Result<(), Failure> {
    let about_sizes = |rule: &&Rule| {
        rule.family == Family::Capacity || rule.name == CheckRule::MISSING_STORAGE_CLASS.as_str()
    };
    let rules = rules::of_every_render().filter(about_sizes);
    refuse_by(rules, "the cluster was not touched", environment)
}

fn refuse_by(
    rules: impl Iterator<Item = &'static Rule>,
    way_out: &str,
    environment: &Environment,
) -> Result<(), Failure> {
    let checked = analysis::check::check(environment, rules);
    if checked.findings.is_empty() {
        return Ok(());
    }
    let sentences = checked.findings.iter().map(report::sentence).chain([way_out.to_owned()]);
    Err(Failure::all(sentences))
}

/// An environment as rules read it.
pub fn of(name: EnvironmentName, built: &Built) -> Result<Environment, Failure> {
    with(name, built, &Others::default())
}

/// What others write into the cluster.
#[derive(Clone, Copy, Debug, Default)]
pub struct Others<'a> {
    /// Where charts and kustomizations come from; without it they are not rendered, and may make anything of their kinds.
    pub charts: Option<&'a charts::Origin>,
    /// Objects that are declared to be created by somebody else.
    pub external: &'a [Object],
    /// Further CRDs that are in the cluster.
    pub definitions: &'a [Object],
}

/// An environment as rules read it, with what others write.
///
/// # Errors
/// If an object cannot be written as JSON, or a chart cannot be rendered.
pub fn with(
    name: EnvironmentName,
    built: &Built,
    others: &Others<'_>,
) -> Result<Environment, Failure> {
    of_objects(name, built, objects(&built.platform)?, others)
}

/// An environment as rules read it, where its platform may no longer have its objects.
fn of_objects(
    name: EnvironmentName,
    built: &Built,
    objects: Vec<Object>,
    others: &Others<'_>,
) -> Result<Environment, Failure> {
    let infrastructure = &built.infrastructure;
    let (cluster, kubernetes) = (infrastructure.cluster(), infrastructure.kubernetes());
    in_cluster(name.to_string(), &built.platform, objects, &cluster, kubernetes, others)
}

/// A platform in its cluster, as rules read it.
pub fn of_platform(
    name: String,
    platform: &BuiltPlatform,
    cluster: &Cluster,
    kubernetes: KubernetesMinor,
    others: &Others<'_>,
) -> Result<Environment, Failure> {
    in_cluster(name, platform, objects(platform)?, cluster, kubernetes, others)
}

fn in_cluster(
    name: String,
    platform: &BuiltPlatform,
    mut objects: Vec<Object>,
    cluster: &Cluster,
    kubernetes: KubernetesMinor,
    others: &Others<'_>,
) -> Result<Environment, Failure> {
    if let Some(origin) = others.charts {
        let charted = charted(origin, platform, kubernetes, &objects)?;
        objects.extend(charted);
    }
    objects.extend(platform.bundles.iter().flat_map(external));
    objects.extend_from_slice(others.external);
    objects.extend(given(platform, cluster));
    objects.extend_from_slice(others.definitions);
    let mut environment = Environment::of(Some(name), Objects::new(objects));
    environment.outside.unseen = match others.charts {
        Some(_) => Vec::new(),
        None => platform.bundles.iter().flat_map(unseen).collect(),
    };
    environment.cluster = checked::Cluster {
        is_whole: true,
        kubernetes_minor: Some(kubernetes.0),
        nodes: cluster.node_pools.iter().map(nodes).collect(),
    };
    environment.exceptions.extend(platform.bundles.iter().flat_map(exceptions));
    Ok(environment)
}

/// The objects of a platform.
///
/// # Errors
/// If one of them cannot be written as JSON.
fn objects(platform: &BuiltPlatform) -> Result<Vec<Object>, Failure> {
    let mut objects = Vec::new();
    for bundle in &platform.bundles {
        let of_bundle: Arc<str> = bundle.name.as_str().into();
        for resource in &bundle.resources {
            objects.extend(object(resource, &of_bundle)?);
        }
    }
    Ok(objects)
}

/// What charts and kustomizations make, each with the line that deploys it.
fn charted(
    origin: &charts::Origin,
    platform: &BuiltPlatform,
    kubernetes: KubernetesMinor,
    written: &[Object],
) -> Result<Vec<Object>, Failure> {
    let of_bundle = |bundle: &BuiltBundle| -> Vec<Source> {
        bundle.sources.iter().map(Source::of_platform).collect()
    };
    let sources: Vec<Source> = platform.bundles.iter().flat_map(of_bundle).collect();
    let written: Vec<_> = written.iter().map(|object| &object.json).collect();
    let renderer = Renderer::new(origin, kubernetes, &sources, &written)?;
    let (mut objects, mut failures) = (Vec::new(), Vec::new());
    for bundle in &platform.bundles {
        let of_bundle: Arc<str> = bundle.name.as_str().into();
        for source in &bundle.sources {
            let line = Some(line(&source.origin));
            let source = Source::of_platform(source);
            let origin = Origin::Foreign { by: source.name().into(), line };
            match renderer.render(&source) {
                Ok(made) => {
                    let object = |json| Object::of(json, origin.clone(), Some(of_bundle.clone()));
                    objects.extend(made.into_iter().flatten().filter_map(object));
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    if failures.is_empty() { Ok(objects) } else { Err(Failure::merge(failures)) }
}

/// A resource of a bundle, with the lines that wrote and patched it.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn object(resource: &Resource, bundle: &Arc<str>) -> Result<Option<Object>, Failure> {
    let json = Value::of(resource).map_err(|error| {
        let (origin, object) = (resource.origin(), resource.object_ref());
        Failure::new(format!("{origin}: {object} cannot be written as JSON: {error}"))
    })?;
    let patched = resource.patched().iter().map(line).collect();
    let origin = Origin::Rust { written: line(&resource.origin()), patched };
    Ok(Object::of(json, origin, Some(bundle.clone())))
}

/// What the cluster has before the platform.
fn given(platform: &BuiltPlatform, cluster: &Cluster) -> Vec<Object> {
    let classes = cluster.storage_classes.iter().map(|class| {
        json!({
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": class.name.as_str()},
            "provisioner": class.provisioner,
            "volumeBindingMode": class.binding.as_str(),
        })
    });
    let namespaces = platform.prerequisites.namespaces.iter().map(
        |namespace| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace.to_string()}}),
    );
    let origin = Origin::Made { by: "the cluster".into() };
    let given = classes.chain(namespaces);
    given.filter_map(|json| Object::of(json, origin.clone(), None)).collect()
}

/// The Secrets that a bundle says somebody else creates.
fn external(bundle: &BuiltBundle) -> impl Iterator<Item = Object> {
    bundle.external.iter().filter_map(|external| {
        let keys = external.keys.iter().map(|key| (key.clone(), json!("")));
        let json = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": external.name,
                "namespace": bundle.namespace.to_string(),
                "annotations": {EXTERNAL: external.by},
            },
            "stringData": keys.collect::<serde_json::Map<_, _>>(),
        });
        let origin = Origin::Rust { written: line(&external.origin), patched: Vec::new() };
        Object::of(json, origin, Some(bundle.name.as_str().into()))
    })
}

/// The findings that a bundle accepts.
fn exceptions(bundle: &BuiltBundle) -> impl Iterator<Item = Exception> {
    bundle.accepted.iter().map(|accepted| Exception {
        rule: accepted.rule.to_string(),
        scope: match &accepted.objects {
            Some(objects) => Scope::Objects(objects.iter().map(identity).collect()),
            None => Scope::Bundle(bundle.name.to_string()),
        },
        reason: accepted.reason.to_owned(),
        line: Some(line(&accepted.origin)),
    })
}

/// The identity of an object, as the graph names it.
pub fn identity(object: &model::ObjectRef) -> Identity {
    Identity::new(object.group, object.kind, object.namespace.as_deref(), &object.name)
}

fn line(origin: &model::Origin) -> Line {
    Line { file: origin.file.into(), line: origin.line as usize }
}

/// What the charts and kustomizations of a bundle make, of which only the kinds are known.
fn unseen(bundle: &BuiltBundle) -> Vec<Unseen> {
    let of_source = |source: &PlatformSource| {
        let by = match &source.from {
            SourceFrom::Chart { name, version, .. } => format!("chart {name} {version}"),
            SourceFrom::Kustomization { repository, release, .. } => {
                format!("kustomization {repository} {release}")
            }
        };
        let kinds: Vec<(String, String)> =
            source.kinds.iter().map(|kind| (kind.group.to_owned(), kind.kind.to_owned())).collect();
        let namespaces = std::iter::once(&source.namespace).chain(&source.other_namespaces);
        let in_namespace = |namespace: &model::Namespace| Unseen {
            by: by.clone(),
            namespace: Some(namespace.to_string()),
            kinds: Some(kinds.clone()),
            name: None,
        };
        namespaces.map(in_namespace).collect::<Vec<_>>()
    };
    bundle.sources.iter().flat_map(of_source).collect()
}

fn nodes(pool: &NodePool) -> Nodes {
    let group = pool.group.as_ref();
    let label = group.map(|group| (group.label.to_string(), group.value.to_string()));
    Nodes {
        name: group.map_or_else(|| "control-plane".to_owned(), |group| group.value.to_string()),
        labels: label.into_iter().collect(),
        has_all_labels: false,
        taints: Vec::new(),
        count: u64::from(pool.nodes),
        millicores: u64::from(pool.cpu.as_millicores()),
        memory: u64::from(pool.memory.as_mebibytes()) << 20,
        pods: u64::from(pool.pods),
    }
}
