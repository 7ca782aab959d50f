//! What may come between: refusals, stalls, kills, two runs at once, lost connections.

use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Programs, Report, progress};
use serde_json::{Value, json};

use super::faulty::{Fault, Faulty};
use super::player::{How, Player, Wanted};
use super::{hook, proxy};
use crate::lanes::{client, schedule};
use crate::rendered::Rendered;

/// How often a run is killed.
const KILLS: u32 = 50;

/// How many objects a run that is killed has to write.
const OBJECTS: usize = 60;

/// Plays all of them in a cluster with controllers and simulated nodes.
pub fn play(
    programs: &Programs,
    rendered: &Rendered,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), Failure> {
    schedule::start_nodes(programs, rendered, cluster)?;
    let player = Player::new(programs, cluster)?;
    for (name, scene) in SCENES {
        progress(format_args!("live: {name}"));
        scene(&player, cluster, report)?;
        cluster.check()?;
    }
    report.compared(SCENES.len(), "scenes played");
    killed(&player, cluster, report)?;
    let (port, _proxy) = client::proxy(programs, cluster)?;
    let faulty = Faulty::start(port)?;
    killed_at_every_step(&player, &faulty, report)?;
    faults(&player, &faulty, report)?;
    unreliable(&player, report)
}

type Scene = fn(&Player<'_>, &mut Cluster, &mut Report) -> Result<(), Failure>;

const SCENES: [(&str, Scene); 10] = [
    ("waves are waited for", waves),
    ("a rollout stalls", stall),
    ("what has left the code", prune),
    ("a field cannot be changed", immutable),
    ("a webhook does not answer", webhook),
    ("a webhook refuses", refusing),
    ("a policy refuses", policy),
    ("a namespace does not go", namespace),
    ("a CRD is never established", definition),
    ("two runs at once", two_runs),
];

fn namespace_of(name: &str) -> Wanted {
    (0, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
}

fn config_map(namespace: &str, name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": {"key": value}})
}

fn deployment(namespace: &str, node: Value) -> Value {
    let labels = json!({"app": "web"});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels},
            "spec": {"nodeSelector": node, "containers": [{"name": "web", "image": "web:1"}]},
        }},
    })
}

fn waves(player: &Player<'_>, cluster: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let objects = [
        namespace_of("waves"),
        (1, deployment("waves", json!({}))),
        (2, config_map("waves", "later", "1")),
    ];
    player.apply("waves", &objects, How::default())?.expect(
        report,
        "waves",
        0,
        &["3 of 3 written"],
    );
    let web = cluster.get(&["deployment", "web", "--namespace", "waves"])?;
    let later = cluster.get(&["configmap", "later", "--namespace", "waves"])?;
    let conditions = web["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let available = conditions.iter().find(|condition| condition["type"] == "Available");
    let since =
        available.and_then(|condition| condition["lastTransitionTime"].as_str()).unwrap_or("9");
    let created = later["metadata"]["creationTimestamp"].as_str().unwrap_or_default();
    if created < since {
        report.finding(format!(
            "a wave was written at {created}, and the one before was ready at {since}"
        ));
    }
    player.diff("waves", &objects)?.expect(report, "waves, compared", 0, &[]);
    Ok(())
}

fn stall(player: &Player<'_>, cluster: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let objects = [
        namespace_of("stall"),
        (1, deployment("stall", json!({"no": "node"}))),
        (2, config_map("stall", "later", "1")),
    ];
    let said = player.apply("stall", &objects, How { timeout: 12, ..How::default() })?;
    let words = [
        "not ready: Deployment.apps stall/web",
        "no node: 0/",
        "1 objects of later waves were not written",
    ];
    said.expect(report, "a pod without a node", 1, &words);
    if cluster.get_raw("/api/v1/namespaces/stall/configmaps/later")?.is_some() {
        report.finding("a wave was written though the one before was not ready");
    }
    Ok(())
}

