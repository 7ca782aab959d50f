//! The shapes of Kubernetes' own kinds: facts of its API, as its documentation and its defaults have them.
//!
//! Upstream: <https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/>, `pkg/apis/*/v1/defaults.go`

use super::shape::Rule::{
    Bool, Empty, Filled, GroupOfSubject, Json, List, ListKind, Number, Object, PolicyTypes,
    PullPolicy, Quantities, Quantity, Requests, Same, Sequence, Set, Singular, Template, Text,
};
use super::shape::{Rule, Shape};

/// The shape of a kind of Kubernetes; only that of its metadata for others.
pub(super) fn of(group: &str, kind: &str) -> &'static Shape {
    let mut known = KINDS.iter();
    known
        .find(|(own_group, own_kind, _)| *own_group == group && *own_kind == kind)
        .map_or(&ANY, |(_, _, shape)| shape)
}

/// Whether a group belongs to Kubernetes itself, where absent lists and empty ones are the same.
pub(super) fn is_of_kubernetes(group: &str) -> bool {
    !group.contains('.')
        || group.ends_with(".k8s.io")
            && !["gateway.networking.k8s.io", "snapshot.storage.k8s.io"].contains(&group)
            && !group.ends_with(".x-k8s.io")
}

const META: Rule = Filled(&Shape(&[
    ("annotations", Empty),
    ("labels", Empty),
    ("finalizers", Set),
    ("ownerReferences", List(&["uid"], &NOTHING)),
]));

const NOTHING: Shape = Shape(&[]);
static ANY: Shape = Shape(&[("metadata", META)]);

const SELECTOR: Shape =
    Shape(&[("matchLabels", Empty), ("matchExpressions", Sequence(&EXPRESSION))]);
const EXPRESSION: Shape = Shape(&[("values", Set)]);

const PROBE: Shape = Shape(&[
    ("timeoutSeconds", Number(1)),
    ("periodSeconds", Number(10)),
    ("successThreshold", Number(1)),
    ("failureThreshold", Number(3)),
    ("httpGet", HTTP_GET),
    ("grpc", Object(&Shape(&[("service", Text(""))]))),
]);
const HTTP_GET: Rule = Object(&Shape(&[("scheme", Text("HTTP")), ("path", Text("/"))]));
const HANDLER: Shape = Shape(&[("httpGet", HTTP_GET)]);

const RESOURCES: Rule = Filled(&Shape(&[
    ("limits", Quantities),
    ("requests", Requests),
    ("claims", List(&["name"], &NOTHING)),
]));

const FIELD_REFERENCE: Rule = Object(&Shape(&[("apiVersion", Text("v1"))]));
const RESOURCE_REFERENCE: Rule = Object(&Shape(&[("divisor", Quantity)]));
const REFERENCE: Shape = Shape(&[("optional", Bool(false))]);

const CONTAINER: Shape = Shape(&[
    ("args", Empty),
    ("command", Empty),
    (
        "env",
        List(
            &["name"],
            &Shape(&[
                ("value", Text("")),
                (
                    "valueFrom",
                    Object(&Shape(&[
                        ("fieldRef", FIELD_REFERENCE),
                        ("resourceFieldRef", RESOURCE_REFERENCE),
                        ("configMapKeyRef", Object(&REFERENCE)),
                        ("secretKeyRef", Object(&REFERENCE)),
                    ])),
                ),
            ]),
        ),
    ),
    (
        "envFrom",
        Sequence(&Shape(&[
            ("prefix", Text("")),
            ("configMapRef", Object(&REFERENCE)),
            ("secretRef", Object(&REFERENCE)),
        ])),
    ),
    ("ports", List(&["containerPort", "protocol"], &Shape(&[("protocol", Text("TCP"))]))),
    (
        "volumeMounts",
        List(&["mountPath"], &Shape(&[("readOnly", Bool(false)), ("subPath", Text(""))])),
    ),
    ("volumeDevices", List(&["devicePath"], &NOTHING)),
    ("resources", RESOURCES),
    ("imagePullPolicy", PullPolicy),
    ("terminationMessagePath", Text("/dev/termination-log")),
    ("terminationMessagePolicy", Text("File")),
    ("stdin", Bool(false)),
    ("stdinOnce", Bool(false)),
    ("tty", Bool(false)),
    ("livenessProbe", Object(&PROBE)),
    ("readinessProbe", Object(&PROBE)),
    ("startupProbe", Object(&PROBE)),
    (
        "lifecycle",
        Object(&Shape(&[("postStart", Object(&HANDLER)), ("preStop", Object(&HANDLER))])),
    ),
    ("securityContext", Object(&Shape(&[("procMount", Text("Default"))]))),
]);

