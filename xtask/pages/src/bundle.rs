//! The page of a service or a tool.

use analysis::objects::Object;

use crate::Site;
use crate::facts::{Row, SECTIONS, differences, merged};
use crate::page::{Block, Page, Piece, Table, Text, code, joined, words};
use crate::picture::Picture;
use crate::settings::Group;
use crate::view::{Bundle, View};

/// The page of a bundle, in all environments.
pub(crate) fn page(site: &Site<'_>, name: &str) -> Page {
    let views: Vec<(&View<'_>, &Bundle<'_>)> =
        site.views.iter().filter_map(|view| Some((view, view.bundles.get(name)?))).collect();
    let names: Vec<&str> = views.iter().map(|(view, _)| view.name).collect();
    let mut page = Page {
        folder: site.folder(name),
        name: name.to_owned(),
        title: name.to_owned(),
        from: views.first().map(|(_, bundle)| bundle.file().to_owned()).unwrap_or_default(),
        blocks: Vec::new(),
    };
    let about = site.about(name);
    page.blocks.extend(about.into_iter().map(|paragraph| Block::Words(words(paragraph))));
    page.blocks.push(Block::List(summary(site, name, &views)));
    page.blocks.extend(neighbours(site, name));
    let mut of_sections = Vec::new();
    for section in SECTIONS {
        let rows: Vec<(&str, Vec<Row>)> =
            views.iter().map(|(view, bundle)| (view.name, (section.rows)(view, bundle))).collect();
        page.section(section.title, merged(section.head, &rows).into_iter().collect());
        of_sections.push((section.title, rows));
    }
    page.section("Settings", settings(&views));
    if names.len() > 1 {
        let differ = differences(&of_sections, &names);
        let block = differ.unwrap_or_else(|| {
            Block::Words(words("Nothing of the above: it is the same in all environments."))
        });
        page.section("What differs between environments", vec![block]);
    }
    page.section("Objects", objects(&views));
    page
}

/// Where it comes from, and who deploys it.
fn summary(site: &Site<'_>, name: &str, views: &[(&View<'_>, &Bundle<'_>)]) -> Vec<Text> {
    let mut items = Vec::new();
    let one = |about: &str, text: Text| [words(format!("{about}: ")), text].concat();
    let distinct = |texts: Vec<Text>| {
        let mut distinct: Vec<Text> = Vec::new();
        for text in texts {
            if !distinct.contains(&text) {
                distinct.push(text);
            }
        }
        joined(distinct)
    };
    let files = views.iter().map(|(_, bundle)| {
        let file = bundle.file();
        vec![Piece::File(file.to_owned(), file.to_owned())]
    });
    items.push(one("written in", distinct(files.collect())));
    let environments = views.iter().map(|(view, _)| vec![Piece::Environment(view.name.to_owned())]);
    let only = if views.len() < site.views.len() { "only in" } else { "in" };
    items.push(one(only, joined(environments)));
    items.push(one(
        "team",
        distinct(views.iter().map(|(_, own)| code(own.team.as_str())).collect()),
    ));
    let namespaces = views.iter().map(|(_, own)| code(own.built.namespace.to_string()));
    items.push(one("namespace", distinct(namespaces.collect())));
    let applications = views.iter().filter_map(|(view, _)| {
        let (name, application) = view.application(name)?;
        let pruned = if application.prunes { "" } else { ", never pruned" };
        Some([code(name), words(format!(", wave {}{pruned}", application.wave))].concat())
    });
    let applications = distinct(applications.collect());
    if !applications.is_empty() {
        items.push(one("Application of Argo CD", applications));
    }
    items
}

/// Who is beside it: a picture for each way in which environments differ.
fn neighbours(site: &Site<'_>, name: &str) -> Vec<Block> {
    let mut pictures: Vec<(Vec<&str>, Picture)> = Vec::new();
    for view in &site.views {
        let picture = around(view, name);
        if picture.boxes.is_empty() {
            continue;
        }
        match pictures.iter_mut().find(|(_, known)| *known == picture) {
            Some((names, _)) => names.push(view.name),
            None => pictures.push((vec![view.name], picture)),
        }
    }
    pictures
        .into_iter()
        .map(|(names, picture)| {
            Block::Picture(
                format!("Who calls it and whom it calls, in {}:", names.join(", ")),
                picture,
            )
        })
        .collect()
}

