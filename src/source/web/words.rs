//! What went wrong between us and a web server, in words that help.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::source::fault::{Fault, describe, layers, seconds};
use crate::source::sweep::Refusal;

/// A refusal that another try would not change.
pub(super) fn lasting(reason: String) -> Refusal {
    Refusal {
        reason,
        may_pass: false,
    }
}

/// Why a request got no answer. The text is free of the URL.
pub(super) fn refusal(error: reqwest::Error, timeout: Duration) -> Refusal {
    let error = error.without_url();
    if error.is_timeout() {
        return lasting(format!("no connection within {}", seconds(timeout)));
    }
    if let Some(tls) = tls(&error) {
        return lasting(tls_reason(tls));
    }
    let may_pass = is_passing(&error);
    let reason = match http(&error) {
        _ if error.is_connect() => format!("cannot connect: {}", innermost(&error)),
        Some(http) if http.is_parse() => {
            "what answers does not speak HTTP: check the port, or begin the URL with https://"
                .to_owned()
        }
        Some(http) if http.is_incomplete_message() => {
            return Refusal {
                reason: "the connection was closed without an answer".to_owned(),
                may_pass: true,
            };
        }
        _ => innermost(&error),
    };
    Refusal { reason, may_pass }
}

/// Why a body ended too early.
pub(super) fn lost(error: reqwest::Error) -> Fault {
    Fault::ConnectionLost(innermost(&error.without_url()))
}

/// What an error comes down to: the outer layers only say that a request failed.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    match layers(error).last() {
        Some(last) => match last.downcast_ref::<io::Error>() {
            Some(error) => describe(error),
            None => last.to_string(),
        },
        None => error.to_string(),
    }
}

fn tls<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    layers(error).find_map(|layer| layer.downcast_ref())
}

fn http<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e hyper::Error> {
    layers(error).find_map(|layer| layer.downcast_ref())
}

/// Whether a server that is starting or restarting does this.
fn is_passing(error: &(dyn Error + 'static)) -> bool {
    layers(error).any(|layer| {
        layer.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            )
        })
    })
}

fn tls_reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(fault) => certificate_reason(fault),
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::DecryptError
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::UnsupportedCertificate,
        ) => format!(
            "the server takes nobody without a client certificate that it trusts ({error}): name one with --cert and --key"
        ),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers does not speak TLS: begin the URL with http://".to_owned()
        }
        other => format!("no TLS connection: {other}"),
    }
}

fn certificate_reason(fault: &CertificateError) -> String {
    let fault = match fault {
        // The latter when an authority of the same name was made anew.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            return "its certificate comes from nobody who is trusted: name its authority with --ca, or take any with --insecure".to_owned();
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".to_owned()
        }
        other => format!("its certificate is not accepted ({other})"),
    };
    format!("{fault}: take any with --insecure")
}
