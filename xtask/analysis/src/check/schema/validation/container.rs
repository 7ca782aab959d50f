//! Containers.

use std::collections::{HashMap, HashSet};

use super::Mistake;
use super::metadata::REFERENCE;
use super::pod::{LARGEST, PROFILE};
use super::quantity;
use super::shape::{Is, Shape, Validator, either, is_there};
use super::text::{
    CONFIGURATION_KEY, HEADER, LABEL, PATH_WITHOUT_BACKSTEPS, PORT_NAME, RELATIVE_PATH, SUBDOMAIN,
    VARIABLE,
};
use crate::check::At;
use crate::objects::quantity::{billionths, parse};
use crate::objects::{Value, list, text};

/// A container.
pub(super) static CONTAINER: Shape =
    Shape { fields: FIELDS, together: &[requests, mounts_of_devices] };

/// A container that runs before the others.
pub(super) static INIT_CONTAINER: Shape =
    Shape { fields: FIELDS, together: &[requests, mounts_of_devices, init] };

const FIELDS: &[(&str, &[Is])] = &[
    ("env", &[Is::Each(&VARIABLE_OF_CONTAINER)]),
    ("envFrom", &[Is::Each(&VARIABLES_FROM)]),
    ("image", &[Is::Required, Is::Also(spaces)]),
    ("lifecycle", &[Is::Part(&LIFECYCLE)]),
    ("livenessProbe", &[Is::Part(&LIVENESS)]),
    ("name", &[Is::Required, Is::Text(&LABEL)]),
    ("ports", &[Is::Each(&PORT), Is::Unique("name")]),
    ("readinessProbe", &[Is::Part(&PROBE)]),
    ("resizePolicy", &[Is::Each(&RESIZE), Is::Unique("resourceName")]),
    ("resources", &[Is::Part(&RESOURCES)]),
    ("securityContext", &[Is::Part(&SECURITY)]),
    ("startupProbe", &[Is::Part(&LIVENESS)]),
    ("volumeDevices", &[Is::Each(&DEVICE), Is::Unique("name"), Is::Unique("devicePath")]),
    ("volumeMounts", &[Is::Each(&MOUNT)]),
];

/// Blanks around the image are refused of pods, and of no template.
fn spaces<'a>(validator: &mut Validator<'a>, image: &'a Value) {
    let is_pod = validator.object.is("", "Pod");
    if is_pod && text(image).is_some_and(|image| image.trim() != image) {
        let message = format!("{image} has blanks around it");
        validator.refuse(Mistake::Name, At::Value(image), message);
    }
}

fn requests<'a>(validator: &mut Validator<'a>, container: &'a Value) {
    quantity::requests(validator, &container["resources"]);
}

/// What all containers of a pod share.
pub(super) fn containers<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let of = |field: &str| list(&spec[field]).iter();
    let mut names = HashSet::new();
    for container in of("containers").chain(of("initContainers")) {
        let Some(name) = text(&container["name"]).filter(|name| !name.is_empty()) else { continue };
        if !names.insert(name) {
            let message = format!("two containers have the name {name}");
            validator.refuse(Mistake::DuplicateName, At::Value(&container["name"]), message);
        }
    }
    let mut taken = HashSet::new();
    for port in of("containers").flat_map(|container| list(&container["ports"])) {
        let number = if port["hostPort"].is_null() && spec["hostNetwork"] == true {
            &port["containerPort"]
        } else {
            &port["hostPort"]
        };
        let Some(number_of_host) = number.as_i64().filter(|number| *number > 0) else { continue };
        let protocol = text(&port["protocol"]).unwrap_or("TCP");
        let address = text(&port["hostIP"]).unwrap_or_default();
        if !taken.insert((number_of_host, protocol, address)) {
            let message =
                format!("the port {number_of_host}/{protocol} of the node is taken twice");
            validator.refuse(Mistake::DuplicateName, At::Value(number), message);
        }
    }
    sleeps(validator, spec);
    policies(validator, spec);
    devices(validator, spec);
}

