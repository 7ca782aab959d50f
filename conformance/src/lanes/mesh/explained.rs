//! What istioctl says although nothing is wrong, with the reasons.

use super::Message;

/// Code, how its object begins (`Kind namespace/name`), and why it is no mistake.
pub type Explained = (&'static str, &'static str, &'static str);

/// Every message that is no finding. An entry that explains nothing any more is one.
pub const EXPLAINED: &[Explained] = &[(
    "IST0134",
    "ServiceEntry services/",
    "A TCP service without an address of its own would take every connection to its port. istiod allocates one to it \
     (PILOT_ENABLE_IP_AUTOALLOCATE, on unless turned off) for proxies that capture DNS, which the ProxyConfig of the \
     namespace turns on; the analyzer looks for both in the mesh configuration only, which is not rendered.",
)];

/// The table while it is used.
pub struct Table {
    lines: Vec<(Explained, bool)>,
}

impl Table {
    /// The lines, none of them used.
    pub fn new(lines: &[Explained]) -> Self {
        Self {
            lines: lines.iter().map(|line| (*line, false)).collect(),
        }
    }

    /// Whether a message is explained; notes the line as used.
    pub fn explains(&mut self, message: &Message) -> bool {
        let mut explained = false;
        for ((code, origin, _), used) in &mut self.lines {
            if message.code == *code && message.origin.starts_with(*origin) {
                *used = true;
                explained = true;
            }
        }
        explained
    }

    /// Code and object of the lines that were not needed.
    pub fn unused(&self) -> Vec<(&'static str, &'static str)> {
        self.lines
            .iter()
            .filter(|(_, used)| !used)
            .map(|((code, origin, _), _)| (*code, *origin))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(code: &str, origin: &str) -> Message {
        Message {
            code: code.to_owned(),
            level: "Error".to_owned(),
            origin: origin.to_owned(),
            text: "Referenced selector not found".to_owned(),
        }
    }

    #[test]
    fn explains_by_code_and_object() {
        let lines = [
            ("IST0101", "Gateway services/", "pods are elsewhere"),
            ("IST0102", "Namespace ", "never said"),
        ];
        let mut table = Table::new(&lines);
        assert!(table.explains(&message("IST0101", "Gateway services/web")));
        assert!(!table.explains(&message("IST0101", "VirtualService services/web")));
        assert!(!table.explains(&message("IST0103", "Gateway services/web")));
        assert_eq!(table.unused(), [("IST0102", "Namespace ")]);
    }
}