const ITEMS: Rule = Sequence(&NOTHING);
const VOLUME: Shape = Shape(&[
    (
        "configMap",
        Object(&Shape(&[
            ("defaultMode", Number(420)),
            ("items", ITEMS),
            ("optional", Bool(false)),
        ])),
    ),
    (
        "secret",
        Object(&Shape(&[
            ("defaultMode", Number(420)),
            ("items", ITEMS),
            ("optional", Bool(false)),
        ])),
    ),
    (
        "downwardAPI",
        Object(&Shape(&[("defaultMode", Number(420)), ("items", Sequence(&DOWNWARD))])),
    ),
    (
        "projected",
        Object(&Shape(&[
            ("defaultMode", Number(420)),
            (
                "sources",
                Sequence(&Shape(&[
                    ("serviceAccountToken", Object(&Shape(&[("expirationSeconds", Number(3600))]))),
                    ("downwardAPI", Object(&Shape(&[("items", Sequence(&DOWNWARD))]))),
                    ("configMap", Object(&REFERENCE)),
                    ("secret", Object(&REFERENCE)),
                ])),
            ),
        ])),
    ),
    ("hostPath", Object(&Shape(&[("type", Text(""))]))),
    ("emptyDir", Object(&Shape(&[("medium", Text("")), ("sizeLimit", Quantity)]))),
    ("persistentVolumeClaim", Object(&Shape(&[("readOnly", Bool(false))]))),
    ("csi", Object(&Shape(&[("readOnly", Bool(false))]))),
    ("nfs", Object(&Shape(&[("readOnly", Bool(false))]))),
    ("ephemeral", Object(&Shape(&[("volumeClaimTemplate", Object(&CLAIM))]))),
]);
const DOWNWARD: Shape =
    Shape(&[("fieldRef", FIELD_REFERENCE), ("resourceFieldRef", RESOURCE_REFERENCE)]);

const POD_SPEC: Shape = Shape(&[
    ("containers", List(&["name"], &CONTAINER)),
    ("initContainers", List(&["name"], &CONTAINER)),
    ("ephemeralContainers", List(&["name"], &CONTAINER)),
    ("volumes", List(&["name"], &VOLUME)),
    ("imagePullSecrets", List(&["name"], &NOTHING)),
    ("hostAliases", List(&["ip"], &NOTHING)),
    (
        "topologySpreadConstraints",
        List(
            &["topologyKey", "whenUnsatisfiable"],
            &Shape(&[("labelSelector", Object(&SELECTOR))]),
        ),
    ),
    ("resourceClaims", List(&["name"], &NOTHING)),
    ("schedulingGates", List(&["name"], &NOTHING)),
    ("tolerations", Sequence(&Shape(&[("operator", Text("Equal")), ("value", Text(""))]))),
    ("nodeSelector", Empty),
    ("securityContext", Filled(&NOTHING)),
    ("restartPolicy", Text("Always")),
    ("dnsPolicy", Text("ClusterFirst")),
    ("schedulerName", Text("default-scheduler")),
    ("terminationGracePeriodSeconds", Number(30)),
    ("enableServiceLinks", Bool(true)),
    ("hostNetwork", Bool(false)),
    ("hostPID", Bool(false)),
    ("hostIPC", Bool(false)),
    ("setHostnameAsFQDN", Bool(false)),
    ("serviceAccountName", Same("serviceAccount")),
    ("serviceAccount", Same("serviceAccountName")),
    ("overhead", Quantities),
    ("resources", RESOURCES),
]);

const TEMPLATE: Rule = Template(&Shape(&[("metadata", META), ("spec", Object(&POD_SPEC))]));
const REPLICAS: Rule = Number(1);

const CLAIM: Shape = Shape(&[
    ("apiVersion", Text("v1")),
    ("kind", Text("PersistentVolumeClaim")),
    ("metadata", META),
    ("spec", Object(&CLAIM_SPEC)),
]);
const CLAIM_SPEC: Shape = Shape(&[
    ("accessModes", Set),
    ("resources", RESOURCES),
    ("volumeMode", Text("Filesystem")),
    ("selector", Object(&SELECTOR)),
]);

