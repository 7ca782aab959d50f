//! Which Helm Argo CD renders charts by.

use analysis::objects::Value;

/// The first number of the Helm that a release of Argo CD embeds, from that release on; read on 22 August 2026.
///
/// Upstream: `HELM_VERSION` in `hack/tool-versions.sh` of each release
const EMBEDDED: [((u32, u32), u32); 2] = [((3, 5), 4), ((2, 0), 3)];

/// The first number of the Helm that Argo CD `v3.5.3` embeds; none where that is not known.
#[must_use]
pub fn helm(version: &str) -> Option<u32> {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
    let own = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    EMBEDDED.iter().find(|(since, _)| *since <= own).map(|(_, helm)| *helm)
}

/// The version of Argo CD that objects run or deploy, by the tag of its image.
#[must_use]
pub fn version<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Option<String> {
    objects.into_iter().find_map(|object| tag(object, None))
}

/// The tag of an image `…/argoproj/argocd`, in a container or in the values of its chart.
fn tag(value: &Value, chart: Option<&str>) -> Option<String> {
    match value {
        Value::Object(object) => {
            let chart = object.get("chart").and_then(Value::as_str).or(chart);
            if chart == Some("argo-cd")
                && let Some(tag) = value["global"]["image"]["tag"].as_str()
            {
                return Some(tag.to_owned());
            }
            if let Some(image) = object.get("image").and_then(Value::as_str) {
                let image = image.split('@').next().unwrap_or_default();
                if let Some((_, tag)) = image.split_once("argoproj/argocd:") {
                    return Some(tag.to_owned());
                }
            }
            object.values().find_map(|value| tag(value, chart))
        }
        Value::Array(list) => list.iter().find_map(|value| tag(value, chart)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use analysis::objects::json;

    use super::*;

    #[test]
    fn argo_cd_has_helm_4_since_3_5() {
        for (version, major) in
            [("v3.5.3", Some(4)), ("3.4.4", Some(3)), ("v2.14.1", Some(3)), ("v4.0.0-rc1", Some(4))]
        {
            assert_eq!(helm(version), major, "{version}");
        }
        for version in ["latest", "v1.8.7", "", "v3"] {
            assert_eq!(helm(version), None, "{version}");
        }
    }

    #[test]
    fn the_version_is_that_of_the_image() {
        let pod =
            json!({"spec": {"containers": [{"image": "quay.io/argoproj/argocd:v3.5.3@sha256:0"}]}});
        assert_eq!(version(&[json!({}), pod]).as_deref(), Some("v3.5.3"));
        let values = json!({"global": {"image": {"tag": "v3.4.4"}}});
        let application =
            |chart| json!({"spec": {"source": {"chart": chart, "helm": {"valuesObject": values}}}});
        assert_eq!(version(&[application("argo-cd")]).as_deref(), Some("v3.4.4"));
        assert_eq!(version(&[application("another")]), None);
    }
}
