//! Why did no session come about, and what can a person do?
//!
//! Invariant: every error says database, host, port, user and where the address came from; a cause that we know has a
//! hint of its own, and one that we do not is told in the words of the server or the system.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use postgres::error::{DbError, SqlState};
use rustls::{CertificateError, Error as TlsError};

use super::dial::Failure;
use super::{Address, Host, SslMode, Target};
use crate::error::Error;

/// What to say of one failure.
struct Told {
    what: String,
    hint: Option<String>,
    /// The other side's own words, where they add something.
    details: Vec<String>,
}

impl Told {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: Some(hint.into()), details: Vec::new() }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}

impl Address {
    pub(super) fn explain(&self, failures: &[(&Host, Failure)]) -> Error {
        if let [(host, failure)] = failures {
            let told = self.tell(host, failure);
            let hosts = std::slice::from_ref(*host);
            let error = Error::new(format!("cannot connect to {}: {}", self.describe_on(hosts), told.what));
            let error = told.details.into_iter().fold(error, Error::detail);
            return told.hint.into_iter().fold(error, Error::hint);
        }
        let message = format!("cannot connect to {}: none of the hosts gave a session", self.describe());
        let mut hints: Vec<String> = Vec::new();
        let mut error = Error::new(message);
        for (host, failure) in failures {
            let told = self.tell(host, failure);
            error = error.detail(format!("{host}: {}", told.what));
            hints.extend(told.hint.filter(|hint| !hints.contains(hint)));
        }
        hints.into_iter().fold(error, Error::hint)
    }

    fn tell(&self, host: &Host, failure: &Failure) -> Told {
        match failure {
            Failure::Unresolved(cause) => Told::new(
                "unknown host",
                format!("correct the host in {}, or look whether this machine reaches its name server", self.source),
            )
            .detail(plain(cause)),
            Failure::TimedOut(limit) => Told::new(
                format!("no answer within {} s", limit.as_secs()),
                "a firewall, or a server that sleeps or hangs; connect_timeout=SECONDS in the address waits longer",
            ),
            Failure::Unwanted(what) => Told::new(
                format!("the server is not what target_session_attrs asks for: {what}"),
                format!("name the right server, or take target_session_attrs out of {}", self.source),
            ),
            Failure::Postgres(cause) => {
                if let Some(cause) = cause.as_db_error() {
                    return self.tell_server(cause);
                }
                if let Some(cause) = tls_cause(cause) {
                    return self.tell_certificate(host, cause);
                }
                if is_tls(cause) {
                    return self.tell_no_tls(cause);
                }
                match io_cause(cause) {
                    Some(cause) => self.tell_io(host, cause),
                    None => self.tell_driver(cause),
                }
            }
        }
    }

