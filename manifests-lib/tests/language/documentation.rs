//! What an editor shows of a field says how its value is written: it offers no macro by the type of a field.

use std::fs;
use std::path::Path;

/// Types of values, and how one is written.
const WRITTEN: [(&str, &[&str]); 38] = [
    ("AbsolutePath", &["path!("]),
    ("AccountId", &["account_id!("]),
    ("Bytes", &["mebibytes(", "gibibytes("]),
    ("ChartVersion", &["chart_version!("]),
    ("Cidr", &["cidr!("]),
    ("Cpu", &["millicores("]),
    ("EksAddonVersion", &["eks_addon_version!("]),
    ("EmailAddress", &["email_address!("]),
    ("FixedTag", &["fixed_tag!("]),
    ("GitBranch", &["git_branch!("]),
    ("GitCommit", &["git_commit!("]),
    ("GitUrl", &["git_url!("]),
    ("Host", &["host!("]),
    ("IamRoleName", &["iam_role_name!("]),
    ("Image", &["public_image!("]),
    ("KmsKeyId", &["kms_key_id!("]),
    ("LabelKey", &["label_key!("]),
    ("LogGroup", &["log_group!("]),
    ("Milliseconds", &["milliseconds("]),
    ("MinikubeProfile", &["minikube_profile!("]),
    ("Name", &["name!(", "Eks::GP3", "Minikube::LOCAL_PATH"]),
    ("Namespace", &["Namespace::"]),
    ("NodeGroup", &["NodeGroup {"]),
    ("NodePort", &["node_port!("]),
    ("Percent", &["percent!("]),
    ("Port", &["port!("]),
    ("PublicImage", &["public_image!("]),
    ("Region", &["region!("]),
    ("RelativePath", &["relative_path!("]),
    ("Repository", &["repository!("]),
    ("Resources", &["Resources {"]),
    ("Schedule", &["schedule!("]),
    ("Seconds", &["seconds("]),
    ("SecretsManagerName", &["secrets_manager_name!("]),
    ("SloTarget", &["slo_target!("]),
    ("Tag", &["tag!("]),
    ("TimeZone", &["time_zone!("]),
    ("User", &["uid!("]),
];

/// What the language fills in itself, for others to read.
const READ_ONLY: [&str; 12] = [
    "BuiltBundle",
    "BuiltPlatform",
    "Cluster",
    "GatewayNodePort",
    "GatewayPort",
    "Identity",
    "NodePool",
    "ObjectName",
    "PodIdentity",
    "Source",
    "StorageClass",
    "WebUi",
];

/// The fields below a folder whose documentation does not say it, and how many do.
fn silent_below(folder: &Path, told: &mut usize) -> Vec<String> {
    let mut silent = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            silent.extend(silent_below(&path, told));
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable source file");
        let (mut of, mut documentation) = ("", String::new());
        for line in text.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("///") {
                documentation.push_str(comment);
            } else if let Some(rest) = line.strip_prefix("pub struct ") {
                of = rest.split(|it: char| !it.is_alphanumeric()).next().unwrap_or_default();
            } else if let Some((field, kind)) = field(line).filter(|_| !READ_ONLY.contains(&of)) {
                let written = WRITTEN.iter().find(|(name, _)| *name == kind);
                if let Some((_, forms)) = written {
                    if forms.iter().any(|form| documentation.contains(form)) {
                        *told += 1;
                    } else {
                        silent.push(format!("{}: {of}::{field} ({})", path.display(), forms[0]));
                    }
                }
            }
            if !line.starts_with("///") && !line.starts_with("#[") {
                documentation.clear();
            }
        }
    }
    silent
}

/// The name and the type of a public field, without what is around the type.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, kind) = line.strip_prefix("pub ")?.strip_suffix(',')?.split_once(": ")?;
    let kind = kind.strip_prefix("&'a ").unwrap_or(kind);
    let kind = kind.strip_prefix("Vec<").and_then(|kind| kind.strip_suffix('>')).unwrap_or(kind);
    Some((name, kind))
}

#[test]
fn every_field_says_how_its_value_is_written() {
    let mut told = 0;
    let silent = silent_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut told);
    assert!(silent.is_empty(), "say it in the documentation of\n{}", silent.join("\n"));
    assert!(told > 100, "{told}");
}
