//! Which password does the password file (`~/.pgpass`) have for a host, port, database and user?
//!
//! Invariant: the file is read as libpq reads it (its manual, "The Password File"): the first line that fits counts, and a
//! file that others may read is not used at all.

use std::path::Path;

use super::surroundings::SOCKETS;
use super::{Host, Target};
use crate::config::Secret;

/// The text of a password file, or why it is not used. A file that is not there is no matter.
pub(super) fn read(file: &Path) -> (String, Option<String>) {
    let Ok(metadata) = std::fs::metadata(file) else { return (String::new(), None) };
    let unused = |why: &str| (String::new(), Some(format!("the password file {} is not used: {why}", file.display())));
    if !metadata.is_file() {
        return unused("it is no plain file");
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&metadata) & 0o077 != 0 {
        return unused("others may read it (chmod 0600)");
    }
    match std::fs::read(file) {
        Ok(bytes) => (String::from_utf8_lossy(&bytes).into_owned(), None),
        Err(cause) => unused(&cause.to_string()),
    }
}

/// The password of the first line that fits. A socket of this machine is `localhost`, too.
pub(super) fn find(text: &str, host: &Host, database: &str, user: &str) -> Option<Secret> {
    let names = match &host.target {
        Target::Tcp(name) => vec![name.clone()],
        Target::Socket(folder) => {
            let usual = SOCKETS.iter().any(|usual| folder.as_path() == Path::new(usual));
            std::iter::once(folder.display().to_string()).chain(usual.then(|| "localhost".to_owned())).collect()
        }
    };
    let port = host.port.to_string();
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let [of_host, of_port, of_database, of_user, password] = fields(line)?;
        let fits = of_host.is(names.iter().map(String::as_str))
            && of_port.is([port.as_str()])
            && of_database.is([database])
            && of_user.is([user]);
        (fits && !password.text.is_empty()).then(|| Secret::new(password.text))
    })
}

struct Field {
    text: String,
    /// A bare `*`.
    any: bool,
}

impl Field {
    fn is<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> bool {
        self.any || values.into_iter().any(|value| value == self.text)
    }
}

/// Five fields with `:` between them; `\` takes the next character as it is.
fn fields(line: &str) -> Option<[Field; 5]> {
    let mut rest = Some(line);
    let mut next = || {
        let text = rest?;
        let (field, after) = field(text);
        rest = after;
        Some(field)
    };
    Some([next()?, next()?, next()?, next()?, next()?])
}

/// One field, and what follows its `:` if there is one.
fn field(text: &str) -> (Field, Option<&str>) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ':' => return (Field { any: &text[..at] == "*", text: out }, Some(&text[at + 1..])),
            '\\' => out.push(chars.next().map_or('\\', |(_, c)| c)),
            c => out.push(c),
        }
    }
    (Field { any: text == "*", text: out }, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(target: Target) -> Host {
        Host { target, port: 5432, hostaddr: None, password: None }
    }

    fn found(text: &str, target: Target) -> Option<String> {
        find(text, &host(target), "todo", "app").map(|secret| secret.expose().to_owned())
    }

    fn tcp(text: &str) -> Option<String> {
        found(text, Target::Tcp("db".into()))
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        assert_eq!(tcp("# db:5432:todo:app:no\nother:*:*:*:no\ndb:5432:todo:app:yes\n*:*:*:*:late").unwrap(), "yes");
        assert_eq!(tcp("*:*:*:app:all").unwrap(), "all");
        for line in
            ["db:5433:*:*:no", "db:*:other:*:no", "db:*:*:other:no", "db:*:*:app", "db:*:*:app:", "\\*:*:*:*:no"]
        {
            assert_eq!(tcp(line), None, "{line}");
        }
    }

    #[test]
    fn a_backslash_takes_what_follows_as_it_is() {
        assert_eq!(tcp("db:*:*:*:a\\:b\\\\c").unwrap(), "a:b\\c");
        let six = Target::Tcp("::1".into());
        assert_eq!(found("\\:\\:1:*:*:*:six\r\n", six).unwrap(), "six");
    }

    #[test]
    fn a_socket_is_its_folder_or_the_local_host() {
        let socket = |folder: &str| Target::Socket(folder.into());
        assert_eq!(found("localhost:*:*:*:local", socket("/var/run/postgresql")).unwrap(), "local");
        assert_eq!(found("/srv/pg:*:*:*:own", socket("/srv/pg")).unwrap(), "own");
        assert_eq!(found("localhost:*:*:*:local", socket("/srv/pg")), None);
    }
}
