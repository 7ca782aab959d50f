//! A secret as a file
//!
//! Its text is not in Git: it comes from AWS Secrets Manager, or is generated in the cluster, as the environment says. The file is root's,
//! and the group of the pod reads it.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, license, .. }: &Kitchen) {
    let maps = team.bundle(name!("maps"), &SHOP).app(&NODES);
    let license = maps.secret(SecretValue { key: name!("license"), source: license.clone() });
    maps.deployment(2).container(web()).secret_file(&license, path!("/run/license"));
}
