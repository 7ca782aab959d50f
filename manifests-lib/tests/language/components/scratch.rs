use insta::assert_snapshot;
use manifests_lib::values::mebibytes;
use manifests_lib::workload::{Container, Workload};
use manifests_lib::{name, path, port};

use crate::support::{NODES, Shop, container, deployment, server};

#[test]
fn is_one_folder_for_the_containers_of_a_pod() {
    let shop = Shop::new();
    let web = shop.bundle();
    let deployment = deployment(&web.app(&NODES));
    let shared = deployment.scratch(name!("shared"), mebibytes(64));
    let fast = deployment.scratch_in_memory(name!("fast"), mebibytes(16));
    let writer = deployment.container(container());
    let reader =
        deployment.container(Container { name: name!("reader"), port: port!(9000), ..container() });
    for container in [&writer, &reader] {
        container.mount(&shared, path!("/shared"));
        container.mount(&fast, path!("/fast"));
    }
    reader.empty_dir_in_memory(path!("/tmp"), mebibytes(8));
    assert_snapshot!(shop.part(&web, "Deployment", "/spec/template/spec/volumes"), @"
    - name: shared
      emptyDir:
        sizeLimit: 64Mi
    - name: fast
      emptyDir:
        medium: Memory
        sizeLimit: 16Mi
    - name: reader-tmp
      emptyDir:
        medium: Memory
        sizeLimit: 8Mi
    ");
    assert_snapshot!(shop.container_part(&web, "/volumeMounts"), @"
    - name: shared
      mountPath: /shared
    - name: fast
      mountPath: /fast
    ");
}

#[test]
fn that_of_another_workload_and_one_of_all_memory_are_refused() {
    let shop = Shop::new();
    let web = shop.bundle();
    let worker = deployment(&web.component(name!("worker"), &NODES));
    worker.container(container()).empty_dir_in_memory(path!("/tmp"), mebibytes(64));
    let shared = worker.scratch(name!("shared"), mebibytes(64));
    server(&web.app(&NODES)).mount(&shared, path!("/shared"));
    assert_snapshot!(shop.mistakes(), @"
    manifests-lib/tests/language/components/scratch.rs:N: container server has 64 MiB of memory, of which its folders in memory may take 64: filled, they would get it killed; give it more memory, or make them smaller [folder-larger-than-memory]
    manifests-lib/tests/language/components/scratch.rs:N: the volume shared belongs to the pods of web-worker-deployment, and those of web-app-deployment have none of that name: mount it into a container of web-worker-deployment (see also manifests-lib/tests/language/components/scratch.rs:N) [missing-volume]
    ");
}
