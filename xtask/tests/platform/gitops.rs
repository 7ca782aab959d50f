//! What Argo CD will do with the snapshots, according to its own objects.

use std::collections::BTreeMap;

use custom_resources::argoproj::v1alpha1::{AppProject, Application};
use manifests_lib::platform::{BuiltBundle, BuiltPlatform};

use super::{platforms, workspace};

/// Every Application, by the bundle whose folder holds it.
fn applications(platform: &BuiltPlatform) -> Vec<(&BuiltBundle, &Application)> {
    let mut applications = Vec::new();
    for bundle in &platform.bundles {
        for resource in &bundle.resources {
            applications.extend(resource.get().map(|application| (bundle, application)));
        }
    }
    applications
}

fn projects(platform: &BuiltPlatform) -> BTreeMap<String, &AppProject> {
    platform
        .resources()
        .filter_map(|resource| resource.get::<AppProject>())
        .map(|project| (project.metadata.name.clone().unwrap_or_default(), project))
        .collect()
}

/// The bundle that an Application deploys.
fn deployed<'a>(platform: &'a BuiltPlatform, application: &Application) -> &'a BuiltBundle {
    let name = name(application);
    platform
        .bundles
        .iter()
        .find(|bundle| Some(bundle.name.as_str()) == name.strip_suffix("-application"))
        .unwrap_or_else(|| panic!("{name} deploys no bundle"))
}

fn name(application: &Application) -> &str {
    application.metadata.name.as_deref().unwrap_or_default()
}

#[test]
fn every_bundle_has_one_application() {
    for platform in platforms() {
        let mut deployed: Vec<_> = applications(&platform)
            .into_iter()
            .map(|(_, application)| name(application).to_owned())
            .collect();
        deployed.sort();
        let mut bundles: Vec<_> =
            platform.bundles.iter().map(|bundle| format!("{}-application", bundle.name)).collect();
        bundles.sort();
        assert_eq!(deployed, bundles);
    }
}

/// What was reviewed is what is deployed.
#[test]
fn every_path_is_the_folder_of_the_snapshots() {
    for platform in platforms() {
        for (_, application) in applications(&platform) {
            let bundle = deployed(&platform, application);
            let paths: Vec<_> = application
                .spec
                .sources
                .iter()
                .flatten()
                .filter_map(|source| source.path.clone())
                // Other paths are folders of kustomizations, in repositories of others.
                .filter(|path| path.starts_with("snapshots/"))
                .collect();
            let folder = format!("snapshots/{}/{}", platform.environment, bundle.name);
            if bundle.resources.is_empty() {
                assert_eq!(paths, Vec::<String>::new(), "{folder}");
            } else {
                assert_eq!(paths, [folder.as_str()]);
                assert!(workspace().join(&folder).is_dir(), "{folder} is not rendered");
            }
        }
    }
}

#[test]
fn a_project_admits_every_object_of_its_bundles() {
    for platform in platforms() {
        let projects = projects(&platform);
        for (_, application) in applications(&platform) {
            let project = &projects[&application.spec.project].spec;
            let bundle = deployed(&platform, application);
            for (kind, _) in bundle.kinds() {
                let admitted =
                    if kind.namespaced {
                        project.namespace_resource_whitelist.iter().flatten().any(|admitted| {
                            admitted.group == kind.group && admitted.kind == kind.kind
                        })
                    } else {
                        project.cluster_resource_whitelist.iter().flatten().any(|admitted| {
                            admitted.group == kind.group && admitted.kind == kind.kind
                        })
                    };
                assert!(admitted, "{kind} of {}", bundle.name);
            }
            for namespace in bundle.namespaces().keys() {
                let admitted = project
                    .destinations
                    .iter()
                    .flatten()
                    .any(|destination| destination.namespace.as_ref() == Some(namespace));
                assert!(admitted, "{namespace} of {}", bundle.name);
            }
            for source in application.spec.sources.iter().flatten() {
                let admitted = project
                    .source_repos
                    .iter()
                    .flatten()
                    .any(|repository| *repository == source.repo_url);
                assert!(admitted, "{} of {}", source.repo_url, bundle.name);
            }
        }
    }
}

/// Labels of a namespace decide what its pods may do.
#[test]
fn a_project_admits_the_namespaces_that_its_bundles_create_and_no_others() {
    for platform in platforms() {
        let mut created: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (_, application) in applications(&platform) {
            for resource in &deployed(&platform, application).resources {
                if resource.object_ref().kind == "Namespace" {
                    let project = created.entry(&application.spec.project).or_default();
                    project.push(resource.object_ref().name.clone());
                }
            }
        }
        for (name, project) in projects(&platform) {
            let mut expected = created.remove(name.as_str()).unwrap_or_default();
            expected.sort();
            let admitted: Vec<String> = project
                .spec
                .cluster_resource_whitelist
                .iter()
                .flatten()
                .filter(|admitted| admitted.kind == "Namespace")
                .map(|admitted| admitted.name.clone().expect("a name"))
                .collect();
            assert_eq!(admitted, expected, "{name} in {}", platform.environment);
        }
    }
}

/// Whoever may create Applications may reach any project.
#[test]
fn only_the_project_root_admits_applications_and_projects() {
    for platform in platforms() {
        for (name, project) in projects(&platform) {
            let admits = project
                .spec
                .namespace_resource_whitelist
                .iter()
                .flatten()
                .any(|kind| kind.group == "argoproj.io");
            assert_eq!(admits, name == "root", "{name}");
        }
    }
}

/// Neither a sync nor the removal of an Application takes data with it.
#[test]
fn what_holds_data_is_never_deleted() {
    for platform in platforms() {
        for resource in platform.resources() {
            let identity = resource.object_ref();
            let holds_data = matches!(
                identity.kind,
                "Namespace"
                    | "PersistentVolume"
                    | "PersistentVolumeClaim"
                    | "RabbitmqCluster"
                    | "Secret"
            );
            if !holds_data {
                continue;
            }
            let json = resource.to_json().expect("an object that can be written");
            let annotation = |key: &str| {
                let value = json["metadata"]["annotations"][key].as_str();
                value.unwrap_or_default().split(',').map(str::to_owned).collect::<Vec<_>>()
            };
            let options = annotation("argocd.argoproj.io/sync-options");
            assert!(
                options.contains(&"Prune=false".to_owned())
                    && options.contains(&"Delete=false".to_owned()),
                "{identity}: {options:?}"
            );
            // Once it has left Git, its Application is in sync without it.
            let options = annotation("argocd.argoproj.io/compare-options");
            assert!(options.contains(&"IgnoreExtraneous".to_owned()), "{identity}: {options:?}");
        }
    }
}
