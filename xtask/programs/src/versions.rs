//! Whether the programs that a command starts are there, in versions that fit: asked before anything is changed.

use std::ops::RangeInclusive;

use manifests_lib::cluster::KubernetesMinor;
use serde_json::Value;
use support::{Failure, tell};

use crate::invocation::{ANSWER_LIMIT, Answer, Invocation, Program};

/// The releases of helm that these commands speak to.
const HELM: RangeInclusive<u32> = 3..=4;

/// What the programs say of themselves.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Versions {
    helm: Option<u32>,
}

impl Versions {
    /// The first number of helm's version, where helm was asked.
    pub fn helm(&self) -> Option<u32> {
        self.helm
    }
}

/// Asks programs for their versions, and refuses those that are missing or too old for this release of Kubernetes, all at once.
///
/// - helm: 3 or 4.
/// - kubectl: at most one minor release older than the cluster; a newer one than the next is remarked on, and works as a rule.
///   Upstream: <https://kubernetes.io/releases/version-skew-policy/#kubectl>
/// - Minikube: its own list of releases of Kubernetes has this one.
/// - docker, git, and programs whose commands are only printed: any version.
///
/// # Errors
/// One for each program that is missing, or whose version will not do.
pub fn require(programs: &[Program], kubernetes: KubernetesMinor) -> Result<Versions, Failure> {
    let mut versions = Versions::default();
    let mut wrong = Vec::new();
    for program in programs {
        let judged = said(*program).and_then(|text| match program {
            Program::Helm => helm(&text).map(|major| versions.helm = Some(major)),
            Program::Kubectl => kubectl(&text, kubernetes),
            Program::Minikube => minikube(&text, kubernetes),
            Program::Aws | Program::Docker | Program::Eksctl | Program::Git => Ok(()),
        });
        wrong.extend(judged.err());
    }
    if wrong.is_empty() { Ok(versions) } else { Err(Failure::all(wrong)) }
}

/// What a program answers to the question for its version.
fn said(program: Program) -> Result<String, String> {
    let question: &[&str] = match program {
        Program::Helm => &["version", "--short"],
        Program::Kubectl => &["version", "--client", "--output=json"],
        Program::Minikube => &["config", "defaults", "kubernetes-version"],
        Program::Aws | Program::Docker | Program::Git => &["--version"],
        Program::Eksctl => &["version"],
    };
    let question = Invocation::new(program, question.iter().copied());
    judged(program, &question, question.answer().map_err(|failure| failure.to_string())?)
}

fn judged(program: Program, question: &Invocation, answer: Answer) -> Result<String, String> {
    match answer {
        // An old helm says its own version, and then waits for a server that is no more.
        Answer { output, .. } if !output.trim().is_empty() => Ok(output),
        Answer { in_time: false, .. } => Err(format!(
            "{program} has not answered `{question}` for {} s: end what it waits for, or install it afresh as described at {}",
            ANSWER_LIMIT.as_secs(),
            program.installation()
        )),
        Answer { error, .. } => Err(format!(
            "{program} does not say its version but `{}`: install it afresh as described at {}",
            error.split_whitespace().collect::<Vec<_>>().join(" "),
            program.installation()
        )),
    }
}

fn helm(text: &str) -> Result<u32, String> {
    let version = text.split_whitespace().find_map(version);
    match version {
        Some((major, _)) if HELM.contains(&major) => Ok(major),
        Some((major, minor)) => Err(format!(
            "helm is {major}.{minor}, and this command needs helm {} or {}: install one as described at {}, then run again",
            HELM.start(),
            HELM.end(),
            Program::Helm.installation()
        )),
        None => Err(unreadable(Program::Helm, text)),
    }
}

fn kubectl(text: &str, KubernetesMinor(cluster): KubernetesMinor) -> Result<(), String> {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let client = json.as_ref().and_then(|json| json["clientVersion"]["gitVersion"].as_str());
    let (major, minor) =
        client.and_then(version).ok_or_else(|| unreadable(Program::Kubectl, text))?;
    let cluster = u32::from(cluster);
    let oldest = cluster.saturating_sub(1);
    if (major, minor) < (1, oldest) {
        return Err(format!(
            "kubectl is {major}.{minor}, which is too old for a cluster of Kubernetes 1.{cluster}: install 1.{oldest} or newer as \
             described at {}, then run again",
            Program::Kubectl.installation()
        ));
    }
    if (major, minor) > (1, cluster + 1) {
        tell(format_args!(
            "kubectl is {major}.{minor}; for a cluster of Kubernetes 1.{cluster} it is tested up to 1.{}",
            cluster + 1
        ));
    }
    Ok(())
}

/// Minikube lists what it supports, one release of Kubernetes each line.
fn minikube(text: &str, kubernetes: KubernetesMinor) -> Result<(), String> {
    let wanted = (1, u32::from(kubernetes.0));
    let mut newest = None;
    for known in text.split_whitespace().filter_map(version) {
        if known == wanted {
            return Ok(());
        }
        newest = newest.max(Some(known));
    }
    let (major, minor) = newest.ok_or_else(|| unreadable(Program::Minikube, text))?;
    let which = if (major, minor) < wanted { "a newer Minikube" } else { "an older Minikube" };
    Err(format!(
        "minikube does not support Kubernetes {kubernetes}, which the environment runs, but others up to {major}.{minor}: install \
         {which} as described at {}, then run again",
        Program::Minikube.installation()
    ))
}

