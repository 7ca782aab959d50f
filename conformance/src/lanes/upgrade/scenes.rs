//! What is played, each with what it would take to fail.

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::{Failure, Program, Report, cannot_write, free_port, refused};
use released::Digest;
use serde_json::{Value, json};

use super::player::{Chart, Player, write};
use super::repository::Repository;
use crate::lanes::faults;
use crate::lanes::gitops::Repository as Git;

/// Something that a user relies on.
pub struct Scene {
    /// What, in a sentence.
    pub name: &'static str,
    /// Plays it, or one of its faults.
    pub play: Play,
    /// What makes it fail.
    pub faults: &'static [Fault],
}

type Play = fn(&Player<'_>, Option<usize>, &mut Report) -> Result<(), Failure>;

/// What the scene has to find.
pub struct Fault {
    pub name: &'static str,
    /// Words of the finding.
    pub expected: &'static str,
}

pub const ALL: [Scene; 8] = [
    Scene {
        name: UPGRADE,
        play: upgrade,
        faults: &[
            Fault {
                name: "an effect that is not told",
                expected: "is not told: shop: change ConfigMap",
            },
            Fault {
                name: "a change that nobody made",
                expected: "is told: shop: create ConfigMap shop/extra",
            },
            Fault {
                name: "a parameter that helm does not get",
                expected: "does not say \"red,blue\"",
            },
        ],
    },
    Scene {
        name: ANEW,
        play: anew,
        faults: &[
            Fault {
                name: "a password that differs for a reason",
                expected: "is told: shop: change Secret",
            },
            Fault {
                name: "a password that is always the same",
                expected: "does not say \"Secret shop/shop-password: stringData.password\"",
            },
        ],
    },
    Scene {
        name: UNSEEN,
        play: unseen,
        faults: &[Fault { name: "a chart that is seen", expected: "it says \"shop-web\"" }],
    },
    Scene {
        name: LOCKED,
        play: locked,
        faults: &[
            Fault { name: "a package with another digest that is taken", expected: "instead of 1" },
            Fault { name: "a cache that keeps nothing", expected: "downloaded again" },
        ],
    },
    Scene {
        name: FAILS,
        play: fails,
        faults: &[Fault { name: "a chart that does not fail", expected: "instead of 1" }],
    },
    Scene {
        name: SILENT,
        play: silent,
        faults: &[Fault { name: "a repository that answers", expected: "instead of 1" }],
    },
    Scene {
        name: REFERENCES,
        play: references,
        faults: &[
            Fault {
                name: "a right reference that is taken for a wrong one",
                expected: "instead of 0",
            },
            Fault { name: "a wrong reference that is not found", expected: "instead of 1" },
            Fault {
                name: "another Helm that is not told",
                expected: "does not say \"renders charts by Helm 3",
            },
        ],
    },
    Scene {
        name: KUSTOMIZATION,
        play: kustomization,
        faults: &[
            Fault {
                name: "a kustomization that becomes something else",
                expected: "is told: config: change Deployment",
            },
            Fault {
                name: "a commit that is not the deployed one",
                expected: "is not told: config: change Deployment",
            },
        ],
    },
];

const UPGRADE: &str = "an upgrade is told object by object, with what it does";
const ANEW: &str = "what a chart makes anew each time is no change";
const UNSEEN: &str = "without charts it is said what is not seen, and how to see it";
const LOCKED: &str = "a package is downloaded once, and refused where its digest is another one";
const FAILS: &str = "a chart that fails is told with helm's error, and the plan goes on";
const SILENT: &str = "a repository that does not answer is told, and the plan goes on";
const REFERENCES: &str = "a reference into a chart is checked and not guessed";
const KUSTOMIZATION: &str = "a kustomization becomes what the kustomize of Argo CD makes of it";

const OLD: Chart<'static> = Chart { version: "1.0.0", templates: include_str!("shop/old.yaml") };
const NEW: Chart<'static> = Chart { version: "1.1.0", templates: include_str!("shop/new.yaml") };

/// What the upgrade from [`OLD`] to [`NEW`] does.
const UPGRADED: &[&str] = &[
    ": change Application argocd/shop: in-place spec.source.helm.parameters[name=colour].value spec.source.targetRevision",
    "shop: change ClusterRole shop-reader: security rules[0].verbs",
    "shop: change ConfigMap shop/shop-settings: until-restart data.sender",
    "shop: change Deployment shop/shop-web: restart spec.template.spec.containers[name=web].env[name=COLOUR].value \
     spec.template.spec.containers[name=web].image",
    "shop: change Deployment shop/shop-worker: recreate spec.selector.matchLabels.tier",
    "shop: change Job shop/shop-migrate: in-place spec.template.spec.containers[name=migrate].image",
    "shop: change Service shop/shop-lost: outage spec.selector.app",
    "shop: change ServiceMonitor shop/shop-web: in-place spec.endpoints[0].interval",
    "shop: create ServiceAccount shop/shop-web: create",
    "shop: delete PersistentVolumeClaim shop/shop-archive: data-loss",
];

/// What another commit of the kustomization does: the name of what it generates has a digest.
const RECOLOURED: &[&str] = &[
    ": change Application argocd/config: in-place spec.source.targetRevision",
    "config: change Deployment shop/eu-web: restart spec.template.spec.containers[name=web].envFrom[0].configMapRef.name",
    "config: create ConfigMap shop/eu-settings-6g6gd9868f: create",
    "config: delete ConfigMap shop/eu-settings-5k9ch927gb: delete",
];

/// An Application of a chart.
fn application(repository: &str, version: &str, helm: &Value) -> Value {
    let source =
        json!({"repoURL": repository, "chart": "shop", "targetRevision": version, "helm": helm});
    deploying("shop", &source)
}

fn deploying(name: &str, source: &Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "syncPolicy": {"automated": {"prune": true}},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
            "source": source,
        },
    })
}

