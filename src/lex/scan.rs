//! Where does each token of a piece of SQL begin and end, to the server itself?
//!
//! PostgreSQL's own lexical structure (`scan.l`, with `standard_conforming_strings` on), and no grammar: strings of every
//! form, dollar quotes, quoted names, nested comments, operators. Every token keeps its own bytes, so that text between
//! tokens is never rebuilt, and what the server accepts is never refused: only a quote or comment that is never closed is.
//! Written here because sqlparser's tokenizer refuses `U&'!0041' UESCAPE '!'` with a backslash in it, unfinished `E'\u'`
//! escapes that the server should judge, and an E string that goes on after a line break. Linear in the length of the source.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bare or quoted name, or a key word.
    Word,
    /// A string of any form, dollar quotes included.
    Text,
    Number,
    Comment,
    /// Operators and punctuation.
    Symbol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme<'a> {
    pub kind: Kind,
    /// The token as it stands in the source.
    pub text: &'a str,
    /// Byte offset in the source.
    pub start: usize,
}

impl Lexeme<'_> {
    /// Byte offset just after the token.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether this is the bare word `word`, in any case; a quoted name never is.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
}

/// What does not lex, in words, and the byte offset where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub message: &'static str,
    pub at: usize,
}

/// The tokens one by one; after a [`Fault`] there are no more.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    /// The byte at `at`; NUL past the end, which begins no token that looks further.
    fn byte(&self, at: usize) -> u8 {
        self.source.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn while_byte(&self, mut at: usize, accept: impl Fn(u8) -> bool) -> usize {
        let bytes = self.source.as_bytes();
        while at < bytes.len() && accept(bytes[at]) {
            at += 1;
        }
        at
    }

    /// The kind of the token at `start`, and where it ends.
    fn token(&self, start: usize) -> Result<(Kind, usize), Fault> {
        let next = self.byte(start + 1);
        Ok(match self.byte(start) {
            b'-' if next == b'-' => (Kind::Comment, self.line_comment(start)),
            b'/' if next == b'*' => (Kind::Comment, self.block_comment(start)?),
            b'\'' => (Kind::Text, self.string(start, start + 1, false)?),
            b'"' => (Kind::Word, self.quoted_name(start, start + 1)?),
            b'$' => self.dollar(start)?,
            b'e' | b'E' if next == b'\'' => (Kind::Text, self.string(start, start + 2, true)?),
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if next == b'\'' => {
                (Kind::Text, self.string(start, start + 2, false)?)
            }
            b'u' | b'U' if next == b'&' && self.byte(start + 2) == b'\'' => {
                (Kind::Text, self.string(start, start + 3, false)?)
            }
            b'u' | b'U' if next == b'&' && self.byte(start + 2) == b'"' => {
                (Kind::Word, self.quoted_name(start, start + 3)?)
            }
            b'0'..=b'9' => (Kind::Number, self.number(start)),
            b'.' if next.is_ascii_digit() => (Kind::Number, self.number(start)),
            first if is_name_start(first) => {
                (Kind::Word, self.while_byte(start, |b| is_name_start(b) || is_name_more(b)))
            }
            first if is_operator(first) => (Kind::Symbol, self.operator(start)),
            b':' if matches!(next, b':' | b'=') => (Kind::Symbol, start + 2),
            b'.' if next == b'.' => (Kind::Symbol, start + 2),
            _ => (Kind::Symbol, start + 1),
        })
    }

    /// A carriage return ends a comment too, for the server as for psql.
    fn line_comment(&self, start: usize) -> usize {
        self.while_byte(start, |b| !matches!(b, b'\n' | b'\r'))
    }

    fn block_comment(&self, start: usize) -> Result<usize, Fault> {
        let (mut at, mut depth) = (start + 2, 1);
        while at < self.source.len() {
            match (self.byte(at), self.byte(at + 1)) {
                (b'/', b'*') => (at, depth) = (at + 2, depth + 1),
                (b'*', b'/') => (at, depth) = (at + 2, depth - 1),
                _ => at += 1,
            }
            if depth == 0 {
                return Ok(at);
            }
        }
        Err(Fault { message: "the comment that begins here is never closed", at: start })
    }

    fn string(&self, start: usize, mut at: usize, escapes: bool) -> Result<usize, Fault> {
        while at < self.source.len() {
            match self.byte(at) {
                b'\\' if escapes => at += 2,
                b'\'' if self.byte(at + 1) == b'\'' => at += 2,
                b'\'' => match self.continued(at + 1).filter(|_| escapes) {
                    Some(inside) => at = inside,
                    None => return Ok(at + 1),
                },
                _ => at += 1,
            }
        }
        Err(Fault { message: "the string that begins here is never closed", at: start })
    }

    /// A string goes on in the next one when a line break stands between them. It matters for E strings alone: the
    /// second half keeps the escapes of the first.
    fn continued(&self, mut at: usize) -> Option<usize> {
        let mut broken = false;
        loop {
            match self.byte(at) {
                b'\n' | b'\r' => (broken, at) = (true, at + 1),
                b'-' if self.byte(at + 1) == b'-' => at = self.line_comment(at),
                b'\'' if broken => return Some(at + 1),
                byte if is_space(byte) => at += 1,
                _ => return None,
            }
        }
    }

    fn quoted_name(&self, start: usize, mut at: usize) -> Result<usize, Fault> {
        while at < self.source.len() {
            match (self.byte(at), self.byte(at + 1)) {
                (b'"', b'"') => at += 2,
                (b'"', _) => return Ok(at + 1),
                _ => at += 1,
            }
        }
        Err(Fault { message: "the quoted name that begins here is never closed", at: start })
    }

    /// `$1`, `$$…$$`, `$tag$…$tag$`, or a dollar that is none of them.
    fn dollar(&self, start: usize) -> Result<(Kind, usize), Fault> {
        if self.byte(start + 1).is_ascii_digit() {
            return Ok((Kind::Symbol, self.while_byte(start + 1, |b| b.is_ascii_digit())));
        }
        let tag_end = self.while_byte(start + 1, |b| is_name_start(b) || b.is_ascii_digit());
        if self.byte(tag_end) != b'$' {
            return Ok((Kind::Symbol, start + 1));
        }
        let body = tag_end + 1;
        let tag = &self.source[start..body];
        match self.source[body..].find(tag) {
            Some(length) => Ok((Kind::Text, body + length + tag.len())),
            None => Err(Fault { message: "the dollar-quoted string that begins here is never closed", at: start }),
        }
    }

    fn number(&self, start: usize) -> usize {
        let digits = |at| self.while_byte(at, |b| b.is_ascii_digit() || b == b'_');
        if self.byte(start) == b'0' && matches!(self.byte(start + 1), b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
            let end = self.while_byte(start + 2, |b| b.is_ascii_hexdigit() || b == b'_');
            if end > start + 2 {
                return end;
            }
        }
        let mut end = digits(start);
        // `1..2` is two numbers and the two dots between them
        if self.byte(end) == b'.' && self.byte(end + 1) != b'.' {
            end = digits(end + 1);
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.byte(end + 1 + sign).is_ascii_digit() {
                end = digits(end + 1 + sign);
            }
        }
        end
    }

    /// A run of operator characters, cut where a comment begins; a final `+` or `-` belongs to what follows, unless a
    /// character that SQL's own operators lack stands before it.
    fn operator(&self, start: usize) -> usize {
        let run = &self.source[start..self.while_byte(start, is_operator)];
        let run = &run[..run.find("--").unwrap_or(run.len())];
        let mut run = &run[..run.find("/*").unwrap_or(run.len())];
        let has_own = |text: &str| text.bytes().any(|b| b"~!@#^&|`?%".contains(&b));
        while run.len() > 1 && run.ends_with(['+', '-']) && !has_own(run) {
            run = &run[..run.len() - 1];
        }
        start + run.len()
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<Lexeme<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.while_byte(self.at, is_space);
        if start >= self.source.len() {
            self.at = start;
            return None;
        }
        match self.token(start) {
            Ok((kind, end)) => {
                self.at = end;
                Some(Ok(Lexeme { kind, text: &self.source[start..end], start }))
            }
            Err(fault) => {
                self.at = self.source.len();
                Some(Err(fault))
            }
        }
    }
}

