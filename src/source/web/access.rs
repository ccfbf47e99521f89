//! Who we are to web servers, and whom we trust, read from the files that say so.

use std::fs;
use std::path::{Path, PathBuf};

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Identity};

use crate::source::fault::describe;
use crate::source::live::Access;
use crate::source::secrets::Secrets;
use crate::source::web::words::innermost;

/// Why what gives access cannot be used. No text holds anything of a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// A file that was named.
    #[error("cannot read {}: {reason}", .path.display())]
    Unreadable {
        /// As named.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A file for a token.
    #[error("{}: not a bearer token: {reason}", .path.display())]
    NotAToken {
        /// As named.
        path: PathBuf,
        /// What stands there instead.
        reason: &'static str,
    },
    /// A file for certificates of authorities.
    #[error("{}: no certificate in PEM in it", .path.display())]
    NoCertificate {
        /// As named.
        path: PathBuf,
    },
    /// The files for our own certificate.
    #[error("{} and {}: not a certificate and its private key in PEM", .certificate.display(), .key.display())]
    NoIdentity {
        /// As named.
        certificate: PathBuf,
        /// As named.
        key: PathBuf,
    },
    /// All of it together.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

impl Access {
    /// Reads all files once, to find out whether they can be used.
    ///
    /// # Errors
    /// The first thing that cannot.
    pub fn check(&self) -> Result<(), AccessError> {
        // Somebody else in this process may have installed it before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let credentials = Credentials::read(self)?;
        credentials.client(Client::builder, true).map(drop)
    }
}

/// What [`Access`] comes to.
pub(super) struct Credentials {
    pub(super) headers: HeaderMap,
    pub(super) secrets: Secrets,
    authorities: Option<Vec<Certificate>>,
    identity: Option<Identity>,
    insecure: bool,
}

impl Credentials {
    pub(super) fn read(access: &Access) -> Result<Self, AccessError> {
        let mut headers = HeaderMap::new();
        let mut secrets = Vec::new();
        if let Some(path) = &access.bearer_token_file {
            let (value, token) = bearer(path)?;
            headers.insert(AUTHORIZATION, value);
            secrets.push(token);
        }
        for (name, value) in &access.headers {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            // `Basic bWU6cw==`, `Token abc`: the second word is what counts.
            secrets.extend(
                text.split_once(' ')
                    .map(|(_, secret)| secret.trim().to_owned()),
            );
            secrets.push(text);
            let mut value = value.clone();
            value.set_sensitive(true);
            headers.append(name, value);
        }
        let identity = access.identity.as_ref();
        Ok(Self {
            headers,
            secrets: Secrets::new(secrets),
            authorities: access.ca.as_deref().map(authorities).transpose()?,
            identity: identity.map(|(path, key)| own(path, key)).transpose()?,
            insecure: access.insecure,
        })
    }

    /// A client that trusts whom it should, and shows our certificate where `with_identity`.
    pub(super) fn client(
        &self,
        builder: impl Fn() -> ClientBuilder,
        with_identity: bool,
    ) -> Result<Client, AccessError> {
        let configured = |builder: ClientBuilder| match self.identity.clone() {
            Some(identity) if with_identity => builder.identity(identity),
            _ => builder,
        };
        let configured =
            |builder| configured(builder).tls_danger_accept_invalid_certs(self.insecure);
        let client = match &self.authorities {
            Some(authorities) => configured(builder())
                .tls_certs_only(authorities.clone())
                .build(),
            None => configured(builder()).build().or_else(|_| {
                // In a bare container there may be no certificates at all; plain HTTP works without.
                configured(builder()).tls_certs_only([]).build()
            }),
        };
        client.map_err(|error| AccessError::Tls(innermost(&error.without_url())))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, AccessError> {
    fs::read(path).map_err(|error| AccessError::Unreadable {
        path: path.to_owned(),
        reason: describe(&error),
    })
}

/// The header for the token in a file, and the token.
fn bearer(path: &Path) -> Result<(HeaderValue, String), AccessError> {
    let not_a_token = |reason| AccessError::NotAToken {
        path: path.to_owned(),
        reason,
    };
    let text = String::from_utf8(read(path)?).map_err(|_| not_a_token("binary data"))?;
    let token = text.trim();
    if token.is_empty() {
        return Err(not_a_token("the file is empty"));
    }
    if token.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(not_a_token("more than one word"));
    }
    let value = HeaderValue::from_str(&format!("Bearer {token}"));
    let mut value = value.map_err(|_| not_a_token("characters that no header may hold"))?;
    value.set_sensitive(true);
    Ok((value, token.to_owned()))
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, AccessError> {
    let certificates = Certificate::from_pem_bundle(&read(path)?).unwrap_or_default();
    if certificates.is_empty() {
        let path = path.to_owned();
        return Err(AccessError::NoCertificate { path });
    }
    Ok(certificates)
}

fn own(certificate: &Path, key: &Path) -> Result<Identity, AccessError> {
    let mut pem = read(certificate)?;
    pem.push(b'\n');
    pem.extend(read(key)?);
    Identity::from_pem(&pem).map_err(|_| AccessError::NoIdentity {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
    })
}
