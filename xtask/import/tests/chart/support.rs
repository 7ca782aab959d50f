//! Runs the program on files of its own, below a temporary folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use released::sha256;
use tempfile::TempDir;

/// What a run left behind.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A temporary folder with sources in `upstream`, the list `charts.toml` and the output folder `out`.
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["upstream", "out"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        Self { folder }
    }

    /// A scratch with one chart, `example` 1.2.3; `entry` is added to its entry in charts.toml.
    pub fn chart(values: &str, entry: &str) -> Self {
        let scratch = Self::new();
        scratch.set(values, None, entry);
        scratch
    }

    /// The same with a schema.
    pub fn chart_with_schema(values: &str, schema: &str, entry: &str) -> Self {
        let scratch = Self::new();
        scratch.set(values, Some(schema), entry);
        scratch
    }

    /// Writes the sources and the list.
    pub fn set(&self, values: &str, schema: Option<&str>, entry: &str) {
        self.write("upstream/values.yaml", values);
        let mut text = format!(
            "[[chart]]\nname = \"example\"\nrepository = \"https://example.org/charts\"\nversion = \"1.2.3\"\nvalues = {}\n",
            file("values.yaml", values)
        );
        if let Some(schema) = schema {
            self.write("upstream/values.schema.json", schema);
            let schema = file("values.schema.json", schema);
            text = format!("{text}schema = {schema}\n");
        }
        text.push_str(entry);
        self.write("charts.toml", &text);
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, text: &str) {
        fs::write(self.path(below), text).expect("a file");
    }

    /// `import chart` with these arguments, the sources, the list and the output folder of this scratch.
    pub fn import(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_import"))
            .args(["chart", "--from", "upstream", "--output", "out"])
            .args(["--lock", "charts.toml"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .output()
            .expect("the program starts");
        Outcome {
            code: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Every file of the output folder that the program writes.
    pub fn output(&self) -> BTreeMap<String, String> {
        let names = ["src/lib.rs", "src/example.rs", "paths.tsv"];
        names
            .into_iter()
            .filter_map(|name| {
                let text = fs::read_to_string(self.path("out").join(name)).ok()?;
                Some((name.to_owned(), text))
            })
            .collect()
    }

    /// The message of a run that fails without changing anything.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let before = self.output();
        let outcome = self.import(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
        assert_eq!(self.output(), before, "the output changed");
        outcome.stderr
    }

    /// The generated types, without the header of the module.
    pub fn types(&self) -> String {
        let outcome = self.import(&[]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let module = &self.output()["src/example.rs"];
        let start = module.find("/// All values").expect("the root");
        let end = module.find("impl crate::HelmChart").expect("the trait");
        module[start..end].trim_end().to_owned()
    }

    /// The lines of paths.tsv.
    pub fn paths(&self) -> String {
        let text = &self.output()["paths.tsv"];
        let lines = text.lines().filter(|line| !line.starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The paths and types that values lead to when everything is kept.
pub fn paths(values: &str, entry: &str) -> String {
    let scratch = Scratch::chart(values, entry);
    let outcome = scratch.import(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    scratch.paths()
}

/// The message for a chart that cannot be imported.
pub fn refused(values: &str, entry: &str) -> String {
    Scratch::chart(values, entry).refusal(&[])
}

/// A locked file.
pub fn file(name: &str, text: &str) -> String {
    format!(
        "{{ url = \"https://example.org/v1.2.3/{name}\", sha256 = \"{}\" }}",
        sha256(text.as_bytes())
    )
}

/// Entry in charts.toml of a chart that keeps values of its subchart `grafana`, version 9.9.9 in Chart.yaml.
pub fn subchart(scratch: &Scratch, values: &str, version: &str) -> String {
    let metadata =
        "dependencies:\n- {name: grafana, version: 9.9.9, repository: https://example.org}\n";
    scratch.write("upstream/Chart.yaml", metadata);
    scratch.write("upstream/grafana.yaml", values);
    format!(
        "metadata = {}\nkeep = ['grafana']\n\n[[chart.subchart]]\nkey = 'grafana'\nversion = '{version}'\nvalues = {}\n",
        file("Chart.yaml", metadata),
        file("grafana.yaml", values)
    )
}