/// Where a repository is named that is never asked.
const NOWHERE: &str = "https://charts.example.com";

/// A kind that the platform serves: charts ask for it.
fn monitor() -> Value {
    json!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": "own", "namespace": "shop"},
        "spec": {"selector": {}, "endpoints": [{"port": "http"}]},
    })
}

/// An object beside the chart.
fn own(colour: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "own", "namespace": "shop"},
        "data": {"colour": colour},
    })
}

/// A finding for each change that is expected and not told, or told and not expected.
fn compare(report: &mut Report, scene: &str, told: &[String], expected: &[&str]) {
    for missing in expected.iter().filter(|line| !told.iter().any(|told| told == **line)) {
        report.finding(format!("{scene}: it is not told: {missing}, but {told:#?}"));
    }
    for unexpected in told.iter().filter(|line| !expected.contains(&line.as_str())) {
        report.finding(format!("{scene}: it is told: {unexpected}"));
    }
}

fn upgrade(player: &Player<'_>, fault: Option<usize>, report: &mut Report) -> Result<(), Failure> {
    let templates = match fault {
        Some(0) => NEW.templates.replace("sender: store", "sender: shop"),
        Some(1) => format!(
            "{}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: extra}}}}\n",
            NEW.templates
        ),
        _ => NEW.templates.to_owned(),
    };
    let charts = player.packages(&[OLD, Chart { templates: &templates, ..NEW }])?;
    let helm = |colour: &str| {
        let parameters = json!([{"name": "colour", "value": colour}]);
        json!({"releaseName": "shop", "valuesObject": {"replicas": 2}, "parameters": parameters})
    };
    let colour = if fault == Some(2) { "red" } else { "red,blue" };
    let old = application(NOWHERE, OLD.version, &helm("red"));
    let new = application(NOWHERE, NEW.version, &helm(colour));
    let charts = format!("--charts={}", charts.display());
    let said = player.plan(&[old, monitor()], &[new, monitor()], &[&charts, "--format", "json"])?;
    said.expect(report, UPGRADE, 2, &["red,blue"], &["shop-test", "could not be rendered"]);
    compare(report, UPGRADE, &said.changes(), UPGRADED);
    Ok(())
}

