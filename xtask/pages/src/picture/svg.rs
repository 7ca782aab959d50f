//! Pictures as SVG. Boxes and lines are placed by `dagre`, the layout that Mermaid draws with as well.

use std::collections::BTreeSet;
use std::fmt::Write;

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir, layout};
use support::visible;

use super::{Line, Picture, Shape};
use crate::view::Kind;

/// A picture with its boxes in their places.
pub struct Drawing<'p> {
    picture: &'p Picture,
    placed: Graph<NodeLabel, EdgeLabel>,
}

/// The style of pictures; colours are variables of whoever shows them.
pub const STYLE: &str = "\
.pic text{font:13px/1 system-ui,sans-serif;fill:var(--ink)}\
.pic .about,.pic .label,.pic .name{font-size:11px;fill:var(--soft)}\
.pic .label{paint-order:stroke;stroke:var(--page);stroke-width:7px;stroke-linejoin:round}\
.pic .group{fill:var(--group);stroke:var(--line);stroke-dasharray:4 3}\
.pic .line{fill:none;stroke:var(--soft);stroke-width:1.2}\
.pic .refused{stroke:var(--bad);stroke-dasharray:5 4}\
.pic .shape{fill:var(--tool);stroke:var(--soft)}\
.pic .users .shape{fill:var(--users)}\
.pic .gateway .shape{fill:var(--gateway)}\
.pic .service .shape{fill:var(--service)}\
.pic .database .shape{fill:var(--database)}\
.pic .broker .shape{fill:var(--broker)}\
.pic .outside .shape{fill:var(--page);stroke-dasharray:4 3}\
.pic marker path{fill:var(--soft)}";

/// The ends of lines, once a document: a browser draws none that are defined in what is hidden.
pub const ARROW: &str = "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
    markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>\n";

/// The colours of pictures that stand alone, in the light and in the dark.
pub const COLOURS: (&str, &str) = (
    "--page:#ffffff;--ink:#1b1f24;--soft:#57606a;--line:#c3cad1;--group:#f6f8fa;--bad:#b3261e;--users:#fff3d6;--gateway:#e3ecff;\
     --service:#def5e4;--tool:#f0eefb;--database:#fde8e4;--broker:#fbe6f3",
    "--page:#0d1117;--ink:#e6edf3;--soft:#9aa5b1;--line:#3a434d;--group:#131a22;--bad:#ff8a80;--users:#443510;--gateway:#1c2f55;\
     --service:#153d25;--tool:#2c2650;--database:#52261d;--broker:#4a2140",
);

const HEIGHT: f64 = 34.0;
const HEIGHT_WITH_ABOUT: f64 = 48.0;
/// Letters of a title; what is longer is shortened, and stands in full in the tool tip.
const LETTERS: usize = 30;

impl Picture {
    /// Places boxes and lines.
    #[must_use]
    pub fn drawn(&self) -> Drawing<'_> {
        let options = GraphOptions { directed: true, multigraph: false, compound: true };
        let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(options);
        let groups: BTreeSet<&String> =
            self.boxes.values().filter_map(|shape| shape.group.as_ref()).collect();
        for group in &groups {
            graph.set_node(group_id(group), Some(NodeLabel::default()));
        }
        for (id, shape) in &self.boxes {
            let (width, height) = size(shape);
            graph.set_node(id.as_str(), Some(NodeLabel { width, height, ..NodeLabel::default() }));
            if let Some(group) = &shape.group {
                graph.set_parent(id, Some(&group_id(group)));
            }
        }
        for ((from, to), line) in &self.lines {
            if !self.boxes.contains_key(from) || !self.boxes.contains_key(to) {
                continue;
            }
            let words = shortened(&line.label());
            let label = EdgeLabel {
                width: if words.is_empty() { 0.0 } else { width_of(&words, 6.2) + 8.0 },
                height: if words.is_empty() { 0.0 } else { 16.0 },
                labelpos: LabelPos::Center,
                ..EdgeLabel::default()
            };
            graph.set_edge(from.as_str(), to.as_str(), Some(label), None);
        }
        let options = LayoutOptions {
            rankdir: RankDir::LR,
            nodesep: 18.0,
            edgesep: 10.0,
            ranksep: 40.0,
            marginx: 12.0,
            marginy: 12.0,
            ..LayoutOptions::default()
        };
        layout(&mut graph, Some(options));
        Drawing { picture: self, placed: graph }
    }
}

/// Groups have ids that no box has: those of boxes are names.
fn group_id(group: &str) -> String {
    format!("\u{0}{group}")
}

fn size(shape: &Shape) -> (f64, f64) {
    let title = width_of(&shortened(&shape.title), 7.4);
    let about = width_of(&shortened(&shape.about), 6.4);
    let height = if shape.about.is_empty() { HEIGHT } else { HEIGHT_WITH_ABOUT };
    (title.max(about).max(40.0) + 28.0, height)
}

