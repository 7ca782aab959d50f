//! The program from the outside, against a GitHub on this machine.

mod github;

use std::fs;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use github::{Fault, GitHub};

const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyzAB";

struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the program with a text, and makes sure that the token is in no output.
fn run(api: &str, arguments: &[&str], text: &str) -> Outcome {
    run_with(
        api,
        arguments,
        text,
        &[("GITHUB_TOKEN", TOKEN), ("GITHUB_REPOSITORY", "example/shop")],
    )
}

fn run_with(api: &str, arguments: &[&str], text: &str, variables: &[(&str, &str)]) -> Outcome {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("plan.md");
    fs::write(&file, text).expect("an own folder");
    let output = Command::new(env!("CARGO_BIN_EXE_pull-request"))
        .args(arguments)
        .arg("--body")
        .arg(&file)
        .env_clear()
        .env("GITHUB_API_URL", api)
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(!stdout.contains(TOKEN) && !stderr.contains(TOKEN), "{stdout}{stderr}");
    Outcome { code: output.status.code(), stdout, stderr: stderr.replace(api, "API") }
}

const COMMENT: [&str; 3] = ["comment", "--number", "7"];
const OPEN: [&str; 7] =
    ["open", "--head", "release/2026-01", "--base", "main", "--title", "Release 2026-01"];

