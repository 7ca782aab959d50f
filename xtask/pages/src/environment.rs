//! The page of an environment.

use std::collections::{BTreeMap, BTreeSet};

use analysis::objects::{Pod, list, text};

use crate::Site;
use crate::bundle::{HEAD, rows_of};
use crate::facts::data::remote;
use crate::facts::ports::public;
use crate::facts::{Row, SECTIONS, merged};
use crate::page::{Block, Level, Page, Piece, Table, Text, code, codes, joined, words};
use crate::picture::{MOST, Picture, Shape};
use crate::view::{Application, Kind, Network, View, sources_of_others};

/// The page of an environment, by its number.
pub(crate) fn page(site: &Site<'_>, number: usize) -> Page {
    let view = &site.views[number];
    let from = view.environment.settings.map_or_else(
        || format!("environments/{}", view.name),
        |written| format!("the settings of {} and {}", view.name, written.origin.file),
    );
    let mut page = Page {
        folder: "environments",
        name: view.name.to_owned(),
        title: view.name.to_owned(),
        from,
        blocks: Vec::new(),
    };
    page.blocks.push(Block::Words(words(format!(
        "{}. {}.",
        view.environment.about.trim_end_matches('.'),
        view.environment.cluster
    ))));
    page.section("Who calls whom", calls(view));
    page.section("The way of a request from outside", ways(view));
    page.section("Applications", applications(view));
    page.section("Settings", settings(view));
    page.section("Nodes", nodes(view));
    page.section("Hosts and ports", hosts(view));
    page.section("Secrets that must exist outside", secrets(view));
    page.section("Images", images(view));
    page.section("Charts and kustomizations of others", charts(view));
    page.section("Exceptions", exceptions(view));
    page
}

/// A box of the network.
pub(crate) fn shape(view: &View<'_>, id: &str, is_grouped: bool) -> Shape {
    let node = &view.network.nodes[id];
    let team = node.bundle.as_deref().and_then(|bundle| view.bundles.get(bundle));
    let about = match node.kind {
        Kind::Service | Kind::Tool | Kind::Users => String::new(),
        kind => kind.word().to_owned(),
    };
    Shape {
        kind: node.kind,
        title: node.title.clone(),
        about,
        group: team.filter(|_| is_grouped).map(|bundle| format!("team {}", bundle.team)),
        bundle: node.bundle.clone(),
    }
}

/// Whom nearly everybody calls: lines to them would hide all others.
fn called_by_most(network: &Network) -> BTreeSet<&str> {
    const FEW: usize = 5;
    let mut callers: BTreeSet<&str> = BTreeSet::new();
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for (from, to) in network.edges.keys() {
        callers.insert(from);
        *of.entry(to).or_default() += 1;
    }
    of.retain(|_, count| *count > FEW && *count * 2 > callers.len());
    of.into_keys().collect()
}

/// The picture of who calls whom, and whom it leaves out.
pub(crate) fn network(view: &View<'_>) -> (Picture, Vec<String>) {
    let most = called_by_most(&view.network);
    let mut picture = Picture::default();
    for ((from, to), edge) in &view.network.edges {
        if most.contains(to.as_str()) && !edge.is_of_users {
            continue;
        }
        for id in [from, to] {
            picture.boxes.insert(id.clone(), shape(view, id, true));
        }
        picture.line(from, to, edge.labels.iter().cloned(), edge.is_refused);
    }
    (picture.folded(MOST), most.into_iter().map(str::to_owned).collect())
}

