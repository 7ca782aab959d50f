//! Health of the objects that Argo CD's syncs wait for: checks in Lua, in its own settings.
//!
//! Argo CD runs them with Lua's basic functions, `os.time` and `os.date`. Timestamps are compared as text: all are in UTC and
//! of one form.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/health/>

use manifests_lib::delivery::gitops::{ROOT, application_name};

/// How many seconds a sync waits for one object: as many as Kubernetes gives a Deployment before it calls it failed.
const PATIENCE: u32 = 600;

/// The checks, by the keys of Argo CD's settings.
pub(super) fn checks() -> [(String, String); 4] {
    let root = application_name(&ROOT);
    let clock = format!(
        "local os = require(\"os\")\nlocal too_early = os.date(\"!%Y-%m-%dT%H:%M:%SZ\", os.time() - {PATIENCE})\n"
    );
    [
        ("argoproj.io_Application", format!("local root = \"{root}\"\n{clock}{APPLICATION}")),
        ("apiextensions.k8s.io_CustomResourceDefinition", DEFINITION.to_owned()),
        ("batch_Job", format!("{clock}{JOB}")),
        ("gateway.networking.k8s.io_HTTPRoute", ROUTE.to_owned()),
    ]
    .map(|(kind, script)| (format!("resource.customizations.health.{kind}"), script))
}

/// `Progressing` until the Application's own sync has succeeded, then the health of what it deploys. What does not become healthy
/// in time counts as `Degraded`: the sync of the parent fails instead of waiting, and tries again with the newest commit.
const APPLICATION: &str = r#"local metadata = obj.metadata
local annotations = metadata.annotations or {}
local status = obj.status or {}
local sync = status.sync or {}
local operation = status.operationState or {}
local health = status.health or {}

if annotations["argocd.argoproj.io/skip-reconcile"] == "true" then
  return { status = "Healthy", message = "held back by an annotation" }
end

local code = health.status or "Progressing"
local message = ""
local since = health.lastTransitionTime

-- Root deploys itself: it would wait for its own sync.
if metadata.name == root then
  return { status = code, message = message }
end

if operation.phase ~= "Succeeded" and (operation.phase == "Running" or sync.status ~= "Synced") then
  code = "Progressing"
  message = "its sync has not succeeded"
  since = operation.startedAt
  if since == nil and obj.operation == nil then
    since = metadata.creationTimestamp
  end
end

if code ~= "Healthy" and code ~= "Degraded" and since ~= nil and since < too_early then
  return { status = "Degraded", message = "not healthy in time: " .. (message ~= "" and message or code) }
end
return { status = code, message = message }
"#;

/// `Healthy` before the API server serves it: Argo CD hears nothing of that, and would take minutes to look again.
const DEFINITION: &str = r#"for _, condition in ipairs((obj.status or {}).conditions or {}) do
  if (condition.type == "NonStructuralSchema" and condition.status == "True")
    or (condition.type == "NamesAccepted" and condition.status == "False") then
    return { status = "Degraded", message = condition.message or condition.type }
  end
end
return { status = "Healthy", message = "" }
"#;

/// A Job of a chart that does not end, such as one whose image does not exist, fails the sync that waits for it.
const JOB: &str = r#"local status = obj.status or {}
for _, condition in ipairs(status.conditions or {}) do
  if condition.status == "True" then
    if condition.type == "Complete" then
      return { status = "Healthy", message = condition.message or "" }
    elseif condition.type == "Failed" then
      return { status = "Degraded", message = condition.message or "" }
    elseif condition.type == "Suspended" then
      return { status = "Suspended", message = condition.message or "" }
    end
  end
end
if status.startTime ~= nil and status.startTime < too_early then
  return { status = "Degraded", message = "not finished in time" }
end
return { status = "Progressing", message = "" }
"#;

/// `Healthy` before its gateway has seen it: the gateway may come later, as it needs what routes lead to. Prometheus has routes,
/// and the gateway is scraped by it.
const ROUTE: &str = r#"for _, parent in ipairs((obj.status or {}).parents or {}) do
  for _, condition in ipairs(parent.conditions or {}) do
    if (condition.type == "Accepted" or condition.type == "ResolvedRefs") and condition.status == "False"
      and (condition.observedGeneration or obj.metadata.generation) == obj.metadata.generation then
      return { status = "Degraded", message = condition.message or condition.type }
    end
  end
end
return { status = "Healthy", message = "" }
"#;
