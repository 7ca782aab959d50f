//! What a chart says by its default, its schema and the names of its keys, in this order.

use insta::assert_snapshot;

use crate::support::{Scratch, paths, refused};

#[test]
fn scalars_are_what_helm_reads() {
    let values = "create: yes\nmode: 0440\nsize: 1_000\noctal: 0o17\ntime: 12:30:45\nquoted: 'yes'\nday: 2020-01-01\n";
    let keep = "keep = ['create', 'mode', 'size', 'octal', 'time', 'quoted', 'day']\n";
    assert_snapshot!(paths(values, keep), @r"
    example	create	bool
    example	day	String
    example	mode	i64
    example	octal	i64
    example	quoted	String
    example	size	i64
    example	time	String
    ");
}

#[test]
fn a_number_is_a_quantity() {
    let values = "
resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 0.5}}
job: {resources: {}}
emptyDir: {sizeLimit: 1}
";
    let entry = "keep = ['resources', 'job', 'emptyDir']\ntypes = { 'job.resources' = 'ResourceRequirements' }\n";
    assert_snapshot!(paths(values, entry), @r"
    example	emptyDir	EmptyDirVolumeSource
    example	job	object
    example	job.resources	ResourceRequirements
    example	resources	ResourceRequirements
    ");
}

#[test]
fn a_name_does_not_decide_against_the_default() {
    let values = "
env: {database: 'off', pg_password: {valueFrom: {secretKeyRef: {name: a, key: b}}}}
additionalRuleAnnotations: {TargetDown: {summary: a}}
podLabels: {app: a}
";
    assert_snapshot!(paths(values, "keep = ['env', 'additionalRuleAnnotations', 'podLabels']\n"), @r"
    example	additionalRuleAnnotations	object
    example	additionalRuleAnnotations.TargetDown	object
    example	additionalRuleAnnotations.TargetDown.summary	String
    example	env	object
    example	env.database	String
    example	env.pg_password	object
    example	env.pg_password.valueFrom	object
    example	env.pg_password.valueFrom.secretKeyRef	object
    example	env.pg_password.valueFrom.secretKeyRef.key	String
    example	env.pg_password.valueFrom.secretKeyRef.name	String
    example	podLabels	BTreeMap<String, String>
    ");
}

#[test]
fn a_name_that_means_several_things_is_a_choice() {
    let values =
        "env: {}\nadditionalRuleAnnotations: {}\nsecurityContext: {}\nupdateStrategy: {}\n";
    let keep = "keep = ['env', 'additionalRuleAnnotations', 'securityContext', 'updateStrategy']\n";
    assert_snapshot!(refused(values, keep), @r#"
    error: charts.toml and the charts do not agree:
      example: 4 values have no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:
        "additionalRuleAnnotations" = "BTreeMap<String, Value>" # {}
        "env" = "BTreeMap<String, Value>" # {}
        "securityContext" = "BTreeMap<String, Value>" # {}
        "updateStrategy" = "BTreeMap<String, Value>" # {}
    "#);
}

#[test]
fn a_name_does_not_decide_against_the_schema() {
    let values = "affinity: {}\ntolerations: []\nnodeSelector: {}\nresources: {}\nlivenessProbe: {}\nannotations: {}\nhostUsers:\n";
    let schema = r#"{"properties": {
        "affinity": {"type": "object", "properties": {"preset": {"type": "string"}}},
        "tolerations": {"type": "array", "items": {"type": "string"}},
        "nodeSelector": {"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {"type": "boolean"}}}},
        "resources": {"type": "object", "properties": {"limits": {"type": "object"}, "requests": {"type": "object"}}},
        "livenessProbe": {"type": ["object", "boolean"], "properties": {"enabled": {"type": "boolean"}}},
        "annotations": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        "hostUsers": {"type": ["boolean", "string"]}
    }}"#;
    let keep = "untyped = true\nkeep = ['affinity', 'tolerations', 'nodeSelector', 'resources', 'livenessProbe', 'annotations', 'hostUsers']\n";
    let scratch = Scratch::chart_with_schema(values, schema, keep);
    let outcome = scratch.import(&[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_snapshot!(scratch.paths(), @r"
    example	affinity	object
    example	affinity.preset	String
    example	annotations	BTreeMap<String, String>
    example	hostUsers	Value
    example	livenessProbe	object
    example	livenessProbe.enabled	bool
    example	nodeSelector.*	object
    example	nodeSelector.*.a	bool
    example	resources	ResourceRequirements
    example	tolerations	Vec<String>
    ");
}

#[test]
fn a_number_of_the_schema_is_more_than_an_integer_where_nothing_is_counted() {
    let values = "sampleRate: 1\nperiodSeconds: 10\nreplicas: 1\nratio: 0.5\n";
    let number = r#"{"type": "number"}"#;
    let schema = format!(
        r#"{{"properties": {{"sampleRate": {number}, "periodSeconds": {number}, "replicas": {number}, "ratio": {number}}}}}"#
    );
    let keep = "keep = ['sampleRate', 'periodSeconds', 'replicas', 'ratio']\n";
    let scratch = Scratch::chart_with_schema(values, &schema, keep);
    assert_eq!(scratch.import(&[]).code, 0);
    assert_snapshot!(scratch.paths(), @r"
    example	periodSeconds	i64
    example	ratio	f64
    example	replicas	i64
    example	sampleRate	Number
    ");
}

#[test]
fn names_that_mean_one_thing_need_no_choice() {
    let values = "
image: {pullSecrets: [], digest: null, repository: null}
imagePullSecrets: []
extraEnvVars: []
customLivenessProbe: {}
startupProbe: {}
sysctls: []
supplementalGroups: []
lifecycleHooks: {}
service: {extraPorts: [], loadBalancerIP: null}
ingress: {tls: []}
extraObjects: []
podSecurityContext: {}
securityContext: {}
autoscaling: {metrics: [], targetMemoryUtilizationPercentage: null}
";
    let keep = "keep = ['image', 'imagePullSecrets', 'extraEnvVars', 'customLivenessProbe', 'startupProbe', 'sysctls', 'supplementalGroups', 'lifecycleHooks', 'service', 'ingress', 'extraObjects', 'podSecurityContext', 'securityContext', 'autoscaling']\n";
    assert_snapshot!(paths(values, keep), @r"
    example	autoscaling	object
    example	autoscaling.metrics	Vec<MetricSpec>
    example	autoscaling.targetMemoryUtilizationPercentage	i64
    example	customLivenessProbe	Probe
    example	extraEnvVars	Vec<EnvVar>
    example	extraObjects	Vec<Value>
    example	image	object
    example	image.digest	String
    example	image.pullSecrets	Vec<Value>
    example	image.repository	String
    example	imagePullSecrets	Vec<Value>
    example	ingress	object
    example	ingress.tls	Vec<IngressTLS>
    example	lifecycleHooks	Lifecycle
    example	podSecurityContext	PodSecurityContext
    example	securityContext	SecurityContext
    example	service	object
    example	service.extraPorts	Vec<ServicePort>
    example	service.loadBalancerIP	String
    example	startupProbe	Probe
    example	supplementalGroups	Vec<i64>
    example	sysctls	Vec<Sysctl>
    ");
}

#[test]
fn what_nothing_determines_is_json_where_the_list_says_so() {
    let values = "config: {}\nthings: []\nunknown:\nmixed: [1, a]\n";
    let entry = "untyped = true\nkeep = ['config', 'things', 'unknown', 'mixed']\n";
    assert_snapshot!(paths(values, entry), @r"
    example	config	BTreeMap<String, Value>
    example	mixed	Vec<Value>
    example	things	Vec<Value>
    example	unknown	Value
    ");
}

#[test]
fn too_many_choices_are_one_sentence() {
    let values: Vec<String> = (0..5000).map(|number| format!("  k{number}: {{}}\n")).collect();
    let message = refused(&format!("a:\n{}", values.concat()), "keep = ['a']\n");
    assert_snapshot!(message, @r#"
    error: charts.toml and the charts do not agree:
      example: 5000 values have no type that can be derived, too many to choose one by one, such as "a.k0" = "BTreeMap<String, Value>"; keep less, or add untyped = true to the chart for JSON in all of these places
    "#);
}

#[test]
fn a_mistyped_path_is_answered_with_the_nearest_one() {
    let values = "controller: {image: {tag: a, repository: b}}\nreplicas: 1\n";
    let keep =
        "keep = ['controler.image', 'image.tag', 'replica', 'controller.image.digest', 'other']\n";
    assert_snapshot!(refused(values, keep), @r"
    error: charts.toml and the charts do not agree:
      example: controler is kept, but example 1.2.3 does not have it; it has controller
      example: controller.image.digest is kept, but example 1.2.3 does not have it; keep controller.image, which takes further keys, or declare it with the template that reads it
      example: image is kept, but example 1.2.3 does not have it; it has controller.image
      example: other is kept, but example 1.2.3 does not have it; remove it, or declare it with the template that reads it
      example: replica is kept, but example 1.2.3 does not have it; it has replicas
    ");
}
