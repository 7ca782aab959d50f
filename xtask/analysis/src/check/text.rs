//! Texts are read as they were meant.

pub(super) mod ambiguous_scalar;
pub(super) mod duplicate_key;
pub(super) mod duplicate_variable;
pub(super) mod missing_shebang;
pub(super) mod numeric_tag;

use crate::check::Findings;
use crate::graph::Graph;
use crate::objects::{Origin, RemarkKind};

/// Tells what the reader of YAML has noticed.
fn remarks(
    graph: &Graph<'_>,
    findings: &mut Findings<'_>,
    message: fn(&RemarkKind) -> Option<String>,
) {
    for object in graph.objects().written() {
        let Origin::Yaml { remarks, .. } = &object.origin else { continue };
        for remark in remarks {
            if let Some(message) = message(&remark.kind) {
                findings.add_at_line(object, remark.line, message);
            }
        }
    }
}