fn calls(view: &View<'_>) -> Vec<Block> {
    let (picture, most) = network(view);
    if picture.boxes.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Picture(
        "Gateways, services, databases, the message broker and ways out; a line leads from who calls to who is called.".to_owned(),
        picture,
    )];
    for id in most {
        let count = view.network.callers(&id).count();
        let node = &view.network.nodes[&id];
        let who = match &node.bundle {
            Some(bundle) => vec![Piece::Bundle(bundle.clone())],
            None => code(node.title.as_str()),
        };
        let told = [
            words(format!("Not drawn, because nearly all do it: {count} send to ")),
            who,
            words("."),
        ];
        blocks.push(Block::Words(told.concat()));
    }
    let refused = view.network.edges.iter().filter(|(_, edge)| edge.is_refused);
    let rows = refused.map(|((from, to), edge)| {
        vec![code(from.as_str()), code(to.as_str()), codes(edge.labels.iter().cloned())]
    });
    if let Some(table) = Table::new(&["who calls", "whom", "how"], rows.collect()).block() {
        blocks.push(Block::Words(words("**Refused**, although it is declared:")));
        blocks.push(table);
    }
    blocks
}

/// The picture of what users reach.
pub(crate) fn way_in(view: &View<'_>) -> Picture {
    let mut picture = Picture::default();
    for ((from, to), edge) in &view.network.edges {
        if edge.is_of_users {
            for id in [from, to] {
                picture.boxes.insert(id.clone(), shape(view, id, false));
            }
            picture.line(from, to, edge.labels.iter().cloned(), edge.is_refused);
        }
    }
    picture.folded(MOST)
}

fn ways(view: &View<'_>) -> Vec<Block> {
    let picture = way_in(view);
    let mut blocks = Vec::new();
    if !picture.boxes.is_empty() {
        let about = "What a request passes on its way to each service and page that users reach; beside the lines are ports, hosts and paths.";
        blocks.push(Block::Picture(about.to_owned(), picture));
    }
    let mut rows = Vec::new();
    for object in view.environment.checked.objects.written() {
        for (url, to) in public(object) {
            let gateways = list(&object.json["spec"]["parentRefs"]).iter();
            let gateways = codes(gateways.filter_map(|parent| text(&parent["name"])));
            let file = crate::view::line(object).map(|line| line.file.to_string());
            let by = view.bundles.values().find(|bundle| file.as_deref() == Some(bundle.file()));
            let by = by.map(|bundle| Piece::Bundle(bundle.built.name.to_string()));
            rows.push(vec![code(url), gateways, to, by.into_iter().collect()]);
        }
    }
    rows.sort();
    let head = ["URL", "gateway", "leads to", "asked for by"];
    blocks.extend(Table::new(&head, rows).block());
    blocks
}

/// The tree of Applications as a picture.
pub(crate) fn tree(view: &View<'_>) -> Picture {
    let mut picture = Picture::default();
    let parents: BTreeSet<&str> =
        view.applications.values().filter_map(|own| own.parent.as_deref()).collect();
    for (name, application) in &view.applications {
        let is_leaf = !parents.contains(name);
        let shape = Shape {
            kind: if is_leaf { Kind::Service } else { Kind::Gateway },
            title: name.trim_end_matches("-application").to_owned(),
            about: format!("wave {}", application.wave),
            group: application
                .parent
                .as_ref()
                .filter(|_| is_leaf)
                .map(|parent| format!("in {}", parent.trim_end_matches("-application"))),
            bundle: application.bundle.map(str::to_owned),
        };
        picture.boxes.insert((*name).to_owned(), shape);
        if let Some(parent) = &application.parent {
            picture.line(parent, name, [], false);
        }
    }
    // Whoever holds an Application that is not here is nobody's box.
    let known: BTreeSet<String> = picture.boxes.keys().cloned().collect();
    picture.lines.retain(|(from, _), _| known.contains(from));
    picture.folded(MOST)
}

