use insta::assert_snapshot;

use crate::support::{bundle, objects, service};

#[test]
fn only_its_own_namespace_sees_it() {
    let web = bundle();
    let app = web.app();
    app.mesh_route(&service(&app));
    assert_snapshot!(objects(&web, &["VirtualService", "DestinationRule"]), @"");
}
