//! `names.tsv`: the names that types had, by place, so that an upgrade of a CRD renames nothing that code uses.

use std::collections::BTreeMap;
use std::fmt::Write;

use released::sha256;

use super::types::{Field, Shape, Shaped, Type};

/// Names by group version, kind and place.
#[derive(Debug, Default)]
pub struct Record(BTreeMap<String, Vec<Line>>);

/// A name that a type had.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Line {
    pub kind: String,
    pub place: String,
    pub name: String,
    /// The digest of the type's shape; None for a further name of it.
    pub shape: Option<String>,
}

/// What stands for the shape where the name is a further one.
const ALIAS: &str = "alias";

impl Record {
    /// Reads the file; lines of another form are ignored.
    pub fn read(text: &str) -> Self {
        let mut record = Self::default();
        for line in text.lines().filter(|line| !line.starts_with("//")) {
            let columns: Vec<&str> = line.split('\t').collect();
            if let [api_version, kind, place, name, shape] = columns.as_slice() {
                let line = Line {
                    kind: (*kind).to_owned(),
                    place: (*place).to_owned(),
                    name: (*name).to_owned(),
                    shape: (*shape != ALIAS).then(|| (*shape).to_owned()),
                };
                record.0.entry((*api_version).to_owned()).or_default().push(line);
            }
        }
        record
    }

    /// The names of a group version.
    pub fn of(&self, api_version: &str) -> &[Line] {
        self.0.get(api_version).map_or(&[], Vec::as_slice)
    }

    /// Adds the names of a group version.
    pub fn add(&mut self, api_version: &str, mut lines: Vec<Line>) {
        lines.sort();
        lines.dedup();
        self.0.insert(api_version.to_owned(), lines);
    }

    /// The file.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (api_version, lines) in &self.0 {
            for Line { kind, place, name, shape } in lines {
                let shape = shape.as_deref().unwrap_or(ALIAS);
                let _ = writeln!(text, "{api_version}\t{kind}\t{place}\t{name}\t{shape}");
            }
        }
        text
    }
}

/// A short digest of the shape of each type, with everything that it holds.
pub fn digests(types: &[Shaped]) -> Vec<String> {
    let mut known = vec![None; types.len()];
    (0..types.len()).map(|index| digest(types, index, &mut known)).collect()
}

fn digest(types: &[Shaped], index: usize, known: &mut Vec<Option<String>>) -> String {
    if let Some(digest) = &known[index] {
        return digest.clone();
    }
    let mut text = String::new();
    let mut of_type = |kind: &Type| {
        let held = kind.shaped().map(|held| digest(types, held, known));
        written(kind, held.as_deref().unwrap_or_default())
    };
    let mut of_field =
        |field: &Field| format!("{:?} {} {};", field.name, field.required, of_type(&field.kind));
    match &types[index].shape {
        Shape::Struct(structure) => {
            let _ = write!(text, "struct {}:", structure.open);
            text.extend(structure.fields.iter().map(&mut of_field));
            text.push('|');
            text.extend(structure.groups.iter().map(&mut of_field));
        }
        Shape::Choice(choice) => {
            let _ = write!(text, "choice {}:", choice.none_allowed);
            for (name, kind) in &choice.alternatives {
                let _ = write!(text, "{name:?} {};", of_type(kind));
            }
        }
        Shape::Strings(values) => {
            let _ = write!(text, "strings {values:?}");
        }
    }
    let digest = sha256(text.as_bytes())[..12].to_owned();
    known[index] = Some(digest.clone());
    digest
}

/// A type without the index of what it holds, which is another one in each run.
fn written(kind: &Type, held: &str) -> String {
    match kind {
        Type::Existing(path) => (*path).to_owned(),
        Type::List(inner) => format!("[{}]", written(inner, held)),
        Type::Map(inner) => format!("{{{}}}", written(inner, held)),
        Type::Nullable(inner) => format!("{}?", written(inner, held)),
        Type::Shaped(_) => held.to_owned(),
    }
}
