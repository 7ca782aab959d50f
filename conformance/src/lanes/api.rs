//! Lane `api`: a real API server takes every object and stores what was written.

mod allowed;
mod certificates;
pub mod faults;
mod pods;

use std::path::PathBuf;

use harness::{Applied, Cluster, Failure, Programs, Report, progress};
use serde_json::{Value, json};

use super::{Options, apply, in_cluster};
use crate::compare::{Difference, compare, is_same};
use crate::rendered::{self, Object, Rendered};

pub use allowed::{ALLOWED, Allowed, Table};

/// Applies every environment, each to an API server of its own.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut table = Table::new(ALLOWED);
    let mut all_accepted = true;
    for rendered in rendered::environments()? {
        let changed = changes(&rendered.objects)?;
        all_accepted &= environment(programs, options, &rendered, &changed, &mut table, report)?;
    }
    // Objects that are not stored do not show what they need.
    if all_accepted {
        unused(&table, report);
    }
    Ok(())
}

/// Reports the entries of the table that allow what no longer happens.
pub fn unused(table: &Table, report: &mut Report) {
    report.compared(table.used(), "allowed differences that occur");
    for (kind, path) in table.unused() {
        report.finding(format!(
            "{kind} {path}: listed as an allowed difference, but no object has it of those that leave the field out: remove it from \
             conformance/src/lanes/api/allowed.rs"
        ));
    }
}

/// A second render: the same objects, but the image of one and the replicas of another are changed.
pub struct Changed {
    /// Every object of the environment.
    pub objects: Vec<Object>,
    /// The numbers of those that are to get a new generation.
    pub expected: Vec<usize>,
}

/// Changes the image of the first Deployment and the replicas of the last.
pub fn changes(objects: &[Object]) -> Result<Changed, Failure> {
    let deployments: Vec<usize> = objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.identity.kind == "Deployment")
        .map(|(index, _)| index)
        .collect();
    let (Some(&first), Some(&last)) = (deployments.first(), deployments.last()) else {
        return Err(Failure::new(
            "the environment has no Deployment whose image could be changed: choose another kind in \
             conformance/src/lanes/api.rs",
        ));
    };
    let mut changed = objects.to_vec();
    let image = ["spec", "template", "spec", "containers", "0", "image"];
    changed[first] = changed[first].with_field(&image, json!("example.com/next:1"))?;
    let replicas = changed[last].value["spec"]["replicas"].as_u64().unwrap_or(1);
    changed[last] = changed[last].with_field(&["spec", "replicas"], json!(replicas + 1))?;
    let mut expected = vec![first, last];
    expected.dedup();
    Ok(Changed { objects: changed, expected })
}

/// Everything that the lane does with one environment; says whether its objects were accepted.
pub fn environment(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    changed: &Changed,
    table: &mut Table,
    report: &mut Report,
) -> Result<bool, Failure> {
    let name = &rendered.environment;
    progress(format_args!("api: {name}: starting etcd and the API server"));
    in_cluster(programs, options, name, report, |cluster, report| {
        judge(options, rendered, changed, table, cluster, report)
    })
}

fn judge(
    options: &Options,
    rendered: &Rendered,
    changed: &Changed,
    table: &mut Table,
    cluster: &mut Cluster,
    report: &mut Report,
) -> Result<bool, Failure> {
    let name = &rendered.environment;
    let kinds = apply::custom_kinds(cluster, &rendered.objects)?;
    apply::install_crds(cluster, options, &kinds)?;
    apply::namespaces_before(cluster, rendered)?;
    let folder = cluster.folder("rendered")?;
    let files = rendered.write(&folder)?;
    progress(format_args!("api: {name}: applying {} objects", files.len()));
    let applied = apply::apply(cluster, &rendered.objects, &files)?;
    refusals(name, &applied, report);
    let accepted = applied.errors.is_empty();
    if accepted {
        report.compared(
            files.len(),
            format!(
                "objects of {name} accepted with strict validation, {} custom kinds among them",
                kinds.len()
            ),
        );
        let mut lane = Stored { cluster, rendered, folder: folder.clone(), report };
        let first = lane.read()?;
        lane.compare(&first, table);
        let second = lane.apply_again(&files, &first, table)?;
        lane.apply_changed(changed, &second)?;
        certificates::judge(lane.cluster, rendered, &folder, lane.report)?;
        pods::judge(cluster, rendered, report)?;
    }
    Ok(accepted)
}

/// The objects of an environment in the API server.
struct Stored<'a> {
    cluster: &'a mut Cluster,
    rendered: &'a Rendered,
    folder: PathBuf,
    report: &'a mut Report,
}

