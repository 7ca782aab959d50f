//! Every program, each with where it comes from and what it has to be: the one table.

/// A program by others, or by them for the most part.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The name of its file.
    pub(super) name: &'static str,
    /// The variable that names its file; the `PATH` comes behind it.
    pub(super) variable: Option<&'static str>,
    /// Whether envtest puts it into its folder.
    pub(super) is_of_envtest: bool,
    /// What it is built from where nothing names it.
    pub(super) source: Source,
    /// What it has to be where something names it; none where any will do.
    pub(super) release: Option<Release>,
    /// What makes it print its version.
    pub(super) version: &'static [&'static str],
}

/// How a program comes to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// It is built.
    Go(Package),
    /// It is in a package of the Python Package Index: its file there, below the folder of the package's requirements.
    Python(Wheel),
    /// It is a script in a package of the npm registry, which a browser runs.
    Node(NodePackage),
    /// It is not: how to get it.
    Elsewhere(&'static str),
}

/// What a program is built from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Package {
    /// The folder of the Go module that pins it.
    pub module: &'static str,
    /// The package of its command.
    pub path: &'static str,
    /// What the linker is told; `-s -w` leaves out what only a debugger reads.
    pub linker_flags: &'static str,
}

/// A package of the Python Package Index that carries a program which is not written in Python.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wheel {
    /// The folder whose `requirements.txt` pins it by version and digest.
    pub folder: &'static str,
    /// The file of the program in the installed package.
    pub file: &'static str,
}

/// A package of the npm registry.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodePackage {
    /// Its name, which is that of the folder whose `package-lock.json` pins it by version and digest.
    pub folder: &'static str,
    /// The script below `node_modules`.
    pub file: &'static str,
}

/// What a program reads besides itself: it is copied out of a Go module, beside the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    /// The folder of the Go module that pins it.
    pub module: &'static str,
    /// The Go module that contains it.
    pub from: &'static str,
    /// The file or folder there.
    pub path: &'static str,
    /// How it is called beside the programs.
    pub name: &'static str,
}

/// A minor release, such as Kubernetes 1.35.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Release {
    /// Whose.
    pub project: &'static str,
    /// Its first two numbers.
    pub minor: (u32, u32),
    /// Whether later ones will do, too.
    pub or_newer: bool,
}

/// What both clusters run; programs of another minor release have other defaults, fields and warnings.
pub(super) const KUBERNETES: Release =
    Release { project: "Kubernetes", minor: (1, 35), or_newer: false };

/// What the types of crds.toml are of.
pub(super) const ISTIO: Release = Release { project: "Istio", minor: (1, 30), or_newer: false };

/// The first that delivers dead letters at least once.
pub(super) const RABBITMQ: Release =
    Release { project: "RabbitMQ", minor: (3, 10), or_newer: true };

/// What the chart of charts.toml runs.
const FLUENT_BIT: Release = Release { project: "Fluent Bit", minor: (5, 1), or_newer: false };

/// A program of a Go module.
const fn built(name: &'static str, module: &'static str, path: &'static str) -> Program {
    Program {
        name,
        variable: None,
        is_of_envtest: false,
        source: Source::Go(Package { module, path, linker_flags: "-s -w" }),
        release: None,
        version: &["--version"],
    }
}

/// A program of Kubernetes.
const fn kubernetes(name: &'static str, path: &'static str) -> Program {
    let package = Package {
        module: "kubernetes",
        path,
        // Without it the programs call themselves v0.0.0 and refuse to work together. The version is that of go.mod.
        linker_flags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.35.4",
    };
    Program {
        source: Source::Go(package),
        release: Some(KUBERNETES),
        ..built(name, "kubernetes", path)
    }
}

