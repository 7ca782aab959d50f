//! A database
//!
//! A container on a laptop, Aurora in production: the environment says which, the service does not change. Client libraries take the
//! connection as one string, in which user and password stand by reference.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, postgres, .. }: &Kitchen) {
    let accounts = team.bundle(name!("accounts"), &SHOP).app(&NODES);
    let database = accounts.database(postgres(name!("accounts")));
    let server = accounts.deployment(2).container(web());
    server.env([database.url("DATABASE_URL")]);
}
