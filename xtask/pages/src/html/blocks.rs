//! Blocks of pages as HTML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use support::visible;

use crate::Site;
use crate::page::{Block, Level, Page, Piece, Table, Text, plain, prose};
use crate::picture::{MOST, Picture, Shape};
use crate::view::View;

/// Prints pages.
pub(super) struct Printer<'s, 'a> {
    pub(super) site: &'s Site<'a>,
    /// Where files of the repository can be read.
    pub(super) repository: Option<&'s str>,
}

impl Printer<'_, '_> {
    /// A page.
    pub(super) fn page(&self, page: &Page) -> String {
        let mut text = format!("<h1>{}</h1>\n", escaped(&page.title));
        if page.folder.is_empty() {
            for view in &self.site.views {
                let (picture, _) = crate::environment::network(view);
                if !picture.boxes.is_empty() {
                    let name = escaped(view.name);
                    let _ = writeln!(
                        text,
                        "<section data-in=\"{name}\"><h2>Who calls whom in {name}</h2>"
                    );
                    self.picture("Who calls whom", &picture, Some(view), &mut text);
                    text.push_str("</section>\n");
                }
            }
        }
        let view = match page.folder {
            "environments" => self.site.views.iter().find(|view| view.name == page.name),
            _ => None,
        };
        for block in &page.blocks {
            self.block(block, view, &mut text);
        }
        text
    }

