//! Checks by all rules: `cargo bench -p analysis`. Twice the objects should take twice the time.

mod services;

use analysis::check::{check, rules};
use analysis::environment::Environment;
use analysis::objects::Objects;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use services::objects;

fn all_rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("all rules");
    group.sample_size(10);
    for services in [100, 1_000, 2_000] {
        let objects = objects(services);
        let environment = Environment::of(None, Objects::new(objects.clone()));
        let found = check(&environment, rules::ALL.iter().copied());
        assert!(found.findings.is_empty(), "{:#?}", found.findings);
        group.throughput(Throughput::Elements(objects.len() as u64));
        group.bench_function(BenchmarkId::new("objects", objects.len()), |bencher| {
            bencher.iter_batched(
                || objects.clone(),
                |objects| {
                    let environment = Environment::of(None, Objects::new(objects));
                    check(&environment, rules::ALL.iter().copied())
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, all_rules);
criterion_main!(benches);