impl Program {
    /// What the API server keeps its objects in.
    pub const ETCD: Self =
        Self { is_of_envtest: true, ..built("etcd", "etcd", "go.etcd.io/etcd/server/v3") };
    /// The API server.
    pub const KUBE_APISERVER: Self = Self {
        is_of_envtest: true,
        ..kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver")
    };
    /// The client.
    pub const KUBECTL: Self = Self {
        is_of_envtest: true,
        version: &["version", "--client"],
        ..kubernetes("kubectl", "k8s.io/kubernetes/cmd/kubectl")
    };
    /// Deployments become pods, claims are bound.
    pub const KUBE_CONTROLLER_MANAGER: Self =
        kubernetes("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager");
    /// Pods get nodes.
    pub const KUBE_SCHEDULER: Self =
        kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler");
    /// The kubelets of nodes that do not exist.
    pub const KWOK: Self = built("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok");
    /// YAML as kubectl and Argo CD read it; see `programs/yaml-reader/main.go` for what it reads and prints.
    pub const YAML_READER: Self = built("yaml-reader", "yaml-reader", "conformance/yaml-reader");
    /// `istioctl analyze`.
    pub const ISTIOCTL: Self = Self {
        variable: Some("ISTIOCTL"),
        release: Some(ISTIO),
        version: &["version", "--remote=false"],
        ..built("istioctl", "istioctl", "istio.io/istio/istioctl/cmd/istioctl")
    };
    /// The control plane of the mesh; beside it lie its own chart `istiod` and that of gateways, `gateway`.
    pub const PILOT_DISCOVERY: Self =
        built("pilot-discovery", "istiod", "istio.io/istio/pilot/cmd/pilot-discovery");
    /// What runs Envoy in each pod, and redirects the pod's connections to it; beside it lies `envoy_bootstrap.json`.
    pub const PILOT_AGENT: Self =
        built("pilot-agent", "istiod", "istio.io/istio/pilot/cmd/pilot-agent");
    /// The proxy, as its project releases it: without Istio's own filters.
    pub const ENVOY: Self = Self {
        name: "envoy",
        variable: None,
        is_of_envtest: false,
        source: Source::Python(Wheel { folder: "envoy", file: "envoy/_bin/envoy" }),
        release: None,
        version: &["--version"],
    };
    /// `helm template`.
    pub const HELM: Self = built("helm", "helm", "helm.sh/helm/v4/cmd/helm");
    /// `kustomize build`.
    pub const KUSTOMIZE: Self =
        built("kustomize", "kustomize", "sigs.k8s.io/kustomize/kustomize/v5");
    /// Rules as Prometheus reads and evaluates them.
    pub const PROMTOOL: Self =
        built("promtool", "prometheus", "github.com/prometheus/prometheus/cmd/promtool");
    /// Configuration as Alertmanager reads it.
    pub const AMTOOL: Self =
        built("amtool", "alertmanager", "github.com/prometheus/alertmanager/cmd/amtool");
    /// Argo CD; which of its programs it is, [`ARGOCD_PROGRAM`](Self::ARGOCD_PROGRAM) says.
    pub const ARGOCD: Self = built("argocd", "argocd", "github.com/argoproj/argo-cd/v3/cmd");
    /// What it talks to: a Redis, and the internet, as far as a folder plays it; and the webhooks of a cluster; see
    /// `programs/argocd/main.go`.
    pub const SURROUNDINGS: Self = built("surroundings", "argocd", "conformance/argocd");
    /// The message broker. Its script cannot be asked for its version.
    pub const RABBITMQ_SERVER: Self = Self {
        name: "rabbitmq-server",
        variable: Some("RABBITMQ_SERVER"),
        is_of_envtest: false,
        source: Source::Elsewhere(
            "install it (the package rabbitmq-server of Debian and Ubuntu, others on \
             https://www.rabbitmq.com/docs/download), or name its file with RABBITMQ_SERVER, such as \
             /usr/lib/rabbitmq/bin/rabbitmq-server",
        ),
        release: Some(RABBITMQ),
        version: &[],
    };
    /// The database; its other programs lie beside it.
    pub const POSTGRES: Self = Self {
        name: "postgres",
        variable: Some("POSTGRES"),
        is_of_envtest: false,
        source: Source::Elsewhere(
            "install it (the package postgresql of Debian and Ubuntu, others on https://www.postgresql.org/download), or name its \
             file with POSTGRES, such as /usr/lib/postgresql/15/bin/postgres",
        ),
        release: None,
        version: &["--version"],
    };
    /// The cache, which speaks as Valkey does.
    pub const REDIS_SERVER: Self = Self {
        name: "redis-server",
        variable: Some("REDIS_SERVER"),
        is_of_envtest: false,
        source: Source::Elsewhere(
            "install it (the package redis-server of Debian and Ubuntu), or name its file, or that of valkey-server, with \
             REDIS_SERVER",
        ),
        release: None,
        version: &["--version"],
    };
    /// The collector of logs.
    pub const FLUENT_BIT: Self = Self {
        name: "fluent-bit",
        variable: Some("FLUENT_BIT"),
        is_of_envtest: false,
        source: Source::Elsewhere(
            "install a package of https://docs.fluentbit.io/manual/installation, or name its file with FLUENT_BIT, such \
             as /opt/fluent-bit/bin/fluent-bit",
        ),
        release: Some(FLUENT_BIT),
        version: &["--version"],
    };

