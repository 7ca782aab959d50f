//! The page that leads to all others.

use crate::Site;
use crate::page::{Block, Page, Piece, Table, Text, words};

/// The first page.
pub(crate) fn page(site: &Site<'_>) -> Page {
    let mut page = Page {
        folder: "",
        name: "README".to_owned(),
        title: "The platform".to_owned(),
        from: "the environments".to_owned(),
        blocks: Vec::new(),
    };
    page.blocks.push(Block::Words(words(
        "What runs, who calls whom, what differs: rendered from the code, and compared with it by `cargo xtask docs --check`. \
         `cargo xtask docs --html FILE` writes the same as one page with pictures to search and click.",
    )));
    let environments = site.views.iter().map(|view| {
        let environment = view.environment;
        vec![
            vec![Piece::Environment(view.name.to_owned())],
            words(environment.about),
            words(environment.cluster.as_str()),
            words(view.bundles.len().to_string()),
            words(environment.checked.objects.written().count().to_string()),
        ]
    });
    let head = ["environment", "what", "cluster", "bundles", "objects"];
    page.section(
        "Environments",
        Table::new(&head, environments.collect()).block().into_iter().collect(),
    );
    for (title, folder) in [("Services", "services"), ("Tools", "tools")] {
        let names = site.bundles().into_iter().filter(|name| site.folder(name) == folder);
        let rows = names.map(|name| row(site, &name)).collect();
        let head = ["name", "what", "team", "only in"];
        page.section(title, Table::new(&head, rows).block().into_iter().collect());
    }
    page
}

fn row(site: &Site<'_>, name: &str) -> Vec<Text> {
    let about = site.about(name);
    let about = about.first().map(String::as_str).unwrap_or_default();
    let there: Vec<_> = site.views.iter().filter(|view| view.bundles.contains_key(name)).collect();
    let only = if there.len() < site.views.len() {
        there.iter().map(|view| view.name).collect::<Vec<_>>().join(", ")
    } else {
        String::new()
    };
    let mut teams: Vec<&str> =
        there.iter().filter_map(|view| Some(view.bundles.get(name)?.team.as_str())).collect();
    teams.dedup();
    vec![vec![Piece::Bundle(name.to_owned())], words(about), words(teams.join(", ")), words(only)]
}