/// The defaults of a Job are written when the CronJob creates it.
const SCHEDULED_JOB_SPEC: Shape = Shape(&[("template", TEMPLATE), ("selector", Object(&SELECTOR))]);
const JOB_SPEC: Shape = Shape(&[
    ("template", TEMPLATE),
    ("completions", Number(1)),
    ("parallelism", Number(1)),
    ("backoffLimit", Number(6)),
    ("completionMode", Text("NonIndexed")),
    ("suspend", Bool(false)),
    ("manualSelector", Bool(false)),
    ("selector", Object(&SELECTOR)),
]);

const RULES: Rule = Sequence(&Shape(&[
    ("apiGroups", Set),
    ("resources", Set),
    ("resourceNames", Set),
    ("verbs", Set),
    ("nonResourceURLs", Set),
]));
const BINDING: Shape = Shape(&[
    ("metadata", META),
    ("roleRef", Object(&Shape(&[("apiGroup", Text("rbac.authorization.k8s.io"))]))),
    ("subjects", List(&["kind", "namespace", "name"], &Shape(&[("apiGroup", GroupOfSubject)]))),
]);

const WEBHOOKS: Rule = List(
    &["name"],
    &Shape(&[
        ("failurePolicy", Text("Fail")),
        ("matchPolicy", Text("Equivalent")),
        ("timeoutSeconds", Number(10)),
        ("reinvocationPolicy", Text("Never")),
        ("namespaceSelector", Filled(&SELECTOR)),
        ("objectSelector", Filled(&SELECTOR)),
        ("admissionReviewVersions", Empty),
        (
            "rules",
            Sequence(&Shape(&[
                ("scope", Text("*")),
                ("operations", Set),
                ("apiGroups", Set),
                ("apiVersions", Set),
                ("resources", Set),
            ])),
        ),
        ("clientConfig", Object(&Shape(&[("service", Object(&Shape(&[("port", Number(443))])))]))),
    ]),
);
const WEBHOOK_CONFIGURATION: Shape = Shape(&[("metadata", META), ("webhooks", WEBHOOKS)]);

const POLICY_PORTS: Rule = Sequence(&Shape(&[("protocol", Text("TCP"))]));
const PEERS: Rule = Sequence(&Shape(&[
    ("podSelector", Object(&SELECTOR)),
    ("namespaceSelector", Object(&SELECTOR)),
    ("ipBlock", Object(&Shape(&[("except", Set)]))),
]));

/// What an autoscaler looks at where it does not say.
const CPU: &str = r#"[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]"#;