/// The pause of a hook ends before the pod is killed.
fn sleeps<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let grace = spec["terminationGracePeriodSeconds"].as_i64().unwrap_or(30);
    let all = list(&spec["containers"]).iter().chain(list(&spec["initContainers"]));
    for container in all {
        for hook in ["postStart", "preStop"] {
            let seconds = &container["lifecycle"][hook]["sleep"]["seconds"];
            if seconds.as_i64().is_some_and(|seconds| seconds < 0 || seconds > grace) {
                let message = format!(
                    "{hook} sleeps {seconds} s, and the grace period of the pod is {grace} s"
                );
                validator.refuse(Mistake::NumberOutOfRange, At::Value(seconds), message);
            }
        }
    }
}

/// Containers of a pod that is never restarted cannot be restarted for a new size either.
fn policies<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    if spec["restartPolicy"] != "Never" {
        return;
    }
    for policy in
        list(&spec["containers"]).iter().flat_map(|container| list(&container["resizePolicy"]))
    {
        if policy["restartPolicy"] == "RestartContainer" {
            let message = "RestartContainer cannot be said of a pod with the restartPolicy Never";
            validator.refuse(
                Mistake::ContradictingFields,
                At::Value(&policy["restartPolicy"]),
                message,
            );
        }
    }
}

/// Block devices come from claims, and exist.
fn devices<'a>(validator: &mut Validator<'a>, spec: &'a Value) {
    let volumes: HashMap<&str, &Value> = list(&spec["volumes"])
        .iter()
        .filter_map(|volume| Some((text(&volume["name"])?, volume)))
        .collect();
    let all = list(&spec["containers"]).iter().chain(list(&spec["initContainers"]));
    for device in all.flat_map(|container| list(&container["volumeDevices"])) {
        let Some(name) = text(&device["name"]).filter(|name| !name.is_empty()) else { continue };
        match volumes.get(name) {
            Some(volume)
                if volume["persistentVolumeClaim"].is_null() && volume["ephemeral"].is_null() =>
            {
                let message =
                    format!("the volume {name} is no claim, and only claims can be block devices");
                validator.refuse(Mistake::ContradictingFields, At::Value(&device["name"]), message);
            }
            _ => {}
        }
    }
}

/// A volume is a folder or a device in a container, not both.
fn mounts_of_devices<'a>(validator: &mut Validator<'a>, container: &'a Value) {
    for device in list(&container["volumeDevices"]) {
        for mount in list(&container["volumeMounts"]) {
            if text(&device["name"]).is_some() && device["name"] == mount["name"] {
                let message =
                    format!("the volume {} is mounted and a device at once", mount["name"]);
                validator.refuse(Mistake::ContradictingFields, At::Value(mount), message);
            }
            if text(&device["devicePath"]).is_some() && device["devicePath"] == mount["mountPath"] {
                let message =
                    format!("{} is the path of a mount and of a device", mount["mountPath"]);
                validator.refuse(Mistake::ContradictingFields, At::Value(mount), message);
            }
        }
    }
}

/// A container that ends before the others start has no probes and no hooks.
fn init<'a>(validator: &mut Validator<'a>, container: &'a Value) {
    if container["restartPolicy"] == "Always" {
        return;
    }
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if is_there(&container[field]) {
            validator.refuse_with(
                Mistake::ContradictingFields,
                At::Value(&container[field]),
                format!("an init container that ends has no {field}"),
                "remove it, or make it a sidecar by restartPolicy: Always",
            );
        }
    }
}

static RESIZE: Shape = Shape {
    fields: &[
        ("resourceName", &[Is::Required, Is::AnyOf(&["cpu", "memory"])]),
        ("restartPolicy", &[Is::Required, Is::AnyOf(&["NotRequired", "RestartContainer"])]),
    ],
    together: &[],
};

