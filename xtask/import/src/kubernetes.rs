//! `import kubernetes`: the schemas of built-in kinds, from the sources of the API server.
//!
//! They come from the Go module `k8s.io/kubernetes` that the conformance lanes build the API server from, so that `go.sum` there has its
//! digest: `api/openapi-spec/swagger.json`, and the enumerations, which that file leaves out, from the Go source that it was made of. When
//! versions were deprecated and removed is in the sources of `k8s.io/api`.

mod lifecycle;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::{Map, Value, json};
use support::{Failure, Result, tell};

use crate::facts;
use crate::output::{Changes, File, stamped};

const EXAMPLES: &str = "\
Examples:
  cargo run -p import -- kubernetes             after a change of conformance/harness/programs/kubernetes/go.mod
  cargo run -p import -- kubernetes --check     print what would change

Exit codes: 0 no differences, 1 differences found by --check, 2 could not run.";

/// Write the schemas of Kubernetes' own kinds, which `cargo xtask check` compares objects with.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// Print what would change as a unified diff, without writing anything, and exit with 1 if anything would.
    #[arg(long)]
    check: bool,

    /// The folder to write to, xtask/analysis of the repository by default.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// The file below the output folder.
const FILE: &str = "src/schema/kubernetes.tsv";

/// Regenerates, or compares with `--check`.
///
/// # Errors
/// If the sources are not there or not as expected, or the output cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = support::workspace()?;
    let go = workspace.join("conformance/harness/programs/kubernetes");
    let (sources, api) = (sources(&go, "k8s.io/kubernetes")?, sources(&go, "k8s.io/api")?);
    let output = arguments.output.clone().unwrap_or_else(|| workspace.join("xtask/analysis"));
    let swagger = read(&sources.join("api/openapi-spec/swagger.json"))?;
    let generated = read(&sources.join("pkg/generated/openapi/zz_generated.openapi.go"))?;
    let swagger: Value = serde_json::from_str(&swagger).map_err(|error| {
        Failure::new(format!("swagger.json is no JSON: {error}; name other sources with --from"))
    })?;
    let mut lines = kinds(&swagger, &enumerations(&generated));
    lifecycle::add(&api, &mut lines)?;
    let name =
        |folder: &Path| format!("k8s.io/{}", folder.file_name().unwrap_or_default().display());
    let origins = [name(&sources), name(&api)];
    let text = stamped("cargo run -p import -- kubernetes", &origins, &facts::text(&lines));
    let changes = Changes::find(&output, vec![File { path: FILE.to_owned(), text }])?;
    if arguments.check {
        support::output::print(&changes.diff())?;
        return Ok(ExitCode::from(u8::from(!changes.is_empty())));
    }
    let changes = changes.apply()?;
    tell(format_args!("{}: {}", output.join(FILE).display(), changes.summary()));
    Ok(ExitCode::SUCCESS)
}

/// The folder of a module that another one needs, which Go downloads where it is missing.
fn sources(needed_by: &Path, module: &str) -> Result<PathBuf> {
    let wrong = |what: String| {
        Failure::new(format!(
            "the sources of {module} are not there: {what}; run it where Go has or gets them"
        ))
    };
    let output = Command::new("go")
        .args(["mod", "download", "-json", module])
        .current_dir(needed_by)
        .output()
        .map_err(|error| wrong(format!("go cannot be started: {error}")))?;
    let answer: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| wrong(String::from_utf8_lossy(&output.stderr).trim().to_owned()))?;
    match answer["Dir"].as_str() {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => Err(wrong(answer["Error"].as_str().unwrap_or("go names no folder").to_owned())),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(format!(
            "{} cannot be read: {error}; clean Go's cache of modules",
            path.display()
        ))
    })
}

/// The values of a property by the definition and the property, as Go's source names them.
type Enumerations = BTreeMap<(String, String), Vec<Value>>;

/// Reads enumerations from the generated source, whose form is steady: a function for each definition, a line for each property.
fn enumerations(source: &str) -> Enumerations {
    let mut found = Enumerations::new();
    let (mut definition, mut property) = (String::new(), String::new());
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("func schema_") {
            rest.split('(').next().unwrap_or_default().clone_into(&mut definition);
        } else if let Some(rest) = line.strip_prefix("\t\t\t\t\t\"") {
            if let Some(name) = rest.strip_suffix("\": {") {
                name.clone_into(&mut property);
            }
        } else if let Some(values) = line.trim_start().strip_prefix("Enum:") {
            let values = values
                .trim()
                .strip_prefix("[]interface{}{")
                .and_then(|values| values.strip_suffix("},"));
            let values =
                values.and_then(|values| serde_json::from_str(&format!("[{values}]")).ok());
            if let Some(values) = values {
                found.insert((definition.clone(), property.clone()), values);
            }
        }
    }
    found
}

