//! The names of all rules, written by `cargo run -p analysis --example pages`.

use super::CheckRule;

impl CheckRule {
    /// An autoscaler may ask for more pods than nodes have room for.
    pub const AUTOSCALED_BEYOND_NODES: Self = Self("autoscaled-beyond-nodes");
    /// A container, a pod or a claim is outside of what the LimitRange of its namespace allows.
    pub const BEYOND_LIMIT_RANGE: Self = Self("beyond-limit-range");
    /// A namespace has more than its ResourceQuota lets it have.
    pub const BEYOND_QUOTA: Self = Self("beyond-quota");
    /// A pod requests more than any of its nodes has.
    pub const POD_TOO_LARGE: Self = Self("pod-too-large");
    /// A pod asks for nodes that are not there.
    pub const POD_WITHOUT_NODE: Self = Self("pod-without-node");
    /// A workload has more pods than its nodes can hold.
    pub const REPLICAS_BEYOND_NODES: Self = Self("replicas-beyond-nodes");
    /// Pods request more than all their nodes together have.
    pub const REQUESTS_BEYOND_NODES: Self = Self("requests-beyond-nodes");
    /// A rollout has to add a pod before it takes one away, and there is no room for it.
    pub const ROLLOUT_WITHOUT_ROOM: Self = Self("rollout-without-room");
    /// A Job or CronJob finds no room for a pod beside the pods that stay.
    pub const RUN_WITHOUT_ROOM: Self = Self("run-without-room");
    /// Pods that may be on several nodes mount a volume that one node can have.
    pub const CLAIM_OF_ONE_NODE: Self = Self("claim-of-one-node");
    /// A database keeps its data where it is lost with the pod.
    pub const DATA_OUTSIDE_VOLUME: Self = Self("data-outside-volume");
    /// The claims of a StatefulSet are deleted with it, or with its last pods.
    pub const DELETED_CLAIM: Self = Self("deleted-claim");
    /// The volumes of a stateful workload are deleted with their claims.
    pub const DELETING_RECLAIM_POLICY: Self = Self("deleting-reclaim-policy");
    /// Two volumes are mounted at one path of a container.
    pub const DUPLICATE_MOUNT_PATH: Self = Self("duplicate-mount-path");
    /// A volume is mounted over another one of a container.
    pub const HIDDEN_MOUNT: Self = Self("hidden-mount");
    /// Argo CD deletes a claim, a namespace or a kind as soon as its manifest is gone.
    pub const PRUNED_DATA: Self = Self("pruned-data");
    /// A volume on a node does not say on which.
    pub const UNBOUND_NODE_VOLUME: Self = Self("unbound-node-volume");
    /// A pod keeps data in a folder of its node, and may move to another node.
    pub const UNPINNED_NODE_FOLDER: Self = Self("unpinned-node-folder");
    /// A workload has a container that it lacks in another environment.
    pub const CONTAINER_OF_ONE_ENVIRONMENT: Self = Self("container-of-one-environment");
    /// A Service, an autoscaler, a budget or a policy is for a workload that has none of it in another environment.
    pub const POLICY_OF_ONE_ENVIRONMENT: Self = Self("policy-of-one-environment");
    /// A container or a Service has a port that it lacks in another environment.
    pub const PORT_OF_ONE_ENVIRONMENT: Self = Self("port-of-one-environment");
    /// A container has a probe that it lacks in another environment.
    pub const PROBE_OF_ONE_ENVIRONMENT: Self = Self("probe-of-one-environment");
    /// A container has a variable that it lacks in another environment.
    pub const VARIABLE_OF_ONE_ENVIRONMENT: Self = Self("variable-of-one-environment");
    /// A bundle has a workload that it lacks in another environment.
    pub const WORKLOAD_OF_ONE_ENVIRONMENT: Self = Self("workload-of-one-environment");
    /// Two manifests are one object.
    pub const DUPLICATE_OBJECT: Self = Self("duplicate-object");
    /// A sync waits for a Job that may never end.
    pub const ENDLESS_HOOK: Self = Self("endless-hook");
    /// An Application uses what its project does not permit.
    pub const FORBIDDEN_BY_PROJECT: Self = Self("forbidden-by-project");
    /// A custom resource is in an earlier wave than its CRD.
    pub const LATE_DEFINITION: Self = Self("late-definition");
    /// An object needs another one to get ready that is in a later wave or phase.
    pub const LATE_DEPENDENCY: Self = Self("late-dependency");
    /// An Application takes whatever version of a chart is the newest.
    pub const MOVING_CHART: Self = Self("moving-chart");
    /// A value of a chart is null in valuesObject of an Application.
    pub const NULL_VALUE: Self = Self("null-value");
    /// Two Applications deploy one folder to the same place.
    pub const OVERLAPPING_APPLICATIONS: Self = Self("overlapping-applications");
    /// A Job that removes itself is kept in place by Argo CD.
    pub const REPEATED_JOB: Self = Self("repeated-job");
    /// An object is too large to be applied by the client.
    pub const TOO_LARGE_TO_APPLY: Self = Self("too-large-to-apply");
    /// A claim that waits for its first pod is in an earlier wave than every pod that mounts it.
    pub const WAITING_CLAIM: Self = Self("waiting-claim");
    /// An image, a chart or Kubernetes itself is of a release that has ended.
    pub const ENDED_RELEASE: Self = Self("ended-release");
    /// A Secret is brought up to date, and pods read it once.
    pub const ROTATED_VARIABLE: Self = Self("rotated-variable");
    /// A changed ConfigMap would not reach the pods that read it.
    pub const UNNOTICED_CONFIGURATION: Self = Self("unnoticed-configuration");
    /// Two ServiceEntries of TCP have one port and no addresses, and the mesh does not capture DNS.
    pub const COLLIDING_TCP_ENTRIES: Self = Self("colliding-tcp-entries");
    /// Two DestinationRules of one namespace and host set a policy or define a subset twice.
    pub const COMPETING_DESTINATION_RULES: Self = Self("competing-destination-rules");
    /// Two injectors of Istio put a sidecar into the same pods.
    pub const COMPETING_INJECTORS: Self = Self("competing-injectors");
    /// Two objects of Istio want the same pods, and one of them is in force.
    pub const COMPETING_MESH_OBJECTS: Self = Self("competing-mesh-objects");
    /// Two servers of Istio Gateways want one port of the same pods, and one of them gets it.
    pub const CONFLICTING_GATEWAY_SERVER: Self = Self("conflicting-gateway-server");
    /// A server of an Istio Gateway has TLS settings that its protocol does not go with.
    pub const CONTRADICTING_GATEWAY_TLS: Self = Self("contradicting-gateway-tls");
    /// Labels say different things of how pods get into the mesh.
    pub const CONTRADICTING_INJECTION: Self = Self("contradicting-injection");
    /// A DestinationRule calls a Service with other TLS than its pods take.
    pub const CONTRADICTING_MUTUAL_TLS: Self = Self("contradicting-mutual-tls");
    /// Two ServiceEntries have different protocols for one port of one host.
    pub const CONTRADICTING_SERVICE_ENTRIES: Self = Self("contradicting-service-entries");
    /// Two Services say different protocols of one port of the same pods.
    pub const CONTRADICTING_SERVICE_PROTOCOLS: Self = Self("contradicting-service-protocols");
    /// A route shares requests between a destination and the same one again.
    pub const DUPLICATE_DESTINATION: Self = Self("duplicate-destination");
    /// Two VirtualServices have the same match for one host at one gateway.
    pub const DUPLICATE_GATEWAY_ROUTE: Self = Self("duplicate-gateway-route");
    /// Two listeners of a Gateway have the same port and host.
    pub const DUPLICATE_LISTENER: Self = Self("duplicate-listener");
    /// Two VirtualServices route one host at the sidecars.
    pub const DUPLICATE_MESH_HOST: Self = Self("duplicate-mesh-host");
    /// Two HTTPRoutes of one Gateway match the same requests.
    pub const DUPLICATE_ROUTE_MATCH: Self = Self("duplicate-route-match");
    /// An AuthorizationPolicy asks who calls, and mutual TLS is off for its pods.
    pub const IDENTITY_WITHOUT_MUTUAL_TLS: Self = Self("identity-without-mutual-tls");
    /// An AuthorizationPolicy admits callers to pods for which another one refuses everybody.
    pub const IDLE_ADMISSION: Self = Self("idle-admission");
    /// A gateway has a route to a host outside, and no route of sidecars leads to the gateway.
    pub const IDLE_EGRESS_GATEWAY: Self = Self("idle-egress-gateway");
    /// An EnvoyFilter has an operation that what it is applied to does not have.
    pub const IGNORED_FILTER_OPERATION: Self = Self("ignored-filter-operation");
    /// An object that sidecars or waypoints read selects pods in ambient mode.
    pub const IGNORED_IN_AMBIENT: Self = Self("ignored-in-ambient");
    /// A PeerAuthentication says something where Istio does not read it.
    pub const IGNORED_PEER_AUTHENTICATION: Self = Self("ignored-peer-authentication");
    /// A container has the image `auto`, and nothing is injected into its pod.
    pub const IMAGE_OF_MISSING_INJECTION: Self = Self("image-of-missing-injection");
    /// An annotation or label stands where nobody reads it: one of pods at their workload, one of an Ingress at pods.
    pub const MISPLACED_ANNOTATION: Self = Self("misplaced-annotation");
    /// A label asks for the sidecar of a revision of Istio that is not there.
    pub const MISSING_REVISION: Self = Self("missing-revision");
    /// A label sends traffic by a waypoint that is not there.
    pub const MISSING_WAYPOINT: Self = Self("missing-waypoint");
    /// A container of a pod with a sidecar runs as user 1337, which is the sidecar's.
    pub const RESERVED_USER: Self = Self("reserved-user");
    /// A route gives one try as much time as the whole request, or more.
    pub const RETRY_BEYOND_TIMEOUT: Self = Self("retry-beyond-timeout");
    /// One of several destinations of a route has no weight.
    pub const ROUTE_WITHOUT_WEIGHT: Self = Self("route-without-weight");
    /// A VirtualService has a match that an earlier one leaves nothing to.
    pub const SHADOWED_MATCH: Self = Self("shadowed-match");
    /// Two Istio Gateways serve different hosts with one certificate at one port.
    pub const SHARED_CERTIFICATE: Self = Self("shared-certificate");
    /// An AuthorizationPolicy or a route asks for a token, and no RequestAuthentication reads one.
    pub const TOKEN_NEVER_READ: Self = Self("token-never-read");
    /// A RequestAuthentication reads tokens, and no AuthorizationPolicy of its pods asks for one.
    pub const TOKEN_NOT_REQUIRED: Self = Self("token-not-required");
    /// An annotation is nearly one of Istio, or a label of Istio that stands among annotations.
    pub const UNKNOWN_MESH_ANNOTATION: Self = Self("unknown-mesh-annotation");
    /// A provider of the mesh has an address that nobody serves.
    pub const UNREACHABLE_PROVIDER: Self = Self("unreachable-provider");
    /// A VirtualService routes requests at a server that passes TLS on, or by the name in TLS at one that ends it.
    pub const UNREAD_GATEWAY_ROUTE: Self = Self("unread-gateway-route");
    /// An annotation of Istio has a value that Istio cannot read.
    pub const UNREADABLE_MESH_ANNOTATION: Self = Self("unreadable-mesh-annotation");
    /// A pod calls a host that no ServiceEntry has, where the mesh lets out to known hosts only.
    pub const UNREGISTERED_HOST: Self = Self("unregistered-host");
    /// A workload declares a call that a policy refuses.
    pub const REFUSED_CALL: Self = Self("refused-call");
    /// A pod of the mesh may not reach istiod.
    pub const REFUSED_CONTROL_PLANE: Self = Self("refused-control-plane");
    /// A gateway leads to pods that do not let it in.
    pub const REFUSED_GATEWAY: Self = Self("refused-gateway");
    /// A pod calls others by name and may not ask the cluster's DNS.
    pub const REFUSED_NAME_RESOLUTION: Self = Self("refused-name-resolution");
    /// A monitor asks for metrics of pods that do not let Prometheus in.
    pub const REFUSED_SCRAPE: Self = Self("refused-scrape");
    /// A webhook or an aggregated API has pods that do not let the API server in.
    pub const REFUSED_WEBHOOK: Self = Self("refused-webhook");
    /// The name of a port says another protocol than its `appProtocol`.
    pub const CONTRADICTING_PROTOCOL: Self = Self("contradicting-protocol");
    /// Two containers of one pod declare the same port.
    pub const DUPLICATE_CONTAINER_PORT: Self = Self("duplicate-container-port");
    /// Two Services ask for the same port of the nodes.
    pub const DUPLICATE_NODE_PORT: Self = Self("duplicate-node-port");
    /// A Service has a port, or the name of one, twice.
    pub const DUPLICATE_SERVICE_PORT: Self = Self("duplicate-service-port");
    /// An Istio Gateway opens a port that no Service of its proxies has.
    pub const GATEWAY_PORT_WITHOUT_SERVICE_PORT: Self = Self("gateway-port-without-service-port");
    /// A NetworkPolicy names a port that none of its pods has.
    pub const MISSING_POLICY_PORT: Self = Self("missing-policy-port");
    /// A probe or a hook asks a port by a name that its container does not have.
    pub const MISSING_PROBE_PORT: Self = Self("missing-probe-port");
    /// A Service leads to a port by a name that no container of its pods has.
    pub const MISSING_TARGET_PORT: Self = Self("missing-target-port");
    /// A policy names the port of a Service where that of its pods counts.
    pub const POLICY_OF_SERVICE_PORT: Self = Self("policy-of-service-port");
    /// A VirtualService routes requests at a port that the mesh takes for something else.
    pub const ROUTE_OF_OTHER_PROTOCOL: Self = Self("route-of-other-protocol");
    /// A port whose protocol lets the server speak first does not say that it is TCP.
    pub const UNDECLARED_SERVER_FIRST_PROTOCOL: Self = Self("undeclared-server-first-protocol");
    /// A Service leads to a port that no container of its pods declares.
    pub const UNDECLARED_TARGET_PORT: Self = Self("undeclared-target-port");
    /// An object is declared to come from somebody else, and nothing needs it.
    pub const IDLE_EXTERNAL: Self = Self("idle-external");
    /// A binding puts an admission policy into force that is not there.
    pub const MISSING_ADMISSION_POLICY: Self = Self("missing-admission-policy");
    /// A Prometheus sends its alerts to a Service, or a port of one, that is not there.
    pub const MISSING_ALERTMANAGER: Self = Self("missing-alertmanager");
    /// An Ingress leads to a Service, or a port of one, that is not there.
    pub const MISSING_BACKEND: Self = Self("missing-backend");
    /// A Binding joins an exchange or a queue that is not there.
    pub const MISSING_BOUND_QUEUE: Self = Self("missing-bound-queue");
    /// A text names a port that its Service does not have.
    pub const MISSING_CALLED_PORT: Self = Self("missing-called-port");
    /// A text names a Service that is not there.
    pub const MISSING_CALLED_SERVICE: Self = Self("missing-called-service");
    /// A policy of the mesh names a namespace that is not there.
    pub const MISSING_CALLING_NAMESPACE: Self = Self("missing-calling-namespace");
    /// A pod mounts a PersistentVolumeClaim that is not there.
    pub const MISSING_CLAIM: Self = Self("missing-claim");
    /// A pod reads a ConfigMap, or a key of one, that is not there.
    pub const MISSING_CONFIG_MAP: Self = Self("missing-config-map");
    /// A monitor, an issuer or a policy reads a Secret or ConfigMap, or a key of one, that is not there.
    pub const MISSING_CREDENTIAL: Self = Self("missing-credential");
    /// A VirtualService delegates to another one that is not there.
    pub const MISSING_DELEGATE: Self = Self("missing-delegate");
    /// A VirtualService sends requests to a host that is neither a Service nor a ServiceEntry.
    pub const MISSING_DESTINATION: Self = Self("missing-destination");
    /// An Application deploys into a namespace that is not there.
    pub const MISSING_DESTINATION_NAMESPACE: Self = Self("missing-destination-namespace");
    /// A VirtualService sends requests to a port that its host does not have.
    pub const MISSING_DESTINATION_PORT: Self = Self("missing-destination-port");
    /// An object of the mesh is exported to a namespace that is not there.
    pub const MISSING_EXPORT_NAMESPACE: Self = Self("missing-export-namespace");
    /// An Ingress or a Gateway asks for a class that is not there.
    pub const MISSING_GATEWAY_CLASS: Self = Self("missing-gateway-class");
    /// An ExternalSecret takes values from a generator that is not there.
    pub const MISSING_GENERATOR: Self = Self("missing-generator");
    /// A StatefulSet names a governing Service that is not there.
    pub const MISSING_GOVERNING_SERVICE: Self = Self("missing-governing-service");
    /// A Certificate, an Ingress or a Gateway asks for an issuer that is not there.
    pub const MISSING_ISSUER: Self = Self("missing-issuer");
    /// A VirtualService belongs to an Istio Gateway that is not there.
    pub const MISSING_MESH_GATEWAY: Self = Self("missing-mesh-gateway");
    /// A queue, an exchange or a user belongs to a RabbitmqCluster that is not there.
    pub const MISSING_MESSAGING_CLUSTER: Self = Self("missing-messaging-cluster");
    /// A Permission is for a User that is not there.
    pub const MISSING_MESSAGING_USER: Self = Self("missing-messaging-user");
    /// A monitor scrapes a port that nothing that it selects has.
    pub const MISSING_MONITORED_PORT: Self = Self("missing-monitored-port");
    /// A container mounts a volume that its pod does not have.
    pub const MISSING_POD_VOLUME: Self = Self("missing-pod-volume");
    /// A policy is for an object, a listener or a port that is not there.
    pub const MISSING_POLICY_TARGET: Self = Self("missing-policy-target");
    /// A policy of the mesh names a service account that is not there.
    pub const MISSING_PRINCIPAL: Self = Self("missing-principal");
    /// A pod asks for a PriorityClass that is not there.
    pub const MISSING_PRIORITY_CLASS: Self = Self("missing-priority-class");
    /// An Application belongs to an AppProject that is not there.
    pub const MISSING_PROJECT: Self = Self("missing-project");
    /// A Telemetry or an AuthorizationPolicy names a provider that the mesh is not configured with.
    pub const MISSING_PROVIDER: Self = Self("missing-provider");
    /// A pod, or its account, pulls images with a Secret that is not there.
    pub const MISSING_PULL_SECRET: Self = Self("missing-pull-secret");
    /// A route or Gateway names something in another namespace that no ReferenceGrant lets it.
    pub const MISSING_REFERENCE_GRANT: Self = Self("missing-reference-grant");
    /// A binding gives a Role or ClusterRole that is not there.
    pub const MISSING_ROLE: Self = Self("missing-role");
    /// A route leads to a Service, or a port of one, that is not there.
    pub const MISSING_ROUTE_BACKEND: Self = Self("missing-route-backend");
    /// A filter of a route takes something that is not there.
    pub const MISSING_ROUTE_FILTER: Self = Self("missing-route-filter");
    /// A route belongs to a Gateway, a listener or a Service that is not there.
    pub const MISSING_ROUTE_PARENT: Self = Self("missing-route-parent");
    /// A DestinationRule is for a host, or a port of one, that is not there.
    pub const MISSING_RULE_HOST: Self = Self("missing-rule-host");
    /// A pod asks for a RuntimeClass that is not there.
    pub const MISSING_RUNTIME_CLASS: Self = Self("missing-runtime-class");
    /// An autoscaler scales a workload that is not there.
    pub const MISSING_SCALE_TARGET: Self = Self("missing-scale-target");
    /// A pod reads a Secret, or a key of one, that is not there.
    pub const MISSING_SECRET: Self = Self("missing-secret");
    /// An ExternalSecret reads a store that is not there.
    pub const MISSING_SECRET_STORE: Self = Self("missing-secret-store");
    /// An Ingress or a Gateway serves the certificate of a Secret that is not there.
    pub const MISSING_SERVED_CERTIFICATE: Self = Self("missing-served-certificate");
    /// A pod runs as a ServiceAccount that is not there.
    pub const MISSING_SERVICE_ACCOUNT: Self = Self("missing-service-account");
    /// A Sidecar lets through a host that is not there, or is in another namespace.
    pub const MISSING_SIDECAR_HOST: Self = Self("missing-sidecar-host");
    /// A claim asks for a StorageClass that is not there.
    pub const MISSING_STORAGE_CLASS: Self = Self("missing-storage-class");
    /// A binding gives rights to a ServiceAccount that is not there.
    pub const MISSING_SUBJECT: Self = Self("missing-subject");
    /// A VirtualService sends requests to a subset that no DestinationRule of the host defines.
    pub const MISSING_SUBSET: Self = Self("missing-subset");
    /// A queue, an exchange or a permission belongs to a virtual host that nobody creates.
    pub const MISSING_VIRTUAL_HOST: Self = Self("missing-virtual-host");
    /// A claim asks for a PersistentVolume that is not there.
    pub const MISSING_VOLUME: Self = Self("missing-volume");
    /// A webhook, an APIService or a conversion leads to a Service, or a port of one, that is not there.
    pub const MISSING_WEBHOOK_SERVICE: Self = Self("missing-webhook-service");
    /// A route belongs to a Gateway none of whose listeners lets it in.
    pub const UNADMITTED_ROUTE: Self = Self("unadmitted-route");
    /// A VirtualService sends requests to a Service or ServiceEntry that is not exported to the proxies that route so.
    pub const UNEXPORTED_DESTINATION: Self = Self("unexported-destination");
    /// A VirtualService has hosts of which none is served by its Gateway.
    pub const UNSERVED_HOST: Self = Self("unserved-host");
    /// A workload that is scaled automatically has a fixed number of pods.
    pub const AUTOSCALED_REPLICAS: Self = Self("autoscaled-replicas");
    /// An autoscaler scales by a share of what its pods request, and a container requests nothing.
    pub const AUTOSCALER_WITHOUT_REQUESTS: Self = Self("autoscaler-without-requests");
    /// A PodDisruptionBudget never lets a pod go.
    pub const BLOCKING_DISRUPTION_BUDGET: Self = Self("blocking-disruption-budget");
    /// The times of a probe do not fit together, or those of two probes of a container.
    pub const CONTRADICTING_PROBE_TIMES: Self = Self("contradicting-probe-times");
    /// A liveness probe asks another host.
    pub const DEPENDENT_LIVENESS: Self = Self("dependent-liveness");
    /// Liveness and readiness of a container ask the same, as often.
    pub const EQUAL_PROBES: Self = Self("equal-probes");
    /// An autoscaler has the same least and greatest number of pods.
    pub const IDLE_AUTOSCALER: Self = Self("idle-autoscaler");
    /// A workload of a production environment has several pods and no PodDisruptionBudget.
    pub const MISSING_DISRUPTION_BUDGET: Self = Self("missing-disruption-budget");
    /// A container may take all memory of its node.
    pub const MISSING_MEMORY_LIMIT: Self = Self("missing-memory-limit");
    /// A balancer sends to addresses of pods, and rollouts do not wait until it knows the new ones.
    pub const MISSING_READINESS_GATE: Self = Self("missing-readiness-gate");
    /// Pods behind a Service have no readiness probe.
    pub const MISSING_READINESS_PROBE: Self = Self("missing-readiness-probe");
    /// A container does not say how much processor and memory it needs.
    pub const MISSING_REQUESTS: Self = Self("missing-requests");
    /// Nothing keeps the pods of a workload apart.
    pub const MISSING_SPREAD: Self = Self("missing-spread");
    /// A CronJob does not say what happens when a run is still there at the next one.
    pub const OVERLAPPING_RUNS: Self = Self("overlapping-runs");
    /// A pod is killed before its preStop hook has ended.
    pub const SHORT_GRACE_PERIOD: Self = Self("short-grace-period");
    /// A server of a production environment has one pod.
    pub const SINGLE_REPLICA: Self = Self("single-replica");
    /// A rolling update may neither add a pod nor take one away.
    pub const STUCK_ROLLING_UPDATE: Self = Self("stuck-rolling-update");
    /// A PodDisruptionBudget does not say whether pods that never get ready may be evicted.
    pub const UNHEALTHY_POD_EVICTION: Self = Self("unhealthy-pod-eviction");
    /// A condition of a CRD does not hold.
    pub const BROKEN_VALIDATION: Self = Self("broken-validation");
    /// Two fields of an object exclude each other.
    pub const CONTRADICTING_FIELDS: Self = Self("contradicting-fields");
    /// An object is of a version that will be removed.
    pub const DEPRECATED_API_VERSION: Self = Self("deprecated-api-version");
    /// Two items of a list of a custom kind have the same key.
    pub const DUPLICATE_LIST_KEY: Self = Self("duplicate-list-key");
    /// Two items of a list of a built-in kind have the same key.
    pub const DUPLICATE_MERGE_KEY: Self = Self("duplicate-merge-key");
    /// Two elements of a list have the same name.
    pub const DUPLICATE_NAME: Self = Self("duplicate-name");
    /// A field that holds an address, a range of addresses or a host holds something else.
    pub const INVALID_ADDRESS: Self = Self("invalid-address");
    /// The key of an annotation is none, or all annotations together are too large.
    pub const INVALID_ANNOTATION: Self = Self("invalid-annotation");
    /// The key of a ConfigMap or Secret cannot be the name of a file.
    pub const INVALID_CONFIGURATION_KEY: Self = Self("invalid-configuration-key");
    /// The logins of registries in a Secret are no JSON.
    pub const INVALID_ENCODING: Self = Self("invalid-encoding");
    /// The name of an environment variable is none.
    pub const INVALID_ENVIRONMENT_VARIABLE: Self = Self("invalid-environment-variable");
    /// A variable or file asks for a field of the pod that cannot be had there.
    pub const INVALID_FIELD_PATH: Self = Self("invalid-field-path");
    /// A label, or the key of one in a selector, is none.
    pub const INVALID_LABEL: Self = Self("invalid-label");
    /// A name has letters, or a length, that names of its kind cannot have.
    pub const INVALID_NAME: Self = Self("invalid-name");
    /// The owner of an object is not named in full, or a finalizer has no valid name.
    pub const INVALID_OWNER: Self = Self("invalid-owner");
    /// A path is absolute where it has to be relative, leads upwards, or is none.
    pub const INVALID_PATH: Self = Self("invalid-path");
    /// The number of a port is beyond 65535, or the name of one is none.
    pub const INVALID_PORT: Self = Self("invalid-port");
    /// An amount is none, is negative, or is not a whole number where only whole ones can be had.
    pub const INVALID_QUANTITY: Self = Self("invalid-quantity");
    /// Resources of a container contradict each other, or there are no such resources.
    pub const INVALID_RESOURCES: Self = Self("invalid-resources");
    /// A rule of a role allows nothing, or what a binding names is no role or nobody.
    pub const INVALID_ROLE: Self = Self("invalid-role");
    /// The schedule of a CronJob is none, or its time zone.
    pub const INVALID_SCHEDULE: Self = Self("invalid-schedule");
    /// A condition of a selector has no such operator, or values that do not go with it.
    pub const INVALID_SELECTOR: Self = Self("invalid-selector");
    /// A text does not have the form that its field asks for.
    pub const MALFORMED_VALUE: Self = Self("malformed-value");
    /// An object lacks a field that its kind requires.
    pub const MISSING_REQUIRED_FIELD: Self = Self("missing-required-field");
    /// A field that has to say something is empty, or is not there though another one needs it.
    pub const MISSING_VALUE: Self = Self("missing-value");
    /// A number, or a percentage, is smaller or larger than it can be.
    pub const NUMBER_OUT_OF_RANGE: Self = Self("number-out-of-range");
    /// Of several fields exactly one has to be there, and it is none, or two.
    pub const ONE_OF_REQUIRED: Self = Self("one-of-required");
    /// A number, the length of a text or the size of a list is beyond its bounds.
    pub const OUT_OF_BOUNDS: Self = Self("out-of-bounds");
    /// A ConfigMap or Secret is larger than 1 MiB.
    pub const OVERSIZED_OBJECT: Self = Self("oversized-object");
    /// An object is of a version that Kubernetes has removed.
    pub const REMOVED_API_VERSION: Self = Self("removed-api-version");
    /// An object has a field that its kind does not have.
    pub const UNKNOWN_FIELD: Self = Self("unknown-field");
    /// A condition of a CRD, a policy or a webhook cannot be read.
    pub const UNREADABLE_CONDITION: Self = Self("unreadable-condition");
    /// An object is of a kind that its API version does not have.
    pub const UNSERVED_VERSION: Self = Self("unserved-version");
    /// A field has a value that there is, but not there.
    pub const UNSUPPORTED_VALUE: Self = Self("unsupported-value");
    /// A value is none of those that its field has.
    pub const VALUE_NOT_IN_ENUM: Self = Self("value-not-in-enum");
    /// A value is of another type than its field holds.
    pub const WRONG_TYPE: Self = Self("wrong-type");
    /// A binding gives rights to all, or to pods that did not ask for an account.
    pub const BINDING_TO_EVERYONE: Self = Self("binding-to-everyone");
    /// Somebody is made the administrator of the whole cluster.
    pub const CLUSTER_ADMIN_BINDING: Self = Self("cluster-admin-binding");
    /// A role lets whoever has it take more rights than it gives.
    pub const ESCALATING_ROLE: Self = Self("escalating-role");
    /// Pods that are no gateway are reached from outside the cluster.
    pub const EXPOSED_SERVICE: Self = Self("exposed-service");
    /// An image is named by `latest`, or by no tag at all.
    pub const MUTABLE_IMAGE: Self = Self("mutable-image");
    /// A pod reaches into its node, and its namespace does not say that pods there may.
    pub const NODE_ACCESS: Self = Self("node-access");
    /// A way in leads to a dashboard without a login.
    pub const OPEN_DASHBOARD: Self = Self("open-dashboard");
    /// A way into a production environment serves no TLS.
    pub const PLAIN_TEXT_ENTRY: Self = Self("plain-text-entry");
    /// The Pod Security level of a namespace refuses pods in it.
    pub const POD_SECURITY_VIOLATION: Self = Self("pod-security-violation");
    /// A password, token or key stands in the manifests.
    pub const SECRET_IN_PLAIN_TEXT: Self = Self("secret-in-plain-text");
    /// No NetworkPolicy is for a pod of a production environment.
    pub const UNISOLATED_POD: Self = Self("unisolated-pod");
    /// A pod has rights in its containers that servers do not need.
    pub const UNRESTRICTED_POD: Self = Self("unrestricted-pod");
    /// A pod has a token for the API server, and its account has no rights there.
    pub const UNUSED_TOKEN: Self = Self("unused-token");
    /// A project of Argo CD lets its Applications deploy anything anywhere.
    pub const WILDCARD_PROJECT: Self = Self("wildcard-project");
    /// A role may do everything with everything.
    pub const WILDCARD_ROLE: Self = Self("wildcard-role");
    /// A container may write to the file system of its image.
    pub const WRITABLE_ROOT_FILE_SYSTEM: Self = Self("writable-root-file-system");
    /// A PodDisruptionBudget selects no pod.
    pub const BUDGET_WITHOUT_PODS: Self = Self("budget-without-pods");
    /// A PersistentVolume can be bound by more than one claim.
    pub const CONTESTED_VOLUME: Self = Self("contested-volume");
    /// The selector of an Istio Gateway is a slip of labels that proxies have, or selects none.
    pub const GATEWAY_WITHOUT_PODS: Self = Self("gateway-without-pods");
    /// An object of Istio selects no pod.
    pub const MESH_POLICY_WITHOUT_PODS: Self = Self("mesh-policy-without-pods");
    /// A ServiceMonitor or PodMonitor selects nothing.
    pub const MONITOR_WITHOUT_TARGETS: Self = Self("monitor-without-targets");
    /// A NetworkPolicy selects no pod.
    pub const NETWORK_POLICY_WITHOUT_PODS: Self = Self("network-policy-without-pods");
    /// The selector of a workload selects pods of another one.
    pub const OVERLAPPING_WORKLOADS: Self = Self("overlapping-workloads");
    /// A NetworkPolicy lets traffic from or to pods that there are none of.
    pub const PEER_WITHOUT_PODS: Self = Self("peer-without-pods");
    /// Two PodDisruptionBudgets select the same pods.
    pub const POD_IN_TWO_BUDGETS: Self = Self("pod-in-two-budgets");
    /// The selector of a workload does not select the pods of its own template.
    pub const SELECTOR_MISSES_TEMPLATE: Self = Self("selector-misses-template");
    /// A Service selects pods of two different workloads.
    pub const SERVICE_OF_TWO_WORKLOADS: Self = Self("service-of-two-workloads");
    /// A Service selects no pod.
    pub const SERVICE_WITHOUT_PODS: Self = Self("service-without-pods");
    /// A pod is spread among pods that it is not one of itself.
    pub const SPREAD_WITHOUT_SELF: Self = Self("spread-without-self");
    /// A subset of a DestinationRule selects none of the pods of its Service.
    pub const SUBSET_WITHOUT_PODS: Self = Self("subset-without-pods");
    /// Two autoscalers scale one workload.
    pub const WORKLOAD_SCALED_TWICE: Self = Self("workload-scaled-twice");
    /// A value means one thing to kubectl and another to readers of YAML 1.2.
    pub const AMBIGUOUS_SCALAR: Self = Self("ambiguous-scalar");
    /// A key stands twice in one mapping.
    pub const DUPLICATE_KEY: Self = Self("duplicate-key");
    /// A container has two values of one variable.
    pub const DUPLICATE_VARIABLE: Self = Self("duplicate-variable");
    /// An exception accepts nothing.
    pub const IDLE_EXCEPTION: Self = Self("idle-exception");
    /// A file that a container starts does not begin with #!.
    pub const MISSING_SHEBANG: Self = Self("missing-shebang");
    /// A tag of an image is a number in the values of a chart.
    pub const NUMERIC_TAG: Self = Self("numeric-tag");
}
