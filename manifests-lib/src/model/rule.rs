//! The rules that `Platform::build` keeps, by the names under which people find them.

use std::fmt;

/// Defines the rules, their names and the list of all.
macro_rules! rules {
    ($($(#[$documentation:meta])* $rule:ident = $name:literal,)*) => {
        /// What a [`BuildError`](super::BuildError) says is broken. Its name is stable: people search for it and link to it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$documentation])* $rule,)*
        }

        impl Rule {
            /// Every rule, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$rule,)*];

            /// The name, in kebab-case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)*
                }
            }
        }
    };
}

rules! {
    /// A variable, a command or a file of a container holds the address of a Service that its component does not call. Nothing admits the
    /// caller, and nobody notices a wrong name.
    ///
    /// Ask the handle for the address (`calls`, `database`, `saga`).
    AddressAsText = "address-as-text",
    /// A certificate is for what its issuer does not sign in that namespace, such as the host of another namespace's Service. The API
    /// server refuses it.
    ///
    /// Ask for hosts of the own namespace, or take an issuer that signs the others there.
    CertificateBeyondIssuer = "certificate-beyond-issuer",
    /// An object has a field that is for the cluster to write, such as its uid or status. The API server refuses or drops it, and a
    /// finalizer or owner that the cluster does not know keeps or deletes the object.
    ///
    /// Leave it out.
    ClusterWrittenField = "cluster-written-field",
    /// An object is of a kind that only a cluster writes, such as an Event, a Node or the Endpoints of a Service. Argo CD applies
    /// none, or the cluster undoes it.
    ///
    /// Remove it.
    ClusterWrittenKind = "cluster-written-kind",
    /// Argo CD deploys bundles in waves, and bundles that wait for each other have none. None of them would ever be deployed.
    ///
    /// Move what the others wait for, such as a namespace or CRDs, into a bundle of its own.
    DeploymentCycle = "deployment-cycle",
    /// RabbitMQ stops taking messages when less than 2 GB of its disk are free.
    ///
    /// Give each pod of the broker 4 GiB at least.
    DiskTooSmall = "disk-too-small",
    /// Two bundles of one name share a folder of snapshots and an Application, so that one would overwrite the other.
    ///
    /// Give one another name. `root` and `<team>-parent` belong to the App of Apps.
    DuplicateBundle = "duplicate-bundle",
    /// Two claim templates of one StatefulSet have one name. Its pods would see one volume in two places.
    ///
    /// Rename one.
    DuplicateClaimTemplate = "duplicate-claim-template",
    /// Two containers of one pod have one name. The API server refuses the pod.
    ///
    /// Rename one.
    DuplicateContainer = "duplicate-container",
    /// The containers of a pod share its network, and two of them listen on one port. The second never starts.
    ///
    /// Give one another port.
    DuplicateContainerPort = "duplicate-container-port",
    /// A host outside, or a port of it, is declared twice. The mesh routes it by one of both.
    ///
    /// Declare it once, and let every caller take the handle (`another_port` adds ports).
    DuplicateExternalService = "duplicate-external-service",
    /// Two services open one port of a gateway of the mesh, which sends all requests to one of them; or one service asks for
    /// two node ports of it.
    ///
    /// Give one service another port, or name one node port in all its routes.
    DuplicateGatewayPort = "duplicate-gateway-port",
    /// A certificate is asked for one host twice. One of them was probably to be another.
    ///
    /// Correct or remove it.
    DuplicateHost = "duplicate-host",
    /// Two volumes are mounted at one path of a container. The API server refuses the pod.
    ///
    /// Mount one at another path.
    DuplicateMountPath = "duplicate-mount-path",
    /// Two services or gateways open one port of all nodes. The API server refuses the second Service.
    ///
    /// Choose another number from 30000 to 32767.
    DuplicateNodePort = "duplicate-node-port",
    /// One object is written twice. Applied one after the other, each undoes the other.
    ///
    /// Rename or remove one.
    DuplicateObject = "duplicate-object",
    /// A service account gets rights in AWS twice. EKS refuses the second association.
    ///
    /// Write the statements of both into one.
    DuplicatePodIdentity = "duplicate-pod-identity",
    /// Two ports of one container have one name. The API server refuses the pod.
    ///
    /// Rename one.
    DuplicatePortName = "duplicate-port-name",
    /// One chart of one version is deployed twice under one release name into one namespace. Both make the same objects.
    ///
    /// Remove one, or give it another release name.
    DuplicateRelease = "duplicate-release",
    /// Two routes of a public gateway have one host and path, or two lines say one thing of a route of the mesh. One of both holds.
    ///
    /// Give one another host or path; remove one of the lines.
    DuplicateRoute = "duplicate-route",
    /// A Service has one port twice, which the API server refuses; or two that lead to one port of a container, so that who may call one
    /// can call the other.
    ///
    /// Choose another number, or remove one.
    DuplicateServicePort = "duplicate-service-port",
    /// A container has two environment variables of one name and sees only the last one.
    ///
    /// Remove one.
    DuplicateVariable = "duplicate-variable",
    /// Two volumes of one pod have one name. The API server refuses the pod.
    ///
    /// Rename one, or mount it at a path that gives another name.
    DuplicateVolume = "duplicate-volume",
    /// Two web UIs have one name or one port of the laptop. One of them could not be opened.
    ///
    /// Give one another name or port.
    DuplicateWebUi = "duplicate-web-ui",
    /// Requests to a port that speaks TLS would leave the mesh as HTTP in plain text. The host refuses them.
    ///
    /// Let the program speak TLS (`protocol: Tls`), or name a port that speaks HTTP.
    EgressInPlainText = "egress-in-plain-text",
    /// A bundle deploys nothing. Argo CD refuses an Application without a source.
    ///
    /// Add to the bundle, or remove it.
    EmptyBundle = "empty-bundle",
    /// A workload or its selector selects no label. The API server refuses the workload.
    ///
    /// Select the labels of the pod template.
    EmptySelector = "empty-selector",
    /// A team has no bundle. Argo CD finds no folder for the team's Application.
    ///
    /// Give the team a bundle, or remove the team.
    EmptyTeam = "empty-team",
    /// A workload has ephemeral containers, which only join a pod that runs. The API server refuses it.
    ///
    /// Remove them.
    EphemeralContainer = "ephemeral-container",
    /// The pods of RabbitMQ decide by majority. Two halves of an even number can disagree, and neither takes messages.
    ///
    /// Give the broker an odd number of pods.
    EvenReplicas = "even-replicas",
    /// The folders in memory of a container may take all the memory that it has. Filled, they get it killed.
    ///
    /// Give it more memory, or make them smaller.
    FolderLargerThanMemory = "folder-larger-than-memory",
    /// A bundle waits for a bundle of another platform, or uses what one has made: an address, a Secret, a volume. The cluster does not
    /// have it.
    ///
    /// Make both of one platform.
    ForeignBundle = "foreign-bundle",
    /// A user of a database outside the cluster has a password that is generated in the cluster. Nobody there knows it.
    ///
    /// Make the user at the database, and take its credentials from AWS Secrets Manager.
    ForeignDatabaseUser = "foreign-database-user",
    /// The Service that a StatefulSet names stands before other pods. Its own pods get no DNS names.
    ///
    /// Expose a container of the StatefulSet, and pass that Service to `governed_by`.
    ForeignGoverningService = "foreign-governing-service",
    /// A bundle writes a namespace that the cluster has before the platform. Its project could change what pods of others may do.
    ///
    /// Remove the namespace from the bundle, or from `Prerequisites` if it is the platform's own.
    ForeignNamespace = "foreign-namespace",
    /// A client of RabbitMQ uses a queue or topic of another virtual host, or one has the name of the exchange of dead letters. Messages
    /// would not arrive.
    ///
    /// Make a client of the virtual host that has it, or rename it.
    ForeignQueue = "foreign-queue",
    /// A Service is given the port of a container of other pods than its own. Nothing listens there.
    ///
    /// Add a port of its own pods, or expose the other container by itself.
    ForeignServicePort = "foreign-service-port",
    /// A public gateway leads to a Service of a mesh itself. The proxies of its pods admit callers by their identity, and the gateway
    /// has none.
    ///
    /// Lead through an ingress gateway of the mesh.
    GatewayOutsideMesh = "gateway-outside-mesh",
    /// A public gateway has no route. Its certificate would be for no host, which cert-manager refuses.
    ///
    /// Route a service, or remove the gateway.
    GatewayWithoutRoutes = "gateway-without-routes",
    /// A Deployment is to have between numbers of pods that leave nothing to scale: at least none, or at most as many as at least. The API
    /// server refuses the autoscaler, or it never does anything.
    ///
    /// Say at least one and more at most, or a fixed number.
    ImpossibleReplicas = "impossible-replicas",
    /// Two hosts outside are reached by TCP at one port, and nothing tells their connections apart. All of them lead to one of both.
    ///
    /// Call `Bundle::capture_dns` in the namespace of the callers, or name other ports.
    IndistinctHosts = "indistinct-hosts",
    /// An SLO is of one port of a Service, and the proxies of the mesh count the requests to others with it.
    ///
    /// Expose one of the ports as a Service of its own.
    IndistinctObjective = "indistinct-objective",
    /// An annotation has a key that is no qualified name, or the annotations of an object are longer than 256 KiB. The API server
    /// refuses the object.
    ///
    /// Rename the key, or put long text into a ConfigMap.
    InvalidAnnotation = "invalid-annotation",
    /// What clients check a server's certificate by is no certificate as PEM. They would refuse every connection.
    ///
    /// Take the bundle of CAs that the provider publishes: `CaCertificates(include_str!("rds.pem"))`.
    InvalidCertificate = "invalid-certificate",
    /// A connection string cannot say what it has to in its dialect. The program would not connect.
    ///
    /// Take another dialect, or the parts of the connection as variables of their own.
    InvalidConnectionString = "invalid-connection-string",
    /// A variable of a Grafana dashboard has a dash in its name, at which Grafana ends the name in queries.
    ///
    /// Leave the dash out.
    InvalidDashboardVariable = "invalid-dashboard-variable",
    /// A key of a ConfigMap is no file name, or is there twice or as text and as bytes. The API server refuses the ConfigMap.
    ///
    /// Rename it.
    InvalidDataKey = "invalid-data-key",
    /// A database or its user has a name that its engine keeps for itself or does not take. The database does not start, or the schema cannot
    /// be made.
    ///
    /// Choose another name; that of a container is the bundle's.
    InvalidDatabaseName = "invalid-database-name",
    /// A label has a key that is no qualified name, or a value that is longer than 63 characters or has others than letters,
    /// digits, `-`, `_` and `.`. The API server refuses the object.
    ///
    /// Rename it, or put longer text into an annotation.
    InvalidLabel = "invalid-label",
    /// The API server does not take the name of an object: most kinds have a DNS name. Or the name would be no file name: it has a
    /// `/`, or is `.` or `..`.
    ///
    /// Choose another name.
    InvalidObjectName = "invalid-object-name",
    /// What a custom resource changes of the pods that its operator writes is no `PodSpec`. The API server refuses it, and what it allows its
    /// containers cannot be judged.
    ///
    /// Correct the field that the message names.
    InvalidPodOverride = "invalid-pod-override",
    /// What a container does before it stops takes as long as its pod has to stop, takes no time, asks a port that is not there, or is
    /// said twice. The container is killed before it is told to stop, or the API server refuses it.
    ///
    /// Correct what the message names, or give the workload a longer `grace_period`.
    InvalidPreStop = "invalid-pre-stop",
    /// A probe is said twice, has times that contradict each other, asks a port that its container does not have, or sends a header
    /// that is none. The API server refuses it, or the kubelet asks in another way than it says.
    ///
    /// Correct what the message names.
    InvalidProbe = "invalid-probe",
    /// A new version has no way to replace an old one, or counts as available later than its Deployment waits for it. The API server
    /// would refuse it.
    ///
    /// Let a new pod start before an old one stops, or the other way round; say less than 600 seconds.
    InvalidRollout = "invalid-rollout",
    /// The values of a chart are not JSON, so that they cannot stand in an Application.
    ///
    /// Leave out what JSON does not have, such as a number that is not finite.
    InvalidValues = "invalid-values",
    /// The name of an environment variable has characters that shells cannot read.
    ///
    /// Use letters, digits and `_`, and do not begin with a digit.
    InvalidVariableName = "invalid-variable-name",
    /// The value of an environment variable, or an argument, has a NUL character or is longer than 128 KiB. The container does not start.
    ///
    /// Remove the character; give long text to the container as a file (`Component::config`).
    InvalidVariableValue = "invalid-variable-value",
    /// The name of a volume, which comes from the path where it is mounted, is no DNS label. The API server refuses the pod.
    ///
    /// Choose another path or name.
    InvalidVolumeName = "invalid-volume-name",
    /// A workload waits for a Job of another bundle. Argo CD syncs each bundle by itself, and would not wait.
    ///
    /// Make the Job of a component of the same bundle.
    JobOfAnotherBundle = "job-of-another-bundle",
    /// A container may have less than is reserved for it, or reserves all that it may have in a line of its own. The API server refuses
    /// the first, and the second says nothing.
    ///
    /// Raise the limit, lower the request, or remove the line.
    LimitBelowRequest = "limit-below-request",
    /// A limit of a gateway is outside of what NGINX takes, or one that NGINX reads as "without limit".
    ///
    /// Choose a number between the ends that the message names.
    LimitOutOfRange = "limit-out-of-range",
    /// Rights name what they can never be used for: an action on a resource of another service of AWS, a kind without a namespace in a
    /// Role, no verb. They allow nothing.
    ///
    /// Name what belongs together, or remove them.
    MismatchedRights = "mismatched-rights",
    /// A host outside is reached at no address. The network lets nobody send there.
    ///
    /// Name its ranges of addresses, or go through the egress gateway.
    MissingAddresses = "missing-addresses",
    /// A workload has no container. The API server refuses it.
    ///
    /// Add one.
    MissingContainer = "missing-container",
    /// Nothing installs the CRD of an object. The API server refuses objects of a kind that it does not know.
    ///
    /// Add the chart or kustomization whose `crd_groups` name the group, or list the group in `Prerequisites` where the cluster has
    /// it.
    MissingCrd = "missing-crd",
    /// A StatefulSet names no Service. Its pods get no DNS names.
    ///
    /// Expose a container of the StatefulSet, and pass that Service to `governed_by`.
    MissingGoverningService = "missing-governing-service",
    /// A variable has the limit of CPU of a container that has none. It would be what the whole node has.
    ///
    /// Take the request, or limit the CPU of the container.
    MissingLimit = "missing-limit",
    /// A container has no memory: its limit is 0. The kernel kills it at once.
    ///
    /// Give it what it needs.
    MissingMemory = "missing-memory",
    /// An object has no name. The API server refuses it.
    ///
    /// Set `metadata.name`.
    MissingName = "missing-name",
    /// Nothing creates the namespace of an object. The API server refuses objects of a namespace that does not exist.
    ///
    /// Create it in a bundle, or list it in `Prerequisites` where the cluster has it.
    MissingNamespace = "missing-namespace",
    /// An exception has an empty reason. Whoever reviews it cannot know whether it is still needed.
    ///
    /// Say why.
    MissingReason = "missing-reason",
    /// A Secret is a copy of one in AWS Secrets Manager, and the platform has no store that reads it. The Secret never appears, and pods
    /// that need it never start.
    ///
    /// Add a `secrets_manager_store` to the bundle of External Secrets.
    MissingSecretStore = "missing-secret-store",
    /// A container mounts a volume that its pod does not have. The API server refuses the pod.
    ///
    /// Mount a volume of this workload. A claim template belongs to the StatefulSet that declares it.
    MissingVolume = "missing-volume",
    /// A name is too long for what the cluster derives from it, such as labels of pods. The API server refuses it.
    ///
    /// Shorten the name of the bundle or of the component.
    NameTooLong = "name-too-long",
    /// A cluster-scoped object has a namespace.
    ///
    /// Remove `metadata.namespace`.
    NamespaceOfClusterScopedObject = "namespace-of-cluster-scoped-object",
    /// A line asks for what only a mesh does, such as a route between services or an SLO that its proxies count, and the platform's
    /// conventions have none. Nothing would read the object, or nothing would count.
    ///
    /// Remove it, or name the mesh in the platform's `Conventions`.
    NeedsMesh = "needs-mesh",
    /// A value of a chart is null, which makes helm erase the chart's default.
    ///
    /// Leave the value out, or list it below `unset` in `charts.toml` if the chart takes null.
    NullValue = "null-value",
    /// The values of a ConfigMap are longer than 1 MiB, or an object is longer than the 1.5 MiB that etcd takes. The API server
    /// refuses it.
    ///
    /// Split it, or put the data into an image or a volume.
    ObjectTooLarge = "object-too-large",
    /// A patch finds no object: its bundle or handle makes none of the kind, or its condition holds for none. It does nothing.
    ///
    /// Remove the patch, correct its condition, or add the object.
    PatchWithoutTarget = "patch-without-target",
    /// A namespace enforces a level of Pod Security that refuses pods of its own. They would never start.
    ///
    /// Change the pods, or run them in a namespace of their own whose level allows what they do.
    PodSecurityViolation = "pod-security-violation",
    /// A container of the mesh, or a service behind a gateway of it, has a port on which the proxy listens itself, from 15000 to 15090. One
    /// of them does not start.
    ///
    /// Choose another port.
    ProxyPort = "proxy-port",
    /// The tries of a route take longer than its timeout. The last one is cut off.
    ///
    /// Allow more time, or fewer or shorter tries.
    RetriesBeyondTimeout = "retries-beyond-timeout",
    /// A secret value would stand in Git, where everybody who reads the repository reads it: a name says that it is a secret, or the
    /// text itself reads like one, such as an address with a password, a private key or the value of `--token`.
    ///
    /// Let an ExternalSecret deliver it (`Component::secret`), and take variables from a `SecretKey`. Where it is none, say why:
    /// `not_secret!` for a variable, `Bundle::not_secret` for any other text.
    SecretInPlainText = "secret-in-plain-text",
    /// The selector of a workload wants labels that its pod template does not have. The API server refuses the workload.
    ///
    /// Label the template, or change the selector.
    SelectorMismatch = "selector-mismatch",
    /// A Service selects pods of which there are none: their workload has no replicas. Nobody answers.
    ///
    /// Run at least one, or remove the Service.
    ServiceWithoutPods = "service-without-pods",
    /// The programs of a pod serve metrics at two places. In the mesh the proxy's agent asks one endpoint a pod.
    ///
    /// Serve both at one.
    SeveralMetricsEndpoints = "several-metrics-endpoints",
    /// A port of a container is exposed as two protocols. The proxy before it speaks one of them to all callers.
    ///
    /// Expose it as what it speaks.
    SeveralProtocols = "several-protocols",
    /// Volumes of one pod are to belong to several users. A pod has one group for all of them: the last one would have all.
    ///
    /// Give them one owner.
    SeveralVolumeOwners = "several-volume-owners",
    /// A component runs two workloads. Both have the same labels and ServiceAccount: Services and policies of one reach the pods of the
    /// other.
    ///
    /// Make the second of a component of its own.
    SeveralWorkloads = "several-workloads",
    /// Two environments use one thing outside their clusters, such as a database, a secret or a host. What the one does there, it does to
    /// the other.
    ///
    /// Give each its own. Where both are to use it, list it in the `shares` of both, with the reason.
    SharedBetweenEnvironments = "shared-between-environments",
    /// A volume for one pod at a time belongs to a workload of several, or of whose pods a new one starts before the old one stops. One
    /// of them waits for the volume forever.
    ///
    /// Run one pod, and stop it first: `recreate`, or `Concurrency::Forbid` of a CronJob.
    SharedClaim = "shared-claim",
    /// A bundle reads secrets of two folders of AWS Secrets Manager, or two namespaces read secrets of one folder. Stores read by
    /// folder: whoever may write an ExternalSecret in one namespace could read the secrets of another.
    ///
    /// Move secrets, so that each bundle has one folder, which no bundle of another namespace reads.
    SharedSecretFolder = "shared-secret-folder",
    /// A Service selects the pods of several workloads. A share of its requests reaches pods that do not serve them.
    ///
    /// Select more labels.
    SharedSelector = "shared-selector",
    /// An environment says that it shares something, and does not use it together with another one. Who shares it by mistake later would
    /// not be told.
    ///
    /// Remove it from the environment's `shares`.
    SharedWithNobody = "shared-with-nobody",
    /// A generated secret has fewer than 16 characters and can be guessed.
    ///
    /// Ask for more.
    ShortSecret = "short-secret",
    /// Pods of a namespace get sidecars, but one that misses its own would run, without mutual TLS and without AuthorizationPolicies.
    ///
    /// Call `Bundle::require_sidecars` once, at a bundle that is deployed early, such as that of the namespaces.
    SidecarNotRequired = "sidecar-not-required",
    /// A run of a CronJob may start only within less time than passes between two looks of its controller. Many would never run.
    ///
    /// Give it 10 seconds at least.
    StartingDeadlineTooShort = "starting-deadline-too-short",
    /// A volume is a folder that a node runs on, or would hide one that the kernel gives a container. Who writes there owns the node, or
    /// the container does not start.
    ///
    /// Choose another folder.
    SystemFolder = "system-folder",
    /// The mesh would look for the server name of TLS at a port that speaks HTTP in plain text. Every connection ends in the proxy.
    ///
    /// Name the port that speaks TLS, or say `protocol: Http`.
    TlsToPlainTextPort = "tls-to-plain-text-port",
    /// A component would have more rights than its line says, in AWS or in the cluster: on everything, to all Secrets, or the rights of
    /// others.
    ///
    /// Name what it needs, or say why it needs all of it (`RoleRule::because`, `Component::aws_rights_on_everything`).
    TooManyRights = "too-many-rights",
    /// A container is allowed more than the restricted standard, and no line says why.
    ///
    /// Remove what allows it, or declare the exception with its reason (`ContainerHandle::allow`, `Bundle::allow`).
    UndeclaredSecurityException = "undeclared-security-exception",
    /// A value or an argument refers to a variable, as in `$(POD_IP)`, that its container does not have before it. The reference would stay
    /// in the text as it is.
    ///
    /// Give the variable before it, or write `$$(` where the text is meant.
    UnknownVariable = "unknown-variable",
    /// A chart or kustomization creates namespaces, whose names are not known. Its project would admit every namespace, those of
    /// others too.
    ///
    /// Exclude them from it, and create them with `Bundle::create_namespace`.
    UnnamedNamespace = "unnamed-namespace",
    /// A container runs an image under a name that can lead to another image later. What runs is not what was reviewed, and nodes
    /// disagree.
    ///
    /// Name an image of others by its digest, and your own by the commit that it was built from.
    UnpinnedImage = "unpinned-image",
    /// A workload that was added as it stands selects no nodes. Its pods run on any, such as those of the gateways.
    ///
    /// Set the node selector of a node group.
    UnplacedPod = "unplaced-pod",
    /// A port of a gateway of the mesh that only API gateways reach has no route of one. Nobody could use it.
    ///
    /// Give the service a public route, or remove the one of the mesh's gateway.
    UnreachableGatewayPort = "unreachable-gateway-port",
    /// A program without a proxy serves metrics, and nothing says which Prometheus reads those of its namespace.
    ///
    /// Deny by default in the namespace, and name Prometheus there.
    UnreadMetrics = "unread-metrics",
    /// A route of a public gateway says what the gateway does not do, or refuses.
    ///
    /// Say what the message names instead.
    UnsupportedRoute = "unsupported-route",
    /// A workload has a pull secret for a registry that none of its images is in. The kubelet would never use it.
    ///
    /// Name the registry as the image begins, or remove the pull secret.
    UnusedPullSecret = "unused-pull-secret",
    /// A text is declared to be no secret that does not read like one, or is not there. A secret that comes there later would pass
    /// unseen.
    ///
    /// Remove it, or correct the names.
    UnusedSecretException = "unused-secret-exception",
    /// A security exception is declared that no container needs, or for a container that is not there. What needs it later would
    /// pass unseen.
    ///
    /// Remove it, or correct the names of the workload and the container.
    UnusedSecurityException = "unused-security-exception",
    /// A volume is on other nodes than its pod. The pod is never scheduled.
    ///
    /// Put both on one node group.
    VolumeOnOtherNodes = "volume-on-other-nodes",
    /// An address was made for one component, and another one has it. It is refused at run time: nothing admits it.
    ///
    /// Ask for an address at the component that calls (`calls`, `database`, `saga`).
    WrongComponent = "wrong-component",
    /// A Secret, a claim or a dashboard is in another namespace than its readers, which cannot see it there.
    ///
    /// Make it in a bundle of the namespace that reads it.
    WrongNamespace = "wrong-namespace",
    /// Something has the size 0: a request of processor time, a folder, a volume, a time or a number of tries. The API server refuses it,
    /// or the cluster reads it as something else, such as no limit.
    ///
    /// Say how much it needs.
    ZeroSize = "zero-size",
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
