//! Why there is no TLS connection to the API server, in words that name the kubeconfig's settings.

use std::error::Error;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::source::fault::layers;

/// What a failure of TLS within `error` means; `None` where it is of another kind.
pub(super) fn reason(error: &(dyn Error + 'static)) -> Option<String> {
    let fault: &rustls::Error = layers(error).find_map(|layer| layer.downcast_ref())?;
    Some(match fault {
        rustls::Error::InvalidCertificate(fault) => certificate(fault),
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
            "the API server does not take the kubeconfig's client certificate ({fault}): log in again"
        ),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers does not speak TLS: check the server in the kubeconfig".to_owned()
        }
        other => format!("no TLS connection: {other}"),
    })
}

fn certificate(fault: &CertificateError) -> String {
    match fault {
        // The latter when an authority of the same name was made anew.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate comes from nobody who is trusted: check the certificate-authority in the kubeconfig"
                .to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name: check the server in the kubeconfig, or its tls-server-name"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or this machine's clock is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or this machine's clock is wrong".to_owned()
        }
        other => format!("its certificate is not accepted ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_fault_of_tls_is_found_within_what_carries_it() {
        let fault = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let carried = io::Error::other(io::Error::other(fault));
        assert_eq!(
            reason(&carried).as_deref(),
            Some(
                "its certificate comes from nobody who is trusted: check the certificate-authority in the kubeconfig"
            )
        );
        let other = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(reason(&other), None);
    }
}
