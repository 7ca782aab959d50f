//! Several users of one database
//!
//! Another service reads the tables as a user of its own, with fewer rights than the owner.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, postgres, reader, .. }: &Kitchen) {
    let sales = team.bundle(name!("sales"), &SHOP).app(&NODES);
    let database = sales.database(postgres(name!("sales")));
    sales.deployment(2).container(web()).env([database.url("DATABASE_URL")]);

    let charts = team.bundle(name!("charts"), &SHOP).app(&NODES);
    let tables = database.user_of(&charts, Rights::ReadOnly, reader.clone());
    let server = charts.deployment(1).container(web());
    server.env([tables.connection_string("SALES_JDBC", Dialect::Jdbc)]);
}
