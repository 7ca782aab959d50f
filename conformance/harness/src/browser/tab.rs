//! A page in the browser.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{ANSWER, Browser};
use crate::{Failure, cannot_write};

/// What a page is shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// In pixels.
    pub width: u32,
    /// The colours that its reader prefers.
    pub scheme: Scheme,
}

/// Colours that a reader prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        write!(formatter, "{}-{scheme}", self.width)
    }
}

/// In pixels.
const HEIGHT: u32 = 900;

/// Up to here it is a telephone, which asks pages for their viewport.
const MOBILE: u32 = 600;

/// What A4 has between the margins of Chromium, in pixels.
const PAPER: u32 = 718;

/// An open page.
pub struct Tab<'browser> {
    browser: &'browser mut Browser,
    target: String,
    session: String,
    form: Form,
    loaded: usize,
    complaints: Vec<String>,
    requests: BTreeSet<String>,
}

impl<'browser> Tab<'browser> {
    pub(super) fn open(browser: &'browser mut Browser, form: Form) -> Result<Self, Failure> {
        let target = browser.ask(None, "Target.createTarget", &json!({"url": "about:blank"}))?;
        let target = target["targetId"].as_str().unwrap_or_default().to_owned();
        let attach = json!({"targetId": target, "flatten": true});
        let session = browser.ask(None, "Target.attachToTarget", &attach)?;
        let session = session["sessionId"].as_str().unwrap_or_default().to_owned();
        let (complaints, requests) = (Vec::new(), BTreeSet::new());
        let mut tab = Self { browser, target, session, form, loaded: 0, complaints, requests };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.ask(&format!("{domain}.enable"), &json!({}))?;
        }
        tab.print(false)?;
        Ok(tab)
    }

    /// Shows the page as it is printed, or on the screen again. Its event `beforeprint` does not come with it.
    pub fn print(&mut self, is_printed: bool) -> Result<(), Failure> {
        let Form { width, scheme } = self.form;
        let (width, media) = if is_printed { (PAPER, "print") } else { (width, "screen") };
        let is_mobile = !is_printed && width <= MOBILE;
        let size =
            json!({"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": is_mobile});
        self.ask("Emulation.setDeviceMetricsOverride", &size)?;
        let scheme = if scheme == Scheme::Dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let media = json!({"media": media, "features": features});
        self.ask("Emulation.setEmulatedMedia", &media)?;
        Ok(())
    }

    /// What the page is shown in.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Goes to a file, and waits until it is there with all that it asks for.
    pub fn go(&mut self, file: &Path) -> Result<(), Failure> {
        let loaded = self.loaded;
        self.requests.clear();
        let url = format!("file://{}", encoded(file));
        let answer = self.ask("Page.navigate", &json!({"url": url}))?;
        if let Some(error) = answer["errorText"].as_str() {
            return Err(self
                .browser
                .failure(&format!("the browser cannot open {}: {error}", file.display())));
        }
        let deadline = Instant::now() + ANSWER;
        while self.loaded == loaded {
            let message = self.browser.receive(deadline, "Page.navigate")?;
            self.browser.events.push_back(message);
            self.hear();
        }
        Ok(())
    }

    /// The value of an expression of JavaScript, once it is settled; a failure where it throws.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value, Failure> {
        let question =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.ask("Runtime.evaluate", &question)?;
        match answer["exceptionDetails"]["exception"]["description"].as_str() {
            None => Ok(answer["result"]["value"].take()),
            Some(thrown) => Err(Failure::new(format!(
                "`{expression}` throws {thrown}: correct it below conformance/src/lanes/browser"
            ))),
        }
    }

    /// Presses the middle of the first element that a selector finds, as a finger would: what lies over it gets it.
    pub fn click(&mut self, selector: &str) -> Result<(), Failure> {
        let place = format!(
            "(()=>{{const element=document.querySelector({});element.scrollIntoView({{block:'center'}});\
             const box=element.getBoundingClientRect();return [box.x+box.width/2,box.y+box.height/2]}})()",
            json!(selector)
        );
        let place = self.evaluate(&place)?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.ask("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// Types a text in place of what is in the field that a selector finds.
    pub fn write(&mut self, selector: &str, text: &str) -> Result<(), Failure> {
        let field = json!(selector);
        self.evaluate(&format!(
            "(()=>{{const field=document.querySelector({field});field.focus();field.select()}})()"
        ))?;
        if text.is_empty() {
            return self.press("Delete");
        }
        self.ask("Input.insertText", &json!({"text": text}))?;
        Ok(())
    }

    /// Presses a key by its [name](https://developer.mozilla.org/docs/Web/API/UI_Events/Keyboard_event_key_values): `Tab`,
    /// `Enter`, `Delete`.
    pub fn press(&mut self, key: &str) -> Result<(), Failure> {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "Delete" => 46,
            _ => 0,
        };
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.ask("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// Writes a picture of what is to be seen without scrolling, as PNG.
    pub fn picture(&mut self, file: &Path) -> Result<(), Failure> {
        let answer = self.ask("Page.captureScreenshot", &json!({"format": "png"}))?;
        let bytes =
            STANDARD.decode(answer["data"].as_str().unwrap_or_default()).unwrap_or_default();
        fs::write(file, bytes).map_err(|error| cannot_write(file, &error))
    }

    /// What the page has complained of in the console since this was last called.
    pub fn complaints(&mut self) -> Result<Vec<String>, Failure> {
        // Whatever has happened before this is answered has been told.
        self.evaluate("new Promise(done=>requestAnimationFrame(()=>setTimeout(done)))")?;
        Ok(std::mem::take(&mut self.complaints))
    }

    /// All that was asked for since the page was gone to, the page itself among it.
    pub fn requests(&self) -> &BTreeSet<String> {
        &self.requests
    }

    /// Closes it.
    pub fn close(self) -> Result<(), Failure> {
        self.browser.ask(None, "Target.closeTarget", &json!({"targetId": self.target})).map(drop)
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value, Failure> {
        let answer = self.browser.ask(Some(&self.session), method, parameters);
        self.hear();
        answer
    }

    /// Takes in what the browser has said of this page.
    fn hear(&mut self) {
        while let Some(event) = self.browser.events.pop_front() {
            if event["sessionId"] == self.session.as_str() {
                self.heard(&event);
            }
        }
    }

    fn heard(&mut self, event: &Value) {
        let of = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.loaded += 1,
            "Network.requestWillBeSent" => {
                self.requests.extend(of["request"]["url"].as_str().map(str::to_owned));
            }
            "Runtime.exceptionThrown" => {
                let details = &of["exceptionDetails"];
                let thrown = &details["exception"]["description"];
                self.complaints.push(text(if thrown.is_null() {
                    &details["text"]
                } else {
                    thrown
                }));
            }
            "Runtime.consoleAPICalled"
                if matches!(of["type"].as_str(), Some("error" | "warning" | "assert")) =>
            {
                let words = of["args"].as_array().into_iter().flatten();
                let words = words.map(|word| {
                    text(if word["value"].is_null() {
                        &word["description"]
                    } else {
                        &word["value"]
                    })
                });
                self.complaints.push(words.collect::<Vec<_>>().join(" "));
            }
            "Log.entryAdded"
                if matches!(of["entry"]["level"].as_str(), Some("error" | "warning")) =>
            {
                self.complaints.push(text(&of["entry"]["text"]));
            }
            _ => {}
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A path as URLs have it.
fn encoded(file: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let mut url = String::new();
    for &byte in file.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}