    /// What the server itself answered.
    fn tell_server(&self, cause: &DbError) -> Told {
        let Self { user, database, source, .. } = self;
        let told = match (cause.code(), cause.routine()) {
            (&SqlState::INVALID_PASSWORD, _) => {
                let place = self.password_source.as_ref().unwrap_or(source);
                Told::new(format!("wrong password for {user}"), format!("correct the password in {place}"))
            }
            // a pooler's answer to a parameter that the first packet carries
            (&SqlState::PROTOCOL_VIOLATION, _) if self.options.is_some() && cause.message().contains("options") => {
                Told::new(
                    "what answers there, perhaps a pooler, takes no `options`",
                    format!("take options (PGOPTIONS) out of {source}, or use the server's own address"),
                )
            }
            // the message may be in any language, the routine is not
            (&SqlState::INVALID_AUTHORIZATION_SPECIFICATION, Some("InitializeSessionUserId")) => {
                let hint = format!("correct the user in {source}, or create it: CREATE ROLE … LOGIN");
                Told::new(format!("there is no role {user} that may log in"), hint)
            }
            (&SqlState::INVALID_AUTHORIZATION_SPECIFICATION, _) if wants_certificate(cause) => Told::new(
                "the server wants a client certificate",
                format!("give one with sslcert and sslkey in {source}, signed by an authority that the server knows"),
            ),
            (&SqlState::INVALID_AUTHORIZATION_SPECIFICATION, Some("ClientAuthentication")) => Told::new(
                "the server's pg_hba.conf refuses this combination of host, user, database and encryption",
                format!("try another sslmode (it is {}), or let pg_hba.conf allow it", self.sslmode),
            ),
            (&SqlState::INVALID_AUTHORIZATION_SPECIFICATION, _) if self.client_cert.is_some() => Told::new(
                format!("the server does not take the client certificate for {user}"),
                "its common name (CN) must be the role, or pg_ident.conf must map it",
            ),
            (&SqlState::INVALID_AUTHORIZATION_SPECIFICATION, _) => Told::new(
                format!("the server does not let {user} in this way"),
                format!(
                    "give a user and a password in {source}; peer log-in works only for the system user of that name"
                ),
            ),
            (&SqlState::INVALID_CATALOG_NAME, _) => Told::new(
                format!("there is no database {database}"),
                format!("create it (createdb), or correct its name in {source}"),
            ),
            (&SqlState::TOO_MANY_CONNECTIONS, _) => {
                Told::new("the server has no connection left to give", "close some, or raise the limit")
            }
            (&SqlState::CANNOT_CONNECT_NOW, _) => {
                Told::new("the server is starting up or shutting down", "try again in a moment")
            }
            (&SqlState::INSUFFICIENT_PRIVILEGE, _) => {
                let hint = format!("GRANT CONNECT ON DATABASE … TO …, or correct {source}");
                Told::new(format!("{user} may not connect to {database}"), hint)
            }
            _ => Told::new("the server refused", format!("correct {source}")),
        };
        let told = told.detail(format!("{}: {}", cause.severity(), cause.message()));
        let more = cause.detail().into_iter().chain(cause.hint());
        more.fold(told, |told, line| told.detail(line))
    }

