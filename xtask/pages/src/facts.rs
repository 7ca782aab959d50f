//! What there is to tell of a bundle, as rows that environments are compared by.

pub(crate) mod data;
mod exceptions;
mod observability;
pub(crate) mod ports;
mod workloads;

use analysis::objects::Object;

use crate::page::{Block, Piece, Table, Text, plain, words};
use crate::view::{Bundle, View};

/// A row: what it is about, and what there is to say.
pub type Row = Vec<Text>;

/// The rows of a section in each environment, by its name.
pub type InEnvironments<'a> = Vec<(&'a str, Vec<Row>)>;

/// A section of a bundle's page.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// The columns of its table.
    pub head: &'static [&'static str],
    /// The rows in one environment.
    pub rows: fn(&View<'_>, &Bundle<'_>) -> Vec<Row>,
}

/// The sections of a bundle's page that are rows, in order.
pub const SECTIONS: &[Section] = &[
    Section { title: "Charts of others", head: &["what", "version"], rows: workloads::charts },
    Section { title: "What runs", head: &["what", "value"], rows: workloads::rows },
    Section { title: "Ports", head: &["Service", "ports"], rows: ports::services },
    Section { title: "Called by", head: &["who", "how"], rows: ports::callers },
    Section { title: "Calls", head: &["whom", "how"], rows: ports::calls },
    Section { title: "Routes", head: &["what", "leads to"], rows: ports::routes },
    Section { title: "Data", head: &["what", "value"], rows: data::rows },
    Section { title: "Secrets", head: &["Secret", "comes from"], rows: data::secrets },
    Section { title: "Rights", head: &["who", "may"], rows: data::rights },
    Section {
        title: "Objective and alerts",
        head: &["alert", "when"],
        rows: observability::alerts,
    },
    Section { title: "Dashboards and pages", head: &["what", "where"], rows: observability::pages },
    Section { title: "Metrics", head: &["monitor", "scrapes"], rows: observability::monitors },
    Section { title: "Exceptions", head: &["what", "reason"], rows: exceptions::rows },
];

/// Rows of several environments as one table: what is not the same everywhere says where it is.
#[must_use]
pub fn merged(head: &[&str], of_environments: &[(&str, Vec<Row>)]) -> Option<Block> {
    let all = combined(of_environments);
    let everywhere = of_environments.len();
    let differs = all.iter().any(|(_, places)| places.len() < everywhere);
    let mut head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    if differs {
        head.push("only in".to_owned());
    }
    let rows = all.into_iter().map(|(mut row, places)| {
        if differs {
            let only = if places.len() < everywhere { places.join(", ") } else { String::new() };
            row.push(words(only));
        }
        row
    });
    Table { head, rows: rows.collect() }.block()
}

/// Every row once, with the environments that have it; rows about the same beside each other.
fn combined<'a>(of_environments: &[(&'a str, Vec<Row>)]) -> Vec<(Row, Vec<&'a str>)> {
    let mut all: Vec<(Row, Vec<&str>)> = Vec::new();
    for (name, rows) in of_environments {
        let mut after = 0;
        for row in rows {
            if let Some(at) = all.iter().position(|(known, _)| known == row) {
                if !all[at].1.contains(name) {
                    all[at].1.push(name);
                }
                after = at + 1;
                continue;
            }
            // Behind the last row about the same, or else behind the one before it here.
            let about_same = all.iter().rposition(|(known, _)| known.first() == row.first());
            let at = about_same.map_or(after, |at| at + 1).min(all.len());
            all.insert(at, (row.clone(), vec![name]));
            after = at + 1;
        }
    }
    all
}

