use insta::assert_snapshot;
use manifests_lib::{Component, HostVolume, HostVolumeHandle, gibibytes, name, path};

use crate::support::{NODES, bundle, container_part, objects, part, server};

fn sources(component: &Component) -> HostVolumeHandle {
    component.host_volume(HostVolume {
        path: path!("/data/web"),
        size: gibibytes(2),
        on: &NODES,
    })
}

#[test]
fn volume_and_claim_belong_to_each_other_alone() {
    let web = bundle();
    let _ = sources(&web.app());
    assert_snapshot!(objects(&web, &["PersistentVolume", "PersistentVolumeClaim"]), @"");
}

#[test]
fn two_containers_mount_one_volume() {
    let web = bundle();
    let app = web.app();
    let volume = sources(&app);
    let server = server(&app);
    server.mount(&volume, path!("/src"));
    server.mount(&volume, path!("/var/www"));
    assert_snapshot!(container_part(&web, "/volumeMounts"), @"");
    assert_snapshot!(part(&web, "Deployment", "/spec/template/spec/volumes"), @"");
}

#[test]
fn older_names_stay_in_all_three_places() {
    let web = bundle();
    let app = web.app();
    let volume = sources(&app).named(name!("old-volume"), name!("old-claim"));
    server(&app).mount(&volume, path!("/src"));
    assert_snapshot!(part(&web, "PersistentVolume", "/spec/claimRef/name"), @"");
    assert_snapshot!(part(&web, "PersistentVolumeClaim", "/spec/volumeName"), @"");
    assert_snapshot!(part(&web, "Deployment", "/spec/template/spec/volumes"), @"");
}
