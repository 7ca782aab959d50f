//! How long a platform takes from parts to YAML in memory: built, written, and both.

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use manifests_lib::data::{GeneratedSecret, SecretValue};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Namespace, Team};
use manifests_lib::platform::{BuiltPlatform, Platform};
use manifests_lib::values::{LocalImage, Name, mebibytes, millicores};
use manifests_lib::workload::{Container, NodeGroup, Probe, Resources, Workload};
use manifests_lib::{
    git_branch, git_url, label_key, name, path, plain, port, relative_path, repository, tag, uid,
    url_path,
};

const NAMESPACE: Namespace = Namespace::new(name!("services"));

const NODES: NodeGroup = NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

/// Numbers of objects; an engineer's platform has some hundreds, and 4,000 are to take less than 100 ms.
const SIZES: [usize; 4] = [30, 1_000, 4_000, 10_000];

/// Numbers of bundles.
const BUNDLES: [usize; 3] = [30, 300, 3_000];

/// What one bundle becomes, besides its Application: Deployment, ServiceAccount, PodDisruptionBudget, Service, AuthorizationPolicy, NetworkPolicy,
/// VirtualService, DestinationRule, Password and ExternalSecret.
const OBJECTS_OF_A_BUNDLE: usize = 10;

fn add_bundle(team: &Team, number: usize) {
    let name = Name::new(format!("service-{number}")).expect("letters and digits");
    let app = team.bundle(name, &NAMESPACE).app(&NODES);
    let source = GeneratedSecret { length: 32 }.into();
    let key = app.secret(SecretValue { key: name!("app-key"), source });
    let server = app.deployment(2).container(Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("server"), tag: tag!("00690e9") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Http(url_path!("/healthy")),
    });
    let service = server.expose_http(port!(80));
    let itself = app.calls(&service);
    server.env([
        plain!("MODE", "fast"),
        plain!("LOG_CHANNEL", "stderr"),
        key.variable("APP_KEY"),
        itself.url("OWN_URL"),
    ]);
    server.empty_dir(path!("/tmp"), mebibytes(64));
    service.mesh_route();
}

fn git_source() -> GitSource {
    GitSource {
        namespace: Namespace::new(name!("argocd")),
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![NAMESPACE],
            api_groups: vec![
                "external-secrets.io",
                "generators.external-secrets.io",
                "networking.istio.io",
                "security.istio.io",
            ],
        },
    }
}

/// A platform of this many bundles, not yet built.
fn platform(bundles: usize) -> Platform {
    let platform = Platform::new(&name!("bench"), git_source(), Conventions::named_by_kind());
    let team = platform.team(name!("team"));
    (0..bundles).for_each(|number| add_bundle(&team, number));
    platform
}

fn build(objects: usize) -> BuiltPlatform {
    let platform = platform(objects / OBJECTS_OF_A_BUNDLE);
    let built = platform.build().expect("a platform that holds together");
    let count: usize = built
        .bundles
        .iter()
        .filter(|bundle| bundle.namespace == NAMESPACE)
        .map(|bundle| bundle.resources.len())
        .sum();
    assert_eq!(count, objects);
    built
}

/// All documents, in one text.
fn write(built: &BuiltPlatform) -> String {
    let mut output = String::new();
    for resource in built.resources() {
        resource.write_yaml(&mut output).expect("finite numbers");
    }
    output
}

fn render(criterion: &mut Criterion) {
    for objects in SIZES {
        let mut group = criterion.benchmark_group(format!("{objects} objects"));
        group.sample_size(10);
        group.throughput(Throughput::Elements(objects as u64));
        measure(&mut group, objects);
        group.finish();
    }
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, objects: usize) {
    group.bench_function(BenchmarkId::from_parameter("build"), |bencher| {
        bencher.iter_with_large_drop(|| build(objects));
    });
    let built = build(objects);
    group.bench_function(BenchmarkId::from_parameter("write"), |bencher| {
        bencher.iter_with_large_drop(|| write(&built));
    });
    group.bench_function(BenchmarkId::from_parameter("build and write"), |bencher| {
        bencher.iter(|| write(&build(objects)));
    });
}

/// The time of `Platform::build` per bundle: the same for few and for many.
fn per_bundle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Platform::build");
    group.sample_size(10);
    for bundles in BUNDLES {
        let platform = platform(bundles);
        group.throughput(Throughput::Elements(bundles as u64));
        group.bench_function(BenchmarkId::new("bundles", bundles), |bencher| {
            bencher
                .iter_with_large_drop(|| platform.build().expect("a platform that holds together"));
        });
    }
    group.finish();
}

criterion_group!(benches, render, per_bundle);
criterion_main!(benches);
