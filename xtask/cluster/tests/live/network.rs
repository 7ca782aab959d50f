//! What stands between here and the API server: certificates, proxies, and servers that are not there.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};
use serde_json::{Value, json};

use crate::fake::{Fake, Run, namespace};

/// What it is told where the password stands.
const SECRET: &str = "t0ps3cret";

/// A server on loopback that does this with each connection.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    port
}

/// A server with a certificate.
fn server(key: &CertifiedKey<KeyPair>) -> u16 {
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], private)
            .expect("a certificate with its key");
    let config = Arc::new(config);
    listen(move |mut stream| {
        let mut connection = ServerConnection::new(config.clone()).expect("a configuration");
        // Whoever does not like the certificate ends it.
        let _ = connection.complete_io(&mut stream);
        let _ = connection.complete_io(&mut stream);
    })
}

/// A certificate for a name, which may have ended long ago.
fn certificate(name: &str, is_over: bool) -> CertifiedKey<KeyPair> {
    let signing_key = KeyPair::generate().expect("a key");
    let mut parameters = CertificateParams::new([name.to_owned()]).expect("a name");
    if is_over {
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2021, 1, 1);
    }
    let cert = parameters.self_signed(&signing_key).expect("a certificate");
    CertifiedKey { cert, signing_key }
}

/// What a diff says of such a cluster.
fn diff(what: &str, cluster: Value, variables: &[(&str, &str)]) -> String {
    let mut fake = Fake::new();
    let url = cluster["server"].as_str().expect("an address").to_owned();
    fake.lead_to(cluster);
    said(what, &fake, variables).replace(&url, "https://SERVER")
}

fn said(what: &str, fake: &Fake, variables: &[(&str, &str)]) -> String {
    let mut command = fake.start(&json!({"diff": {"json": false}}), &[namespace()]);
    let run = Run::of(command.envs(variables.iter().copied()).output().expect("a run"));
    let shown = run.shown();
    assert!(!shown.contains(SECRET), "{shown}");
    assert_eq!(run.code, Some(2), "{shown}");
    format!("# {what}\n{shown}\n\n")
}

fn address(port: u16) -> Value {
    json!({"server": format!("https://127.0.0.1:{port}")})
}

#[test]
fn certificates_that_do_not_prove_it() {
    let own = certificate("127.0.0.1", false);
    let mut shown = diff("nobody vouches for it", address(server(&own)), &[]);
    let vouched = |key: &CertifiedKey<KeyPair>| {
        let mut cluster = address(server(key));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, key.cert.pem()).expect("a file");
        cluster["certificate-authority"] = file.display().to_string().into();
        (cluster, folder)
    };
    let (cluster, _folder) = vouched(&certificate("shop.example", false));
    shown += &diff("it is that of another server", cluster, &[]);
    let (cluster, _folder) = vouched(&certificate("127.0.0.1", true));
    shown += &diff("it has expired", cluster, &[]);
    let mut cluster = address(1);
    cluster["certificate-authority"] = "/nowhere/ca.pem".into();
    shown += &diff("the issuer's is not there", cluster, &[]);
    insta::assert_snapshot!(shown);
}

/// Answers each CONNECT with this.
fn proxy(answer: &'static str) -> u16 {
    listen(move |mut stream| {
        let mut request = [0; 2048];
        let _ = stream.read(&mut request).and_then(|_| stream.write_all(answer.as_bytes()));
    })
}

#[test]
fn proxies_that_do_not_let_it_through() {
    let own = certificate("127.0.0.1", false);
    let port = server(&own);
    let mut shown = String::new();
    for (what, answer) in [
        ("the proxy wants another password", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
        ("the proxy forbids it", "HTTP/1.1 403 Forbidden\r\n\r\n"),
    ] {
        let proxy = format!("http://me:{SECRET}@127.0.0.1:{}", proxy(answer));
        shown += &diff(what, address(port), &[("HTTPS_PROXY", &proxy)]);
    }
    // Nobody listens at the first port.
    let away = format!("http://me:{SECRET}@127.0.0.1:1");
    shown += &diff("the proxy is away", address(port), &[("HTTPS_PROXY", &away)]);
    let mut cluster = address(port);
    cluster["proxy-url"] = format!("ftp://me:{SECRET}@127.0.0.1:1").into();
    shown += &diff("the proxy speaks something else", cluster, &[]);
    insta::assert_snapshot!(shown);
}

#[test]
fn servers_that_are_not_there() {
    let mut shown = diff("nobody listens", address(1), &[]);
    let cluster = json!({"server": "https://api.shop.invalid"});
    shown += &diff("its name leads nowhere", cluster, &[]);
    insta::assert_snapshot!(shown);
}

#[test]
fn a_login_that_hangs_is_told_and_can_be_ended() {
    let fake = Fake::new();
    fake.user(&json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh",
        "args": ["-c", format!("exec 2>/dev/null; : {SECRET}; exec sleep 20")], "interactiveMode": "Never",
    }}));
    let mut command = fake.start(&json!({"diff": {"json": false}}), &[namespace()]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let child = command.stdout(std::process::Stdio::null()).stderr(writer).spawn().expect("a run");
    drop(command);
    let mut lines = BufReader::new(reader).lines();
    let told = lines.next().expect("a line").expect("UTF-8");
    assert_eq!(told, "Waiting until /bin/sh has logged in");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a running program");
    let code = child.wait_with_output().expect("an end").status.code();
    let rest: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
    assert_eq!(
        rest,
        ["error: ended before anything was asked of the cluster: nothing was changed"]
    );
    assert_eq!(code, Some(128 + 15));
}