/// The picture of a bundle and those beside it.
pub(crate) fn around(view: &View<'_>, name: &str) -> Picture {
    let mut picture = Picture::default();
    let own: Vec<&str> = view.network.of_bundle(name).collect();
    for ((from, to), edge) in &view.network.edges {
        if own.contains(&from.as_str()) || own.contains(&to.as_str()) {
            for id in [from, to] {
                picture.boxes.insert(id.clone(), crate::environment::shape(view, id, false));
            }
            picture.line(from, to, edge.labels.iter().cloned(), edge.is_refused);
        }
    }
    picture.folded(crate::picture::MOST)
}

/// The settings of its module, with the values of each environment.
fn settings(views: &[(&View<'_>, &Bundle<'_>)]) -> Vec<Block> {
    let rows: Vec<(&str, Vec<Row>)> = views
        .iter()
        .map(|(view, bundle)| {
            let own = view.settings.iter().filter(|group| group.file == bundle.file());
            (view.name, own.filter(|group| !group.name.is_empty()).flat_map(rows_of).collect())
        })
        .collect();
    merged(HEAD, &rows).into_iter().collect()
}

/// The columns of a table of settings.
pub(crate) const HEAD: &[&str] = &["setting", "type", "value", "documentation"];

/// The rows of settings.
pub(crate) fn rows_of(group: &Group) -> Vec<Row> {
    let rows = group.settings.iter().map(|setting| {
        let value = match &setting.value {
            Some(value) if value.is_empty() => words("empty"),
            Some(value) => code(value.as_str()),
            None => Text::new(),
        };
        vec![
            code(setting.path.as_str()),
            code(setting.of.as_str()),
            value,
            words(setting.documentation.as_str()),
        ]
    });
    rows.collect()
}

/// Every object, with the files in which it stands.
fn objects(views: &[(&View<'_>, &Bundle<'_>)]) -> Vec<Block> {
    let mut all: Vec<(Vec<Text>, Text)> = Vec::new();
    for (view, bundle) in views {
        let own = bundle.objects.iter().map(|own| (own, false));
        for (object, is_elsewhere) in own.chain(bundle.elsewhere.iter().map(|own| (own, true))) {
            let row = row(bundle, object, is_elsewhere);
            let file =
                view.file(object).map(|file| Piece::File(file.to_owned(), view.name.to_owned()));
            let files: Text = file.into_iter().collect();
            match all.iter_mut().find(|(known, _)| *known == row) {
                Some((_, known)) => *known = joined([std::mem::take(known), files]),
                None => all.push((row, files)),
            }
        }
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let rows = all.into_iter().map(|(mut row, files)| {
        row.insert(2, files);
        row
    });
    Table::new(&["kind", "name", "YAML", "written in"], rows.collect())
        .block()
        .into_iter()
        .collect()
}

fn row(bundle: &Bundle<'_>, object: &Object, is_elsewhere: bool) -> Vec<Text> {
    let name = match &object.identity.namespace {
        Some(namespace) if *namespace != bundle.built.namespace.to_string() => {
            format!("{namespace}/{}", object.name())
        }
        _ => object.name().to_owned(),
    };
    let line = crate::view::line(object);
    let file = line.map(|line| line.file.to_string()).filter(|file| file != bundle.file());
    let mut place: Text = file.map(|file| Piece::File(file.clone(), file)).into_iter().collect();
    if is_elsewhere && let Some(own) = object.bundle.as_deref() {
        place = joined([
            place,
            vec![Piece::Words("deployed by ".to_owned()), Piece::Bundle(own.to_owned())],
        ]);
    }
    vec![words(object.identity.kind.clone()), code(name), place]
}
