//! What is committed, one after the other, and what has to come of it.

use std::time::Duration;

use harness::{Failure, Report};
use serde_json::{Value, json};

use super::platform::{Edition, FIRST, ITSELF, ONLY_ONE, ORDER, SHOP};
use super::refusals;
use super::trial::{Expectation, Trial};
use crate::lanes::gitops::{Application, State};
use crate::rendered::Object;

/// How long nothing may happen that has to wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// The second commit: a volume has left, settings have another name, a bundle has left, and order fits on no node.
const SECOND: Edition = Edition {
    has_volume: false,
    settings: "settings-renamed",
    has_customer: false,
    order_fits: false,
};

/// A kind that only order has, and that its project loses for some time.
const LOST: &str = "LimitRange";

/// The third: order fits again.
const THIRD: Edition = Edition { order_fits: true, ..SECOND };

/// Everything.
pub fn tell(trial: &mut Trial<'_>, report: &mut Report) -> Result<(), Failure> {
    trial.tell_of_order(report)?;
    trial.tell_of_changes(report)?;
    // What loses a right comes to differ without another commit.
    trial.check_differences(report);
    trial.tell_of_mistakes(report)?;
    trial.check_requests(report);
    Ok(())
}

impl Trial<'_> {
    /// The first deployment: waves wait, and projects refuse.
    pub fn tell_of_order(&mut self, report: &mut Report) -> Result<(), Failure> {
        let objects = self.objects(FIRST)?;
        let mut wrong = objects.clone();
        // Like a chart that cannot be fetched: Argo CD calls such an Application Healthy.
        change(&mut wrong, "infra-parent", "operator-application", |value| {
            value["spec"]["sources"][0]["path"] = json!("nowhere");
        })?;
        self.commit("operator with a folder that is not there", &wrong, &[])?;
        self.bootstrap(FIRST)?;
        let unreadable =
            |state: &State| state.of("operator").is_some_and(|it| it.sync() == "Unknown");
        let (state, is_seen) = self.wait(unreadable)?;
        if !is_seen {
            report.finding(format!(
                "Argo CD does not say that operator cannot be read: {}",
                all(&state)
            ));
        }
        let state = self.rest(PATIENCE)?;
        let mut held = 0;
        for waiting in ["certificates", "app-parent"] {
            match state.of(waiting) {
                None => held += 1,
                Some(early) => report.finding(format!(
                    "{waiting} waits for operator, which cannot be read, and is deployed before it: {early}, and {}",
                    told(state.of("operator"))
                )),
            }
        }
        report.compared(
            held,
            "Applications held by a wave for one that cannot be read, although Argo CD calls it Healthy",
        );

        let commit = self.commit("operator with its folder", &objects, &[])?;
        let attempts = std::mem::take(&mut self.attempts);
        let (state, _) = self.wait(|state| {
            are_done(state, &objects, &commit).is_empty() && refusals::are_decided(&attempts, state)
        })?;
        self.attempts = attempts;
        let others = are_done(&state, &objects, &commit);
        if others.is_empty() {
            report.compared(applications(&objects).count(), "Applications Synced and Healthy");
        } else {
            report
                .finding(format!("after the first commit that is complete: {}", others.join("; ")));
        }
        check_order(&state, report);
        let own = state.object("ConfigMap", ITSELF.as_str()).map(|object| &object["data"]);
        match own {
            Some(Value::Null) => {
                report.compared(1, "what helm wrote at bootstrap, and Git does not have, is gone");
            }
            other => report.finding(format!(
                "what helm wrote at bootstrap, and Git does not have, stays: {}",
                other.unwrap_or(&Value::Null)
            )),
        }
        self.check_refusals(&state, report)
    }

    /// What leaves Git, what gets another name, what two claim, and what does not fit on any node.
    pub fn tell_of_changes(&mut self, report: &mut Report) -> Result<(), Failure> {
        let before = self.objects(FIRST)?;
        let mut objects = self.objects(SECOND)?;
        let claimed = find(&before, "order", "LimitRange")?.clone();
        objects.push(Object { bundle: "copy".to_owned(), ..claimed.clone() });
        let commit =
            self.commit("a volume, a name and a bundle less; one object twice", &objects, &[])?;
        let volumes: Vec<&Object> = before.iter().filter(|object| holds_data(object)).collect();
        let customer = find(&before, "customer", "Deployment")?;
        let expectations = [
            expectation("an object that left Git is gone", |state| {
                state.has("ConfigMap", FIRST.settings).then(|| "it is there".to_owned())
            }),
            expectation("an object with another name is made anew", |state| {
                (!state.has("ConfigMap", SECOND.settings)).then(|| "it is missing".to_owned())
            }),
            expectation("a bundle that left goes with what it deployed", |state| {
                let application = state.of("customer").map(|it| it.to_string());
                let deployment = state.has("Deployment", &customer.identity.name);
                application.or_else(|| deployment.then(|| format!("{customer} is there")))
            }),
            expectation(
                "an object of a kind that no other bundle has goes with its bundle",
                |state| state.has("ResourceQuota", ONLY_ONE).then(|| "it is there".to_owned()),
            ),
            expectation("volumes and claims that left Git stay", |state| {
                let is_gone =
                    |volume: &&&Object| !state.has(volume.identity.kind, &volume.identity.name);
                volumes.iter().find(is_gone).map(|volume| format!("{volume} is gone"))
            }),
            expectation("an Application is Synced and Healthy without what it keeps", |state| {
                done(state, "account", &commit)
            }),
            expectation("an object of another Application is refused", |state| {
                let copy = state.of("copy");
                let refused = copy.is_some_and(|it| it.complains_of("Shared resource found"));
                (!refused).then(|| told(copy))
            }),
            expectation("and stays with its own", |state| {
                let owner = state.object("LimitRange", &claimed.identity.name).map(|object| {
                    object["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].to_string()
                });
                let is_own = owner.as_ref().is_some_and(|it| it.contains("order-application:"));
                (!is_own).then(|| owner.unwrap_or_else(|| "it is gone".to_owned()))
            }),
            expectation(
                "a Degraded service is deployed as far as it goes, and holds up no other",
                |state| {
                    let order = state.of("order");
                    let is_so =
                        order.is_some_and(|it| it.is_synced(&commit) && it.health() == "Degraded");
                    (!is_so).then(|| told(order)).or_else(|| done(state, "account", &commit))
                },
            ),
        ];
        self.expect(&expectations, report)?;
        Ok(())
    }

    /// Commits that break something at each level, and commits that mend it.
    fn tell_of_mistakes(&mut self, report: &mut Report) -> Result<(), Failure> {
        let good = self.objects(THIRD)?;
        let mut bad = self.objects(SECOND)?;
        change(&mut bad, "infra-parent", "certificates-application", |value| {
            value["spec"]["destination"]["namespace"] = json!("kube-public");
        })?;
        change(&mut bad, "app-parent", "app.order", lose)?;
        let commit =
            self.commit("a mistake in a bundle, a parent and a project", &bad, &["account"])?;
        let expectations = [
            complaint("a file that is no YAML stops its bundle", "account", "broken.yaml"),
            complaint(
                "a namespace that its project does not have stops its Application",
                "certificates",
                "do not match any of the allowed destinations",
            ),
            expectation("a kind that left a project in Git leaves it in the cluster", |state| {
                let project = state.object("AppProject", "app.order");
                let kinds = project.map(|it| it["spec"]["namespaceResourceWhitelist"].to_string());
                let is_gone = kinds.as_ref().is_some_and(|it| !it.contains(LOST));
                (!is_gone).then(|| format!("it contains {}", kinds.unwrap_or_default()))
            }),
            expectation("and the bundles beside them go on", |state| done(state, "copy", &commit)),
        ];
        self.expect(&expectations, report)?;

        let mut half = good.clone();
        change(&mut half, "app-parent", "app.order", lose)?;
        let commit =
            self.commit("mended but for the project, and a mistake in root", &half, &["root"])?;
        let expectations = [
            complaint("a file that is no YAML stops root", "root", "broken.yaml"),
            complaint(
                "a kind that its project lost is refused",
                "order",
                "LimitRange is not permitted in project",
            ),
            expectation("the bundle goes on by itself", |state| done(state, "account", &commit)),
            expectation("the Application with the wrong namespace goes on by itself", |state| {
                done(state, "certificates", &commit)
            }),
        ];
        self.expect(&expectations, report)?;

        let mut last = good;
        change(&mut last, "app-parent", "app.order", |value| {
            if let Some(spec) = value["spec"].as_object_mut() {
                spec.remove("description");
            }
        })?;
        let commit = self.commit("mended altogether, and a field less", &last, &[])?;
        let expectations = [
            expectation("root, the project and everything else goes on by itself", |state| {
                let others = are_done(state, &last, &commit);
                (!others.is_empty()).then(|| others.join("; "))
            }),
            expectation(
                "a field that bootstrap wrote leaves the cluster when it leaves Git",
                |state| {
                    let project = state.object("AppProject", "app.order");
                    let description = project.map_or(&Value::Null, |it| &it["spec"]["description"]);
                    (!description.is_null()).then(|| format!("the description is {description}"))
                },
            ),
        ];
        self.expect(&expectations, report).map(|_| ())
    }
}