/// How wide a text is, about.
fn width_of(text: &str, letter: f64) -> f64 {
    let count = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
    f64::from(count) * letter
}

fn shortened(text: &str) -> String {
    let text = visible(text).replace('\t', " ");
    if text.chars().count() <= LETTERS {
        return text;
    }
    let start: String = text.chars().take(LETTERS - 1).collect();
    format!("{start}…")
}

fn escaped(text: &str) -> String {
    let text = visible(text).replace('\t', " ");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Drawing<'_> {
    /// The picture for a page that has the style and the colours; `link` gives the address that a box leads to.
    #[must_use]
    pub fn svg(&self, about: &str, link: &dyn Fn(&Shape) -> Option<String>) -> String {
        let mut text = String::new();
        self.write(about, link, "", &mut text);
        text
    }

    /// The picture as a file of its own, in the colours of whoever looks at it.
    #[must_use]
    pub fn file(&self, about: &str) -> String {
        let (light, dark) = COLOURS;
        let style = format!(
            "<style>svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}{STYLE}</style>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"var(--page)\"/>\n{ARROW}"
        );
        let mut text = String::new();
        self.write(about, &|_| None, &style, &mut text);
        text
    }

    fn write(
        &self,
        about: &str,
        link: &dyn Fn(&Shape) -> Option<String>,
        style: &str,
        text: &mut String,
    ) {
        let (width, height) = self.extent();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pic\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\"{} aria-label=\"{}\">\n{style}",
            if style.is_empty() {
                format!(" style=\"--width:{width:.0}px\" role=\"group\"")
            } else {
                " role=\"img\"".to_owned()
            },
            escaped(about)
        );
        self.groups(text);
        for ((from, to), line) in &self.picture.lines {
            self.line(from, to, line, text);
        }
        for (id, shape) in &self.picture.boxes {
            self.shape(id, shape, link(shape), text);
        }
        text.push_str("</svg>\n");
    }

    /// The places of everything: dagre tells where things are, not how large the whole is.
    fn extent(&self) -> (f64, f64) {
        let mut extent = (80.0_f64, 40.0_f64);
        let mut reach = |x: f64, y: f64| {
            extent = (extent.0.max(x + 12.0), extent.1.max(y + 12.0));
        };
        for id in self.placed.nodes() {
            if let Some(node) = self.placed.node(&id) {
                let (x, y) = (node.x.unwrap_or_default(), node.y.unwrap_or_default());
                reach(x + node.width / 2.0, y + node.height / 2.0);
            }
        }
        for edge in self.placed.edges() {
            if let Some(label) = self.placed.edge_by_obj(&edge) {
                label.points.iter().for_each(|point| reach(point.x, point.y));
                reach(label.x.unwrap_or_default() + label.width / 2.0, label.y.unwrap_or_default());
            }
        }
        extent
    }

    fn groups(&self, text: &mut String) {
        let shapes = self.picture.boxes.values();
        let groups: BTreeSet<&String> = shapes.filter_map(|shape| shape.group.as_ref()).collect();
        for group in groups {
            let Some(node) = self.placed.node(&group_id(group)) else { continue };
            let (x, y) = (node.x.unwrap_or_default(), node.y.unwrap_or_default());
            let (left, top) = (x - node.width / 2.0, y - node.height / 2.0);
            let _ = writeln!(
                text,
                "<rect class=\"group\" x=\"{left:.0}\" y=\"{top:.0}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\"/>\
                 <text class=\"name\" x=\"{:.0}\" y=\"{:.0}\">{}</text>",
                node.width,
                node.height,
                left + 8.0,
                top + 12.0,
                escaped(&shortened(group))
            );
        }
    }

    fn line(&self, from: &str, to: &str, line: &Line, text: &mut String) {
        let Some(placed) = self.placed.edge(from, to, None) else { return };
        let points = &placed.points;
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let mut path = format!("M{:.0} {:.0}", first.x, first.y);
        for pair in points.windows(2).skip(1) {
            let (x, y) = (f64::midpoint(pair[0].x, pair[1].x), f64::midpoint(pair[0].y, pair[1].y));
            let _ = write!(path, "Q{:.0} {:.0} {x:.0} {y:.0}", pair[0].x, pair[0].y);
        }
        let _ = write!(path, "L{:.0} {:.0}", last.x, last.y);
        let class = if line.is_refused { "line refused" } else { "line" };
        let _ = write!(
            text,
            "<g aria-hidden=\"true\" data-from=\"{}\" data-to=\"{}\"><title>{} → {} {}</title>\
             <path class=\"{class}\" marker-end=\"url(#arrow)\" d=\"{path}\"/>",
            escaped(from),
            escaped(to),
            escaped(&self.picture.boxes[from].title),
            escaped(&self.picture.boxes[to].title),
            escaped(&line.labels.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
        );
        let label = shortened(&line.label());
        if let (Some(x), Some(y), false) = (placed.x, placed.y, label.is_empty()) {
            let _ = write!(
                text,
                "<text class=\"label\" x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
                y + 4.0,
                escaped(&label)
            );
        }
        text.push_str("</g>\n");
    }

    fn shape(&self, id: &str, shape: &Shape, link: Option<String>, text: &mut String) {
        let Some(node) = self.placed.node(id) else { return };
        let (x, y) = (node.x.unwrap_or_default(), node.y.unwrap_or_default());
        let (width, height) = (node.width, node.height);
        let (left, top) = (x - width / 2.0, y - height / 2.0);
        let radius = match shape.kind {
            Kind::Users | Kind::Database => height / 2.0,
            Kind::Gateway => 2.0,
            _ => 6.0,
        };
        let class = match shape.kind {
            Kind::Broker => "broker",
            Kind::Outside => "outside",
            kind => kind.word(),
        };
        let (open, close) = match &link {
            Some(address) => {
                (format!("<a href=\"{}\" data-id=\"{}\"", escaped(address), escaped(id)), "</a>")
            }
            None => (format!("<g data-id=\"{}\"", escaped(id)), "</g>"),
        };
        let about = if shape.about.is_empty() { shape.kind.word() } else { &shape.about };
        let _ = write!(
            text,
            "{open} class=\"{class}\"><title>{}, {}</title><rect class=\"shape\" x=\"{left:.0}\" y=\"{top:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" rx=\"{radius:.0}\"/>",
            escaped(&shape.title),
            escaped(about)
        );
        let middle = if shape.about.is_empty() { y + 4.5 } else { y - 3.0 };
        let _ = write!(
            text,
            "<text x=\"{x:.0}\" y=\"{middle:.0}\" text-anchor=\"middle\">{}</text>",
            escaped(&shortened(&shape.title))
        );
        if !shape.about.is_empty() {
            let _ = write!(
                text,
                "<text class=\"about\" x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
                y + 13.0,
                escaped(&shortened(&shape.about))
            );
        }
        let _ = writeln!(text, "{close}");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::MOST;
    use super::super::tests::{picture, shape};
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A layout must not depend on where a map keeps things, and never fail: circles, strays and groups of one.
        #[test]
        fn a_picture_is_drawn_the_same_each_time(
            boxes in 1_usize..60,
            groups in 0_usize..6,
            lines in proptest::collection::vec((0_usize..60, 0_usize..60), 0..80),
        ) {
            let picture = picture(boxes, groups, &lines).folded(MOST);
            let first = picture.drawn().file("a picture");
            prop_assert_eq!(&first, &picture.drawn().file("a picture"));
            prop_assert!(!first.contains("NaN") && !first.contains("inf"));
        }
    }

    /// How much of its light a colour `#rrggbb` gives back.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let share =
                f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour")) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    /// Upstream: <https://www.w3.org/TR/WCAG22/#contrast-minimum>
    #[test]
    fn letters_can_be_read_on_every_colour() {
        for (colours, name) in [(COLOURS.0, "light"), (COLOURS.1, "dark")] {
            let own: BTreeMap<&str, f64> = colours
                .split(';')
                .filter_map(|one| one.trim().split_once(':'))
                .map(|(name, colour)| (name, luminance(colour)))
                .collect();
            let below = own
                .iter()
                .filter(|(name, _)| !["--ink", "--soft", "--line", "--bad"].contains(name));
            for (ground, light) in below {
                for letters in ["--ink", "--soft"] {
                    let (most, least) = (light.max(own[letters]), light.min(own[letters]));
                    let contrast = (most + 0.05) / (least + 0.05);
                    assert!(contrast >= 4.5, "{name}: {letters} on {ground}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn no_name_is_markup() {
        let mut odd = Picture::default();
        odd.boxes.insert("a\"b".into(), shape("<script>alert(1)</script>", Some("</svg>")));
        odd.boxes.insert("b".into(), shape("\u{202e}x", None));
        odd.line("a\"b", "b", ["\"><img>".to_owned()], false);
        let svg = odd.drawn().svg("a \"picture\"", &|_| Some("#\"onclick=\"x".to_owned()));
        assert!(
            !svg.contains("<script") && !svg.contains("<img") && !svg.contains("</svg></"),
            "{svg}"
        );
        assert_eq!(svg.matches("</svg>").count(), 1);
        assert!(!svg.contains('\u{202e}') && !svg.contains("#\"on"), "{svg}");
    }
}
