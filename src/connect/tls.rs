//! How is a connection encrypted, and what is verified?
//!
//! Invariant: `verify-ca` and `verify-full` trust nothing that does not lead to a root certificate; the weaker modes
//! verify nothing, as in libpq, where they are against eavesdroppers only.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};

use super::{Address, RootCert, SslMode, identity};
use crate::error::{Error, Result};

/// The name of PostgreSQL's protocol, which a server that is spoken to in TLS from the first byte must hear.
const ALPN: &[u8] = b"postgresql";

/// The TLS side of a connection to this address.
pub(super) fn client(address: &Address) -> Result<ClientConfig> {
    let (mode, root) = (address.sslmode, address.sslrootcert.as_ref());
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match mode {
        SslMode::VerifyCa => Arc::new(Verified::new(trusted(root)?, Name::Any, &provider)?),
        SslMode::VerifyFull => Arc::new(Verified::new(trusted(root)?, Name::Checked, &provider)?),
        SslMode::Disable | SslMode::Allow | SslMode::Prefer | SslMode::Require => {
            Arc::new(Unverified(provider.clone()))
        }
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| Error::new(format!("TLS cannot be set up: {cause}")))?;
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match &address.client_cert {
        None => builder.with_no_client_auth(),
        Some(files) => {
            let (chain, key) = identity::load(files)?;
            builder.with_client_auth_cert(chain, key).map_err(|cause| identity::does_not_fit(files, &cause))?
        }
    };
    if address.direct_tls {
        config.alpn_protocols = vec![ALPN.to_vec()];
    }
    Ok(config)
}

fn trusted(root: Option<&RootCert>) -> Result<Vec<CertificateDer<'static>>> {
    match root {
        Some(RootCert::File(file)) => certificates(file, "sslrootcert"),
        None | Some(RootCert::System) => {
            // a few unreadable certificates among the system's are usual, and no reason to stop
            let found = rustls_native_certs::load_native_certs();
            if found.certs.is_empty() {
                return Err(Error::new("this system has no root certificates to verify the database server with")
                    .hint("install them (Debian: apt install ca-certificates), or name a file with sslrootcert"));
            }
            Ok(found.certs)
        }
    }
}

/// What a file in PEM form holds, which the key of the address names.
pub(super) fn certificates(file: &Path, key: &str) -> Result<Vec<CertificateDer<'static>>> {
    let text = std::fs::read(file).map_err(|cause| {
        Error::io("read", file, &cause).hint(format!("{key} of the database address names this file"))
    })?;
    match CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Error::new(format!("{} holds no certificate in PEM form", file.display()))
            .hint(format!("{key} takes a file with -----BEGIN CERTIFICATE-----"))),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Checked,
    Any,
}

/// `verify-ca` and `verify-full`.
#[derive(Debug)]
struct Verified {
    chain: Arc<WebPkiServerVerifier>,
    roots: Vec<CertificateDer<'static>>,
    name: Name,
}

impl Verified {
    fn new(roots: Vec<CertificateDer<'static>>, name: Name, provider: &Arc<CryptoProvider>) -> Result<Self> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(roots.iter().cloned());
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone())
            .build()
            .map_err(|cause| Error::new(format!("the root certificates cannot be used: {cause}")))?;
        Ok(Self { chain, roots, name })
    }

    /// A server's own self-signed certificate given as the root, as the PostgreSQL manual makes one; OpenSSL takes it.
    fn is_its_own_root(&self, certificate: &CertificateDer<'_>, cause: &TlsError) -> bool {
        signs_itself(cause) && self.roots.iter().any(|root| root == certificate)
    }
}

/// Whether webpki refused a server for being an authority, which it says only after the dates held good.
pub(super) fn signs_itself(cause: &TlsError) -> bool {
    matches!(cause, TlsError::InvalidCertificate(CertificateError::Other(other))
        if format!("{:?}", other.0) == "CaUsedAsEndEntity")
}

impl ServerCertVerifier for Verified {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        match self.chain.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Ok(verified) => Ok(verified),
            // the name is looked at last, so the chain is good
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.name == Name::Any => Ok(ServerCertVerified::assertion()),
            Err(cause) if self.is_its_own_root(certificate, &cause) => {
                if self.name == Name::Checked {
                    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            Err(cause) => Err(cause),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.chain.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.chain.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// `allow`, `prefer` and `require`: any certificate will do, also one that webpki cannot read.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