/// Takes a kind from a project.
fn lose(project: &mut Value) {
    if let Some(kinds) = project["spec"]["namespaceResourceWhitelist"].as_array_mut() {
        kinds.retain(|kind| kind["kind"] != LOST);
    }
}

/// Whether of each pair the first was deployed before the second was made.
fn check_order(state: &State, report: &mut Report) {
    let mut followed = 0;
    for (first, second, why) in ORDER {
        let deployed = state.of(first).and_then(Application::first_deployed);
        let created = state.of(second).map(Application::created);
        match (deployed, created) {
            // RFC 3339 in UTC, both to the second: the order of texts is that of times.
            (Some(deployed), Some(created)) if deployed <= created => followed += 1,
            _ => report.finding(format!(
                "{second} came before {first} was deployed, but {why}: made at {}, deployed at {}",
                created.unwrap_or("no time"),
                deployed.unwrap_or("no time")
            )),
        }
    }
    report.compared(followed, "Applications made only after one that they wait for was deployed");
}

fn expectation<'a>(
    what: &'static str,
    otherwise: impl Fn(&State) -> Option<String> + 'a,
) -> Expectation<'a> {
    Expectation { what, otherwise: Box::new(otherwise) }
}

/// An Application has to complain.
fn complaint(what: &'static str, bundle: &'static str, part: &'static str) -> Expectation<'static> {
    expectation(what, move |state| {
        let application = state.of(bundle);
        let complains = application.is_some_and(|it| it.complains_of(part));
        (!complains).then(|| told(application))
    })
}

/// What is otherwise than Synced and Healthy.
fn done(state: &State, bundle: &str, commit: &str) -> Option<String> {
    let application = state.of(bundle);
    let is_done = application.is_some_and(|it| it.is_done(commit));
    (!is_done).then(|| told(application))
}

/// The Applications of a platform that are not Synced and Healthy.
fn are_done(state: &State, objects: &[Object], commit: &str) -> Vec<String> {
    applications(objects)
        .filter_map(|name| {
            let application = state.named(name);
            let is_done = application.is_some_and(|it| it.is_done(commit));
            (!is_done)
                .then(|| application.map_or(format!("{name} is missing"), |it| it.to_string()))
        })
        .collect()
}

fn applications(objects: &[Object]) -> impl Iterator<Item = &str> {
    let applications = objects.iter().filter(|object| object.identity.kind == "Application");
    applications.map(|object| object.identity.name.as_str())
}

fn told(application: Option<Application<'_>>) -> String {
    application.map_or("there is no such Application".to_owned(), |it| it.to_string())
}

fn all(state: &State) -> String {
    let own = state.all().filter(|application| !application.name().starts_with("refused-"));
    own.map(|application| application.to_string()).collect::<Vec<_>>().join("; ")
}

fn holds_data(object: &Object) -> bool {
    matches!(object.identity.kind, "PersistentVolume" | "PersistentVolumeClaim")
}

fn find<'a>(objects: &'a [Object], bundle: &str, kind: &str) -> Result<&'a Object, Failure> {
    let found = objects.iter().find(|it| it.bundle == bundle && it.identity.kind == kind);
    found.ok_or_else(|| missing(bundle, kind))
}

fn change(
    objects: &mut [Object],
    bundle: &str,
    name: &str,
    change: impl FnOnce(&mut Value),
) -> Result<(), Failure> {
    let object = objects.iter_mut().find(|it| it.bundle == bundle && it.identity.name == name);
    let object = object.ok_or_else(|| missing(bundle, name))?;
    *object = object.with(change)?;
    Ok(())
}

fn missing(bundle: &str, what: &str) -> Failure {
    Failure::new(format!(
        "the bundle {bundle} of the small platform has no {what} in {SHOP}: correct conformance/src/lanes/delivery"
    ))
}