static VARIABLE_OF_CONTAINER: Shape = Shape {
    fields: &[
        ("name", &[Is::Required, Is::Text(&VARIABLE)]),
        ("valueFrom", &[Is::Part(&VALUE_FROM)]),
    ],
    together: &[|validator, variable| {
        let value = text(&variable["value"]).unwrap_or_default();
        if !value.is_empty() && variable["valueFrom"].is_object() {
            let message = format!("the variable {} has value and valueFrom", variable["name"]);
            validator.refuse_with(
                Mistake::OneOf,
                At::Value(&variable["valueFrom"]),
                message,
                "keep one of them",
            );
        }
    }],
};

static VALUE_FROM: Shape = Shape {
    fields: &[
        ("configMapKeyRef", &[Is::Part(&KEY)]),
        ("fieldRef", &[Is::Part(&FIELD_OF_VARIABLE)]),
        ("resourceFieldRef", &[Is::Part(&RESOURCE_FIELD)]),
        ("secretKeyRef", &[Is::Part(&KEY)]),
    ],
    together: &[|validator, value| {
        let fields =
            ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
        validator.exactly_one(value, "where the value comes from", &fields);
    }],
};

static KEY: Shape = Shape {
    fields: &[
        ("name", &[Is::Required, Is::Text(&SUBDOMAIN)]),
        ("key", &[Is::Required, Is::Text(&CONFIGURATION_KEY)]),
    ],
    together: &[],
};

static VARIABLES_FROM: Shape = Shape {
    fields: &[
        ("prefix", &[Is::Text(&VARIABLE)]),
        ("configMapRef", &[Is::Part(&REFERENCE)]),
        ("secretRef", &[Is::Part(&REFERENCE)]),
    ],
    together: &[|validator, value| {
        validator.exactly_one(value, "where the values come from", &["configMapRef", "secretRef"]);
    }],
};

const FIELDS_OF_VARIABLES: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

const FIELDS_OF_FILES: &[&str] = &[
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
];

static FIELD_OF_VARIABLE: Shape = Shape {
    fields: &[],
    together: &[|validator, field| field_of_pod(validator, field, FIELDS_OF_VARIABLES)],
};

/// A field of the pod in a file.
pub(super) static FIELD_OF_FILE: Shape = Shape {
    fields: &[],
    together: &[|validator, field| field_of_pod(validator, field, FIELDS_OF_FILES)],
};

fn field_of_pod<'a>(validator: &mut Validator<'a>, field: &'a Value, known: &[&'static str]) {
    if text(&field["apiVersion"]).is_some_and(|version| !["", "v1"].contains(&version)) {
        let message = format!("there is no version {} of pods, only v1", field["apiVersion"]);
        validator.refuse(Mistake::FieldPath, At::Value(&field["apiVersion"]), message);
    }
    let path = &field["fieldPath"];
    let Some(written) = text(path).filter(|path| !path.is_empty()) else {
        if !path.is_number() && !path.is_object() && !path.is_array() && !path.is_boolean() {
            validator.required(field, "fieldPath");
        }
        return;
    };
    let subscript = ["metadata.labels", "metadata.annotations"]
        .iter()
        .find_map(|map| written.strip_prefix(map)?.strip_prefix("['")?.strip_suffix("']"));
    if let Some(key) = subscript {
        if super::text::qualified(&key.to_lowercase()).is_some() {
            let message = format!("{key:?} is no key of a label or an annotation");
            validator.refuse(Mistake::FieldPath, At::Value(path), message);
        }
    } else if !known.contains(&written) {
        let near = crate::check::hint(written, known.iter().copied());
        validator.refuse_with(
            Mistake::FieldPath,
            At::Value(path),
            format!("the field {written:?} of a pod cannot be read{near}"),
            format!("read one of {}, or metadata.labels['KEY']", either(known)),
        );
    }
}