fn anew(player: &Player<'_>, fault: Option<usize>, report: &mut Report) -> Result<(), Failure> {
    let made_up = "{password: {{ randAlphaNum 20 }}}";
    let templates = match fault {
        Some(0) => NEW.templates.replace(made_up, "{password: password-{{ .Values.other }}}"),
        Some(1) => NEW.templates.replace(made_up, "{password: always}"),
        _ => NEW.templates.to_owned(),
    };
    let charts = player.packages(&[Chart { templates: &templates, ..NEW }])?;
    let of =
        |other: u8| application(NOWHERE, NEW.version, &json!({"valuesObject": {"other": other}}));
    let charts = format!("--charts={}", charts.display());
    let said = player.plan(&[of(1)], &[of(2)], &[&charts, "--format", "json"])?;
    let random = [
        "Secret shop/shop-password: stringData.password",
        "Secret shop/shop-certificate: data[",
        "webhooks[0].clientConfig.caBundle",
        "Deployment shop/shop-web: spec.template.metadata.annotations[",
    ];
    said.expect(report, ANEW, 2, &random, &["could not be rendered"]);
    let expected = ": change Application argocd/shop: in-place spec.source.helm.valuesObject.other";
    compare(report, ANEW, &said.changes(), &[expected]);
    Ok(())
}

fn unseen(player: &Player<'_>, fault: Option<usize>, report: &mut Report) -> Result<(), Failure> {
    let charts = player.packages(&[OLD, NEW])?;
    let of = |chart: Chart<'_>| application(NOWHERE, chart.version, &json!({}));
    let charts = format!("--charts={}", charts.display());
    let arguments = if fault.is_some() { vec![charts.as_str()] } else { Vec::new() };
    let said = player.plan(&[of(OLD)], &[of(NEW)], &arguments)?;
    let words = ["chart shop 1.0.0 → 1.1.0 (Application.argoproj.io argocd/shop)", "--charts"];
    said.expect(report, UNSEEN, 2, &words, &["shop-web"]);
    Ok(())
}

/// A repository of an environment, in which each commit locks the package that it deploys.
fn locked(player: &Player<'_>, fault: Option<usize>, report: &mut Report) -> Result<(), Failure> {
    let environment = faults::environment()?.environment;
    player.folder("caches")?;
    let packages = player.packages(&[OLD, NEW])?;
    let served = Repository::serve(packages.clone())?;
    write(&packages.join("index.yaml"), &index(&served.url, &[OLD, NEW]))?;
    let workspace = player.folder("workspace")?;
    write(&workspace.join("Cargo.lock"), "")?;
    let git = Git::create(player.programs, workspace.join(".git"), workspace.clone(), "main")?;
    for chart in [OLD, NEW] {
        let application = application(&served.url, chart.version, &json!({}));
        write(
            &workspace.join(format!("snapshots/{environment}/root/shop.yaml")),
            &application.to_string(),
        )?;
        let lock = lock(&served.url, chart, &packages)?;
        write(&workspace.join("manifests-lib/helm-values/charts.toml"), &lock)?;
        git.commit(chart.version)?;
    }
    let plan = || {
        let arguments = ["plan", &environment, "--from", "HEAD^", "--to", "HEAD", "--charts"];
        player.xtask(&arguments, Some(&workspace))
    };
    plan()?.expect(
        report,
        LOCKED,
        2,
        &["shop/shop-web: rolling restart"],
        &["no digest is locked"],
    );
    let downloaded = served.downloaded();
    if downloaded.len() != 2 {
        report.finding(format!("{LOCKED}: downloaded {downloaded:?} instead of one of each"));
    }
    if fault == Some(1) {
        player.folder("caches")?;
    }
    plan()?.expect(report, LOCKED, 2, &["shop/shop-web: rolling restart"], &[]);
    let again = served.downloaded();
    if !again.is_empty() {
        report.finding(format!("{LOCKED}: {again:?} downloaded again"));
    }
    if fault != Some(0) {
        let replaced = NEW.templates.replace("image: mailer:1", "image: miner:1");
        player.package(Chart { templates: &replaced, ..NEW }, &packages)?;
    }
    player.folder("caches")?;
    let words = [
        "the chart shop 1.1.0 is not the package that charts.toml locks",
        "Not seen, because it could not be rendered",
        "spec.source.targetRevision: \"1.0.0\" → \"1.1.0\"",
    ];
    plan()?.expect(report, LOCKED, 1, &words, &["shop-web", "miner"]);
    Ok(())
}

/// The index of a repository of charts.
fn index(url: &str, charts: &[Chart<'_>]) -> String {
    let entry = |chart: &Chart<'_>| {
        let version = chart.version;
        json!({"apiVersion": "v2", "name": "shop", "version": version, "urls": [format!("{url}/shop-{version}.tgz")]})
    };
    let entries: Vec<Value> = charts.iter().map(entry).collect();
    json!({"apiVersion": "v1", "entries": {"shop": entries}}).to_string()
}

