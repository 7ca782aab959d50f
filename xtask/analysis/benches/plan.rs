//! Compares two trees of objects, of which one in a hundred differs: `cargo bench -p analysis`. Twice the objects should take twice the
//! time.

mod services;

use analysis::environment::Environment;
use analysis::objects::{Object, Objects, json};
use analysis::plan::plan;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use services::objects;

/// Every hundredth object is another one, of what its kind has.
fn changed(mut objects: Vec<Object>) -> Vec<Object> {
    for object in objects.iter_mut().step_by(100) {
        object.json["metadata"]["labels"]["release"] = json!("next");
        let path = ["spec", "template", "spec", "containers"];
        let containers = path.iter().try_fold(&mut object.json, |value, key| value.get_mut(key));
        let container = containers.and_then(|containers| containers.get_mut(0));
        if let Some(image) = container.and_then(|container| container.get_mut("image")) {
            *image = json!("example.com/server:2");
        }
    }
    objects
}

fn two_trees(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10);
    for services in [100, 1_000, 2_000] {
        let old = objects(services);
        let new = changed(old.clone());
        let of = |objects: Vec<Object>| Environment::of(None, Objects::new(objects));
        assert_eq!(
            plan(&of(old.clone()), &of(new.clone())).changes().count(),
            old.len().div_ceil(100)
        );
        group.throughput(Throughput::Elements(old.len() as u64));
        group.bench_function(BenchmarkId::new("objects", old.len()), |bencher| {
            bencher.iter_batched(
                || (old.clone(), new.clone()),
                |(old, new)| plan(&of(old), &of(new)),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, two_trees);
criterion_main!(benches);
