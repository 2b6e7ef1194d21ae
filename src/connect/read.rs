//! What does the text of a database address say, key by key?
//!
//! Invariant: nothing of the text gets into an error but the name of its scheme and of a parameter: where a person forgot
//! to encode a password, any other piece of the text may be part of it.

use super::settings::has_name;
use super::surroundings::Variable;

/// The pieces of an address, before any of them is given a meaning.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    /// Host and port as a URL's authority has them; either may be empty.
    pub hosts: Vec<(String, String)>,
    pub settings: Vec<(String, String)>,
}

/// Why an address cannot be used: a message that holds no secret, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub message: String,
    pub hint: String,
    /// The key that is to blame, where it is one.
    pub key: Option<String>,
    /// A variable is to blame, which the message names, and not the address.
    pub of_variable: bool,
}

impl Refused {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into(), key: None, of_variable: false }
    }

    pub(super) fn of(self, key: &str) -> Self {
        Self { key: self.key.or(Some(key.to_owned())), ..self }
    }

    /// The variable is to blame.
    pub(super) fn blame(self, variable: &Variable) -> Self {
        let what = self.message.replace(" of the database address", "").replace(" in the database address", "");
        Self { message: format!("{}: {what}", variable.label), of_variable: true, ..self }
    }
}

const FORM: &str = "write postgresql://user:password@host:port/database";
const ENCODE: &str = "in a URL, special characters of a password are percent-encoded (@ is %40, / is %2F, ? is %3F, \
                      # is %23, % is %25); or write host, user, password … under `database:` of autogen.yaml, \
                      where nothing is encoded";

/// Reads a URL in libpq's or SQLAlchemy's spelling, or `key=value` pairs.
pub(super) fn read(text: &str) -> Result<Pieces, Refused> {
    let text = text.trim();
    if text.starts_with(['"', '\'']) {
        return Err(Refused::new(
            "the database address begins with a quote",
            "take the quotes off: they became part of it",
        ));
    }
    match text.split_once("://") {
        Some((scheme, rest)) if is_word(scheme) => {
            known_scheme(scheme)?;
            url(rest)
        }
        _ if text.contains('=') => conninfo(text),
        _ => Err(Refused::new("the database address is no URL", FORM)),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-._:".contains(c))
}

/// `postgres` and `postgresql`, with SQLAlchemy's `+driver`.
fn known_scheme(scheme: &str) -> Result<(), Refused> {
    let name = scheme.split('+').next().unwrap_or(scheme);
    match name {
        "postgresql" | "postgres" => Ok(()),
        _ => Err(Refused::new(
            format!("not supported: a database address that begins with {scheme}://"),
            "autogen works on PostgreSQL: postgresql://…",
        )),
    }
}

/// What follows `postgresql://`.
fn url(text: &str) -> Result<Pieces, Refused> {
    let (before_query, query) = match text.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (text, None),
    };
    let (authority, path) = before_query.split_once('/').unwrap_or((before_query, ""));
    // a bare @ after the authority comes from a password that holds a / or ?
    if path.contains('@') {
        return Err(Refused::new("the user or password of the database address holds a bare / or @", ENCODE));
    }
    let mut pieces = Pieces::default();
    let mut set = |key: &str, value: &str| -> Result<(), Refused> {
        if !value.is_empty() {
            pieces.settings.push((key.to_owned(), decoded(value)?));
        }
        Ok(())
    };
    let hosts = match authority.rsplit_once('@') {
        Some((login, hosts)) => {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            set("user", user)?;
            set("password", password)?;
            hosts
        }
        None => authority,
    };
    set("dbname", path)?;
    if !hosts.is_empty() {
        pieces.hosts = hosts.split(',').map(host_and_port).collect::<Result<_, _>>()?;
    }
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Refused::new("a parameter of the database address has no value", ENCODE));
        };
        let value = decoded(&value.replace('+', "%2B"))?;
        if value.contains('@') && !has_name(key) || !is_word(key) {
            return Err(Refused::new("the password of the database address holds a bare ?", ENCODE));
        }
        pieces.settings.push((key.to_owned(), value));
    }
    Ok(pieces)
}

/// `host`, `host:port`, `[::1]:port`.
fn host_and_port(text: &str) -> Result<(String, String), Refused> {
    let (host, port) = match text.strip_prefix('[') {
        Some(inside) => {
            let Some((host, after)) = inside.split_once(']') else {
                return Err(Refused::new("the host of the database address has a [ without ]", FORM));
            };
            match after.strip_prefix(':') {
                Some(port) => (host, port),
                None if after.is_empty() => (host, ""),
                None => return Err(Refused::new("something stands after the ] of the database address", FORM)),
            }
        }
        None if text.matches(':').count() > 1 => {
            return Err(Refused::new(
                "the host of the database address has more than one colon",
                format!("an IPv6 address is written [::1]; else: {ENCODE}"),
            ));
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    if !port.chars().all(|c| c.is_ascii_digit()) {
        return Err(Refused::new("the port of the database address is no number", ENCODE));
    }
    Ok((decoded(host)?, port.to_owned()))
}

/// The text with `%41` read as `A`.
fn decoded(text: &str) -> Result<String, Refused> {
    let refused = || Refused::new("the database address has a % that begins no percent-encoding", ENCODE);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = after;
            continue;
        }
        let digit = |n: usize| after.get(n).and_then(|&c| (c as char).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return Err(refused()) };
        bytes.push((high * 16 + low) as u8);
        rest = &after[2..];
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(Refused::new("the database address has a percent-encoding that is no text", ENCODE)),
    }
}