fn unreadable(program: Program, text: &str) -> String {
    format!(
        "{program} does not say its version but `{}`: check which {program} is on the PATH",
        text.lines().next().unwrap_or_default().trim()
    )
}

/// The first two numbers of `v1.35.4`.
fn version(word: &str) -> Option<(u32, u32)> {
    let (major, rest) = word.strip_prefix('v')?.split_once('.')?;
    let digits = rest.find(|character: char| !character.is_ascii_digit());
    let minor = &rest[..digits.unwrap_or(rest.len())];
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KUBERNETES: KubernetesMinor = KubernetesMinor(35);

    #[test]
    fn a_program_that_does_not_answer_is_told() {
        let answer = |output: &str, in_time| Answer {
            output: output.to_owned(),
            error: "cannot find\n  tiller\n".to_owned(),
            in_time,
        };
        let question = Invocation::new(Program::Helm, ["version", "--short"]);
        let judged = |answer| judged(Program::Helm, &question, answer);
        // What an old helm says before it waits for its server.
        assert_eq!(judged(answer("Client: v2.17.0", false)).as_deref(), Ok("Client: v2.17.0"));
        let refused = [false, true].map(|in_time| judged(answer("", in_time)).unwrap_err());
        insta::assert_snapshot!(refused.join("\n"), @r"
        helm has not answered `helm version --short` for 20 s: end what it waits for, or install it afresh as described at https://helm.sh/docs/intro/install/
        helm does not say its version but `cannot find tiller`: install it afresh as described at https://helm.sh/docs/intro/install/
        ");
    }

    #[test]
    fn helm_is_3_or_4() {
        for (text, major) in [("v3.19.4+g7cfb6e4\n", 3), ("v3.0.0", 3), ("v4.2.1+g5a5449d", 4)] {
            assert_eq!(helm(text), Ok(major));
        }
        let refused = ["Client: v2.17.0+ga690bad\n", "v5.0.0", "v30.1.0", "hello"];
        insta::assert_snapshot!(refused.map(|text| helm(text).unwrap_err()).join("\n"), @r"
        helm is 2.17, and this command needs helm 3 or 4: install one as described at https://helm.sh/docs/intro/install/, then run again
        helm is 5.0, and this command needs helm 3 or 4: install one as described at https://helm.sh/docs/intro/install/, then run again
        helm is 30.1, and this command needs helm 3 or 4: install one as described at https://helm.sh/docs/intro/install/, then run again
        helm does not say its version but `hello`: check which helm is on the PATH
        ");
    }

    #[test]
    fn kubectl_is_no_older_than_the_release_before_that_of_the_cluster() {
        let kubectl = |version: &str| {
            kubectl(&format!(r#"{{"clientVersion":{{"gitVersion":"{version}"}}}}"#), KUBERNETES)
        };
        for version in ["v1.34.0", "v1.35.4-eks-1", "v1.36.0", "v1.40.1", "v2.0.0"] {
            assert_eq!(kubectl(version), Ok(()), "{version}");
        }
        let refused = ["v1.33.9", "v1.4.0", "v0.99.0", "main"];
        insta::assert_snapshot!(refused.map(|version| kubectl(version).unwrap_err()).join("\n"), @r#"
        kubectl is 1.33, which is too old for a cluster of Kubernetes 1.35: install 1.34 or newer as described at https://kubernetes.io/docs/tasks/tools/, then run again
        kubectl is 1.4, which is too old for a cluster of Kubernetes 1.35: install 1.34 or newer as described at https://kubernetes.io/docs/tasks/tools/, then run again
        kubectl is 0.99, which is too old for a cluster of Kubernetes 1.35: install 1.34 or newer as described at https://kubernetes.io/docs/tasks/tools/, then run again
        kubectl does not say its version but `{"clientVersion":{"gitVersion":"main"}}`: check which kubectl is on the PATH
        "#);
    }

    #[test]
    fn minikube_itself_says_what_it_supports() {
        for text in ["* v1.36.0\n* v1.35.1\n* v1.34.0\n", "* v1.35.0-rc.1"] {
            assert_eq!(minikube(text, KUBERNETES), Ok(()));
        }
        let refused = ["* v1.34.0\n* v1.33.1\n", "* v1.38.2\n* v1.36.0", "* v1.3.5", "* docker"];
        insta::assert_snapshot!(
            refused.map(|text| minikube(text, KUBERNETES).unwrap_err()).join("\n"),
            @r"
        minikube does not support Kubernetes 1.35, which the environment runs, but others up to 1.34: install a newer Minikube as described at https://minikube.sigs.k8s.io/docs/start/, then run again
        minikube does not support Kubernetes 1.35, which the environment runs, but others up to 1.38: install an older Minikube as described at https://minikube.sigs.k8s.io/docs/start/, then run again
        minikube does not support Kubernetes 1.35, which the environment runs, but others up to 1.3: install a newer Minikube as described at https://minikube.sigs.k8s.io/docs/start/, then run again
        minikube does not say its version but `* docker`: check which minikube is on the PATH
        "
        );
    }
}