fn prune(player: &Player<'_>, cluster: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let claim = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "data", "namespace": "prune"},
    });
    let all = [namespace_of("prune"), (0, config_map("prune", "a", "1")), (0, claim)];
    player.apply("prune", &all, How::default())?.expect(report, "before pruning", 0, &[]);
    cluster.run_kubectl(&["create", "configmap", "by-hand", "--namespace", "prune"])?;
    cluster.run_kubectl(&[
        "label",
        "configmap",
        "by-hand",
        "--namespace",
        "prune",
        "live.manifests/environment=prune",
    ])?;
    let rest = [namespace_of("prune")];
    let said = player.apply("prune", &rest, How { prune: true, ..How::default() })?;
    said.expect(report, "pruning", 0, &["1 deleted", "Secret prune/data: "]);
    let gone =
        |cluster: &mut Cluster, path: &str| cluster.get_raw(path).map(|object| object.is_none());
    let pruned = gone(cluster, "/api/v1/namespaces/prune/configmaps/a")?;
    let kept = !gone(cluster, "/api/v1/namespaces/prune/secrets/data")?
        && !gone(cluster, "/api/v1/namespaces/prune/configmaps/by-hand")?;
    if !pruned || !kept {
        report.finding(format!(
            "what has left the code is gone: {pruned}; data, and what others made, stay: {kept}"
        ));
    }
    Ok(())
}

fn immutable(player: &Player<'_>, _: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let job = |image: &str| {
        let spec = json!({"restartPolicy": "Never", "containers": [{"name": "a", "image": image}]});
        let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "immutable"}, "spec": {"suspend": true, "template": {"spec": spec}}});
        [namespace_of("immutable"), (0, job), (0, config_map("immutable", "a", image))]
    };
    player.apply("immutable", &job("a:1"), How::default())?.expect(report, "a Job", 0, &[]);
    let said = player.apply("immutable", &job("a:2"), How::default())?;
    said.expect(
        report,
        "another Job",
        1,
        &["field is immutable: delete the object by hand", "1 of 2 written"],
    );
    Ok(())
}

/// A webhook that judges ConfigMaps with a key, in one namespace.
fn webhook_of(name: &str, namespace: &str, client: &Value) -> Wanted {
    let hook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [{
            "name": format!("{name}.example.com"),
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
            "clientConfig": client,
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}],
        }],
    });
    (0, hook)
}

fn refusing(
    player: &Player<'_>,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), Failure> {
    let hook = webhook_of("refusing", "refusing", &hook::start()?);
    let before = [namespace_of("refusing"), hook];
    player.apply("refusing", &before, How::default())?.expect(report, "a webhook", 0, &[]);
    // The API server learns of it a moment later.
    thread::sleep(Duration::from_secs(2));
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b", "namespace": "refusing"}});
    let mut all = before.to_vec();
    all.extend([(1, config_map("refusing", "a", "1")), (1, secret)]);
    let said = player.apply("refusing", &all, How::default())?;
    let words =
        ["denied the request", hook::MESSAGE, "correct what the webhook names", "1 of 2 written"];
    said.expect(report, "a webhook that refuses", 1, &words);
    cluster.run_kubectl(&["delete", "validatingwebhookconfiguration", "refusing"]).map(drop)
}

fn webhook(player: &Player<'_>, cluster: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let hook = webhook_of("silent", "webhook", &json!({"url": "https://127.0.0.1:1/"}));
    let before = [namespace_of("webhook"), hook];
    player.apply("webhook", &before, How::default())?.expect(report, "a webhook", 0, &[]);
    // The API server learns of it a moment later.
    thread::sleep(Duration::from_secs(2));
    let mut all = before.to_vec();
    all.push((1, config_map("webhook", "a", "1")));
    let said = player.apply("webhook", &all, How { timeout: 6, ..How::default() })?;
    said.expect(
        report,
        "a webhook that does not answer",
        1,
        &["failed calling webhook", "see whether the pods behind it run"],
    );
    cluster.run_kubectl(&["delete", "validatingwebhookconfiguration", "silent"])?;
    thread::sleep(Duration::from_secs(2));
    all.remove(1);
    player.apply("webhook", &all, How::default())?.expect(
        report,
        "without the webhook",
        0,
        &["1 of 1 written"],
    );
    Ok(())
}

