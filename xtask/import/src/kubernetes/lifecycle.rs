//! In which minor version of Kubernetes a version of a kind was deprecated and removed, from the Go source that the API server is built with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};
use support::Result;

use super::read;

const FILE: &str = "zz_generated.prerelease-lifecycle.go";

/// Adds a line for each kind that was deprecated in some version: `!batch/v1beta1 CronJob`.
pub fn add(api: &Path, lines: &mut BTreeMap<String, Value>) -> Result<()> {
    for folder in folders(api) {
        for version in folders(&folder) {
            if !version.join(FILE).is_file() {
                continue;
            }
            let documentation = read(&version.join("doc.go"))?;
            let name =
                |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let group = group(&documentation).unwrap_or_else(|| name(&folder));
            let api_version = if group.is_empty() {
                name(&version)
            } else {
                format!("{group}/{}", name(&version))
            };
            for (kind, facts) in kinds(&read(&version.join(FILE))?) {
                lines.insert(format!("!{api_version} {kind}"), facts);
            }
        }
    }
    Ok(())
}

fn folders(of: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten();
    let mut folders: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The group that a package says it has.
fn group(documentation: &str) -> Option<String> {
    let line = documentation.lines().find_map(|line| line.split_once("+groupName="));
    line.map(|(_, group)| group.trim().to_owned())
}

/// Each kind with the minor versions that its methods return, and what takes its place.
fn kinds(source: &str) -> BTreeMap<String, Value> {
    let mut kinds: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut method = None;
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("func (in *") {
            let (kind, rest) = rest.split_once(") APILifecycle").unwrap_or_default();
            method =
                Some((kind.to_owned(), rest.split('(').next().unwrap_or_default().to_lowercase()));
        } else if let (Some((kind, method)), Some(value)) =
            (&method, line.trim().strip_prefix("return "))
        {
            let value = match method.as_str() {
                "deprecated" | "removed" => value
                    .strip_prefix("1, ")
                    .and_then(|minor| minor.parse::<u64>().ok())
                    .map(Value::from),
                "replacement" => replacement(value).map(Value::String),
                _ => None,
            };
            if let Some(value) = value {
                kinds.entry(kind.clone()).or_default().insert(method.clone(), value);
            }
        }
    }
    kinds.retain(|kind, facts| !kind.ends_with("List") && facts.contains_key("deprecated"));
    kinds.into_iter().map(|(kind, facts)| (kind, Value::Object(facts))).collect()
}

/// `apps/v1` of `schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}`.
fn replacement(value: &str) -> Option<String> {
    let mut texts = value.split('"').skip(1).step_by(2);
    let (group, version) = (texts.next()?, texts.next()?);
    Some(if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_read_from_go() {
        let source = "\
func (in *CronJob) APILifecycleDeprecated() (major, minor int) {
\treturn 1, 21
}
func (in *CronJob) APILifecycleReplacement() schema.GroupVersionKind {
\treturn schema.GroupVersionKind{Group: \"batch\", Version: \"v1\", Kind: \"CronJob\"}
}
func (in *Job) APILifecycleIntroduced() (major, minor int) {
\treturn 1, 2
";
        let expected = json!({"deprecated": 21, "replacement": "batch/v1"});
        assert_eq!(kinds(source), BTreeMap::from([("CronJob".to_owned(), expected)]));
    }
}
