//! Faults for the lane `charts`.

use harness::{Failure, Programs, Report};
use manifests_lib::delivery::SourceFrom;
use manifests_lib::values::GitCommit;
use serde_json::{Value, json};

use super::effects::Effects;
use super::render::Renderer;
use super::{differences, package};
use crate::lanes::Options;
use crate::lanes::faults::{environment, expect};
use crate::rendered::{Rendered, RenderedSource};

/// The chart with the faults: a small one, which restarts no pod by itself when its configuration changes.
const CHART: &str = "jaeger";

/// Bundles that say otherwise than their charts, values without effect or with too little, and a tag that was moved.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let tested = environment()?;
    let renderer = Renderer::new(programs, options.charts.as_deref(), &tested.objects)?;
    let chart =
        source(&tested, |from| matches!(from, SourceFrom::Chart { name, .. } if *name == CHART))?;
    kinds(&renderer, &chart, report)?;
    for (fault, path, value, expected) in [
        (
            "a value that nothing reads",
            &["jaeger", "replicass"][..],
            Some(json!(1)),
            &["the value jaeger.replicass changes nothing"][..],
        ),
        (
            "a configuration that reaches no pod",
            &["jaeger", "extraEnv"][..],
            None,
            &["the value userconfig.", "changes ConfigMap", "do not restart"][..],
        ),
    ] {
        let mut chart = chart.clone();
        if let SourceFrom::Chart { values, .. } = &mut chart.spec.from {
            set(values, path, value);
        }
        let mut found = Report::default();
        let made = renderer.render(&chart)?;
        Effects::default().look(&renderer, &tested.environment, &chart, &made, &mut found)?;
        expect(report, fault, &found.findings, expected);
    }
    moved_tag(&renderer, &tested, report)
}

/// A kind that the bundle leaves out, and one that it has for nothing.
fn kinds(
    renderer: &Renderer<'_>,
    chart: &RenderedSource,
    report: &mut Report,
) -> Result<(), Failure> {
    let made = renderer.render(chart)?;
    let mut spec = chart.spec.clone();
    spec.kinds.retain(|kind| kind.kind != "ConfigMap");
    expect(
        report,
        "a kind that the bundle does not list",
        &differences(&spec, &made),
        &["`kinds` does not list ConfigMap"],
    );
    let mut spec = chart.spec.clone();
    spec.kinds.extend(spec.kinds.first().map(|kind| {
        let mut kind = *kind;
        kind.kind = "CronJob";
        kind
    }));
    expect(
        report,
        "a kind that the chart does not make",
        &differences(&spec, &made),
        &["it makes no CronJob"],
    );
    Ok(())
}

/// A tag that leads to another commit than the one that was reviewed.
fn moved_tag(
    renderer: &Renderer<'_>,
    tested: &Rendered,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut kustomization =
        source(tested, |from| matches!(from, SourceFrom::Kustomization { .. }))?;
    if let SourceFrom::Kustomization { commit, .. } = &mut kustomization.spec.from {
        *commit = GitCommit::from_static("0123456789abcdef0123456789abcdef01234567");
    }
    let mut found = Report::default();
    package::judge(renderer, &tested.environment, &kustomization, &mut found)?;
    expect(report, "a tag that was moved", &found.findings, &["leads to the commit"]);
    Ok(())
}

/// The first source of a kind.
fn source(
    tested: &Rendered,
    is_searched: impl Fn(&SourceFrom) -> bool,
) -> Result<RenderedSource, Failure> {
    let found = tested.sources.iter().find(|source| is_searched(&source.spec.from));
    found.cloned().ok_or_else(|| {
        Failure::new(format!(
            "the environment has no chart {CHART} or no kustomization to put a fault into: choose another in \
             conformance/src/lanes/charts/faults.rs"
        ))
    })
}

/// Sets a value, or takes it out.
fn set(values: &mut Value, path: &[&str], value: Option<Value>) {
    let Some((last, parents)) = path.split_last() else { return };
    let parent = parents.iter().try_fold(values, |values, key| values.get_mut(key));
    if let Some(Value::Object(parent)) = parent {
        match value {
            Some(value) => parent.insert((*last).to_owned(), value),
            None => parent.remove(*last),
        };
    }
}
