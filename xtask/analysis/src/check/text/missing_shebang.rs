//! Scripts that no kernel can start.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-shebang",
    family: Family::Text,
    severity: Severity::Error,
    summary: "A file that a container starts does not begin with #!",
    consequence: "the container does not start: exec format error",
    explanation: "Looked at are files of ConfigMaps that a container has as its first word of `command`, where they are mounted by \
                  volume. An empty first line, or a blank before `#!`, is enough to break it.",
    remedy: "begin the text with the line of its interpreter, such as #!/bin/sh, or start the interpreter and give it the file",
    upstream: "https://man7.org/linux/man-pages/man2/execve.2.html",
    check: |graph, findings| {
        for pod in &graph.pods {
            for container in pod.containers() {
                let command = &container.json["command"][0];
                let Some(program) = text(command) else { continue };
                for mount in list(&container.json["volumeMounts"]) {
                    let below = text(&mount["mountPath"])
                        .and_then(|path| program.strip_prefix(path.trim_end_matches('/')));
                    let file = match (below, text(&mount["subPath"])) {
                        (Some(""), Some(file)) => file,
                        (Some(file), None) => file.trim_start_matches('/'),
                        _ => continue,
                    };
                    let volume = list(&pod.spec["volumes"])
                        .iter()
                        .find(|volume| volume["name"] == mount["name"]);
                    let Some(source) = volume.map(|volume| &volume["configMap"]) else { continue };
                    let item = list(&source["items"])
                        .iter()
                        .find(|item| text(&item["path"]) == Some(file));
                    let key = item.map_or(Some(file), |item| text(&item["key"]));
                    let map = text(&source["name"]).and_then(|name| {
                        graph.objects().find("", "ConfigMap", Some(pod.namespace()), name)
                    });
                    let (Some(map), Some(key)) = (map, key) else { continue };
                    let script = &map.json["data"][key];
                    if text(script).is_some_and(|script| !script.starts_with("#!")) {
                        findings
                            .add(
                                map,
                                At::Value(script),
                                format!("{key} is started as a program and does not begin with #!"),
                            )
                            .side("it is started here", pod.owner, At::Value(command));
                    }
                }
            }
        }
    },
};