#[test]
fn a_comment_is_created_once_and_then_changed() {
    let github = GitHub::start();
    let first = run(&github.api(), &COMMENT, "<!-- manifests plan -->\n2 pods restart\n");
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    assert_eq!(first.stdout, "new https://github.com/example/shop/pull/7#1\n");
    let again = run(&github.api(), &COMMENT, "2 pods restart");
    assert_eq!(again.stdout, "unchanged https://github.com/example/shop/pull/7#1\n");
    let other = run(&github.api(), &COMMENT, "nothing changes");
    assert_eq!(other.stdout, "changed https://github.com/example/shop/pull/7#1\n");
    assert_eq!(github.comments(), ["<!-- manifests plan -->\nnothing changes\n"]);
    // Another kind has a comment of its own.
    run(&github.api(), &["comment", "--number", "7", "--kind", "review"], "fine");
    assert_eq!(github.comments().len(), 2);
    insta::assert_snapshot!(github.calls(), @"
    GET /repos/example/shop/issues/7/comments?per_page=100&page=1
    POST /repos/example/shop/issues/7/comments
    GET /repos/example/shop/issues/7/comments?per_page=100&page=1
    GET /repos/example/shop/issues/7/comments?per_page=100&page=1
    PATCH /repos/example/shop/issues/comments/1
    GET /repos/example/shop/issues/7/comments?per_page=100&page=1
    POST /repos/example/shop/issues/7/comments
    ");
}

#[test]
fn our_comment_is_found_behind_many_and_those_of_people_are_left_alone() {
    let github = GitHub::start();
    for number in 0..230 {
        github.comment("User", &format!("<!-- manifests plan -->\nquoted {number}"));
    }
    github.comment("Bot", "<!-- another kind -->");
    github.comment("Bot", "<!-- manifests plan -->\nold");
    let outcome = run(&github.api(), &COMMENT, "new");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let comments = github.comments();
    assert_eq!(comments.len(), 232);
    assert_eq!(comments[231], "<!-- manifests plan -->\nnew\n");
    assert_eq!(comments[229], "<!-- manifests plan -->\nquoted 229");
    assert!(github.calls().contains("&page=3\nPATCH "), "{}", github.calls());
}

#[test]
fn what_is_too_large_is_cut_before_it_is_sent() {
    let github = GitHub::start();
    let arguments =
        [&COMMENT[..], &["--artifact", "https://github.com/example/shop/actions/runs/1"]].concat();
    let outcome = run(&github.api(), &arguments, &"| a line 🚀 |\n".repeat(10_000));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let [comment] = github.comments().try_into().expect("one comment");
    assert!(comment.ends_with("(https://github.com/example/shop/actions/runs/1).**\n"));
}

#[test]
fn limits_are_waited_for_as_long_as_they_ask_and_no_longer() {
    let github = GitHub::start();
    github.fail(Fault::answer(429, &[("Retry-After", "1")], "slow down"));
    let outcome = run(&github.api(), &COMMENT, "text");
    assert_eq!((outcome.code, github.comments().len()), (Some(0), 1));
    insta::assert_snapshot!(outcome.stderr, @"GitHub takes no more calls for now (slow down); trying again in 1.0 s");

    github.fail(Fault::answer(
        403,
        &[("Retry-After", "3600")],
        "You have exceeded a secondary rate limit",
    ));
    let outcome = run(&github.api(), &COMMENT, "text");
    assert_eq!(outcome.code, Some(2));
    insta::assert_snapshot!(outcome.stderr, @"error: GitHub takes no more calls for now (You have exceeded a secondary rate limit), and wants to be asked again in 3600 s: run the job again then");
}

#[test]
fn what_is_refused_says_the_way_out() {
    let github = GitHub::start();
    let mut messages = String::new();
    let mut refused = |arguments: &[&str], status: u16, message: &str| {
        github.fail(Fault::answer(status, &[("Location", "http://example.com/")], message));
        let outcome = run(&github.api(), arguments, "text");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        messages.push_str(&outcome.stderr);
    };
    refused(&COMMENT, 401, &format!("Bad credentials {TOKEN}"));
    refused(&COMMENT, 403, "Resource not accessible by integration");
    refused(&COMMENT, 404, "Not Found");
    refused(&COMMENT, 422, "Validation Failed");
    refused(&COMMENT, 301, "Moved Permanently");
    refused(&COMMENT, 418, "I'm a\nteapot \u{202e}");
    refused(&OPEN, 403, "GitHub Actions is not permitted to create or approve pull requests.");
    insta::assert_snapshot!(messages);
    assert!(github.comments().is_empty());
}

#[test]
fn a_lost_connection_is_tried_again_without_a_second_comment() {
    let github = GitHub::start();
    // The comment is written, and nobody hears of it.
    github.fail(Fault::pass());
    github.fail(Fault::lose_answer());
    let outcome = run(&github.api(), &COMMENT, "text");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("trying again in 0.5 s"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "unchanged https://github.com/example/shop/pull/7#1\n");
    assert_eq!(github.comments().len(), 1);

    github.fail(Fault::answer(502, &[], ""));
    github.fail(Fault::text(200, "<html>"));
    assert_eq!(run(&github.api(), &COMMENT, "text").code, Some(0));
    assert_eq!(github.comments().len(), 1);
}

#[test]
fn who_is_never_reached_is_told_after_four_attempts() {
    // Nobody listens there.
    let outcome = run("http://127.0.0.1:9", &COMMENT, "text");
    assert_eq!(outcome.code, Some(2));
    let last = outcome.stderr.lines().last().expect("a line");
    assert!(last.starts_with("error: GitHub cannot be reached at API: "), "{last}");
    assert!(last.ends_with(", also at the attempt number 4: run the job again"), "{last}");
}

#[test]
fn a_pull_request_is_opened_once_and_keeps_what_people_write() {
    let github = GitHub::start();
    let first = run(&github.api(), &OPEN, "<!-- manifests plan -->\n2 pods restart\n");
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    assert_eq!(first.stdout, "new https://github.com/example/shop/pull/1\n");
    assert_eq!(
        github.pull(0),
        json!({
            "title": "Release 2026-01", "head": "release/2026-01", "base": "main",
            "body": "<!-- manifests plan -->\n2 pods restart\n"
        })
    );
    github.describe(0, "Please wait for Monday.\r\n\r\n<!-- manifests plan -->\r\n2 pods restart");
    let again = run(&github.api(), &OPEN, "3 pods restart");
    assert_eq!(again.stdout, "changed https://github.com/example/shop/pull/1\n");
    let described = github.pull(0)["body"].as_str().expect("text").to_owned();
    assert_eq!(described, "Please wait for Monday.\n\n<!-- manifests plan -->\n3 pods restart\n");
    let again = run(&github.api(), &OPEN, "3 pods restart");
    assert_eq!(again.stdout, "unchanged https://github.com/example/shop/pull/1\n");
    insta::assert_snapshot!(github.calls(), @"
    GET /repos/example/shop/pulls?state=open&head=example%3Arelease%2F2026-01&base=main&per_page=100
    POST /repos/example/shop/pulls
    GET /repos/example/shop/pulls?state=open&head=example%3Arelease%2F2026-01&base=main&per_page=100
    PATCH /repos/example/shop/pulls/1
    GET /repos/example/shop/pulls?state=open&head=example%3Arelease%2F2026-01&base=main&per_page=100
    ");
}

#[test]
fn branches_that_do_not_differ_are_no_failure() {
    let github = GitHub::start();
    github.fail(Fault::pass());
    github.fail(Fault::text(422, r#"{"message":"Validation Failed","errors":[{"message":"No commits between main and release/2026-01"}]}"#));
    let outcome = run(&github.api(), &OPEN, "text");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "nothing to merge\n"));
}

#[test]
fn without_what_it_needs_nobody_is_asked() {
    let github = GitHub::start();
    let token = ("GITHUB_TOKEN", TOKEN);
    let repository = ("GITHUB_REPOSITORY", "example/shop");
    let mut messages = String::new();
    let mut refused = |text: &str, kind: &str, variables: &[(&str, &str)]| {
        let arguments = [&COMMENT[..], &["--kind", kind]].concat();
        let outcome = run_with(&github.api(), &arguments, text, variables);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        messages.push_str(&outcome.stderr);
    };
    refused("text", "plan", &[repository]);
    refused("text", "plan", &[("GITHUB_TOKEN", "two\nlines"), repository]);
    refused("text", "plan", &[token]);
    refused("text", "plan", &[token, ("GITHUB_REPOSITORY", "../shop?")]);
    refused("text", "plan", &[token, repository, ("GITHUB_API_URL", "http://api.github.com")]);
    refused("text", "a --> b", &[token, repository]);
    insta::assert_snapshot!(messages);
    let outcome = run(&github.api(), &COMMENT, " \n");
    assert!(outcome.stderr.contains("plan.md is empty"), "{}", outcome.stderr);
    assert_eq!(github.calls(), "");
}