/// What `charts.toml` says of a package.
fn lock(url: &str, chart: Chart<'_>, packages: &Path) -> Result<String, Failure> {
    let package = packages.join(format!("shop-{}.tgz", chart.version));
    let bytes = fs::read(&package).map_err(|error| {
        Failure::new(format!("{} cannot be read: {error}; run again", package.display()))
    })?;
    Ok(format!(
        "[[chart]]\nname = \"shop\"\nrepository = \"{url}\"\nversion = \"{}\"\npackage = \"{}\"\n",
        chart.version,
        Digest::of(&bytes)
    ))
}

fn fails(player: &Player<'_>, fault: Option<usize>, report: &mut Report) -> Result<(), Failure> {
    let mut templates = NEW.templates.to_owned();
    if fault.is_none() {
        templates
            .push_str("\n{{ fail (printf \"the password %s is too short\" .Values.password) }}\n");
    }
    let charts = player.packages(&[OLD, Chart { templates: &templates, ..NEW }])?;
    let helm = json!({"valuesObject": {"password": "hunter22"}});
    let of = |chart: Chart<'_>| application(NOWHERE, chart.version, &helm);
    let charts = format!("--charts={}", charts.display());
    let said = player.plan(&[of(OLD), own("red")], &[of(NEW), own("blue")], &[&charts])?;
    let words = [
        "the chart shop 1.1.0 cannot be rendered by helm: ",
        "the password (secret) is too short",
        "ConfigMap shop/own",
        "Not seen, because it could not be rendered",
    ];
    said.expect(report, FAILS, 1, &words, &["hunter22", "shop-web"]);
    Ok(())
}

fn silent(player: &Player<'_>, fault: Option<usize>, report: &mut Report) -> Result<(), Failure> {
    player.folder("caches")?;
    let url = if fault.is_some() {
        let packages = player.packages(&[OLD, NEW])?;
        let served = Repository::serve(packages.clone())?;
        write(&packages.join("index.yaml"), &index(&served.url, &[OLD, NEW]))?;
        served.url
    } else {
        format!("http://127.0.0.1:{}", free_port()?)
    };
    let of = |chart: Chart<'_>| application(&url, chart.version, &json!({}));
    let said = player.plan(&[of(OLD), own("red")], &[of(NEW), own("blue")], &["--charts"])?;
    let words = [
        "the chart shop 1.0.0 cannot be downloaded",
        "--charts=DIR",
        "ConfigMap shop/own",
        "Not seen, because it could not be rendered",
    ];
    said.expect(report, SILENT, 1, &words, &["shop-web"]);
    Ok(())
}

/// Also which Helm renders: that of Argo CD, or it is said.
fn references(
    player: &Player<'_>,
    fault: Option<usize>,
    report: &mut Report,
) -> Result<(), Failure> {
    let ports = match fault {
        Some(0) => "[{name: http, port: 81}]",
        Some(1) => "[{name: http, port: 80}, {name: https, port: 443}]",
        _ => "[{name: http, port: 80}]",
    };
    let templates = NEW.templates.replace("[{name: http, port: 80}]", ports);
    let charts = player.packages(&[Chart { templates: &templates, ..NEW }])?;
    let charts = format!("--charts={}", charts.display());
    let arguments = ["--rule=reference", charts.as_str()];
    let referring = |port: u16, argo_cd: &str| {
        let backend = json!({"service": {"name": "shop-web", "port": {"number": port}}});
        [
            application(NOWHERE, NEW.version, &json!({})),
            json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": "web", "namespace": "shop"},
                "spec": {"defaultBackend": backend},
            }),
            json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "argocd-server", "namespace": "argocd"},
                "spec": {"selector": {"matchLabels": {"app": "argocd"}}, "template": {
                    "metadata": {"labels": {"app": "argocd"}},
                    "spec": {"containers": [{"name": "server", "image": format!("quay.io/argoproj/argocd:{argo_cd}")}]},
                }},
            }),
        ]
    };
    let another = "renders charts by Helm 3: what they make may differ";
    let right = player.check(&referring(80, "v3.5.3"), &arguments)?;
    right.expect(report, REFERENCES, 0, &[], &[another]);
    let older = if fault == Some(2) { "v3.5.3" } else { "v3.4.4" };
    let wrong = player.check(&referring(443, older), &arguments)?;
    let words = ["Service shop/shop-web has no port 443, but 80", "the chart shop 1.1.0", another];
    wrong.expect(report, REFERENCES, 1, &words, &[]);
    let guessed = player.check(&referring(443, "v3.5.3"), &["--rule=reference"])?;
    guessed.expect(report, REFERENCES, 0, &[], &[]);
    Ok(())
}