    /// The server's certificate, or the TLS handshake as such.
    fn tell_certificate(&self, host: &Host, cause: &TlsError) -> Told {
        use CertificateError as Bad;
        let weaker = "sslmode=require encrypts without verifying";
        let name = match &host.target {
            Target::Tcp(name) => name.as_str(),
            Target::Socket(_) => "the host",
        };
        match cause {
            TlsError::InvalidCertificate(Bad::NotValidForName | Bad::NotValidForNameContext { .. }) => Told::new(
                format!("the server's certificate is not for {name}"),
                "use a host name that the certificate has as a subjectAltName; sslmode=verify-ca leaves the name open",
            )
            .detail(cause.to_string()),
            TlsError::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
                Told::new("the server's certificate has expired", format!("renew it; {weaker}"))
                    .detail(cause.to_string())
            }
            TlsError::InvalidCertificate(bad) => {
                let hint = format!("name the file of the authority that signed it with sslrootcert; {weaker}");
                let told = Told::new("the server's certificate is not trusted", hint);
                match bad {
                    Bad::UnknownIssuer => told.detail("no trusted authority signed it"),
                    _ if super::tls::signs_itself(cause) => told.detail("it signs itself, and is not the trusted one"),
                    _ => told.detail(cause.to_string()),
                }
            }
            // the server's word on what we showed it, which only a certificate of ours can be
            TlsError::AlertReceived(alert) if self.client_cert.is_some() => Told::new(
                "the server does not accept the client certificate",
                "sslcert must be signed by an authority that the server knows (ssl_ca_file), and be in date",
            )
            .detail(format!("{alert:?}")),
            other => Told::new("the TLS handshake failed", "the server's log says more").detail(other.to_string()),
        }
    }

    /// A failure before any certificate: above all, a server without TLS.
    fn tell_no_tls(&self, cause: &postgres::Error) -> Told {
        let text = cause.source().map(ToString::to_string).unwrap_or_default();
        if text.contains("does not support TLS") {
            let hint = match self.sslmode {
                SslMode::Require => "sslmode=prefer takes a plain connection where there is no other",
                _ => "the server cannot prove who it is without TLS: set it up there (ssl = on)",
            };
            return Told::new(format!("the server has no TLS, and sslmode={} asks for it", self.sslmode), hint);
        }
        if self.direct_tls {
            let hint = format!("servers from PostgreSQL 17 on take it; take sslnegotiation out of {}", self.source);
            return Told::new("the server hung up on sslnegotiation=direct", hint).detail(text);
        }
        Told::new("the TLS handshake failed", "the server's log says more").detail(text)
    }

    /// What the system said.
    fn tell_io(&self, host: &Host, cause: &io::Error) -> Told {
        let source = &self.source;
        match (cause.kind(), &host.target) {
            (ErrorKind::ConnectionRefused, Target::Tcp(_)) => Told::new(
                "no server listens there (connection refused)",
                format!("start the server, or correct host and port in {source}"),
            ),
            (ErrorKind::ConnectionRefused | ErrorKind::NotFound, Target::Socket(folder)) => Told::new(
                "no server listens there",
                format!("start the server, or correct the folder of its socket in {source}"),
            )
            .detail(format!("socket {}", folder.join(format!(".s.PGSQL.{}", host.port)).display())),
            (ErrorKind::TimedOut, _) => {
                Told::new("no answer", "a firewall, or a server that is gone; connect_timeout=SECONDS waits longer")
            }
            (ErrorKind::PermissionDenied, Target::Socket(_)) => {
                Told::new("this user may not use the server's socket", "look at unix_socket_permissions of the server")
            }
            (
                ErrorKind::UnexpectedEof
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe,
                _,
            ) => self.tell_hung_up(),
            // the driver's own words for bytes that are no message of PostgreSQL's
            (ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other, _) => {
                self.tell_no_postgres(plain(cause))
            }
            _ => Told::new(plain(cause), format!("correct host and port in {source}")),
        }
    }

    fn tell_hung_up(&self) -> Told {
        let hint =
            format!("is it PostgreSQL that listens there? correct {}, or look into the server's log", self.source);
        Told::new("the other side hung up before a session stood", hint)
    }

    /// What the driver said on its own account.
    fn tell_driver(&self, cause: &postgres::Error) -> Told {
        let text = cause.source().map_or_else(|| cause.to_string(), ToString::to_string);
        if cause.is_closed() {
            return self.tell_hung_up();
        }
        if text == "password missing" {
            let hint = format!(
                "add it to {}, to PGPASSWORD or ~/.pgpass, or as password: ${{DB_PASSWORD}} under `database:` of autogen.yaml",
                self.source
            );
            return Told::new("the server asks for a password, and the address has none", hint);
        }
        if text.contains("channel binding") {
            let hint = "channel_binding=require needs TLS, a password of the kind scram-sha-256, and a certificate of the \
                        server that is signed with RSA or ECDSA (not Ed25519); prefer does without";
            return Told::new(text, hint);
        }
        self.tell_no_postgres(text)
    }

    fn tell_no_postgres(&self, text: String) -> Told {
        let hint = format!("is it PostgreSQL that listens there? correct {}", self.source);
        Told::new("what answers there does not speak PostgreSQL's protocol", hint).detail(text)
    }
}

/// One routine refuses for pg_hba.conf and for a certificate that is missing; a server of another language than English
/// is taken to speak of the former.
fn wants_certificate(cause: &DbError) -> bool {
    cause.routine() == Some("ClientAuthentication") && cause.message().contains("certificate")
}

/// The system's words without the number that std appends.
fn plain(cause: &io::Error) -> String {
    let text = cause.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Whether TLS is what failed; the driver keeps its kinds to itself and tells them only in words.
pub(super) fn is_tls(cause: &postgres::Error) -> bool {
    cause.to_string().starts_with("error performing TLS handshake")
}

pub(super) fn io_cause(cause: &postgres::Error) -> Option<&io::Error> {
    cause.source()?.downcast_ref()
}

/// What rustls said; it comes wrapped in an `io::Error`.
fn tls_cause(cause: &postgres::Error) -> Option<&TlsError> {
    io_cause(cause)?.get_ref()?.downcast_ref()
}