static KINDS: &[(&str, &str, Shape)] = &[
    (
        "apiregistration.k8s.io",
        "APIService",
        Shape(&[
            ("metadata", META),
            ("spec", Object(&Shape(&[("service", Object(&Shape(&[("port", Number(443))])))]))),
        ]),
    ),
    (
        "discovery.k8s.io",
        "EndpointSlice",
        Shape(&[
            ("metadata", META),
            ("ports", List(&["name"], &Shape(&[("name", Text("")), ("protocol", Text("TCP"))]))),
        ]),
    ),
    (
        "",
        "ConfigMap",
        Shape(&[
            ("metadata", META),
            ("data", Empty),
            ("binaryData", Empty),
            ("immutable", Bool(false)),
        ]),
    ),
    (
        "",
        "Secret",
        Shape(&[("metadata", META), ("type", Text("Opaque")), ("immutable", Bool(false))]),
    ),
    ("", "Pod", Shape(&[("metadata", META), ("spec", Template(&POD_SPEC))])),
    ("", "PodTemplate", Shape(&[("metadata", META), ("template", TEMPLATE)])),
    (
        "",
        "ReplicationController",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("replicas", REPLICAS),
                    ("template", TEMPLATE),
                    ("selector", Empty),
                ])),
            ),
        ]),
    ),
    (
        "",
        "ServiceAccount",
        Shape(&[
            ("metadata", META),
            ("secrets", List(&["name"], &NOTHING)),
            ("imagePullSecrets", List(&["name"], &NOTHING)),
        ]),
    ),
    (
        "",
        "LimitRange",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[(
                    "limits",
                    Sequence(&Shape(&[
                        ("default", Quantities),
                        ("defaultRequest", Quantities),
                        ("max", Quantities),
                        ("min", Quantities),
                        ("maxLimitRequestRatio", Quantities),
                    ])),
                )])),
            ),
        ]),
    ),
    (
        "",
        "ResourceQuota",
        Shape(&[
            ("metadata", META),
            ("spec", Filled(&Shape(&[("hard", Quantities), ("scopes", Set)]))),
        ]),
    ),
    (
        "",
        "Service",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Filled(&Shape(&[
                    ("type", Text("ClusterIP")),
                    ("sessionAffinity", Text("None")),
                    ("internalTrafficPolicy", Text("Cluster")),
                    ("externalTrafficPolicy", Text("Cluster")),
                    ("ipFamilyPolicy", Text("SingleStack")),
                    ("allocateLoadBalancerNodePorts", Bool(true)),
                    ("publishNotReadyAddresses", Bool(false)),
                    ("selector", Empty),
                    ("externalIPs", Set),
                    ("loadBalancerSourceRanges", Set),
                    (
                        "ports",
                        List(
                            &["port", "protocol"],
                            &Shape(&[("protocol", Text("TCP")), ("targetPort", Same("port"))]),
                        ),
                    ),
                    (
                        "sessionAffinityConfig",
                        Filled(&Shape(&[(
                            "clientIP",
                            Filled(&Shape(&[("timeoutSeconds", Number(10800))])),
                        )])),
                    ),
                ])),
            ),
        ]),
    ),
    ("", "PersistentVolumeClaim", CLAIM),
    (
        "",
        "PersistentVolume",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("accessModes", Set),
                    ("capacity", Quantities),
                    ("persistentVolumeReclaimPolicy", Text("Retain")),
                    ("volumeMode", Text("Filesystem")),
                    ("storageClassName", Text("")),
                    ("mountOptions", Empty),
                    ("hostPath", Object(&Shape(&[("type", Text(""))]))),
                    (
                        "claimRef",
                        Object(&Shape(&[
                            ("apiVersion", Text("v1")),
                            ("kind", Text("PersistentVolumeClaim")),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
    (
        "apps",
        "Deployment",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("replicas", REPLICAS),
                    ("revisionHistoryLimit", Number(10)),
                    ("progressDeadlineSeconds", Number(600)),
                    ("minReadySeconds", Number(0)),
                    ("paused", Bool(false)),
                    ("selector", Object(&SELECTOR)),
                    ("template", TEMPLATE),
                    (
                        "strategy",
                        Filled(&Shape(&[
                            ("type", Text("RollingUpdate")),
                            (
                                "rollingUpdate",
                                Filled(&Shape(&[
                                    ("maxSurge", Text("25%")),
                                    ("maxUnavailable", Text("25%")),
                                ])),
                            ),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
    (
        "apps",
        "ReplicaSet",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("replicas", REPLICAS),
                    ("minReadySeconds", Number(0)),
                    ("selector", Object(&SELECTOR)),
                    ("template", TEMPLATE),
                ])),
            ),
        ]),
    ),
    (
        "apps",
        "StatefulSet",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("replicas", REPLICAS),
                    ("revisionHistoryLimit", Number(10)),
                    ("minReadySeconds", Number(0)),
                    ("podManagementPolicy", Text("OrderedReady")),
                    ("serviceName", Text("")),
                    ("selector", Object(&SELECTOR)),
                    ("template", TEMPLATE),
                    ("volumeClaimTemplates", Sequence(&CLAIM)),
                    (
                        "updateStrategy",
                        Filled(&Shape(&[
                            ("type", Text("RollingUpdate")),
                            ("rollingUpdate", Filled(&Shape(&[("partition", Number(0))]))),
                        ])),
                    ),
                    (
                        "persistentVolumeClaimRetentionPolicy",
                        Filled(&Shape(&[
                            ("whenDeleted", Text("Retain")),
                            ("whenScaled", Text("Retain")),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
    (
        "apps",
        "DaemonSet",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("revisionHistoryLimit", Number(10)),
                    ("minReadySeconds", Number(0)),
                    ("selector", Object(&SELECTOR)),
                    ("template", TEMPLATE),
                    (
                        "updateStrategy",
                        Filled(&Shape(&[
                            ("type", Text("RollingUpdate")),
                            (
                                "rollingUpdate",
                                Filled(&Shape(&[
                                    ("maxSurge", Number(0)),
                                    ("maxUnavailable", Number(1)),
                                ])),
                            ),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
    ("batch", "Job", Shape(&[("metadata", META), ("spec", Object(&JOB_SPEC))])),
    (
        "batch",
        "CronJob",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("concurrencyPolicy", Text("Allow")),
                    ("suspend", Bool(false)),
                    ("successfulJobsHistoryLimit", Number(3)),
                    ("failedJobsHistoryLimit", Number(1)),
                    (
                        "jobTemplate",
                        Object(&Shape(&[
                            ("metadata", META),
                            ("spec", Object(&SCHEDULED_JOB_SPEC)),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        Shape(&[
            ("metadata", META),
            ("spec", Object(&Shape(&[("minReplicas", Number(1)), ("metrics", Json(CPU))]))),
        ]),
    ),
    (
        "policy",
        "PodDisruptionBudget",
        Shape(&[("metadata", META), ("spec", Object(&Shape(&[("selector", Object(&SELECTOR))])))]),
    ),
    (
        "networking.k8s.io",
        "NetworkPolicy",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("podSelector", Filled(&SELECTOR)),
                    ("policyTypes", PolicyTypes),
                    ("ingress", Sequence(&Shape(&[("from", PEERS), ("ports", POLICY_PORTS)]))),
                    ("egress", Sequence(&Shape(&[("to", PEERS), ("ports", POLICY_PORTS)]))),
                ])),
            ),
        ]),
    ),
    (
        "networking.k8s.io",
        "Ingress",
        Shape(&[
            ("metadata", META),
            ("spec", Object(&Shape(&[("tls", Sequence(&Shape(&[("hosts", Set)])))]))),
        ]),
    ),
    (
        "storage.k8s.io",
        "StorageClass",
        Shape(&[
            ("metadata", META),
            ("reclaimPolicy", Text("Delete")),
            ("volumeBindingMode", Text("Immediate")),
            ("parameters", Empty),
            ("mountOptions", Empty),
        ]),
    ),
    (
        "storage.k8s.io",
        "CSIDriver",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Filled(&Shape(&[
                    ("attachRequired", Bool(true)),
                    ("podInfoOnMount", Bool(false)),
                    ("storageCapacity", Bool(false)),
                    ("requiresRepublish", Bool(false)),
                    ("seLinuxMount", Bool(false)),
                    ("fsGroupPolicy", Text("ReadWriteOnceWithFSType")),
                    ("volumeLifecycleModes", Json("[\"Persistent\"]")),
                ])),
            ),
        ]),
    ),
    (
        "scheduling.k8s.io",
        "PriorityClass",
        Shape(&[
            ("metadata", META),
            ("globalDefault", Bool(false)),
            ("preemptionPolicy", Text("PreemptLowerPriority")),
            ("description", Text("")),
        ]),
    ),
    ("rbac.authorization.k8s.io", "Role", Shape(&[("metadata", META), ("rules", RULES)])),
    ("rbac.authorization.k8s.io", "ClusterRole", Shape(&[("metadata", META), ("rules", RULES)])),
    ("rbac.authorization.k8s.io", "RoleBinding", BINDING),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", BINDING),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", WEBHOOK_CONFIGURATION),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", WEBHOOK_CONFIGURATION),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("failurePolicy", Text("Fail")),
                    (
                        "matchConstraints",
                        Filled(&Shape(&[
                            ("matchPolicy", Text("Equivalent")),
                            ("namespaceSelector", Filled(&SELECTOR)),
                            ("objectSelector", Filled(&SELECTOR)),
                            ("resourceRules", Sequence(&Shape(&[("scope", Text("*"))]))),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[
                    ("conversion", Filled(&Shape(&[("strategy", Text("None"))]))),
                    ("preserveUnknownFields", Bool(false)),
                    (
                        "names",
                        Object(&Shape(&[
                            ("shortNames", Set),
                            ("categories", Set),
                            ("singular", Singular),
                            ("listKind", ListKind),
                        ])),
                    ),
                    ("versions", List(&["name"], &NOTHING)),
                ])),
            ),
        ]),
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        "PriorityLevelConfiguration",
        Shape(&[
            ("metadata", META),
            (
                "spec",
                Object(&Shape(&[(
                    "limited",
                    Object(&Shape(&[
                        ("nominalConcurrencyShares", Number(30)),
                        ("lendablePercent", Number(0)),
                    ])),
                )])),
            ),
        ]),
    ),
    ("resource.k8s.io", "ResourceClaim", Shape(&[("metadata", META), ("spec", Object(&DEVICES))])),
    (
        "resource.k8s.io",
        "ResourceClaimTemplate",
        Shape(&[
            ("metadata", META),
            ("spec", Object(&Shape(&[("metadata", META), ("spec", Object(&DEVICES))]))),
        ]),
    ),
];

const DEVICES: Shape = Shape(&[(
    "devices",
    Object(&Shape(&[(
        "requests",
        List(
            &["name"],
            &Shape(&[(
                "exactly",
                Object(&Shape(&[("allocationMode", Text("ExactCount")), ("count", Number(1))])),
            )]),
        ),
    )])),
)]);