fn policy(player: &Player<'_>, _: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "no-bad"},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}]},
            "validations": [{"expression": "!has(object.data) || !('key' in object.data) || object.data['key'] != 'bad'", "message": "no bad values"}],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "no-bad"},
        "spec": {"policyName": "no-bad", "validationActions": ["Deny"]},
    });
    let before = [namespace_of("policy"), (0, policy), (0, binding)];
    player.apply("policy", &before, How::default())?.expect(report, "a policy", 0, &[]);
    thread::sleep(Duration::from_secs(5));
    let mut all = before.to_vec();
    all.push((1, config_map("policy", "a", "bad")));
    all.push((1, config_map("policy", "b", "good")));
    let said = player.apply("policy", &all, How::default())?;
    said.expect(report, "what a policy refuses", 1, &["no bad values", "1 of 2 written"]);
    Ok(())
}

fn namespace(
    player: &Player<'_>,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut held = config_map("stuck", "held", "1");
    held["metadata"]["finalizers"] = json!(["example.com/hold"]);
    let objects = [namespace_of("stuck"), (0, held), (0, config_map("stuck", "a", "1"))];
    player.apply("stuck", &objects, How::default())?.expect(report, "a namespace", 0, &[]);
    cluster.run_kubectl(&["delete", "namespace", "stuck", "--wait=false"])?;
    thread::sleep(Duration::from_secs(8));
    let mut changed = objects.to_vec();
    changed.push((0, config_map("stuck", "b", "1")));
    let said = player.apply("stuck", &changed, How { timeout: 10, ..How::default() })?;
    said.expect(
        report,
        "a namespace that does not go",
        1,
        &["not ready: Namespace stuck", "example.com/hold"],
    );
    Ok(())
}

fn definition(player: &Player<'_>, _: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let definition = |plural: &str| {
        let names = json!({"kind": "Cart", "listKind": "CartList", "plural": plural, "singular": plural.trim_end_matches('s')});
        let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
        (
            0,
            json!({
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": format!("{plural}.example.com")},
                "spec": {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}]},
            }),
        )
    };
    let cart = json!({"apiVersion": "example.com/v1", "kind": "Cart", "metadata": {"name": "c", "namespace": "carts"}});
    let good = [namespace_of("carts"), definition("carts"), (0, cart)];
    // The kind is not there when the run begins.
    player.apply("carts", &good, How::default())?.expect(
        report,
        "a CRD and its object",
        0,
        &["3 of 3 written"],
    );
    let mut all = good.to_vec();
    all.push(definition("others"));
    let said = player.apply("carts", &all, How { timeout: 10, ..How::default() })?;
    said.expect(
        report,
        "a CRD whose names are taken",
        1,
        &["others.example.com", "its names are taken"],
    );
    Ok(())
}

/// Enough objects that a run takes a while.
fn many(namespace: &str) -> Vec<Wanted> {
    let maps = (0..OBJECTS).map(|number| {
        let wave = i64::try_from(number / 20).unwrap_or_default();
        (wave, config_map(namespace, &format!("c{number}"), "1"))
    });
    [namespace_of(namespace)].into_iter().chain(maps).collect()
}

fn two_runs(player: &Player<'_>, _: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    let objects = many("two");
    let runs = player.apply_at_once(&[("two", &objects), ("two", &objects)])?;
    for said in &runs {
        let is_refused = said.code == Some(2) && said.text.contains("works on this cluster");
        if said.code != Some(0) && !is_refused {
            report.finding(format!("two runs at once: exit code {:?}:\n{}", said.code, said.text));
        }
    }
    if runs.iter().all(|said| said.code != Some(0)) {
        report.finding("of two runs at once none has worked");
    }
    player.diff("two", &objects)?.expect(
        report,
        "two runs at once, compared",
        0,
        &["nothing changes"],
    );
    Ok(())
}