const RESOURCES_OF_FIELDS: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// An amount of a container in a variable or a file.
pub(super) static RESOURCE_FIELD: Shape = Shape {
    fields: &[("resource", &[Is::Required])],
    together: &[|validator, field| {
        let Some(name) = text(&field["resource"]).filter(|name| !name.is_empty()) else { return };
        let is_page = ["limits.hugepages-", "requests.hugepages-"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        if !is_page && !RESOURCES_OF_FIELDS.contains(&name) {
            let near = crate::check::hint(name, RESOURCES_OF_FIELDS.iter().copied());
            let message = format!("there is no resource {name:?} to be read{near}");
            validator.refuse(Mistake::FieldPath, At::Value(&field["resource"]), message);
        }
        divisor(validator, name, &field["divisor"]);
    }],
};

/// What memory and storage can be divided by.
const OF_MEMORY: &[&str] =
    &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

fn divisor<'a>(validator: &mut Validator<'a>, resource: &str, divisor: &'a Value) {
    let shown = text(divisor).map_or_else(|| divisor.to_string(), str::to_owned);
    if divisor.is_null() || (!divisor.is_string() && !divisor.is_number()) {
        return;
    }
    let Some(amount) = billionths(divisor) else {
        let message = format!("the divisor {shown:?} is no amount");
        validator.refuse(Mistake::Quantity, At::Value(divisor), message);
        return;
    };
    let is_cpu = ["limits.cpu", "requests.cpu"].contains(&resource);
    let known: &[&str] = if is_cpu { &["1m", "1"] } else { OF_MEMORY };
    let is_known = known.iter().any(|known| parse(known) == Some(amount));
    if amount != 0 && !is_known {
        let message = format!("the divisor of {resource} cannot be {shown}");
        validator.refuse_with(
            Mistake::Quantity,
            At::Value(divisor),
            message,
            format!("write {}", either(known)),
        );
    }
}

static PORT: Shape = Shape {
    fields: &[("containerPort", &[Is::Required, Is::Port]), ("name", &[Is::Text(&PORT_NAME)])],
    together: &[|validator, port| {
        if port["hostPort"].as_i64() != Some(0)
            && port["hostPort"].as_i64().is_some_and(|number| !(1..=65_535).contains(&number))
        {
            let message =
                format!("hostPort is {}, and ports are from 1 to 65535", port["hostPort"]);
            validator.refuse(Mistake::Port, At::Value(&port["hostPort"]), message);
        }
    }],
};

static MOUNT: Shape = Shape {
    fields: &[
        ("recursiveReadOnly", &[Is::Filled, Is::AnyOf(&["Disabled", "Enabled", "IfPossible"])]),
        ("mountPropagation", &[Is::Filled]),
        ("name", &[Is::Required]),
        ("mountPath", &[Is::Required]),
        ("subPath", &[Is::Text(&RELATIVE_PATH)]),
        ("subPathExpr", &[Is::Text(&RELATIVE_PATH)]),
    ],
    together: &[|validator, mount| {
        let is_set = |field: &str| text(&mount[field]).is_some_and(|path| !path.is_empty());
        if is_set("subPath") && is_set("subPathExpr") {
            validator.at_most_one(mount, "the path in the volume", &["subPath", "subPathExpr"]);
        }
        let recursive = &mount["recursiveReadOnly"];
        if ["Enabled", "IfPossible"].iter().any(|value| recursive == value)
            && mount["readOnly"] != true
        {
            let message = "recursiveReadOnly needs readOnly";
            validator.refuse(Mistake::ContradictingFields, At::Value(recursive), message);
        }
    }],
};

static DEVICE: Shape = Shape {
    fields: &[
        ("name", &[Is::Required]),
        ("devicePath", &[Is::Required, Is::Text(&PATH_WITHOUT_BACKSTEPS)]),
    ],
    together: &[],
};

/// Requests and limits.
pub(super) static RESOURCES: Shape = Shape {
    fields: &[("limits", &[Is::Quantities]), ("requests", &[Is::Quantities])],
    together: &[],
};

