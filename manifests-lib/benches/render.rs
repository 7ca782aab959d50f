//! How long a platform takes from parts to YAML in memory: built, written, and both.

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use manifests_lib::platform::BuiltPlatform;

mod services;

use services::{NAMESPACE, platform};

/// Numbers of objects; an engineer's platform has some hundreds, and 4,000 are to take less than 100 ms.
const SIZES: [usize; 4] = [30, 1_000, 4_000, 10_000];

/// Numbers of bundles.
const BUNDLES: [usize; 3] = [30, 300, 3_000];

/// What one bundle becomes, besides its Application: Deployment, ServiceAccount, PodDisruptionBudget, Service, AuthorizationPolicy, NetworkPolicy,
/// VirtualService, DestinationRule, Password and ExternalSecret.
const OBJECTS_OF_A_BUNDLE: usize = 10;

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