/// So many runs wait at once until those before them count as ended.
const AT_ONCE: usize = 10;

/// Kills runs at points spread over the time that one takes, and runs each again.
fn killed(player: &Player<'_>, cluster: &mut Cluster, report: &mut Report) -> Result<(), Failure> {
    // The shortest of some: other work on the machine only makes them longer.
    let mut whole = Duration::MAX;
    for number in 0..5 {
        let name = format!("whole-{number}");
        let started = Instant::now();
        let said = player.apply(&name, &many(&name), How::default())?;
        whole = whole.min(started.elapsed());
        said.expect(report, "a run that is not killed", 0, &["61 of 61 written"]);
    }
    let [mut before, mut amid, mut after] = [0; 3];
    let all: Vec<(String, Vec<Wanted>)> = (0..KILLS)
        .map(|number| format!("kill-{number}"))
        .map(|name| (name.clone(), many(&name)))
        .collect();
    for (number, (name, objects)) in (0..).zip(&all) {
        progress(format_args!("live: killed, {number} of {KILLS}"));
        let mut run = player.start(name, objects)?;
        // In an order without a pattern.
        thread::sleep(whole * (number * 37 % KILLS) / KILLS);
        run.end();
        let written = written(cluster, name)?;
        match written {
            0 => before += 1,
            OBJECTS => after += 1,
            _ => amid += 1,
        }
        let (code, words) = match written {
            OBJECTS => (0, "nothing changes"),
            _ => (1, "create"),
        };
        player.diff(name, objects)?.expect(report, &format!("{name}, killed"), code, &[words]);
    }
    again(player, &all, report)?;
    cluster.check()?;
    if amid == 0 {
        report.finding("no run was killed amid its writes: nothing is proven by that");
    }
    report.compared(all.len(), "times an apply was killed, compared, run again and compared");
    report.note(format!(
        "killed before the first of {OBJECTS} ConfigMaps {before} times, amid them {amid}, after the last {after}; a run that is not \
         killed takes {:.2} s",
        whole.as_secs_f32()
    ));
    Ok(())
}

/// How many of its ConfigMaps a run has written.
fn written(cluster: &mut Cluster, name: &str) -> Result<usize, Failure> {
    let path = format!(
        "/api/v1/namespaces/{name}/configmaps?labelSelector=live.manifests/environment={name}"
    );
    let list = cluster.get_raw(&path)?;
    Ok(list.and_then(|list| list["items"].as_array().map(Vec::len)).unwrap_or_default())
}

/// Runs again what was killed: each has to bring all, and then nothing differs.
fn again(
    player: &Player<'_>,
    all: &[(String, Vec<Wanted>)],
    report: &mut Report,
) -> Result<(), Failure> {
    for (number, part) in all.chunks(AT_ONCE).enumerate() {
        progress(format_args!("live: killed, run again, {} of {}", number * AT_ONCE, all.len()));
        let runs: Vec<(&str, &[Wanted])> =
            part.iter().map(|(name, objects)| (name.as_str(), objects.as_slice())).collect();
        for (said, (name, objects)) in player.apply_at_once(&runs)?.iter().zip(part) {
            said.expect(report, &format!("{name}, run again"), 0, &[]);
            player.diff(name, objects)?.expect(
                report,
                &format!("{name}, compared"),
                0,
                &["nothing changes"],
            );
        }
    }
    Ok(())
}

/// A few objects in two waves, so that a run has few steps.
fn few(namespace: &str) -> Vec<Wanted> {
    let map = |wave, name| (wave, config_map(namespace, name, "1"));
    vec![namespace_of(namespace), map(0, "a"), map(0, "b"), map(1, "c"), map(1, "d")]
}

