//! `paths.tsv`: the types that the project's code was written against, so that an upgrade cannot change one unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::keep::Keep;
use super::kind::{Kind, Object};
use super::lock::LockedChart;
use super::path::{Path, keys};

/// Types by chart and path.
#[derive(Debug, Default)]
pub struct Agreed(BTreeMap<String, BTreeMap<String, String>>);

impl Agreed {
    /// Reads the file; lines of another form are ignored.
    pub fn read(text: &str) -> Self {
        let mut agreed = Self::default();
        for line in text.lines().filter(|line| !line.starts_with("//")) {
            let mut columns = line.splitn(3, '\t');
            if let (Some(chart), Some(path), Some(kind)) =
                (columns.next(), columns.next(), columns.next())
            {
                let paths = agreed.0.entry(chart.to_owned()).or_default();
                paths.insert(path.to_owned(), kind.to_owned());
            }
        }
        agreed
    }

    /// Adds the types of a chart.
    pub fn add(&mut self, chart: &LockedChart, values: &Object) {
        let mut paths = BTreeMap::new();
        collect(&Path::default(), values, &mut paths);
        self.0.insert(chart.name.clone(), paths);
    }

    /// The file.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (chart, paths) in &self.0 {
            for (path, kind) in paths {
                let _ = writeln!(text, "{chart}\t{path}\t{kind}");
            }
        }
        text
    }

    /// The paths of a chart that were dropped or have another type than agreed on, though charts.toml still lists them.
    pub fn broken(&self, chart: &LockedChart, now: &Self) -> Vec<String> {
        let (Some(old), Some(new)) = (self.0.get(&chart.name), now.0.get(&chart.name)) else {
            return Vec::new();
        };
        let keep = Keep::of(chart);
        let mut broken = Vec::new();
        for (path, before) in old {
            match new.get(path) {
                Some(after) if after == before || is_wider(before, after) => {}
                Some(after) => broken.push(format!("{path} was {before} and is {after}")),
                None => {
                    let plain = path.replace(".*", "");
                    let asked_for = keys(&plain).is_none_or(|keys| keep.reaches(&keys));
                    if asked_for {
                        broken.push(format!("{path} was {before} and was dropped"));
                    }
                }
            }
        }
        broken
    }
}

/// Whether a list of values only has additions.
fn is_wider(before: &str, after: &str) -> bool {
    let values = |text: &str| {
        let list = text.strip_prefix("one of ")?;
        serde_json::from_str::<BTreeSet<String>>(list).ok()
    };
    match (values(before), values(after)) {
        (Some(before), Some(after)) => before.is_subset(&after),
        _ => false,
    }
}

fn collect(path: &Path, object: &Object, paths: &mut BTreeMap<String, String>) {
    for field in &object.fields {
        of_kind(&path.key(&field.key), &field.kind, paths);
    }
    if let Some(open) = &object.open {
        of_kind(&path.value(), open, paths);
    }
}

fn of_kind(path: &Path, kind: &Kind, paths: &mut BTreeMap<String, String>) {
    match kind {
        Kind::Object(object) => {
            paths.insert(path.to_string(), kind.to_string());
            collect(path, object, paths);
        }
        Kind::Nullable(inner) => {
            of_kind(path, inner, paths);
            paths.insert(path.to_string(), kind.to_string());
        }
        // Lists and maps of plain values are one line.
        Kind::List(inner) if inner.has_shape() => of_kind(&path.element(), inner, paths),
        Kind::Map(inner) if inner.has_shape() => of_kind(&path.value(), inner, paths),
        plain => {
            paths.insert(path.to_string(), plain.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_values_may_grow_but_not_shrink() {
        assert!(is_wider("one of [\"A\"]", "one of [\"A\",\"B\"]"));
        assert!(!is_wider("one of [\"A\",\"B\"]", "one of [\"A\"]"));
        assert!(!is_wider("one of [\"A\"]", "String"));
    }

    #[test]
    fn the_file_is_read_as_it_is_written() {
        let text = "argo-cd\tserver.replicas\ti64\nargo-cd\tserver.service\tobject\n";
        assert_eq!(Agreed::read(&format!("// header\n{text}")).text(), text);
    }
}
