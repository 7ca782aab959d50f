//! How long the pages of a platform take, as Markdown and as one page of HTML, which is left in `target/tmp` to be opened.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use commands::check::{self, Others};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use manifests_lib::cluster::{Cluster, KubernetesMinor};
use manifests_lib::delivery::gitops::{GitSource, Prerequisites};
use manifests_lib::model::{Conventions, Namespace};
use manifests_lib::platform::Platform;
use manifests_lib::prelude::*;
use manifests_lib::values::{LocalImage, Name};
use manifests_lib::workload::NodeGroup;
use manifests_lib::{git_branch, git_url, label_key, relative_path};
use pages::sources::Sources;
use pages::{Environment, Site, html, markdown};
use support::tell;

/// Numbers of services.
const SIZES: [usize; 2] = [30, 300];

/// How many services a team has.
const OF_A_TEAM: usize = 20;

const NAMESPACE: Namespace = Namespace::new(name!("services"));

const NODES: NodeGroup = NodeGroup { label: label_key!("example.com/group"), value: name!("app") };

/// Services of several teams, each of which calls the one before it and another one.
fn platform(services: usize) -> Platform {
    let source = GitSource {
        namespace: Namespace::new(name!("argocd")),
        repository: git_url!("https://example.com/manifests.git"),
        branch: git_branch!("main"),
        snapshots: relative_path!("snapshots"),
        prerequisites: Prerequisites {
            namespaces: vec![NAMESPACE],
            api_groups: vec!["networking.istio.io", "security.istio.io"],
        },
    };
    let platform = Platform::new(&name!("bench"), source, Conventions::named_by_kind());
    let mut exposed = Vec::new();
    let mut team = None;
    for number in 0..services {
        if number % OF_A_TEAM == 0 {
            let name = Name::new(format!("team-{}", number / OF_A_TEAM)).expect("a name");
            team = Some(platform.team(name));
        }
        let name = Name::new(format!("service-{number}")).expect("letters and digits");
        let Some(team) = &team else { continue };
        let app = team.bundle(name, &NAMESPACE).app(&NODES);
        let server = app.deployment(2).container(Container {
            name: name!("server"),
            image: LocalImage { repository: repository!("server"), tag: tag!("1.0") }.into(),
            port: port!(8080),
            resources: Resources { cpu: millicores(100), memory: mebibytes(128) },
            user: uid!(1000),
            probe: Probe::Http(url_path!("/healthy")),
        });
        if let Some(before) = exposed.last() {
            server.env([app.calls(before).url("BEFORE_URL")]);
        }
        if number > 2 {
            server.env([app.calls(&exposed[number / 2]).url("OTHER_URL")]);
        }
        exposed.push(server.expose_http(port!(80)));
    }
    platform
}

fn pages(criterion: &mut Criterion) {
    for services in SIZES {
        let platform = platform(services).build_once().expect("a platform");
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
            about: "Services that call each other",
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
