//! Servers behind TLS, with certificates made for the occasion, asked by the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use harness::Cli;
use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::DnType;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::WebPkiClientVerifier;

/// An authority that vouches for whoever asks.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

/// What it vouches for.
struct Identity {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key: PrivateKeyDer<'static>,
    key_pem: String,
}

impl Authority {
    fn new() -> Self {
        Self::called("authority")
    }

    fn called(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    fn vouch(&self, names: &[&str]) -> Identity {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            key_pem: key.serialize_pem(),
        }
    }
}

/// Serves one metric to whoever comes, and with `clients` to nobody without a certificate of theirs.
fn serve(identity: &Identity, clients: Option<&Authority>) -> SocketAddr {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ServerConfig::builder();
    let builder = match clients {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        }
        None => builder.with_no_client_auth(),
    };
    let chain = vec![identity.certificate.clone()];
    let config = builder.with_single_cert(chain, identity.key.clone_key());
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            // Clients that do not trust it go away in the middle.
            thread::spawn(move || answer(connection, config));
        }
    });
    address
}

fn answer(connection: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
    let session = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(session, connection);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nup 1\n")?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// Exit code and standard error of an audit of `url`, which stands for the port of `at`.
fn audit(cli: &Cli, at: SocketAddr, url: &str, flags: &[&str]) -> String {
    let port = at.port().to_string();
    let url = url.replace("PORT", &port);
    let arguments = [&["audit", &url, "-o", "json"], flags].concat();
    cli.verdict(&arguments).replace(&port, "PORT")
}

#[test]
fn a_server_is_trusted_when_its_authority_is() {
    let authority = Authority::new();
    let at = serve(&authority.vouch(&["localhost", "127.0.0.1"]), None);
    let cli = Cli::new()
        .file("ca.pem", &authority.pem)
        .file("anew.pem", Authority::new().pem)
        .file("other.pem", Authority::called("other").pem);
    let audit = |url: &str, flags: &[&str]| audit(&cli, at, url, flags);
    let well = "exit: 0\n--- stderr\n";
    assert_eq!(audit("https://localhost:PORT/", &["--ca", "ca.pem"]), well);
    assert_eq!(audit("https://127.0.0.1:PORT/", &["--ca", "ca.pem"]), well);
    assert_eq!(audit("https://127.0.0.1:PORT/", &["--insecure"]), well);
    insta::assert_snapshot!(audit("https://127.0.0.1:PORT/", &["--ca", "other.pem"]), @"
    exit: 2
    --- stderr
    error: cannot read https://127.0.0.1:PORT/: its certificate comes from nobody who is trusted: name its authority with --ca, or take any with --insecure
    ");
    let flags = ["--ca", "anew.pem"];
    assert!(audit("https://127.0.0.1:PORT/", &flags).contains("nobody who is trusted"));
    insta::assert_snapshot!(audit("http://127.0.0.1:PORT/", &[]), @"
    exit: 2
    --- stderr
    error: cannot read http://127.0.0.1:PORT/: what answers does not speak HTTP: check the port, or begin the URL with https://
    ");
}

#[test]
fn a_server_by_another_name_is_not_trusted() {
    let authority = Authority::new();
    let at = serve(&authority.vouch(&["metrics.example"]), None);
    let cli = Cli::new().file("ca.pem", &authority.pem);
    insta::assert_snapshot!(audit(&cli, at, "https://127.0.0.1:PORT/", &["--ca", "ca.pem"]), @"
    exit: 2
    --- stderr
    error: cannot read https://127.0.0.1:PORT/: its certificate is for another name: take any with --insecure
    ");
}

#[test]
fn a_server_that_wants_to_know_us_gets_our_certificate() {
    let authority = Authority::new();
    let at = serve(&authority.vouch(&["127.0.0.1"]), Some(&authority));
    let client = authority.vouch(&["me"]);
    let foreign = Authority::new().vouch(&["me"]);
    let cli = Cli::new()
        .file("ca.pem", &authority.pem)
        .file("me.pem", &client.certificate_pem)
        .file("me.key", &client.key_pem)
        .file("foreign.pem", &foreign.certificate_pem)
        .file("foreign.key", &foreign.key_pem);
    let audit = |flags: &[&str]| {
        let flags = [&["--ca", "ca.pem"], flags].concat();
        audit(&cli, at, "https://127.0.0.1:PORT/", &flags)
    };
    assert_eq!(
        audit(&["--cert", "me.pem", "--key", "me.key"]),
        "exit: 0\n--- stderr\n"
    );
    insta::assert_snapshot!(audit(&[]), @"
    exit: 2
    --- stderr
    error: cannot read https://127.0.0.1:PORT/: the server takes nobody without a client certificate that it trusts (received fatal alert: CertificateRequired): name one with --cert and --key
    ");
    insta::assert_snapshot!(audit(&["--cert", "foreign.pem", "--key", "foreign.key"]), @"
    exit: 2
    --- stderr
    error: cannot read https://127.0.0.1:PORT/: the server takes nobody without a client certificate that it trusts (received fatal alert: DecryptError): name one with --cert and --key
    ");
    insta::assert_snapshot!(audit(&["--cert", "me.pem", "--key", "foreign.key"]), @"
    exit: 2
    --- stderr
    error: cannot use what gives access: cannot set up TLS: keys may not be consistent: KeyMismatch
    ");
    insta::assert_snapshot!(audit(&["--cert", "me.key", "--key", "me.key"]), @"
    exit: 2
    --- stderr
    error: cannot use what gives access: me.key and me.key: not a certificate and its private key in PEM
    ");
}

#[test]
fn files_that_give_access_must_be_what_they_should() {
    let cli = Cli::new().file("empty", "").file("token", "a b");
    let verdict =
        |flags: &[&str]| cli.verdict(&[&["audit", "http://127.0.0.1:1/"], flags].concat());
    let said = [
        verdict(&["--ca", "none"]),
        verdict(&["--ca", "empty"]),
        verdict(&["--cert", "empty", "--key", "empty"]),
        verdict(&["--bearer-token-file", "empty"]),
        verdict(&["--bearer-token-file", "token"]),
        verdict(&["--header", "s3cret"]),
        verdict(&[
            "--header",
            "Authorization: s3cret",
            "--bearer-token-file",
            "token",
        ]),
    ];
    insta::assert_snapshot!(said.join(""), @"
    exit: 2
    --- stderr
    error: cannot use what gives access: cannot read none: no such file
    exit: 2
    --- stderr
    error: cannot use what gives access: empty: no certificate in PEM in it
    exit: 2
    --- stderr
    error: cannot use what gives access: empty and empty: not a certificate and its private key in PEM
    exit: 2
    --- stderr
    error: cannot use what gives access: empty: not a bearer token: the file is empty
    exit: 2
    --- stderr
    error: cannot use what gives access: token: not a bearer token: more than one word
    exit: 2
    --- stderr
    error: --header holds no colon: write it like 'X-Scope-OrgID: team'
    exit: 2
    --- stderr
    error: --header Authorization and --bearer-token-file say two things: leave one out
    ");
}

#[test]
fn a_server_without_tls_is_told_from_one_nobody_trusts() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut hello = [0; 64];
        assert!(connection.read(&mut hello).unwrap() > 0);
        connection
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the client has read it: a reset would take it away from under its eyes.
        while connection.read(&mut hello).is_ok_and(|count| count > 0) {}
    });
    insta::assert_snapshot!(audit(&Cli::new(), at, "https://127.0.0.1:PORT/", &["--insecure"]), @"
    exit: 2
    --- stderr
    error: cannot read https://127.0.0.1:PORT/: what answers does not speak TLS: begin the URL with http://
    ");
    server.join().unwrap();
}
