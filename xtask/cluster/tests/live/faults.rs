//! What goes wrong is one sentence with the way out, and shows no secret.

use serde_json::{Value, json};

use crate::fake::{Fake, Fault, Run, apply, apply_with, config_map, namespace, status};

fn objects() -> Vec<Value> {
    vec![namespace(), config_map("a", "1"), config_map("b", "1")]
}

/// The run, in which no secret is shown.
fn without_secret(run: Run) -> Run {
    assert!(!run.err.contains("t0ps3cret") && !run.out.contains("t0ps3cret"), "{}", run.shown());
    run
}

#[test]
fn what_passes_is_tried_again() {
    let busy = || status(429, "TooManyRequests", "too many requests");
    for (what, fault) in [
        ("busy", Fault::AnswerWith(429, busy(), "Retry-After: 0\r\n")),
        ("broken", Fault::Answer(500, status(500, "InternalError", "etcd has no leader"))),
        ("away", Fault::Answer(503, json!("no backend"))),
        ("gone", Fault::Drop),
    ] {
        let fake = Fake::new();
        for (method, path) in [
            ("GET", "/apis"),
            ("GET", "/configmaps"),
            ("PATCH", "/configmaps/a"),
            ("PUT", "/leases"),
        ] {
            fake.fault(method, path, 2, fault.clone());
        }
        let run = without_secret(fake.run(&apply(), &objects()));
        assert_eq!(run.code, Some(0), "{what}: {}", run.shown());
        assert!(fake.get("/api/v1/namespaces/shop/configmaps/a").is_some(), "{what}");
    }
}

#[test]
fn what_stays_wrong_ends_with_a_sentence() {
    let mut shown = String::new();
    let mut case = |what: &str, fake: &Fake, run: Run| {
        let run = without_secret(run);
        let shown_run = run.shown().replace(&fake.url, "http://SERVER");
        shown += "# ";
        shown += &[what, "\n", &shown_run, "\n\n"].concat();
    };
    let fake = Fake::new();
    fake.fault("GET", "/api", 100, Fault::Answer(401, status(401, "Unauthorized", "Unauthorized")));
    case("credentials have expired", &fake, fake.run(&apply(), &objects()));

    let fake = Fake::new();
    fake.user(&json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin", "interactiveMode": "Never"}}));
    case("a plugin is missing", &fake, fake.run(&apply(), &objects()));

    let fake = Fake::new();
    fake.user(&json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh", "args": ["-c", "echo t0ps3cret; echo t0ps3cret >&2; exit 3"], "interactiveMode": "Never"}}));
    case("a plugin fails", &fake, fake.run(&apply(), &objects()));

    let fake = Fake::new();
    fake.user(&json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh", "args": ["-c", "echo t0ps3cret"], "interactiveMode": "Never"}}));
    case("a plugin says something else", &fake, fake.run(&apply(), &objects()));

    let fake = Fake::new();
    let output = fake.start_in("elsewhere", &apply(), &objects()).output().expect("a run");
    case("the context was changed", &fake, Run::of(output));

    let fake = Fake::new();
    fake.fault("GET", "/api", 100, Fault::Answer(200, json!("<html>log in</html>")));
    let mut run = fake.run(&json!({"diff": {"json": false}}), &objects());
    run.out = String::new();
    case("something else answers", &fake, run);

    let fake = Fake::new();
    let text =
        r#"configmaps is forbidden: User "me" cannot patch resource "configmaps" in API group """#;
    fake.fault("PATCH", "/configmaps/", 100, Fault::Answer(403, status(403, "Forbidden", text)));
    let mut all = objects();
    all.push(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}}));
    let mut run = fake.run(&apply(), &all);
    run.out = String::new();
    // Each is told when its answer comes.
    let (mut refusals, others): (Vec<&str>, Vec<&str>) =
        run.err.lines().partition(|line| line.starts_with("error: "));
    refusals.sort_unstable();
    run.err = [refusals, others].concat().join("\n") + "\n";
    case("one kind is forbidden", &fake, run);
    assert!(fake.get("/api/v1/namespaces/shop/secrets/s").is_some());

    let fake = Fake::new();
    fake.run(&apply(), &objects());
    let text =
        r#"configmaps is forbidden: User "me" cannot list resource "configmaps" in API group """#;
    fake.fault("GET", "/configmaps", 100, Fault::Answer(403, status(403, "Forbidden", text)));
    let mut run = fake.run(&apply(), &all);
    run.out = String::new();
    case("one kind may not be read", &fake, run);

    let fake = Fake::new();
    fake.fault(
        "PATCH",
        "/configmaps/",
        100,
        Fault::Answer(401, status(401, "Unauthorized", "Unauthorized")),
    );
    let mut run = fake.run(&apply(), &objects());
    run.out = String::new();
    case("credentials expire meanwhile", &fake, run);

    let fake = Fake::new();
    let text = "admission webhook \"policy.example\" denied the request: no latest";
    fake.fault("PATCH", "/configmaps/a", 100, Fault::Answer(400, status(400, "BadRequest", text)));
    let mut run = fake.run(&apply(), &objects());
    run.out = String::new();
    case("a webhook refuses", &fake, run);
    assert!(fake.get("/api/v1/namespaces/shop/configmaps/b").is_some());

    let fake = Fake::new();
    let mut all = objects();
    all.push(json!({"apiVersion": "example.com/v1", "kind": "Cart", "metadata": {"name": "c", "namespace": "shop"}}));
    let mut run = fake.run(&apply(), &all);
    run.out = String::new();
    case("a kind is not there", &fake, run);

    let fake = Fake::new();
    fake.fault("PATCH", "/configmaps/", 1000, Fault::Drop);
    let mut run = fake.run(&apply(), &objects());
    run.out = String::new();
    case("connections are dropped", &fake, run);
    insta::assert_snapshot!(shown);
}

