//! What Argo CD does: which Application deploys an object, what it leaves to others, and what cannot be seen.

use super::{Context, Effect, Subject};
use crate::check::has_option;
use crate::graph::delivery::{sources, wave};
use crate::objects::{Object, Value, list, text};

/// Tells what Argo CD does with a change.
pub(super) fn tell(context: &Context<'_>, subject: &mut Subject<'_, '_>) {
    if let Some(old) = subject.deleted() {
        cascade(context, subject, old);
    }
    let Some((old, new)) = subject.both() else { return };
    moved(context, subject, old, new);
    ignored(context, subject, new);
    if wave(old) != wave(new) {
        let cause = format!("deployed in wave {} instead of {}", wave(new), wave(old));
        for position in subject.matching(|difference| {
            difference.keys.last().is_some_and(|key| key == "argocd.argoproj.io/sync-wave")
        }) {
            subject.field(position, Effect::InPlace, cause.clone());
        }
    }
    if new.is("argoproj.io", "Application") {
        application(subject);
    }
}

/// What goes with an Application.
fn cascade(context: &Context<'_>, subject: &mut Subject<'_, '_>, old: &Object) {
    if !old.is("argoproj.io", "Application") {
        return;
    }
    let finalizers = list(&old.json["metadata"]["finalizers"]).iter().filter_map(text);
    let cascades =
        finalizers.into_iter().any(|own| own.starts_with("resources-finalizer.argocd.argoproj.io"));
    let is_gone = subject.whole.iter().any(|consequence| consequence.effect == Effect::Delete);
    let rendered = &context.from.environment.rendered;
    let is_seen = |chart: &str| {
        rendered.iter().any(|one| {
            one.failure.is_none()
                && one.source.application == old.identity
                && one.source.chart() == Some(chart)
        })
    };
    let charts: Vec<&str> = sources(old)
        .filter_map(|source| text(&source["chart"]))
        .filter(|chart| !is_seen(chart))
        .collect();
    if is_gone && cascades && !charts.is_empty() {
        let cause = format!(
            "everything that its charts have made is deleted, claims included; only CRDs stay: {}",
            charts.join(", ")
        );
        subject.whole(Effect::DataLoss, cause).one_way();
    } else if is_gone && !cascades {
        subject.whole(
            Effect::Ignored,
            "what it has deployed stays in the cluster: it has no finalizer",
        );
    }
}

/// An object that another Application deploys from now on.
fn moved(context: &Context<'_>, subject: &mut Subject<'_, '_>, old: &Object, new: &Object) {
    let (Some(before), Some(after)) = (
        context.from.delivery().application_of_copy(old),
        context.to.delivery().application_of_copy(new),
    ) else {
        return;
    };
    if before.identity == after.identity {
        return;
    }
    let (from, to) = (&before.identity, &after.identity);
    if has_option(old, "Prune=false") {
        subject.whole(
            Effect::InPlace,
            format!("{to} takes it over from {from}, which does not prune it"),
        );
    } else {
        let cause = format!(
            "{to} takes it over from {from}: where that syncs first, it is deleted and created again"
        );
        let way = format!("give it the option Prune=false in a release before, or sync {to} first");
        subject.whole(Effect::Delete, cause).way_out(way);
    }
    if has_option(after, "FailOnSharedResource=true") {
        subject.whole(Effect::Delete, format!("{to} does not sync while the object still belongs to {from} (FailOnSharedResource=true)"));
    }
}

/// Fields that stay as another manager has set them.
fn ignored(context: &Context<'_>, subject: &mut Subject<'_, '_>, new: &Object) {
    let Some(application) = context.to.delivery().application_of_copy(new) else { return };
    if !has_option(application, "RespectIgnoreDifferences=true") {
        return;
    }
    for rule in list(&application.json["spec"]["ignoreDifferences"]) {
        let is_about = |field: &str, own: &str| {
            text(&rule[field]).is_none_or(|wanted| wanted == own || wanted == "*")
        };
        let is_it = is_about("kind", &new.identity.kind)
            && is_about("group", &new.identity.group)
            && is_about("name", new.name())
            && is_about("namespace", new.namespace());
        if !is_it {
            continue;
        }
        for pointer in list(&rule["jsonPointers"]).iter().filter_map(text) {
            let steps: Vec<String> = pointer
                .split('/')
                .skip(1)
                .map(|step| step.replace("~1", "/").replace("~0", "~"))
                .collect();
            let positions = subject.matching(|difference| difference.keys.starts_with(&steps));
            for position in positions {
                subject.of_fields[position].clear();
                let cause =
                    format!("{} leaves {pointer} to whoever manages it", application.identity);
                subject.field(position, Effect::Ignored, cause);
            }
        }
    }
}

fn application(subject: &mut Subject<'_, '_>) {
    let positions = subject.matching(|difference| {
        difference.is_below("spec.source") || difference.is_below("spec.sources")
    });
    for position in positions {
        subject.field(position, Effect::InPlace, "what it deploys changes with the next sync");
    }
    for position in subject.below("spec.destination") {
        let cause = "its objects are deployed elsewhere, and those at the old place stay until somebody deletes them";
        subject.field(position, Effect::InPlace, cause);
    }
    for position in subject.below("spec.syncPolicy.automated.prune") {
        if subject.differences[position].new == Some(Value::Bool(true)) {
            subject.field(
                position,
                Effect::InPlace,
                "what is no longer in its manifests is deleted from now on",
            );
        }
    }
}