/// The lines of the facts: each kind that can be created, and the definitions that they consist of.
fn kinds(swagger: &Value, enumerations: &Enumerations) -> BTreeMap<String, Value> {
    let mut lines = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    let definitions = &swagger["definitions"];
    for (kind, is_namespaced) in created(swagger) {
        let name = definitions.as_object().into_iter().flatten().find(|(_, definition)| {
            let kinds = definition["x-kubernetes-group-version-kind"].as_array();
            kinds.is_some_and(|kinds| kinds.len() == 1 && *kinds == [kind.clone()])
        });
        let Some((name, _)) = name else { continue };
        let [group, version, kind] =
            ["group", "version", "kind"].map(|key| kind[key].as_str().unwrap_or_default());
        let api_version =
            if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let scope = if is_namespaced { "Namespaced" } else { "Cluster" };
        lines.insert(
            format!("{api_version} {kind}"),
            json!({"scope": scope, "schema": {"$ref": short(name)}}),
        );
        reach(definitions, name, &mut wanted);
    }
    for name in wanted {
        let mut schema = facts::without_prose(&definitions[&name]);
        resolve(&mut schema);
        enumerate(&name, &mut schema, enumerations);
        lines.insert(format!("#{}", short(&name)), schema);
    }
    lines
}

/// Group, version and kind of what can be created, and whether that is in a namespace.
fn created(swagger: &Value) -> Vec<(Value, bool)> {
    let mut created = Vec::new();
    for (path, operations) in swagger["paths"].as_object().into_iter().flatten() {
        let operation = &operations["post"];
        // What is created below an object, such as an eviction, is in no manifest.
        if path.ends_with('}') || path.contains("{name}") || operation.is_null() {
            continue;
        }
        created.push((
            operation["x-kubernetes-group-version-kind"].clone(),
            path.contains("{namespace}"),
        ));
    }
    created
}

const REFERENCE: &str = "#/definitions/";

/// Collects what a definition consists of.
fn reach(definitions: &Value, name: &str, wanted: &mut BTreeSet<String>) {
    if !wanted.insert(name.to_owned()) {
        return;
    }
    let mut open = vec![&definitions[name]];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                    reach(definitions, name.trim_start_matches(REFERENCE), wanted);
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

/// `core.v1.Pod` of `io.k8s.api.core.v1.Pod`.
fn short(name: &str) -> &str {
    let name = name.trim_start_matches(REFERENCE);
    let known = ["io.k8s.apimachinery.pkg.", "io.k8s.api.", "io.k8s."];
    known.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

fn resolve(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get_mut("$ref") {
                *name = short(name).to_owned();
            }
            fields.values_mut().for_each(resolve);
        }
        Value::Array(items) => items.iter_mut().for_each(resolve),
        _ => {}
    }
}

/// Adds the values of each property; of a list those of its items.
fn enumerate(name: &str, schema: &mut Value, enumerations: &Enumerations) {
    // `k8sio_api_core_v1_Pod` of `io.k8s.api.core.v1.Pod`.
    let of_api = name
        .strip_prefix("io.k8s.api.")
        .map(|rest| format!("k8sio_api_{}", rest.replace('.', "_")));
    let of_extensions =
        name.strip_prefix("io.k8s.apiextensions-apiserver.").map(|rest| rest.replace('.', "_"));
    let Some(function) = of_api.or(of_extensions) else { return };
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (property, schema) in properties {
        let Some(values) = enumerations.get(&(function.clone(), property.clone())) else {
            continue;
        };
        let mut target: &mut Value = schema;
        for inner in ["items", "additionalProperties"] {
            if target[inner].is_object() {
                target = &mut target[inner];
            }
        }
        if let Some(target) = target.as_object_mut() {
            let fields: &mut Map<String, Value> = target;
            fields.insert("enum".to_owned(), Value::Array(values.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enumerations_are_read_from_go() {
        let source = "\
func schema_k8sio_api_core_v1_Pod(ref common.ReferenceCallback) common.OpenAPIDefinition {
\t\t\t\t\t\"policy\": {
\t\t\t\t\t\tSchemaProps: spec.SchemaProps{
\t\t\t\t\t\t\tEnum:        []interface{}{\"Always\", \"Never\"},
";
        let mut schema = json!({"properties": {"policy": {"type": "string"}}});
        enumerate("io.k8s.api.core.v1.Pod", &mut schema, &enumerations(source));
        assert_eq!(schema["properties"]["policy"]["enum"], json!(["Always", "Never"]));
    }
}
