use std::collections::BTreeMap;

use super::*;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::values::{gibibytes, mebibytes, millicores};
use crate::yaml;

fn group(value: Name) -> NodeGroup {
    NodeGroup { label: label_key!("example.com/group"), value }
}

fn minikube() -> Minikube {
    Minikube {
        profile: minikube_profile!("laptop"),
        kubernetes: KubernetesRelease { minor: KubernetesMinor(35), patch: 4 },
        node_groups: vec![group(name!("front")), group(name!("back"))],
        cpus: 4,
        memory: gibibytes(8),
    }
}

fn eks() -> Eks {
    Eks {
        name: name!("example"),
        account: account_id!("123456789012"),
        region: region!("eu-west-1"),
        zones: [AvailabilityZone::A, AvailabilityZone::C],
        kubernetes: KubernetesMinor(35),
        vpc_cidr: cidr!("10.0.0.0/16"),
        public_access_cidrs: vec![cidr!("203.0.113.0/24")],
        administrators: iam_role_name!("platform/administrators"),
        secrets_key: kms_key_id!("1234abcd-12ab-34cd-56ef-1234567890ab"),
        addons: EksAddons {
            nodes: group(name!("back")),
            aws_ebs_csi_driver: eks_addon_version!("v1.58.0-eksbuild.1"),
            coredns: eks_addon_version!("v1.13.2-eksbuild.4"),
            eks_pod_identity_agent: eks_addon_version!("v1.3.10-eksbuild.3"),
            kube_proxy: eks_addon_version!("v1.35.3-eksbuild.2"),
            metrics_server: eks_addon_version!("v0.8.1-eksbuild.5"),
            vpc_cni: eks_addon_version!("v1.21.1-eksbuild.7"),
        },
        node_groups: vec![EksNodeGroup {
            group: group(name!("front")),
            instance: InstanceType::T3Large,
            nodes: 3,
        }],
    }
}

#[test]
fn minikube_has_a_control_plane_beside_its_groups() {
    let cluster = Cluster::from(minikube());
    let groups: Vec<_> = cluster
        .node_pools
        .iter()
        .map(|pool| (pool.group.as_ref().map(|group| group.value.as_str()), pool.nodes))
        .collect();
    assert_eq!(groups, [(None, 1), (Some("front"), 1), (Some("back"), 1)]);
}

#[test]
fn minikube_names_the_nodes_of_groups_after_the_control_plane() {
    let minikube = minikube();
    let nodes: Vec<_> =
        minikube.group_nodes().map(|(node, group)| format!("{node} {}", group.value)).collect();
    assert_eq!(nodes, ["laptop-m02 front", "laptop-m03 back"]);
}

#[test]
fn eks_nodes_keep_a_part_for_themselves() {
    let cluster = Cluster::from(eks());
    assert_eq!(
        cluster.node_pools,
        [NodePool {
            group: Some(group(name!("front"))),
            nodes: 3,
            cpu: millicores(1_930),
            memory: mebibytes(7_577 - 255 - 385 - 100),
            pods: 35,
        }]
    );
}

