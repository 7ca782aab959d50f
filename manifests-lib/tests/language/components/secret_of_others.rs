use manifests_lib::data::SecretOfOthers;
use manifests_lib::{name, secret_data_key};

use crate::support::{NODES, Shop, server};

#[test]
fn containers_read_its_keys_and_nothing_creates_it() {
    let shop = Shop::new();
    let web = shop.bundle();
    let app = web.app(&NODES);
    let [user, password] = app.secret_of_others(SecretOfOthers {
        name: name!("ledger-login"),
        keys: [secret_data_key!("username"), secret_data_key!("password")],
        by: "the bank's team, with its Vault operator",
    });
    server(&app).env([user.variable("LEDGER_USER"), password.variable("LEDGER_PASSWORD")]);
    assert_eq!(shop.objects(&web, &["Secret", "ExternalSecret"]), "");
    let deployment = shop.objects(&web, &["Deployment"]);
    for part in ["name: ledger-login", "key: username", "key: password"] {
        assert!(deployment.contains(part), "{deployment}");
    }
    let platform = shop.build();
    let external = platform.bundles.iter().flat_map(|bundle| &bundle.external);
    let external: Vec<_> =
        external.map(|external| (external.name.as_str(), external.keys.join(" "))).collect();
    assert_eq!(external, [("ledger-login", "username password".to_owned())]);
}

#[test]
fn somebody_is_named_who_creates_it() {
    let shop = Shop::new();
    let app = shop.bundle().app(&NODES);
    let [key] = app.secret_of_others(SecretOfOthers {
        name: name!("ledger-login"),
        keys: [secret_data_key!("password")],
        by: " ",
    });
    server(&app).env([key.variable("LEDGER_PASSWORD")]);
    let mistakes = shop.mistakes();
    assert!(mistakes.contains("say who creates it"), "{mistakes}");
}
