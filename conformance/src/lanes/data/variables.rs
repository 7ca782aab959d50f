//! Environment variables as the kubelet makes them of a manifest, of Secrets that the lane makes up.

use std::collections::BTreeMap;

use harness::Failure;
use serde_json::Value;

use super::object;
use crate::lanes::percent::encoded;
use crate::rendered::Object;

/// A password as AWS Secrets Manager may have it: whatever means something in a URL, in SQL or in a shell.
const HARD: &str = "a@b:c/d?e#f[g]h%i+j k&l=m'n\"o\\p$q`r";

/// The variables of the first container of a workload, in their order.
pub fn of(objects: &[Object], kind: &str, name: &str) -> Result<Vec<(String, String)>, Failure> {
    let workload = object(objects, kind, name)?;
    let container = &workload.value["spec"]["template"]["spec"]["containers"][0];
    let mut variables: Vec<(String, String)> = Vec::new();
    for variable in container["env"].as_array().into_iter().flatten() {
        let value = match &variable["valueFrom"]["secretKeyRef"] {
            Value::Null => expanded(text(&variable["value"]), &variables),
            reference => secret(objects, text(&reference["name"]), text(&reference["key"]))?,
        };
        variables.push((text(&variable["name"]).to_owned(), value));
    }
    Ok(variables)
}

/// The value of one of them.
pub fn value<'a>(variables: &'a [(String, String)], name: &str) -> Result<&'a str, Failure> {
    let found = variables.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str()).ok_or_else(|| {
        Failure::new(format!("no container has {name}: correct conformance/src/lanes/data"))
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `$(NAME)` of variables that stand before.
fn expanded(value: &str, before: &[(String, String)]) -> String {
    let known: BTreeMap<&str, &str> =
        before.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut result = String::new();
    let mut rest = value;
    while let Some((head, tail)) = rest.split_once("$(") {
        result.push_str(head);
        let known = tail.split_once(')').and_then(|(name, tail)| Some((known.get(name)?, tail)));
        if let Some((value, tail)) = known {
            result.push_str(value);
            rest = tail;
        } else {
            result.push_str("$(");
            rest = tail;
        }
    }
    result + rest
}

/// A key of a Secret, as External Secrets would make it.
fn secret(objects: &[Object], name: &str, key: &str) -> Result<String, Failure> {
    let source = objects.iter().find(|object| {
        object.identity.kind == "ExternalSecret" && object.value["spec"]["target"]["name"] == name
    });
    let spec = &source
        .ok_or_else(|| Failure::new(format!("nothing makes the Secret {name}")))?
        .value["spec"];
    let template = text(&spec["target"]["template"]["data"][key]);
    if template
        == format!(r#"{{{{ .{} | urlquery | replace "+" "%20" }}}}"#, key.trim_end_matches("-url"))
    {
        return Ok(encoded(&secret(objects, name, key.trim_end_matches("-url"))?));
    }
    if !template.is_empty() {
        return Ok(template.to_owned());
    }
    let of_aws = spec["data"].is_array();
    Ok(match (of_aws, key) {
        (true, "username") => "audit'or".to_owned(),
        (true, _) => HARD.to_owned(),
        // Letters and digits, another text for each Secret and key.
        (false, _) => format!("{name}{key}").replace('-', "7"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_before_is_expanded() {
        let before = [("USER".to_owned(), "me".to_owned())];
        assert_eq!(expanded("$(USER):$(PASSWORD)@$", &before), "me:$(PASSWORD)@$");
    }
}