/// What is not the same in all environments, side by side: what it is about, and a column for each environment.
#[must_use]
pub fn differences(
    of_sections: &[(&str, InEnvironments<'_>)],
    environments: &[&str],
) -> Option<Block> {
    let mut rows: Vec<Row> = Vec::new();
    for (title, of_environments) in of_sections {
        let all = combined(of_environments);
        let mut subjects: Vec<&Text> = Vec::new();
        for (row, places) in &all {
            let Some(subject) = row.first().filter(|_| places.len() < environments.len()) else {
                continue;
            };
            if !subjects.contains(&subject) {
                subjects.push(subject);
            }
        }
        for subject in subjects {
            let mut cells = vec![words(*title), subject.clone()];
            for name in environments {
                let has = |(row, places): &&(Row, Vec<&str>)| {
                    row.first() == Some(subject) && places.contains(name)
                };
                let own = all.iter().filter(has).map(|(row, _)| {
                    let said = row[1..].iter().map(|text| {
                        if plain(text).is_empty() { Text::new() } else { text.clone() }
                    });
                    crate::page::joined(said)
                });
                let own: Vec<Text> = own.collect();
                let has_words = own.iter().any(|text| !text.is_empty());
                cells.push(match (own.is_empty(), has_words) {
                    (true, _) => words("—"),
                    (false, false) => words("yes"),
                    (false, true) => crate::page::joined(own),
                });
            }
            rows.push(cells);
        }
    }
    let mut head = vec!["section", "what"];
    head.extend(environments);
    Table::new(&head, rows).block()
}

/// An object as its kind and name; with its namespace where it is not that of the bundle.
fn object(bundle: &Bundle<'_>, object: &Object) -> Text {
    let own = bundle.built.namespace.name().as_str();
    let namespace = object.identity.namespace.as_deref().filter(|namespace| *namespace != own);
    let name = match namespace {
        Some(namespace) => format!("{namespace}/{}", object.name()),
        None => object.name().to_owned(),
    };
    vec![Piece::Words(format!("{} ", object.identity.kind)), Piece::Code(name)]
}

/// The objects that a bundle's module has written, in its own bundle and in others.
fn all<'a>(bundle: &Bundle<'a>) -> impl Iterator<Item = &'a Object> {
    bundle.objects.iter().chain(&bundle.elsewhere).copied()
}

#[cfg(test)]
mod tests {
    use crate::page::code;

    use super::*;

    fn row(about: &str, value: &str) -> Row {
        vec![code(about), code(value)]
    }

    fn shown(block: &Block) -> Vec<String> {
        let Block::Table(table) = block else { panic!("no table") };
        let line = |row: &Row| {
            let cells: Vec<String> = row.iter().map(plain).collect();
            cells.join(" | ").trim_end().to_owned()
        };
        std::iter::once(table.head.join(" | ")).chain(table.rows.iter().map(line)).collect()
    }

    #[test]
    fn what_is_the_same_stands_once_and_what_differs_beside_it() {
        let dev = vec![row("image", "a:1"), row("memory", "1Gi"), row("volume", "x")];
        let prd = vec![row("image", "b:1"), row("memory", "1Gi"), row("pods", "3")];
        let block = merged(&["what", "value"], &[("dev", dev), ("prd", prd)]).expect("rows");
        insta::assert_snapshot!(shown(&block).join("\n"), @"
        what | value | only in
        image | a:1 | dev
        image | b:1 | prd
        memory | 1Gi |
        pods | 3 | prd
        volume | x | dev
        ");
    }

    #[test]
    fn differences_stand_side_by_side() {
        let dev = vec![row("image", "a:1"), row("memory", "1Gi"), row("volume", "")];
        let prd = vec![row("image", "b:1"), row("memory", "1Gi")];
        let sections = [("What runs", vec![("dev", dev), ("prd", prd)])];
        let block = differences(&sections, &["dev", "prd"]).expect("rows");
        insta::assert_snapshot!(shown(&block).join("\n"), @"
        section | what | dev | prd
        What runs | image | a:1 | b:1
        What runs | volume | yes | —
        ");
        assert!(differences(&[("Ports", Vec::new())], &["dev"]).is_none());
    }
}
