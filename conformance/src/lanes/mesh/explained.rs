//! What istioctl says although nothing is wrong, with the reasons.

use super::Message;

/// Code, its objects (`Kind namespace/name`), and why it is no mistake.
pub type Explained = (&'static str, &'static [&'static str], &'static str);

/// Every message that is no finding. An object that is explained and no longer spoken of is one.
pub const EXPLAINED: &[Explained] = &[
    (
        "IST0134",
        &[
            "ServiceEntry services/account-db-service-entry",
            "ServiceEntry services/customer-db-service-entry",
            "ServiceEntry services/order-db-service-entry",
        ],
        "A TCP service without an address of its own would take every connection to its port. istiod allocates one to it \
         (PILOT_ENABLE_IP_AUTOALLOCATE, on unless turned off) for proxies that capture DNS, which the ProxyConfig of the \
         namespace turns on; the analyzer looks for both in the mesh configuration only, which is not rendered.",
    ),
    (
        "IST0138",
        &[
            "Gateway services/customer-app-gateway",
            "Gateway services/helloworld-app-gateway",
            "Gateway services/httpbin-app-gateway",
            "Gateway services/orchestrator-app-gateway",
        ],
        "A client that finds one certificate for two hosts may send requests for both over one HTTP/2 connection. These Gateways \
         are different ports, which no connection shares, and NGINX, the only client, speaks HTTP/1.1 to them.",
    ),
];

/// The table while it is used.
pub struct Table {
    entries: Vec<Entry>,
}

struct Entry {
    code: &'static str,
    origin: &'static str,
    used: bool,
}

impl Table {
    /// One entry for each object of each line.
    pub fn new(lines: &[Explained]) -> Self {
        let entries = lines
            .iter()
            .flat_map(|&(code, origins, _)| {
                origins.iter().map(move |&origin| Entry { code, origin, used: false })
            })
            .collect();
        Self { entries }
    }

    /// Whether a message is explained; notes the entry as used.
    pub fn explains(&mut self, message: &Message) -> bool {
        let mut explained = false;
        for entry in &mut self.entries {
            if message.code == entry.code && message.origin == entry.origin {
                entry.used = true;
                explained = true;
            }
        }
        explained
    }

    /// Code and object of the entries that were not needed.
    pub fn unused(&self) -> Vec<(&'static str, &'static str)> {
        self.entries
            .iter()
            .filter(|entry| !entry.used)
            .map(|entry| (entry.code, entry.origin))
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
        let lines: [Explained; 2] = [
            ("IST0101", &["Gateway services/web"], "pods are elsewhere"),
            ("IST0102", &["Namespace web"], "never said"),
        ];
        let mut table = Table::new(&lines);
        assert!(table.explains(&message("IST0101", "Gateway services/web")));
        assert!(!table.explains(&message("IST0101", "Gateway services/web-2")));
        assert!(!table.explains(&message("IST0101", "VirtualService services/web")));
        assert!(!table.explains(&message("IST0103", "Gateway services/web")));
        assert_eq!(table.unused(), [("IST0102", "Namespace web")]);
    }
}