/// ASCII only: to the server a no-break space is a letter.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}

fn is_name_more(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"~!@#^&|`?+-*/%<>=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        Lexer::new(source).map(|token| token.unwrap().text).collect()
    }

    #[test]
    fn strings_of_every_form_are_one_token() {
        for text in [
            "'a''b'",
            "'a\\'",
            "E'\\''",
            "e'a\\\\'",
            "E'a''b'",
            "E'\\u'",
            "E'\\é'",
            "B'01'",
            "x'1F'",
            "N'x'",
            "U&'\\zz'",
            "U&'d\\+00zzzz'",
            "$$;$$",
            "$a$ $b$ $$ $a$",
            "$é$ ; $é$",
            "$a1$'$a1$",
            "$$ $ $$",
            "\"a\"\"b\"",
            "U&\"d!0061t\"",
            "/* /* ; */ */",
            "/**/",
            "/*/ */",
            "-- a ; '",
            "'\n;'",
            "E'a'\n  'b\\''",
            "E'a' -- it's\n 'b\\';'",
        ] {
            assert_eq!(texts(text), [text]);
        }
    }

    #[test]
    fn tokens_end_where_the_server_ends_them() {
        let cases: &[(&str, &[&str])] = &[
            ("a@>b", &["a", "@>", "b"]),
            ("a ?| b #- c", &["a", "?|", "b", "#-", "c"]),
            ("a := $1", &["a", ":=", "$1"]),
            ("1_000 0x1F 1.5e-3 .5 1. 1..2 0b", &["1_000", "0x1F", "1.5e-3", ".5", "1.", "1", "..", "2", "0", "b"]),
            ("'a' 'b'", &["'a'", "'b'"]),
            ("E'a' 'b\\'", &["E'a'", "'b\\'"]),
            ("\\x", &["\\", "x"]),
            ("créé\u{a0}x", &["créé\u{a0}x"]),
            ("x!=-1", &["x", "!=-", "1"]),
            ("x=-1", &["x", "=", "-", "1"]),
            ("a+/* c */b", &["a", "+", "/* c */", "b"]),
            ("a*--c\nb", &["a", "*", "--c", "b"]),
            ("a--c\rb", &["a", "--c", "b"]),
            ("a$b$c x$$y$$", &["a$b$c", "x$$y$$"]),
            ("fooE'x\\'", &["fooE", "'x\\'"]),
            ("$1$$;$$", &["$1", "$$;$$"]),
            ("$a", &["$", "a"]),
            ("a::int[1:2]", &["a", "::", "int", "[", "1", ":", "2", "]"]),
            ("b\"x\"", &["b", "\"x\""]),
        ];
        for (source, expected) in cases {
            assert_eq!(texts(source), *expected, "{source}");
        }
    }

    #[test]
    fn what_is_never_closed_is_refused_where_it_begins() {
        for (source, at) in [
            ("a 'b", 2),
            ("a \"b", 2),
            ("a $x$ $y$", 2),
            ("/* /* */", 0),
            ("E'\\'", 0),
            ("E'\\", 0),
            ("a U&'", 2),
            ("E'a'\n'b\\'", 0),
        ] {
            assert_eq!(Lexer::new(source).find_map(Result::err).map(|fault| fault.at), Some(at), "{source}");
        }
    }
}