fn applications(view: &View<'_>) -> Vec<Block> {
    if view.applications.is_empty() {
        return Vec::new();
    }
    let picture = Block::Picture(
        "The App of Apps: who holds whom. Of those that one holds, a lower wave is deployed before a higher one.".to_owned(),
        tree(view),
    );
    let mut sorted: Vec<(&&str, &Application<'_>)> = view.applications.iter().collect();
    sorted.sort_by_key(|(name, own)| (own.parent.clone(), own.wave, **name));
    let rows = sorted.into_iter().map(|(name, own)| {
        let of_others = sources_of_others(own.object);
        let others = of_others.iter().map(|(name, version)| code(format!("{name} {version}")));
        let holder = own.parent.as_deref().unwrap_or("itself");
        vec![
            code(holder),
            words(own.wave.to_string()),
            code(*name),
            own.bundle.map(|bundle| Piece::Bundle(bundle.to_owned())).into_iter().collect(),
            code(text(&own.object.json["spec"]["project"]).unwrap_or_default()),
            joined(others),
            words(if own.prunes { "" } else { "never pruned" }),
        ]
    });
    let head =
        ["held by", "wave", "Application", "page", "project", "besides its folder", "removal"];
    [picture].into_iter().chain(Table::new(&head, rows.collect()).block()).collect()
}

fn settings(view: &View<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for group in &view.settings {
        let title = if group.name.is_empty() { "the platform" } else { &group.name };
        let rows = rows_of(group);
        if rows.is_empty() {
            continue;
        }
        blocks.push(Block::Heading(Level::Part, title.to_owned()));
        let documentation = group.documentation.as_str();
        let file = vec![Piece::File(group.file.clone(), group.file.clone())];
        let file = if group.file.starts_with('/') { code(group.file.as_str()) } else { file };
        let told = [
            words(documentation),
            words(if documentation.is_empty() { "Defined in " } else { " Defined in " }),
            file,
            words("."),
        ];
        blocks.push(Block::Words(told.concat()));
        blocks.extend(Table::new(HEAD, rows).block());
    }
    blocks
}

fn nodes(view: &View<'_>) -> Vec<Block> {
    let capacity = &view.graph.capacity;
    if capacity.nodes.is_empty() {
        return Vec::new();
    }
    let row = |name: Text, nodes: u64, each: Text, place: &[usize]| {
        let requested = capacity.requested(place, |placement| placement.count.all());
        let offered = capacity.offered(place);
        let share = |of: u64, all: u64| match all {
            0 => "none".to_owned(),
            all => format!("{of} of {all}, {} %", of.saturating_mul(100) / all),
        };
        let mebibytes = |bytes: u64| bytes.div_ceil(1 << 20);
        vec![
            name,
            words(nodes.to_string()),
            each,
            words(share(requested.millicores, offered.millicores)),
            words(share(mebibytes(requested.memory), mebibytes(offered.memory))),
            words(share(requested.pods, offered.pods)),
        ]
    };
    let mut rows: Vec<Row> = Vec::new();
    for (group, nodes) in capacity.nodes.iter().enumerate() {
        let each = format!(
            "{} millicores, {} MiB, {} pods",
            nodes.millicores,
            nodes.memory >> 20,
            nodes.pods
        );
        rows.push(row(code(nodes.name.as_str()), nodes.count, words(each), &[group]));
    }
    let every: Vec<usize> = (0..capacity.nodes.len()).collect();
    let count = capacity.nodes.iter().map(|nodes| nodes.count).sum();
    rows.push(row(words("all"), count, Text::new(), &every));
    let told = "What pods of our own workloads request when everything is scaled up, of what the nodes have for pods; pods of charts come \
                on top. Those that may run in several groups count in `all` only.";
    let head = ["group", "nodes", "each has", "requested millicores", "requested MiB", "pods"];
    vec![Block::Words(words(told)), Block::Table(Table::new(&head, rows))]
}

fn hosts(view: &View<'_>) -> Vec<Block> {
    let platform = view.environment.platform;
    let mut rows: Vec<Row> = Vec::new();
    for page in &platform.web_uis {
        let at = match &page.host {
            Some(_) => code(page.url()),
            None => code(format!("cargo xtask open {} {}", page.name, view.name)),
        };
        rows.push(vec![at, [words("page "), code(page.name.as_str())].concat()]);
    }
    for port in &platform.node_ports {
        let what = [words("gateway "), code(port.gateway.as_str())].concat();
        rows.push(vec![code(format!("node port {}", port.port.number())), what]);
    }
    for port in &platform.gateway_ports {
        let what = [
            words("port "),
            code(port.port.to_string()),
            words(" of "),
            code(port.gateway.as_str()),
            words(" to "),
            code(port.service.as_str()),
            words(", of "),
            vec![Piece::Bundle(port.bundle.to_string())],
        ];
        rows.push(vec![code(format!("node port {}", port.node_port.number())), what.concat()]);
    }
    for service in view.written("", "Service") {
        for port in list(&service.json["spec"]["ports"]) {
            let Some(number) = port["nodePort"].as_u64() else { continue };
            let at = code(format!("node port {number}"));
            if !rows.iter().any(|row| row.first() == Some(&at)) {
                let to = [
                    words("port "),
                    code(port["port"].to_string()),
                    words(" of Service "),
                    code(service.name()),
                ];
                rows.push(vec![at, to.concat()]);
            }
        }
    }
    let mut blocks: Vec<Block> = Table::new(&["where", "what"], rows).block().into_iter().collect();
    if !blocks.is_empty() {
        let told = "Pages for people, and ports of nodes. URLs of services are above.";
        blocks.insert(0, Block::Words(words(told)));
    }
    blocks
}

fn secrets(view: &View<'_>) -> Vec<Block> {
    let mut rows: Vec<Row> = Vec::new();
    let page = |bundle: Option<&str>| -> Text {
        bundle.map(|bundle| Piece::Bundle(bundle.to_owned())).into_iter().collect()
    };
    for external in view.written("external-secrets.io", "ExternalSecret") {
        for name in remote(view, external) {
            if !name.starts_with("generated: ") {
                rows.push(vec![
                    code(name),
                    words("External Secrets reads it"),
                    page(external.bundle.as_deref()),
                ]);
            }
        }
    }
    for bundle in view.bundles.values() {
        for own in &bundle.built.external {
            let name = format!("{}/{}", bundle.built.namespace, own.name);
            let told =
                [words(format!("{} creates it, with ", own.by)), codes(own.keys.iter().cloned())];
            rows.push(vec![code(name), told.concat(), page(Some(bundle.built.name.as_str()))]);
        }
    }
    rows.sort();
    rows.dedup();
    if rows.is_empty() {
        return vec![Block::Words(words("None: all are generated in the cluster."))];
    }
    vec![Block::Table(Table::new(&["secret", "who uses it", "for"], rows))]
}

fn images(view: &View<'_>) -> Vec<Block> {
    let mut by_image: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, bundle) in &view.bundles {
        let pods = bundle.objects.iter().copied().filter_map(Pod::of);
        for container in pods.flat_map(|pod| pod.containers().collect::<Vec<_>>()) {
            if let Some(image) = container.image() {
                by_image.entry(image.to_owned()).or_default().insert(name);
            }
        }
    }
    for image in &view.environment.platform.images {
        by_image.entry(image.reference()).or_default();
    }
    let rows = by_image.into_iter().map(|(image, bundles)| {
        let of = joined(bundles.into_iter().map(|name| vec![Piece::Bundle(name.to_owned())]));
        vec![code(image), of]
    });
    let told = "Images of our own workloads; charts bring others.";
    let table = Table::new(&["image", "of"], rows.collect()).block();
    table.into_iter().flat_map(|table| [Block::Words(words(told)), table]).collect()
}

fn of_bundles(view: &View<'_>, title: &str, head: &[&str]) -> Vec<Block> {
    let Some(section) = SECTIONS.iter().find(|section| section.title == title) else {
        return Vec::new();
    };
    let rows = view.bundles.values().flat_map(|bundle| {
        (section.rows)(view, bundle).into_iter().map(|mut row| {
            row.insert(0, vec![Piece::Bundle(bundle.built.name.to_string())]);
            row
        })
    });
    let rows: Vec<Row> = rows.collect();
    merged(head, &[(view.name, rows)]).into_iter().collect()
}

fn charts(view: &View<'_>) -> Vec<Block> {
    of_bundles(view, "Charts of others", &["of", "what", "version"])
}

fn exceptions(view: &View<'_>) -> Vec<Block> {
    of_bundles(view, "Exceptions", &["of", "what", "reason"])
}
