//! `new service`.

use insta::assert_snapshot;

use crate::support::Scratch;

const PLATFORM: &str = "services/src/platform.rs";

#[test]
fn a_service_is_a_module_and_every_line_that_leads_to_it() {
    assert_snapshot!(Scratch::new().diff_of(&["service", "gift-card"]), @r#"
    --- services/src/app.rs
    +++ services/src/app.rs
    @@ -3,2 +3,3 @@
     pub mod cart;
    +pub mod gift_card;
     pub mod payment;
    --- /dev/null
    +++ services/src/app/gift_card.rs
    @@ -0,0 +1,28 @@
    +//! Gift card: reachable only inside the mesh.
    +
    +use manifests_lib::prelude::*;
    +
    +use super::shared;
    +use crate::site::{Kind, Site};
    +
    +/// What differs between environments.
    +#[derive(Debug)]
    +pub struct Settings<K: Kind> {
    +    /// Its image.
    +    pub image: K::Image,
    +}
    +
    +pub(crate) fn bundle<K: Kind>(team: &Team, site: &Site, settings: Settings<K>) -> Service<Http> {
    +    let Settings { image } = settings;
    +    let app = shared::app(team, name!("gift-card"));
    +
    +    let server = app.deployment(site.replicas).container(Container {
    +        name: name!("gift-card"),
    +        image: image.into(),
    +        probe: Probe::Tcp,
    +    });
    +
    +    let service = server.expose_http(port!(80));
    +    service.mesh_route();
    +    service
    +}
    --- services/src/platform.rs
    +++ services/src/platform.rs
    @@ -5,3 +5,3 @@
     
    -use crate::app::{cart, payment, shared};
    +use crate::app::{cart, gift_card, payment, shared};
     use crate::infra::{metrics, traces};
    @@ -17,2 +17,4 @@
         pub cart: cart::Settings<P>,
    +    /// Gift card.
    +    pub gift_card: gift_card::Settings<P>,
         /// Payment.
    @@ -27,3 +29,3 @@
     pub fn environment<P: Kind>(settings: Settings<P>) -> Platform {
    -    let Settings { site, cart, payment, traces } = settings;
    +    let Settings { site, cart, gift_card, payment, traces } = settings;
         let site = Site::from(site);
    @@ -40,2 +42,3 @@
         payment::bundle(&shop, &site, payment, &cart, host!("payment.example.com"));
    +    gift_card::bundle(&shop, &site, gift_card);
    "#);
}

#[test]
fn the_next_step_is_told() {
    assert_snapshot!(Scratch::new().run(&["service", "stock"]).stdout, @"
    new      services/src/app/stock.rs
    changed  services/src/app.rs
    changed  services/src/platform.rs

    Next: `cargo check` names what only you know: first in services/src/app/stock.rs, then `stock` in the settings of each environment. Then `cargo fmt`, `cargo xtask render`, `cargo test`.
    ");
}

#[test]
fn it_stands_by_its_name_among_services() {
    for (name, before, after) in [
        ("basket", "site::Settings<P>", "pub cart:"),
        ("gift", "pub cart:", "pub payment:"),
        ("stock", "pub payment:", "pub traces:"),
    ] {
        let scratch = Scratch::new();
        assert_eq!(scratch.run(&["service", name]).code, 0);
        let text = &scratch.files()[PLATFORM];
        let line = |of: &str| text.lines().position(|line| line.contains(of)).expect(of);
        let own = line(&format!("pub {name}:"));
        assert!((line(before)..line(after)).contains(&own), "{text}");
    }
}

/// The same as for somebody who has removed the services of the sample.
#[test]
fn the_first_service_has_its_places_too() {
    let scratch = Scratch::new();
    scratch.write("services/src/app.rs", "//! The services.\n");
    scratch.write(
        PLATFORM,
        "use crate::site::{self, Kind, Site};\n\n\
         pub struct Settings<P: Kind> {\n    pub site: site::Settings<P>,\n}\n\n\
         pub fn environment<P: Kind>(settings: Settings<P>) -> Platform {\n    \
             let Settings { site } = settings;\n    let site = Site::from(site);\n    let app = team(&site);\n    app.platform()\n}\n",
    );
    assert_snapshot!(scratch.diff_of(&["service", "stock"]), @r#"
    --- services/src/app.rs
    +++ services/src/app.rs
    @@ -1 +1,3 @@
     //! The services.
    +
    +pub mod stock;
    --- /dev/null
    +++ services/src/app/stock.rs
    @@ -0,0 +1,28 @@
    +//! Stock: reachable only inside the mesh.
    +
    +use manifests_lib::prelude::*;
    +
    +use super::shared;
    +use crate::site::{Kind, Site};
    +
    +/// What differs between environments.
    +#[derive(Debug)]
    +pub struct Settings<K: Kind> {
    +    /// Its image.
    +    pub image: K::Image,
    +}
    +
    +pub(crate) fn bundle<K: Kind>(team: &Team, site: &Site, settings: Settings<K>) -> Service<Http> {
    +    let Settings { image } = settings;
    +    let app = shared::app(team, name!("stock"));
    +
    +    let server = app.deployment(site.replicas).container(Container {
    +        name: name!("stock"),
    +        image: image.into(),
    +        probe: Probe::Tcp,
    +    });
    +
    +    let service = server.expose_http(port!(80));
    +    service.mesh_route();
    +    service
    +}
    --- services/src/platform.rs
    +++ services/src/platform.rs
    @@ -1 +1,2 @@
    +use crate::app::stock;
     use crate::site::{self, Kind, Site};
    @@ -4,2 +5,4 @@
         pub site: site::Settings<P>,
    +    /// Stock.
    +    pub stock: stock::Settings<P>,
     }
    @@ -7,5 +10,6 @@
     pub fn environment<P: Kind>(settings: Settings<P>) -> Platform {
    -    let Settings { site } = settings;
    +    let Settings { site, stock } = settings;
         let site = Site::from(site);
         let app = team(&site);
    +    stock::bundle(&app, &site, stock);
         app.platform()
    "#);
}

/// Adding one service after the other gives the same as the other way round.
#[test]
fn two_services_do_not_depend_on_their_order() {
    let (one, other) = (Scratch::new(), Scratch::new());
    for (scratch, names) in [(&one, ["gift", "stock"]), (&other, ["stock", "gift"])] {
        for name in names {
            assert_eq!(scratch.run(&["service", name]).code, 0);
        }
    }
    let without_calls = |scratch: &Scratch| {
        let mut files = scratch.files();
        // Calls are in the order in which they were added: a call may need the handle of an earlier one.
        let platform = files.remove(PLATFORM).expect("a file");
        let (settings, _) = platform.split_once("let site =").expect("the line after the settings");
        (files, settings.to_owned())
    };
    assert_eq!(without_calls(&one), without_calls(&other));
}
