//! The objects of the Helm release: `docs/helm-release-identity.tsv`.

use std::collections::BTreeMap;

/// The file, as messages name it.
pub const FILE: &str = "docs/helm-release-identity.tsv";

const COLUMNS: &str = "environment\tbundle\tapiVersion\tkind\tnamespace\tname\tlabels\tselector";

/// What the Helm release calls one of its objects.
pub struct HelmObject {
    pub line: usize,
    pub environment: String,
    pub api_version: String,
    pub kind: String,
    /// Empty for cluster-scoped kinds.
    pub namespace: String,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// What a workload or Service selects pods by; empty for other kinds.
    pub selector: BTreeMap<String, String>,
}

impl HelmObject {
    /// `Kind namespace/name`, or `Kind name`.
    pub fn title(&self) -> String {
        if self.namespace.is_empty() {
            format!("{} {}", self.kind, self.name)
        } else {
            format!("{} {}/{}", self.kind, self.namespace, self.name)
        }
    }

    /// API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// Reads the rows.
pub fn parse(text: &str) -> Result<Vec<HelmObject>, String> {
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, header)| header != COLUMNS) {
        return Err(format!(
            "{FILE}:1: the first line does not name the columns: restore it to {COLUMNS:?}"
        ));
    }
    lines.map(|(index, line)| row(index + 1, line)).collect()
}

fn row(line: usize, text: &str) -> Result<HelmObject, String> {
    let cells: Vec<&str> = text.split('\t').collect();
    let [environment, _bundle, api_version, kind, namespace, name, labels, selector] = cells[..]
    else {
        return Err(format!(
            "{FILE}:{line}: {} columns where 8 belong: restore the line, empty cells keep their tabulator",
            cells.len()
        ));
    };
    Ok(HelmObject {
        line,
        environment: environment.to_owned(),
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        labels: pairs(labels).ok_or_else(|| not_pairs(line, labels))?,
        selector: pairs(selector).ok_or_else(|| not_pairs(line, selector))?,
    })
}

fn not_pairs(line: usize, text: &str) -> String {
    format!(
        "{FILE}:{line}: {text:?} is not a list of key=value with commas between: restore the line"
    )
}

/// Reads `key=value,key=value`.
pub fn pairs(text: &str) -> Option<BTreeMap<String, String>> {
    text.split(',')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Writes `key=value,key=value`, by key.
pub fn list(pairs: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}