#[test]
fn a_webhook_that_does_not_answer_yet_is_waited_for() {
    let fake = Fake::new();
    let text =
        r#"Internal error occurred: failed calling webhook "w.example": no endpoints available"#;
    fake.fault("PATCH", "/configmaps/a", 1, Fault::Answer(500, status(500, "InternalError", text)));
    let run = fake.run(&apply(), &objects());
    assert_eq!(run.code, Some(0), "{}", run.shown());
    assert!(run.err.contains("failed calling webhook"), "{}", run.shown());
}

fn conflict() -> Value {
    let mut status = status(409, "Conflict", "Apply failed with 1 conflict");
    status["details"] = json!({"causes": [{
        "reason": "FieldManagerConflict", "field": ".data.key", "message": "conflict with \"kubectl-edit\" using v1",
    }]});
    status
}

#[test]
fn fields_of_others_are_taken_only_where_asked() {
    let fake = Fake::new();
    fake.run(&apply(), &objects());
    fake.fault(
        "PATCH",
        "/configmaps/a?fieldManager=manifests-live&fieldValidation=Strict&force=false",
        1000,
        Fault::Answer(409, conflict()),
    );
    let mut changed = objects();
    changed[1]["data"]["key"] = json!("2");
    let mut run = fake.run(&apply(), &changed);
    run.out = String::new();
    insta::assert_snapshot!("refused", run.shown());
    let key =
        || fake.get("/api/v1/namespaces/shop/configmaps/a").expect("a")["data"]["key"].clone();
    assert_eq!(key(), "1");
    let taken = fake.run(&apply_with("takeOwnership", json!(["kubectl*"])), &changed);
    assert_eq!(taken.code, Some(0), "{}", taken.shown());
    assert_eq!(key(), "2");
}

#[test]
fn the_second_of_two_runs_is_refused_with_who_works() {
    let fake = Fake::new();
    fake.run(&apply(), &[namespace()]);
    fake.fault("PATCH", "/configmaps/a", 1, Fault::Slow(std::time::Duration::from_secs(7)));
    let first = fake
        .start(&apply(), &objects())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("a run");
    let holder = || {
        let lease =
            fake.get("/apis/coordination.k8s.io/v1/namespaces/default/leases/manifests-live-dev");
        lease.and_then(|lease| lease["spec"]["holderIdentity"].as_str().map(str::to_owned))
    };
    while holder().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let second = fake.run(&apply(), &objects());
    assert_eq!(second.code, Some(2), "{}", second.shown());
    let holder = format!("process {} works on this cluster", first.id());
    assert!(second.err.contains(&holder), "{}", second.shown());
    assert_eq!(first.wait_with_output().expect("an end").status.code(), Some(0));
    assert_eq!(fake.run(&apply(), &objects()).code, Some(0));
}