#[test]
fn rights_are_the_policy_of_one_service_account() {
    let config = eks().cluster_config(&[
        PodIdentity {
            namespace: Namespace::new(name!("vault")),
            service_account: name!("reader"),
            policy: IamPolicy::Statements(vec![Statement {
                actions: vec!["secretsmanager:GetSecretValue"],
                resources: vec![Arn::Regional {
                    service: "secretsmanager",
                    region: region!("eu-west-1"),
                    resource: "secret:one".to_owned(),
                }],
                conditions: BTreeMap::new(),
            }]),
            origin: Origin::here(),
        },
        PodIdentity {
            namespace: Namespace::new(name!("dns")),
            service_account: name!("prover"),
            policy: IamPolicy::Statements(vec![Statement {
                actions: vec!["route53:ChangeResourceRecordSets"],
                resources: vec![Arn::Global { service: "route53", resource: "hostedzone/*" }],
                conditions: BTreeMap::from([(
                    (ConditionOperator::ForAllValuesStringEquals, "route53:RecordTypes"),
                    vec!["TXT".to_owned()],
                )]),
            }]),
            origin: Origin::here(),
        },
        PodIdentity {
            namespace: Namespace::new(name!("network")),
            service_account: name!("balancer"),
            policy: IamPolicy::WellKnown(WellKnownPolicy::AwsLoadBalancerController),
            origin: Origin::here(),
        },
    ]);
    let yaml = yaml::to_string(&config).expect("a configuration that can be written");
    let (_, iam) = yaml.split_once("iam:\n").expect("rights");
    let (iam, _) = iam.split_once("managedNodeGroups:").expect("node groups");
    insta::assert_snapshot!(iam, @r#"
    podIdentityAssociations:
    - namespace: vault
      serviceAccountName: reader
      permissionPolicy:
        Version: "2012-10-17"
        Statement:
        - Effect: Allow
          Action:
          - secretsmanager:GetSecretValue
          Resource:
          - arn:aws:secretsmanager:eu-west-1:123456789012:secret:one
    - namespace: dns
      serviceAccountName: prover
      permissionPolicy:
        Version: "2012-10-17"
        Statement:
        - Effect: Allow
          Action:
          - route53:ChangeResourceRecordSets
          Resource:
          - arn:aws:route53:::hostedzone/*
          Condition:
            ForAllValues:StringEquals:
              route53:RecordTypes:
              - TXT
    - namespace: network
      serviceAccountName: balancer
      wellKnownPolicies:
        awsLoadBalancerController: true
    "#);
}

/// A part of the configuration, from one key to another.
fn part(from: &str, to: &str) -> String {
    let yaml = yaml::to_string(&eks().cluster_config(&[])).expect("a configuration");
    let (_, part) = yaml.split_once(from).expect("where it begins");
    let (part, _) = part.split_once(to).expect("where it ends");
    part.to_owned()
}

#[test]
fn only_administrators_have_rights_in_it_and_their_key_encrypts_secrets() {
    insta::assert_snapshot!(part("accessConfig:\n", "upgradePolicy:"), @"
      authenticationMode: API
      bootstrapClusterCreatorAdminPermissions: false
      accessEntries:
      - principalARN: arn:aws:iam::123456789012:role/platform/administrators
        accessPolicies:
        - policyARN: arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy
          accessScope:
            type: cluster
    secretsEncryption:
      keyARN: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    ");
}

#[test]
fn everything_that_the_control_plane_says_is_kept() {
    insta::assert_snapshot!(part("clusterLogging:\n", "addons:"), @"
    enableTypes:
    - api
    - audit
    - authenticator
    - controllerManager
    - scheduler
    logRetentionInDays: 90
    ");
}

#[test]
fn addons_have_a_release_and_nodes() {
    insta::assert_snapshot!(part("addons:\n", "iam:"), @r#"
    - name: eks-pod-identity-agent
      version: v1.3.10-eksbuild.3
    - name: vpc-cni
      version: v1.21.1-eksbuild.7
      useDefaultPodIdentityAssociations: true
      configurationValues: '{"enableNetworkPolicy":"true"}'
    - name: coredns
      version: v1.13.2-eksbuild.4
      configurationValues: '{"nodeSelector":{"example.com/group":"back"}}'
    - name: kube-proxy
      version: v1.35.3-eksbuild.2
    - name: aws-ebs-csi-driver
      version: v1.58.0-eksbuild.1
      useDefaultPodIdentityAssociations: true
      configurationValues: '{"controller":{"nodeSelector":{"example.com/group":"back"}}}'
    - name: metrics-server
      version: v0.8.1-eksbuild.5
      configurationValues: '{"nodeSelector":{"example.com/group":"back"}}'
    "#);
}

#[test]
fn node_groups_carry_the_label_that_pods_ask_for() {
    let yaml = yaml::to_string(&eks().cluster_config(&[])).expect("a configuration");
    let (_, groups) = yaml.split_once("managedNodeGroups:\n").expect("node groups");
    insta::assert_snapshot!(groups, @"
    - name: front
      instanceType: t3.large
      desiredCapacity: 3
      minSize: 3
      maxSize: 3
      labels:
        example.com/group: front
      privateNetworking: true
      disablePodIMDS: true
      volumeSize: 50
      volumeType: gp3
      volumeEncrypted: true
      updateConfig:
        maxUnavailable: 1
    ");
}