    /// The browser, or another one of its family.
    pub const CHROMIUM: Self = Self {
        name: "chromium",
        variable: Some("CHROMIUM"),
        is_of_envtest: false,
        source: Source::Elsewhere(
            "install it (the package chromium of Debian), or name its file, or that of Chrome, with CHROMIUM, such as \
             /usr/bin/google-chrome",
        ),
        release: None,
        version: &["--version"],
    };

    /// What draws pictures of Markdown, on GitHub as well: a script for a browser.
    pub const MERMAID: Self = Self {
        name: "mermaid",
        variable: None,
        is_of_envtest: false,
        source: Source::Node(NodePackage {
            folder: "mermaid",
            file: "mermaid/dist/mermaid.min.js",
        }),
        release: None,
        version: &[],
    };

    /// The variable that makes [`ARGOCD`](Self::ARGOCD) one of its programs, such as `argocd-repo-server`.
    pub const ARGOCD_PROGRAM: &str = "ARGOCD_BINARY_NAME";

    /// All that are built, by their modules.
    pub(super) const BUILT: [Self; 16] = [
        Self::ETCD,
        Self::KUBE_APISERVER,
        Self::KUBECTL,
        Self::KUBE_CONTROLLER_MANAGER,
        Self::KUBE_SCHEDULER,
        Self::KWOK,
        Self::YAML_READER,
        Self::ISTIOCTL,
        Self::PILOT_DISCOVERY,
        Self::PILOT_AGENT,
        Self::HELM,
        Self::KUSTOMIZE,
        Self::PROMTOOL,
        Self::AMTOOL,
        Self::ARGOCD,
        Self::SURROUNDINGS,
    ];

    /// The name of its file.
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl Package {
    /// Every program of the same module, with its package.
    pub fn siblings(self) -> impl Iterator<Item = (&'static str, Self)> {
        Program::BUILT.into_iter().filter_map(move |program| match program.source {
            Source::Go(package) if package.module == self.module => Some((program.name, package)),
            _ => None,
        })
    }

    /// What lies beside the programs of the same module.
    pub fn beside(self) -> impl Iterator<Item = Beside> {
        BESIDE.into_iter().filter(move |beside| beside.module == self.module)
    }
}

/// All that lies beside programs.
const BESIDE: [Beside; 3] = [
    Beside {
        module: "istiod",
        from: "istio.io/istio",
        path: "tools/packaging/common/envoy_bootstrap.json",
        name: "envoy_bootstrap.json",
    },
    Beside {
        module: "istiod",
        from: "istio.io/istio",
        path: "manifests/charts/istio-control/istio-discovery",
        name: "charts/istiod",
    },
    Beside {
        module: "istiod",
        from: "istio.io/istio",
        path: "manifests/charts/gateway",
        name: "charts/gateway",
    },
];
