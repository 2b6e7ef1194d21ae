//! What is a revision's file called?
//!
//! Invariant: the name holds the whole id, is a name on every file system, and lies in the folder of the revisions, whatever
//! the message says. As long as nobody chooses another form, it sorts by the time it was made.

use std::path::PathBuf;

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::Revision;
use crate::error::{Error, Result, did_you_mean};

/// The message as words joined by `_`: letters and digits of any script, in lower case, at most `max` characters, cut back
/// to a whole word where there is one.
pub fn slug(message: &str, max: usize) -> String {
    let mut slug = String::new();
    let mut length = 0;
    for word in message.split(|c: char| !is_word_part(c)).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        let room = max.saturating_sub(length + usize::from(length > 0));
        let wanted = word.chars().count();
        if wanted <= room {
            if length > 0 {
                slug.push('_');
                length += 1;
            }
            slug.push_str(&word);
            length += wanted;
        } else {
            if slug.is_empty() {
                slug.extend(word.chars().take(max));
            }
            break;
        }
    }
    slug
}

/// How a file's name is made of a revision's facts: `file_template` of autogen.yaml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTemplate(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The token, and how many digits it has at least.
    Token(Token, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Rev,
    Slug,
    Epoch,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Alembic's spelling of each token.
const TOKENS: [(&str, Token); 9] = [
    ("rev", Token::Rev),
    ("slug", Token::Slug),
    ("epoch", Token::Epoch),
    ("year", Token::Year),
    ("month", Token::Month),
    ("day", Token::Day),
    ("hour", Token::Hour),
    ("minute", Token::Minute),
    ("second", Token::Second),
];

/// `20261120_0941_3f2a9c1d7b04_add_due_dates`
const DEFAULT: &str = "%(year)d%(month).2d%(day).2d_%(hour).2d%(minute).2d_%(rev)s_%(slug)s";
/// In bytes, on every file system that people use.
const LONGEST: usize = 255;
const ENDING: &str = ".sql";

impl Default for FileTemplate {
    fn default() -> Self {
        let token = |token, digits| Piece::Token(token, digits);
        let text = |text: &str| Piece::Text(text.to_owned());
        let day = [token(Token::Year, 0), token(Token::Month, 2), token(Token::Day, 2), text("_")];
        let time = [token(Token::Hour, 2), token(Token::Minute, 2), text("_")];
        let rest = [token(Token::Rev, 0), text("_"), token(Token::Slug, 0)];
        Self(day.into_iter().chain(time).chain(rest).collect())
    }
}

impl FileTemplate {
    /// What `file_template` is when nobody writes it.
    pub fn default_text() -> &'static str {
        DEFAULT
    }

    /// Reads a template: text, tokens, `%%` for a per cent sign and `/` between folders. The ending is not a part of it.
    pub fn read(text: &str) -> Result<Self> {
        let text = text.strip_suffix(ENDING).unwrap_or(text);
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some(at) = rest.find('%') {
            put_text(&mut pieces, &rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                put_text(&mut pieces, "%");
                rest = after;
                continue;
            }
            let (piece, after) = read_token(rest)?;
            pieces.push(piece);
            rest = after;
        }
        put_text(&mut pieces, rest);
        let template = Self(pieces);
        template.check(text)?;
        Ok(template)
    }

    fn check(&self, text: &str) -> Result<()> {
        let refused = |message: &str, hint: &str| Err(Error::new(format!("file_template {message}")).hint(hint));
        if text.is_empty() {
            return refused("is empty", "leave the key out to take the default");
        }
        if !self.0.iter().any(|piece| matches!(piece, Piece::Token(Token::Rev, _))) {
            return refused("has no %(rev)s", "add it: two revisions of one message would have one name");
        }
        if let Some(c) =
            text.chars().find(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        {
            return refused(&format!("holds {c:?}"), "use what can stand in a file's name; `/` makes a folder");
        }
        if text.starts_with('/') {
            return refused("begins with `/`", "folders in it are below the folder of the revisions");
        }
        for part in text.split('/') {
            if part.is_empty() {
                return refused("has a name with nothing in it", "write no `/` at the end, and one between two names");
            }
            if part == ".." {
                return refused("leads out of the folder of the revisions", "take the `..` away");
            }
            if part.starts_with('.') {
                return refused(
                    "has a name that begins with a dot",
                    "files and folders with a dot in front are not read: begin with something else",
                );
            }
        }
        Ok(())
    }

    /// The file of a revision, below the folder of the revisions; at most `slug` characters of the title are in it. The
    /// clock of its `created` line is taken, whatever time zone that is in.
    pub fn path(&self, revision: &Revision, slug: usize) -> Result<PathBuf> {
        let created = created(&revision.created).ok_or_else(|| {
            Error::new(format!("revision {} has no time of creation that could be read", revision.id))
                .hint("write its `created` line as `2026-11-20 09:41:00+00:00`")
        })?;
        let slug = self::slug(revision.title(), slug);
        let mut path = PathBuf::new();
        let parts: Vec<&[Piece]> = self.0.split(|piece| *piece == Piece::Text("/".into())).collect();
        for (n, part) in parts.iter().enumerate() {
            let last = n + 1 == parts.len();
            let room = LONGEST - if last { ENDING.len() } else { 0 };
            let without = fill(part, &created, &revision.id, "");
            let slug = crate::name::cut(&slug, room.saturating_sub(without.len() + 1));
            let mut name = match slug.is_empty() {
                true => without,
                false => fill(part, &created, &revision.id, slug),
            };
            if name.is_empty() {
                name.clone_from(&revision.id);
            }
            if name.starts_with('.') {
                return Err(Error::new(format!("revision {} would be in {name}, which is not read", revision.id))
                    .hint("names with a dot in front are left out: choose another id"));
            }
            path.push(if last { name + ENDING } else { name });
        }
        Ok(path)
    }
}

/// Each `/` is a piece of its own.
fn put_text(pieces: &mut Vec<Piece>, text: &str) {
    for part in text.split_inclusive('/') {
        let (name, slash) = part.strip_suffix('/').map_or((part, None), |name| (name, Some("/")));
        let both = [Some(name).filter(|name| !name.is_empty()), slash];
        pieces.extend(both.into_iter().flatten().map(|text| Piece::Text(text.to_owned())));
    }
}

/// What follows a per cent sign: `(month).2d`.
fn read_token(text: &str) -> Result<(Piece, &str)> {
    let form = || {
        Error::new("file_template has a `%` that begins no token")
            .hint("a token is written %(rev)s, %(year)d or %(month).2d, a per cent sign %%")
    };
    let (name, rest) = text.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(form)?;
    let Some((_, token)) = TOKENS.into_iter().find(|(known, _)| *known == name) else {
        let known = TOKENS.map(|(known, _)| known);
        let error = Error::new(format!("unknown token %({name}) in file_template"));
        return Err(match did_you_mean(name, known) {
            Some(near) => error.hint(format!("did you mean %({near})?")),
            None => error.hint(format!("known here: {}", known.map(|name| format!("%({name})")).join(", "))),
        });
    };
    let is_text = matches!(token, Token::Rev | Token::Slug);
    if let Some(rest) = rest.strip_prefix('s') {
        return Ok((Piece::Token(token, 0), rest));
    }
    // as Python writes numbers: `d`, `.2d`, `02d`
    let digits = rest.strip_prefix(['.', '0']).and_then(|rest| rest.chars().next()).and_then(|c| c.to_digit(10));
    let (digits, rest) = digits.map_or((0, rest), |digits| (digits as usize, &rest[2..]));
    match rest.strip_prefix('d') {
        Some(rest) if !is_text => Ok((Piece::Token(token, digits), rest)),
        _ if is_text => Err(form().hint(format!("%({name}) is a text: write %({name})s"))),
        _ => Err(form()),
    }
}

/// Without a slug, what joins it goes too.
fn fill(pieces: &[Piece], created: &Zoned, id: &str, slug: &str) -> String {
    let mut name = String::new();
    for piece in pieces {
        let (token, digits) = match piece {
            Piece::Text(text) => {
                name.push_str(text);
                continue;
            }
            Piece::Token(token, digits) => (token, *digits),
        };
        let number = match token {
            Token::Rev => {
                name.push_str(id);
                continue;
            }
            Token::Slug => {
                if slug.is_empty() && name.ends_with(['_', '-', ' ']) {
                    name.pop();
                }
                name.push_str(slug);
                continue;
            }
            Token::Epoch => created.timestamp().as_second(),
            Token::Year => created.year().into(),
            Token::Month => created.month().into(),
            Token::Day => created.day().into(),
            Token::Hour => created.hour().into(),
            Token::Minute => created.minute().into(),
            Token::Second => created.second().into(),
        };
        name.push_str(&format!("{number:0digits$}"));
    }
    match pieces.first() {
        Some(Piece::Token(Token::Slug, _)) if slug.is_empty() => name.trim_start_matches(['_', '-', ' ']).to_owned(),
        _ => name,
    }
}

/// The number that an id is, where ids are numbers: `007`. Twelve random digits may by chance be all decimal.
pub fn number_of(id: &str) -> Option<u64> {
    (id.len() < 12 && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.parse().ok())?
}

/// The id of this number.
pub fn number(number: u64) -> String {
    format!("{number:03}")
}

const CREATED: &str = "%Y-%m-%d %H:%M:%S%:z";

/// How a `created` line says when that was, with the offset of the time zone.
pub fn created_line(at: &Zoned) -> String {
    at.strftime(CREATED).to_string()
}

/// When that was, for ordering; a person may have written it another way.
pub(super) fn instant(line: &str) -> Option<Timestamp> {
    let civil = || line.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    created(line).map(|at| at.timestamp()).or_else(|| line.parse().ok()).or_else(civil)
}

/// What a `created` line says, in the offset that it names.
pub fn created(line: &str) -> Option<Zoned> {
    strtime::parse(CREATED, line).ok()?.to_zoned().ok()
}

/// Combining accents belong to the letter before them.
fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_of_any_script_and_cuts_at_a_word() {
        for (message, expected) in [
            ("add due dates", "add_due_dates"),
            ("Créate Tàble: foo/bar!", "créate_tàble_foo_bar"),
            ("  --  ", ""),
            ("a__b -- c\n../../etc", "a_b_c_etc"),
            ("添加 列", "添加_列"),
            ("cre\u{301}er", "cre\u{301}er"),
            ("this message is long and most certainly does not fit", "this_message_is_long_and_most_certainly"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ] {
            assert_eq!(slug(message, 40), expected);
        }
        assert_eq!(slug("ab cd", 5), "ab_cd");
        assert_eq!(slug("ab cd", 4), "ab");
        assert_eq!(slug("ab cd", 0), "");
    }

    fn named(template: &str, message: &str) -> String {
        let mut revision = super::super::tests::revision("0a1b2c3d4e5f");
        (revision.id, revision.message) = ("3f2a9c1d7b04".into(), message.into());
        revision.created = "2026-11-20 09:41:07+01:00".into();
        let template = FileTemplate::read(template).unwrap();
        template.path(&revision, 40).unwrap().display().to_string()
    }

    #[test]
    fn a_file_name_begins_with_the_time_and_holds_the_id() {
        assert_eq!(named(DEFAULT, "add due dates"), "20261120_0941_3f2a9c1d7b04_add_due_dates.sql");
        assert_eq!(named(DEFAULT, "!"), "20261120_0941_3f2a9c1d7b04.sql");
        assert_eq!(FileTemplate::read(DEFAULT).unwrap(), FileTemplate::default());
    }

    #[test]
    fn every_token_is_filled_as_alembic_fills_it() {
        assert_eq!(named("%(rev)s_%(slug)s", "Créate Tàble: foo/bar!"), "3f2a9c1d7b04_créate_tàble_foo_bar.sql");
        assert_eq!(
            named("%(year)d/%(month).2d/%(day)02d-%(hour)d%(minute).2d%(second).2d %(epoch)s 100%% %(rev)s.sql", "x"),
            "2026/11/20-94107 1795164067 100% 3f2a9c1d7b04.sql"
        );
    }

    #[test]
    fn a_message_never_leads_out_of_the_folder_nor_makes_a_name_too_long() {
        assert_eq!(named("%(slug)s/%(rev)s", "../../etc/passwd"), "etc_passwd/3f2a9c1d7b04.sql");
        assert_eq!(named("%(slug)s/%(rev)s", ".."), "3f2a9c1d7b04/3f2a9c1d7b04.sql");
        assert_eq!(named("%(slug)s-%(rev)s", "…"), "3f2a9c1d7b04.sql");
        let template = FileTemplate::read("%(rev)s_%(slug)s").unwrap();
        let mut revision = super::super::tests::revision("0a1b2c3d4e5f");
        revision.message = "é".repeat(4000);
        let name = template.path(&revision, 4000).unwrap();
        assert!(name.as_os_str().len() <= LONGEST, "{}", name.display());
        revision.id = "..".into();
        assert!(template.path(&revision, 40).is_err());
    }

    #[test]
    fn a_template_that_makes_no_names_is_refused() {
        for (template, why) in [
            ("", "is empty"),
            ("%(slug)s", "has no %(rev)s"),
            ("/%(rev)s", "begins with `/`"),
            ("../%(rev)s", "leads out"),
            ("a/../%(rev)s", "leads out"),
            ("a//%(rev)s", "nothing in it"),
            ("%(rev)s/", "nothing in it"),
            (".%(rev)s", "begins with a dot"),
            ("%(rev)s/.x", "begins with a dot"),
            ("%(rev)s\\x", "holds"),
            ("%(rev)s\u{0}", "holds"),
            ("%(revision)s", "unknown token %(revision)"),
            ("%(rev)d", "begins no token"),
            ("%rev", "begins no token"),
            ("%(rev)s %(day)", "begins no token"),
            ("%(rev)s %(day).d", "begins no token"),
        ] {
            let error = FileTemplate::read(template).expect_err(template);
            assert!(error.message().contains(why), "{template}: {error}");
        }
    }

    #[test]
    fn a_time_with_an_offset_comes_back() {
        for line in ["2026-11-20 09:41:07+00:00", "2026-11-20 09:41:07-03:30"] {
            assert_eq!(created_line(&created(line).unwrap()), line);
        }
        assert!(created("yesterday").is_none());
    }
}