/// A kustomization of a base and an overlay, with what an Application writes into it.
fn kustomization(
    player: &Player<'_>,
    fault: Option<usize>,
    report: &mut Report,
) -> Result<(), Failure> {
    let charts = player.folder("packages")?;
    let repository = charts.join("config");
    let git = Git::create(player.programs, repository.join(".git"), repository.clone(), "main")?;
    write(&repository.join("base/web.yaml"), include_str!("shop/kustomized.yaml"))?;
    write(&repository.join("base/kustomization.yaml"), "resources: [web.yaml]\n")?;
    let overlay = |colour: &str| {
        write(
            &repository.join("prd/kustomization.yaml"),
            &format!(
                "resources: [../base]\nconfigMapGenerator: [{{name: settings, literals: [colour={colour}]}}]\n\
                 replicas: [{{name: web, count: 3}}]\nlabels: [{{pairs: {{team: shop}}, includeTemplates: true}}]\n"
            ),
        )
    };
    overlay("red")?;
    let old = git.commit("red")?;
    overlay("blue")?;
    let new = git.commit("blue")?;
    let of = |commit: &str| {
        let kustomize = json!({"namePrefix": "eu-", "namespace": "shop", "images": ["web=registry.example.com/web:2"]});
        let source = json!({"repoURL": "https://git.example.com/config.git", "path": "prd", "targetRevision": commit, "kustomize": kustomize});
        deploying("config", &source)
    };
    let folder = format!("--charts={}", charts.display());
    let made = kustomized(player, &repository, if fault == Some(0) { "3" } else { "2" })?;
    let said = player.plan(&made, &[of(&new)], &[&folder, "--format", "json"])?;
    said.expect(report, KUSTOMIZATION, 2, &[], &["could not be rendered"]);
    let created = ": create Application argocd/config: create";
    compare(report, KUSTOMIZATION, &said.changes(), &[created]);
    // Whatever the clone has checked out.
    let from = if fault == Some(1) { &new } else { &old };
    let said = player.plan(&[of(from)], &[of(&new)], &[&folder, "--format", "json"])?;
    compare(report, KUSTOMIZATION, &said.changes(), RECOLOURED);
    Ok(())
}

/// What kustomize makes of the overlay, after the settings of the Application were written into it as Argo CD does.
fn kustomized(player: &Player<'_>, repository: &Path, tag: &str) -> Result<Vec<Value>, Failure> {
    let copy = player.folder("kustomized")?;
    let kustomize = player.programs.path(Program::KUSTOMIZE)?;
    let image = format!("web=registry.example.com/web:{tag}");
    let run = |program: &Path, arguments: &[&str], folder: &Path| {
        let output =
            player.programs.run(Command::new(program).args(arguments).current_dir(folder))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(refused(format_args!("{} {}", program.display(), arguments.join(" ")), &output))
    };
    let from = format!("{}/.", repository.display());
    run(Path::new("cp"), &["-R", &from, "."], &copy)?;
    let overlay = copy.join("prd");
    run(&kustomize, &["edit", "set", "nameprefix", "--", "eu-"], &overlay)?;
    run(&kustomize, &["edit", "set", "namespace", "--", "shop"], &overlay)?;
    run(&kustomize, &["edit", "set", "image", &image], &overlay)?;
    let printed = run(&kustomize, &["build", "."], &overlay)?;
    let documents = serde_yaml::Deserializer::from_str(&printed);
    let read = documents.map(<Value as serde::Deserialize>::deserialize);
    let objects: Result<Vec<Value>, _> = read.collect();
    objects.map_err(|error| {
        cannot_write(&overlay, &std::io::Error::other(format!("kustomize prints no YAML: {error}")))
    })
}
