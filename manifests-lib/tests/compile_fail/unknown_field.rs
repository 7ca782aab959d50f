use manifests_lib::path;
use manifests_lib::model::Component;
use manifests_lib::values::gibibytes;
use manifests_lib::workload::LocalVolume;

fn mounts(app: &Component) {
    let _ = app.local_volume(LocalVolume {
        paths: path!("/src"),
        size: gibibytes(1),
    });
}

fn main() {}