/// libpq's `key = 'value'` pairs (libpq manual, "Keyword/Value Connection Strings").
fn conninfo(text: &str) -> Result<Pieces, Refused> {
    const PAIRS: &str = "write host=… dbname=… user=…, a value with blanks or quotes as 'it\\'s'";
    let mut pieces = Pieces::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=') else {
            return Err(Refused::new("the database address has a word without =", PAIRS));
        };
        let key = key.trim();
        if !key.chars().all(|c| c.is_ascii_lowercase() || c == '_') || key.is_empty() {
            return Err(Refused::new("the database address has something before = that is no key", PAIRS));
        }
        // a password with a blank in it goes on here
        if !has_name(key) && pieces.settings.iter().any(|(seen, _)| seen == "password") {
            return Err(Refused::new("what follows the password in the database address is no key", PAIRS));
        }
        let (value, after) = conninfo_value(after.trim_start())
            .ok_or_else(|| Refused::new("the database address has a quote that is never closed", PAIRS))?;
        pieces.settings.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    Ok(pieces)
}

/// A value and what follows it; `None` if its quote is never closed.
fn conninfo_value(text: &str) -> Option<(String, &str)> {
    let (quoted, body) = match text.strip_prefix('\'') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let mut out = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if quoted => return Some((out, &body[at + 1..])),
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            c if !quoted && c.is_whitespace() => return Some((out, &body[at..])),
            c => out.push(c),
        }
    }
    (!quoted).then_some((out, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<(String, String)> {
        read(text).unwrap().hosts
    }

    fn setting(text: &str, key: &str) -> Option<String> {
        read(text).unwrap().settings.into_iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    #[test]
    fn every_part_of_a_url_is_decoded() {
        let text =
            "postgresql+asyncpg://a%40b:p%2Fw%3A%23@db.example:6000/my%20db?options=-c%20x%3Dy&application_name=a+b";
        assert_eq!(hosts(text), [("db.example".into(), "6000".into())]);
        for (key, value) in [
            ("user", "a@b"),
            ("password", "p/w:#"),
            ("dbname", "my db"),
            ("options", "-c x=y"),
            ("application_name", "a+b"),
        ] {
            assert_eq!(setting(text, key).as_deref(), Some(value), "{key}");
        }
    }

    #[test]
    fn hosts_may_be_several_ipv6_or_sockets() {
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(host, port)| ((*host).into(), (*port).into())).collect()
        };
        assert_eq!(hosts("postgres://a:1,b,[::1]:3/d"), pairs(&[("a", "1"), ("b", ""), ("::1", "3")]));
        assert_eq!(hosts("postgresql://%2Frun%2Fpostgresql/d"), pairs(&[("/run/postgresql", "")]));
        assert_eq!(hosts("postgresql:///d?host=/run/postgresql"), pairs(&[]));
        assert_eq!(setting("postgresql://postgres@/db?host=/a/b", "host").as_deref(), Some("/a/b"));
        assert_eq!(hosts("postgresql://"), pairs(&[]));
    }

    #[test]
    fn a_bare_at_sign_in_a_password_is_understood() {
        assert_eq!(setting("postgres://u:p@ss@host/db", "password").as_deref(), Some("p@ss"));
    }

    #[test]
    fn pairs_are_read_as_libpq_reads_them() {
        let text = "host = localhost port=5433 dbname='my db' password='it\\'s' user=a\\ b";
        for (key, value) in
            [("host", "localhost"), ("port", "5433"), ("dbname", "my db"), ("password", "it's"), ("user", "a b")]
        {
            assert_eq!(setting(text, key).as_deref(), Some(value), "{key}");
        }
    }

    #[test]
    fn other_databases_are_refused_by_name() {
        assert!(read("mysql://u:secret@h/d").unwrap_err().message.ends_with("begins with mysql://"));
        assert!(read("sqlite:///x.db").unwrap_err().message.ends_with("begins with sqlite://"));
        assert!(read("jdbc:postgresql://h/d").unwrap_err().message.ends_with("begins with jdbc:postgresql://"));
    }

    #[test]
    fn no_error_echoes_a_piece_that_may_be_a_password() {
        for text in [
            "postgres://u:secret/x@host/db",
            "postgres://u:1?secret=x@host/db",
            "postgres://u:a@b?secret=x@host/db",
            "postgres://u:a?secret@host/db",
            "postgres://u:secret%zz@host/db",
            "postgres://u:%ffsecret@host/db",
            "postgres://u:secret",
            "postgres://u@h:secret/db",
            "postgres://u:p@[secret/db",
            "postgres://u:p@[::1]secret/db",
            "'postgres://u:secret@h/db'",
            "u:secret@h/db",
            "u:secret=@h/db",
            "password=secret host",
            "host=h password=my secret=1",
            "password='secret",
            "://u:secret@h",
        ] {
            let Err(Refused { message, hint, .. }) = read(text) else { panic!("{text} was read") };
            assert!(!format!("{message} {hint}").contains("secret"), "{text}: {message}");
        }
    }
}