    /// The pages of teams in an environment, which folded boxes lead to.
    pub(super) fn teams(&self, view: &View<'_>) -> Vec<(String, String)> {
        let mut teams: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, bundle) in &view.bundles {
            teams.entry(&bundle.team).or_default().insert(name);
        }
        teams
            .into_iter()
            .map(|(team, bundles)| {
                let mut text =
                    format!("<h1>Team {} in {}</h1>\n", escaped(team), escaped(view.name));
                let picture = of_team(view, &bundles);
                if !picture.boxes.is_empty() {
                    self.picture("Who calls whom in the team", &picture, Some(view), &mut text);
                }
                text.push_str("<ul class=\"wide\">\n");
                for name in bundles {
                    let about = self.site.about(name).into_iter().next().unwrap_or_default();
                    let _ = writeln!(
                        text,
                        "<li>{} {}</li>",
                        self.bundle(name),
                        prose(&about, code, strong)
                    );
                }
                text.push_str("</ul>\n");
                (team.to_owned(), text)
            })
            .collect()
    }

    fn block(&self, block: &Block, view: Option<&View<'_>>, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = match block {
            Block::Heading(Level::Section, title) => writeln!(text, "<h2>{}</h2>", escaped(title)),
            Block::Heading(Level::Part, title) => writeln!(text, "<h3>{}</h3>", escaped(title)),
            Block::Words(words) => writeln!(text, "<p>{}</p>", self.text(words)),
            Block::List(items) => {
                text.push_str("<ul>\n");
                for item in items {
                    let _ = writeln!(text, "<li>{}</li>", self.text(item));
                }
                writeln!(text, "</ul>")
            }
            Block::Table(table) => {
                self.table(table, text);
                Ok(())
            }
            Block::Picture(about, picture) => {
                let _ = writeln!(text, "<p>{}</p>", escaped(about));
                self.picture(about, picture, view, text);
                Ok(())
            }
        };
    }

    /// A picture; its boxes lead to pages of bundles, and folded ones to those of teams.
    fn picture(&self, about: &str, picture: &Picture, view: Option<&View<'_>>, text: &mut String) {
        let link = |shape: &Shape| {
            if let Some(bundle) = &shape.bundle {
                let folder = self.site.folder(bundle);
                return Some(format!("#{folder}/{}", crate::markdown::address(bundle)));
            }
            let team = shape.title.strip_prefix("team ")?;
            let view =
                view.filter(|view| view.bundles.values().any(|bundle| bundle.team == team))?;
            Some(format!(
                "#teams/{}/{}",
                crate::markdown::address(view.name),
                crate::markdown::address(team)
            ))
        };
        text.push_str(
            "<div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"Picture\">",
        );
        text.push_str(&picture.drawn().svg(about, &link));
        text.push_str(
            "</div>\n<details class=\"lines\"><summary>The lines as a list</summary><ul>\n",
        );
        for ((from, to), line) in &picture.lines {
            let (Some(from), Some(to)) = (picture.boxes.get(from), picture.boxes.get(to)) else {
                continue;
            };
            let label = line.label();
            let label = if label.is_empty() { label } else { format!(": {label}") };
            let _ = writeln!(
                text,
                "<li>{} → {}{}</li>",
                escaped(&from.title),
                escaped(&to.title),
                escaped(&label)
            );
        }
        text.push_str("</ul></details>\n");
    }

    fn table(&self, table: &Table, text: &mut String) {
        let only = table.head.iter().position(|name| name == "only in");
        let differs = table.head.first().is_some_and(|name| name == "section");
        let class = if differs { " class=\"differences\"" } else { "" };
        let _ = write!(
            text,
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table{class}>\n<thead><tr>"
        );
        for name in &table.head {
            let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(name));
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            let places = only.and_then(|at| row.get(at)).map(plain).unwrap_or_default();
            if places.is_empty() {
                text.push_str("<tr>");
            } else {
                let _ = write!(text, "<tr data-in=\"{}\">", escaped(&places.replace(',', "")));
            }
            for (number, cell) in row.iter().enumerate() {
                let tag = if number == 0 { "th scope=\"row\"" } else { "td" };
                let end = if number == 0 { "th" } else { "td" };
                let _ = write!(text, "<{tag}>{}</{end}>", self.text(cell));
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</tbody>\n</table></div>\n");
    }

    fn text(&self, text: &Text) -> String {
        text.iter().map(|piece| self.piece(piece)).collect()
    }

    fn bundle(&self, name: &str) -> String {
        let folder = self.site.folder(name);
        format!("<a href=\"#{folder}/{}\">{}</a>", crate::markdown::address(name), escaped(name))
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::Words(words) => prose(words, code, strong),
            Piece::Code(text) if text.is_empty() => String::new(),
            Piece::Code(text) => code(text),
            Piece::Bundle(name) => self.bundle(name),
            Piece::Environment(name) => {
                format!(
                    "<a href=\"#environments/{}\">{}</a>",
                    crate::markdown::address(name),
                    escaped(name)
                )
            }
            Piece::File(path, words) if path.starts_with("snapshots/") => {
                format!(
                    "<button type=\"button\" data-object=\"{}\">{}</button>",
                    escaped(path),
                    escaped(words)
                )
            }
            Piece::File(path, words) => match self.repository {
                Some(repository) => format!(
                    "<a rel=\"noreferrer\" href=\"{}/{}\"><code>{}</code></a>",
                    escaped(repository),
                    crate::markdown::address(path),
                    escaped(words)
                ),
                None => code(words),
            },
            Piece::Url(url) => code(url),
        }
    }
}

/// The bundles of a team and those beside them; nothing where they are too many to be read.
fn of_team(view: &View<'_>, bundles: &BTreeSet<&str>) -> Picture {
    let mut picture = Picture::default();
    for ((from, to), edge) in &view.network.edges {
        let is_own = |id: &str| {
            let bundle = view.network.nodes[id].bundle.as_deref();
            bundle.is_some_and(|bundle| bundles.contains(bundle))
        };
        if is_own(from) && is_own(to) {
            for id in [from, to] {
                picture.boxes.insert(id.clone(), crate::environment::shape(view, id, false));
            }
            picture.line(from, to, edge.labels.iter().cloned(), edge.is_refused);
        }
    }
    if picture.boxes.len() > MOST { Picture::default() } else { picture }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// What must not be overlooked stands between two pairs of stars.
fn strong(text: &str) -> String {
    let parts: Vec<&str> = text.split("**").collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let parts = parts.iter().enumerate().map(|(number, part)| {
        if number % 2 == 1 { format!("<strong>{}</strong>", escaped(part)) } else { escaped(part) }
    });
    parts.collect()
}

/// Text in which nothing is markup.
pub(super) fn escaped(text: &str) -> String {
    let text = visible(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