impl Stored<'_> {
    /// The stored objects, in the order of the rendered ones.
    fn read(&mut self) -> Result<Vec<Value>, Failure> {
        let mut stored = self.cluster.get_files(&self.folder)?;
        let mut found = Vec::with_capacity(stored.len());
        for object in &self.rendered.objects {
            let index = stored.iter().position(|value| object.is(value));
            let index = index.ok_or_else(|| {
                Failure::new(format!(
                    "{object} was accepted, but the API server does not have it: run again with --keep and look"
                ))
            })?;
            found.push(stored.swap_remove(index));
        }
        Ok(found)
    }

    /// Field by field: what was written is what is stored.
    fn compare(&mut self, stored: &[Value], table: &mut Table) {
        let name = &self.rendered.environment;
        let mut fields = 0;
        for (object, stored) in self.rendered.objects.iter().zip(stored) {
            table.sees(object.identity.group, object.identity.kind, &object.value);
            let (differences, written) = compare(&object.value, stored);
            fields += written;
            for difference in differences {
                if !table.allows(object.identity.kind, &difference) {
                    self.report.finding(unexpected(name, object, &difference));
                }
            }
        }
        self.report.compared(fields, format!("fields of {name} read back"));
    }

    /// Returns the objects as the second apply leaves them.
    fn apply_again(
        &mut self,
        files: &[PathBuf],
        first: &[Value],
        table: &mut Table,
    ) -> Result<Vec<Value>, Failure> {
        let name = &self.rendered.environment;
        progress(format_args!("api: {name}: applying them again"));
        let applied = apply::apply(self.cluster, &self.rendered.objects, files)?;
        refusals(name, &applied, self.report);
        let second = self.read()?;
        let name = &self.rendered.environment;
        let mut unchanged = 0;
        let mut written_twice = Vec::new();
        for (object, (first, second)) in self.rendered.objects.iter().zip(first.iter().zip(&second))
        {
            if version(first) == version(second) {
                unchanged += 1;
            } else if is_same(first, second)
                && table.allows_second_write(object.identity.group, object.identity.kind)
            {
                written_twice.push(object.to_string());
            } else {
                self.report.finding(format!(
                    "{name}: {object} ({}) is written again by every apply: Argo CD would never be done with it",
                    object.origin
                ));
            }
        }
        self.report.compared(unchanged, format!("objects of {name} not written by a second apply"));
        if !written_twice.is_empty() {
            self.report.compared(
                written_twice.len(),
                format!(
                    "objects of {name} written once more by it with the same contents, and never again: {}",
                    written_twice.join(", ")
                ),
            );
        }
        Ok(second)
    }

    fn apply_changed(&mut self, changed: &Changed, first: &[Value]) -> Result<(), Failure> {
        let name = &self.rendered.environment;
        progress(format_args!(
            "api: {name}: applying another image and another number of replicas"
        ));
        let files = rendered::write(&changed.objects, &self.folder)?;
        let applied = apply::apply(self.cluster, &changed.objects, &files)?;
        refusals(name, &applied, self.report);
        let second = self.read()?;
        let name = &self.rendered.environment;
        for (index, (first, second)) in first.iter().zip(&second).enumerate() {
            let object = &self.rendered.objects[index];
            let expected = changed.expected.contains(&index);
            if expected && generation(first) == generation(second) {
                self.report.finding(format!(
                    "{name}: {object} ({}) was changed but keeps its generation: the change would not be rolled out",
                    object.origin
                ));
            }
            if !expected && version(first) != version(second) {
                self.report.finding(format!(
                    "{name}: {object} ({}) is written although nothing about it has changed",
                    object.origin
                ));
            }
        }
        self.report.compared(
            changed.expected.len(),
            format!(
                "objects of {name} with a new generation after a change of image and replicas, and no other"
            ),
        );
        Ok(())
    }
}

/// Reports what the API server refuses or warns of.
pub fn refusals(environment: &str, applied: &Applied, report: &mut Report) {
    for warning in &applied.warnings {
        report.finding(format!("{environment}: the API server warns: {warning}"));
    }
    for error in &applied.errors {
        report.finding(format!("{environment}: {error}"));
    }
}

fn version(stored: &Value) -> &Value {
    &stored["metadata"]["resourceVersion"]
}

fn generation(stored: &Value) -> &Value {
    &stored["metadata"]["generation"]
}

/// What differs, and the line of the table that would allow it.
fn unexpected(environment: &str, object: &Object, difference: &Difference) -> String {
    let Difference { path, pattern, written, stored } = difference;
    let happened = match (written, stored) {
        (None, Some(stored)) => format!("the API server adds {stored}"),
        (Some(written), Some(stored)) => format!("written as {written}, stored as {stored}"),
        (Some(written), None) => format!("written as {written}, not stored"),
        (None, None) => "neither written nor stored".to_owned(),
    };
    let way_out = match (written, stored) {
        (None, Some(stored)) => format!(
            "write it, or allow it in conformance/src/lanes/api/allowed.rs: (&[{:?}], {pattern:?}, {:?})",
            object.identity.kind,
            stored.to_string()
        ),
        _ => "write what is stored".to_owned(),
    };
    format!("{environment}: {object} ({}): {path}: {happened}; {way_out}", object.origin)
}