static SECURITY: Shape = Shape {
    fields: &[
        ("procMount", &[Is::Filled]),
        ("appArmorProfile", &[Is::Part(&PROFILE)]),
        ("runAsGroup", &[Is::Within(0, LARGEST)]),
        ("runAsUser", &[Is::Within(0, LARGEST)]),
        ("seccompProfile", &[Is::Part(&PROFILE)]),
    ],
    together: &[|validator, context| {
        let escalation = &context["allowPrivilegeEscalation"];
        if *escalation != false {
            return;
        }
        if context["privileged"] == true {
            let message = "allowPrivilegeEscalation is false while privileged is true";
            validator.refuse(Mistake::ContradictingFields, At::Value(escalation), message);
        }
        if list(&context["capabilities"]["add"]).iter().any(|added| added == "CAP_SYS_ADMIN") {
            let message = "allowPrivilegeEscalation is false while CAP_SYS_ADMIN is added";
            validator.refuse(Mistake::ContradictingFields, At::Value(escalation), message);
        }
    }],
};

static LIFECYCLE: Shape = Shape {
    fields: &[("postStart", &[Is::Part(&HOOK)]), ("preStop", &[Is::Part(&HOOK)])],
    together: &[],
};

static HOOK: Shape = Shape {
    fields: HANDLERS,
    together: &[|validator, hook| {
        validator.exactly_one(hook, "what a hook does", &["exec", "httpGet", "tcpSocket", "sleep"]);
    }],
};

const HANDLERS: &[(&str, &[Is])] = &[
    ("exec", &[Is::Part(&EXEC)]),
    ("grpc", &[Is::Part(&GRPC)]),
    ("httpGet", &[Is::Part(&HTTP_GET)]),
    ("tcpSocket", &[Is::Part(&TCP_SOCKET)]),
];

static EXEC: Shape = Shape { fields: &[("command", &[Is::Required])], together: &[] };

static GRPC: Shape = Shape { fields: &[("port", &[Is::Required, Is::Port])], together: &[] };

static HTTP_GET: Shape = Shape {
    fields: &[("httpHeaders", &[Is::Each(&HTTP_HEADER)]), ("port", &[Is::PortOrName])],
    together: &[],
};

static HTTP_HEADER: Shape = Shape {
    fields: &[("name", &[Is::Also(|validator, name| validator.non_empty_text(&HEADER, name))])],
    together: &[],
};

static TCP_SOCKET: Shape = Shape { fields: &[("port", &[Is::PortOrName])], together: &[] };

static PROBE: Shape = Shape {
    fields: &[
        ("exec", &[Is::Part(&EXEC)]),
        ("grpc", &[Is::Part(&GRPC)]),
        ("httpGet", &[Is::Part(&HTTP_GET)]),
        ("tcpSocket", &[Is::Part(&TCP_SOCKET)]),
        ("failureThreshold", &[Is::AtLeast(0)]),
        ("initialDelaySeconds", &[Is::AtLeast(0)]),
        ("periodSeconds", &[Is::AtLeast(0)]),
        ("successThreshold", &[Is::AtLeast(0)]),
        ("terminationGracePeriodSeconds", &[Is::AtLeast(1)]),
        ("timeoutSeconds", &[Is::AtLeast(0)]),
    ],
    together: &[|validator, probe| {
        validator.exactly_one(
            probe,
            "what a probe does",
            &["exec", "grpc", "httpGet", "tcpSocket"],
        );
    }],
};

/// Liveness and startup: one success is enough, and has to be.
static LIVENESS: Shape = Shape {
    fields: &[],
    together: &[|validator, probe| {
        validator.shape(&PROBE, probe);
        let successes = &probe["successThreshold"];
        if successes.as_i64().is_some_and(|successes| successes > 1) {
            let message = format!(
                "successThreshold is {successes}, and has to be 1 of liveness and startup probes"
            );
            validator.refuse(Mistake::NumberOutOfRange, At::Value(successes), message);
        }
    }],
};
