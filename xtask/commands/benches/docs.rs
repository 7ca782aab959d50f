//! How long the pages of a platform take, as Markdown and as one page of HTML, which is left in `target/tmp` to be opened.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use commands::check::{self, Others};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use manifests_lib::cluster::{Cluster, KubernetesMinor};
use pages::sources::Sources;
use pages::{Environment, Site, html, markdown};
use support::tell;

#[path = "../../../manifests-lib/benches/services/mod.rs"]
mod services;

/// Numbers of services.
const SIZES: [usize; 2] = [30, 300];

fn pages(criterion: &mut Criterion) {
    for services in SIZES {
        let platform = services::platform(services).build_once().expect("a platform");
        let cluster = Cluster { node_pools: Vec::new(), storage_classes: Vec::new() };
        let checked = check::of_platform(
            "bench".to_owned(),
            &platform,
            &cluster,
            KubernetesMinor(35),
            &Others::default(),
        );
        let checked = checked.expect("objects");
        let written = checked.objects.written();
        let files: HashMap<_, _> = written
            .map(|object| {
                let path = format!("snapshots/bench/{}.yaml", object.identity);
                (object.identity.clone(), path)
            })
            .collect();
        let environments = [Environment {
            about: "Services that are alike",
            cluster: "Kubernetes 1.35".to_owned(),
            platform: &platform,
            checked: &checked,
            settings: None,
            files,
        }];
        let sources = Sources::new(BTreeMap::new());
        let mut group = criterion.benchmark_group(format!("pages of {services} services"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.bench_function("markdown", |bencher| {
            bencher.iter(|| {
                let site = Site::of(&environments, &sources).expect("a platform that can be told");
                let pages = site.pages();
                pages.iter().map(|page| markdown::print(page, &site).len()).sum::<usize>()
            });
        });
        let page = || {
            let site = Site::of(&environments, &sources).expect("a platform that can be told");
            html::print(&site).expect("a page")
        };
        group.bench_function("html", |bencher| bencher.iter(|| page().len()));
        group.finish();
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("platform-{services}.html"));
        let page = page();
        fs::write(&path, &page).expect("a writable folder");
        tell(format_args!("{}: {} KiB", path.display(), page.len() >> 10));
    }
}

criterion_group!(benches, pages);
criterion_main!(benches);
