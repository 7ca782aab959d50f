//! How long a platform takes from parts to YAML in memory: built, written, and both.

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use manifests_lib::data::{GeneratedSecret, SecretSource, SecretValue};
use manifests_lib::delivery::gitops::{GitSource, Parent, Prerequisites, Root};
use manifests_lib::model::{Bundle, Namespace};
use manifests_lib::network::{Expose, Protocol};
use manifests_lib::platform::{BuiltPlatform, Platform};
use manifests_lib::values::{LocalImage, Name, mebibytes, millicores};
use manifests_lib::workload::{Container, Deployment, NodeGroup, Probe, Resources};
use manifests_lib::{
    git_branch, git_url, label_key, name, path, plain, port, relative_path, repository, tag, uid,
    url_path,
};

const NAMESPACE: Namespace = Namespace::new(name!("services"));

const NODES: NodeGroup = NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

/// Numbers of objects; an engineer's platform has some hundreds, and 4,000 are to take less than 100 ms.
const SIZES: [usize; 4] = [30, 1_000, 4_000, 10_000];

/// What one bundle becomes, besides its Application: Deployment, ServiceAccount, PodDisruptionBudget, Service, AuthorizationPolicy, NetworkPolicy,
/// VirtualService, DestinationRule, Password and ExternalSecret.
const OBJECTS_OF_A_BUNDLE: usize = 10;

fn bundle(number: usize) -> Bundle {
    let name = Name::new(format!("service-{number}")).expect("letters and digits");
    let bundle = Bundle::new(name, &NAMESPACE, &name!("bench"));
    let app = bundle.app();
    let key = app.secret(SecretValue {
        key: name!("app-key"),
        source: &SecretSource::Generated(GeneratedSecret { length: 32 }),
    });
    let deployment = app.deployment(Deployment { replicas: 2, on: &NODES });
    let server = deployment.container(Container {
        name: name!("server"),
        image: LocalImage { repository: repository!("server"), tag: tag!("00690e9") }.into(),
        port: port!(8080),
        resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
        user: uid!(1000),
        probe: Probe::Http(url_path!("/healthy")),
    });
    let service = server.expose(Expose { port: port!(80), protocol: Protocol::Http });
    let itself = app.calls(&service);
    server.env([
        plain!("MODE", "fast"),
        plain!("LOG_CHANNEL", "stderr"),
        key.variable("APP_KEY"),
        itself.url("OWN_URL"),
    ]);
    server.empty_dir(path!("/tmp"), mebibytes(64));
    app.mesh_route(&service);
    bundle
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

fn build(objects: usize) -> BuiltPlatform {
    let bundles = (0..objects / OBJECTS_OF_A_BUNDLE).map(bundle);
    let root = Root::new(git_source(), [], [Parent::new(name!("team"), bundles)]);
    let built =
        Platform::new(name!("bench"), root).build().expect("a platform that holds together");
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
    for resource in built.bundles.iter().flat_map(|bundle| &bundle.resources) {
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

criterion_group!(benches, render);
criterion_main!(benches);