/// Kills a run at each of its requests, before and after the API server has done it.
fn killed_at_every_step(
    player: &Player<'_>,
    faulty: &Faulty,
    report: &mut Report,
) -> Result<(), Failure> {
    let by_proxy = player.by(&faulty.address())?;
    faulty.plan(|_| None);
    by_proxy.apply("steps", &few("steps"), How::default())?.expect(report, "all steps", 0, &[]);
    let steps = faulty.requests();
    let mut all = Vec::new();
    for step in 0..steps {
        for is_done in [false, true] {
            let name = format!("step-{step}-{}", if is_done { "done" } else { "lost" });
            progress(format_args!("live: killed at {name} of {steps}"));
            let objects = few(&name);
            faulty.plan(move |number| (number == step).then_some(Fault::Held { is_done }));
            let mut run = by_proxy.start(&name, &objects)?;
            let is_held = faulty.held(Duration::from_secs(20));
            run.end();
            if is_held {
                all.push((name, objects));
            } else if step + 2 < steps {
                // How often a Lease is looked at, and whether it is renewed, differs by a request or two.
                report.finding(format!("{name}: a run had fewer steps than {steps}"));
            }
        }
    }
    faulty.plan(|_| None);
    again(player, &all, report)?;
    report.compared(all.len(), "kills of an apply at every request, before and after the API server had done it, run again and compared");
    Ok(())
}

/// What becomes of every tenth request, in turn: of more, one might fail as often as it is tried.
const FAULTS: [Fault; 5] = [
    Fault::Answer(429, "Retry-After: 1\r\n"),
    Fault::Answer(500, ""),
    Fault::Late(Duration::from_secs(2)),
    Fault::Unasked,
    Fault::Unanswered,
];

/// Works through a proxy that answers in place of the API server.
fn faults(player: &Player<'_>, faulty: &Faulty, report: &mut Report) -> Result<(), Failure> {
    let by_proxy = player.by(&faulty.address())?;
    let mut answered = 0;
    let mut play = |what: &str, report: &mut Report| -> Result<(), Failure> {
        progress(format_args!("live: {what}"));
        let objects = many(what);
        by_proxy.apply(what, &objects, How::default())?.expect(
            report,
            what,
            0,
            &["61 of 61 written"],
        );
        answered += faulty.faults();
        player.diff(what, &objects)?.expect(
            report,
            &format!("{what}, compared"),
            0,
            &["nothing changes"],
        );
        Ok(())
    };
    faulty.plan(|number| (number % 10 == 9).then(|| FAULTS[number / 10 % FAULTS.len()]));
    play("faults", report)?;
    for (what, fault) in ["busy", "broken", "late", "unasked", "unanswered"].into_iter().zip(FAULTS)
    {
        faulty.plan(move |number| (number % 10 == 9).then_some(fault));
        play(what, report)?;
    }
    // One that is read, and one that is written.
    faulty.plan(|number| [3, 30].contains(&number).then_some(Fault::Never));
    play("hanging", report)?;
    report.compared(
        answered,
        "requests answered by a proxy with 429, 500, late, never, or by the end of the connection",
    );
    Ok(())
}

/// Works through a proxy that loses connections.
fn unreliable(player: &Player<'_>, report: &mut Report) -> Result<(), Failure> {
    progress("live: connections are lost");
    let (port, lost) = proxy::start(player.port())?;
    let unreliable = player.by(&format!("https://127.0.0.1:{port}"))?;
    let objects = many("unreliable");
    let said = unreliable.apply("unreliable", &objects, How::default())?;
    let is_told = said.code == Some(2) && said.text.contains("The same command does the rest");
    if said.code != Some(0) && !is_told {
        report.finding(format!("connections are lost: exit code {:?}:\n{}", said.code, said.text));
    }
    let again = player.apply("unreliable", &objects, How::default())?;
    again.expect(report, "after lost connections", 0, &[]);
    player.diff("unreliable", &objects)?.expect(
        report,
        "lost connections, compared",
        0,
        &["nothing changes"],
    );
    if lost.count() == 0 {
        report.finding("the proxy has lost no connection: nothing is proven by that");
    }
    report.compared(lost.count(), "connections lost by a proxy during an apply");
    Ok(())
}
