//! Which certificates do the servers and clients of the tests show?

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519,
    SignatureAlgorithm, date_time_ymd,
};

/// What is peculiar about a certificate.
#[derive(Clone, Copy, PartialEq)]
pub enum Flaw {
    None,
    Expired,
}

/// An authority; its certificate is `NAME.crt` in the folder.
pub struct Authority {
    folder: PathBuf,
    pub crt: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(folder: &Path, name: &str, algorithm: &'static SignatureAlgorithm) -> Self {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, format!("authority {name}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let crt = folder.join(format!("{name}.crt"));
        fs::write(&crt, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder: folder.to_owned(), crt, issuer: Issuer::new(params, key) }
    }

    /// `FILE.crt` and `FILE.key` for a host, or for a role as its common name.
    pub fn sign(&self, file: &str, subject: &str, flaw: Flaw) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::new(vec![subject.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, subject);
        if flaw == Flaw::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let crt = params.signed_by(&key, &self.issuer).unwrap().pem();
        let paths = (self.folder.join(format!("{file}.crt")), self.folder.join(format!("{file}.key")));
        fs::write(&paths.0, crt).unwrap();
        fs::write(&paths.1, key.serialize_pem()).unwrap();
        fs::set_permissions(&paths.1, fs::Permissions::from_mode(0o600)).unwrap();
        paths
    }
}

/// An authority whose signatures have no digest that a channel could be bound by.
pub fn unbound(folder: &Path, name: &str) -> Authority {
    Authority::new(folder, name, &PKCS_ED25519)
}

pub fn usual(folder: &Path, name: &str) -> Authority {
    Authority::new(folder, name, &PKCS_ECDSA_P256_SHA256)
}
