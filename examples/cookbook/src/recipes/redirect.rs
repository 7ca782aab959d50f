//! A redirect
//!
//! Clients of a public URL are sent to another one.

use manifests_lib::prelude::*;

use crate::kitchen::Kitchen;

pub(crate) fn recipe(Kitchen { entrance, .. }: &Kitchen) {
    entrance.redirect(Redirect {
        name: name!("old-shop"),
        host: host!("shop.example.com"),
        path: url_path!("/"),
        to: RedirectTo::Host(host!("www.example.com")),
        status: RedirectStatus::Permanent,
    });
}
