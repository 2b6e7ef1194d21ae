//! What does a routine take, and what does it give through its arguments?

use serde::Deserialize;

use super::super::{Expression, MADE, Making, Reading, Role, Row, Slot, Type};
use crate::error::Result;
use crate::lex::{self, Kind, Lexeme};
use crate::name::{Ident, Qualified};
use crate::sql::{Expr, Sql};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    pub mode: Mode,
    pub name: Option<Ident>,
    pub ty: Type,
    pub default: Option<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    In,
    Out,
    InOut,
    Variadic,
    /// A column of what `RETURNS TABLE` gives.
    Table,
}

impl Mode {
    pub fn is_input(self) -> bool {
        !matches!(self, Mode::Out | Mode::Table)
    }

    /// `pg_proc.proargmodes`
    fn of(code: &str) -> Self {
        match code {
            "o" => Mode::Out,
            "b" => Mode::InOut,
            "v" => Mode::Variadic,
            "t" => Mode::Table,
            _ => Mode::In,
        }
    }
}

/// One entry of the row's `arguments`.
#[derive(Deserialize)]
struct Read {
    mode: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    ty: String,
    default: Option<String>,
}

impl Argument {
    pub fn read(row: &Row) -> Result<Vec<Self>> {
        let read: Vec<Read> = row.json("arguments")?.unwrap_or_default();
        let argument = |Read { mode, name, ty, default }| Self {
            mode: Mode::of(mode.as_deref().unwrap_or("i")),
            name: name.filter(|name: &String| !name.is_empty()).map(Ident::new),
            ty: Type::from_server(&ty),
            default: default.map(|text: String| Expression::new(Expr::from_server(text))),
        };
        Ok(read.into_iter().map(argument).collect())
    }

    /// `INOUT name type DEFAULT …`; a column of a table has neither mode nor default.
    pub fn sql(&self, with_default: bool) -> Sql {
        let Self { mode, name, ty, default } = self;
        let sql = match mode {
            Mode::In | Mode::Table => Sql::new(),
            Mode::Out => Sql::new().kw("OUT"),
            Mode::InOut => Sql::new().kw("INOUT"),
            Mode::Variadic => Sql::new().kw("VARIADIC"),
        };
        let sql = sql.maybe(name.as_ref(), Sql::ident).ty(ty);
        sql.maybe(default.as_ref().filter(|_| with_default), |sql, default| sql.kw("DEFAULT").expr(&default.written))
    }

    /// Whether `CREATE OR REPLACE` takes it for the old one: it is not renamed, does not lose its default, and what comes out is the
    /// same.
    pub fn replaces(&self, old: &Self) -> bool {
        let (had, has) = (old.default.is_some(), self.default.is_some());
        let name = old.name.is_none() && self.mode.is_input() || old.name == self.name;
        old.mode == self.mode && old.ty == self.ty && name && (has || !had)
    }

    /// Its default, tried in a function that takes nothing else.
    pub fn slot(&mut self, of: &Qualified) -> Option<Slot<'_>> {
        let expression = self.default.as_mut()?;
        let made = Sql::new().kw("CREATE FUNCTION").qualified(&Qualified::new("pg_temp", MADE));
        let before = made.kw("(").ty(&self.ty).kw("DEFAULT");
        let after = Sql::new().kw(") RETURNS void LANGUAGE sql AS ''");
        let making = Making { before, after, read: Reading::Argument };
        Some(Slot { table: of.clone(), role: Role::Made(Box::new(making)), expression })
    }

    /// As CREATE FUNCTION takes it. `Err` says in words what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tokens = lex::tokens(text)?;
        let tokens: Vec<Lexeme> = tokens.into_iter().filter(|token| token.kind != Kind::Comment).collect();
        let (head, default) = split_default(&tokens, text);
        let mut words = head.iter().copied().peekable();
        let mut mode = None;
        let mut name = None;
        while let Some(token) = words.peek().copied() {
            let found = mode_of(&token).filter(|_| mode.is_none() && head.len() > 1);
            if let Some(found) = found {
                mode = Some(found);
                words.next();
                if found == Mode::In && words.peek().is_some_and(|next| next.is_word("out")) {
                    mode = Some(Mode::InOut);
                    words.next();
                }
                continue;
            }
            let rest: Vec<Lexeme> = words.clone().collect();
            if name.is_none() && begins_with_name(&rest) {
                name = Some(Ident::checked(&lex::unquoted(token.text))?);
                words.next();
                continue;
            }
            break;
        }
        let Some(first) = words.peek() else { return Err(format!("`{text}` has no type")) };
        let end = head.last().map_or(first.end(), Lexeme::end);
        let ty = super::bare(Type::parse(&text[first.start..end])?);
        let default = default.map(Expr::checked).transpose()?.map(Expression::new);
        Ok(Self { mode: mode.unwrap_or(Mode::In), name, ty, default })
    }
}

/// All of a list.
pub fn arguments(text: &str) -> Result<Vec<Argument>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    lex::items(text).into_iter().map(Argument::parse).collect()
}

fn split_default<'t, 'a>(tokens: &'t [Lexeme<'a>], text: &'a str) -> (&'t [Lexeme<'a>], Option<&'a str>) {
    let mut depth = 0;
    for (n, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "=" | ":=" if depth == 0 => return (&tokens[..n], Some(text[token.end()..].trim())),
            _ if depth == 0 && n > 0 && token.is_word("default") => {
                return (&tokens[..n], Some(text[token.end()..].trim()));
            }
            _ => {}
        }
    }
    (tokens, None)
}

fn mode_of(token: &Lexeme) -> Option<Mode> {
    let modes = [("in", Mode::In), ("out", Mode::Out), ("inout", Mode::InOut), ("variadic", Mode::Variadic)];
    modes.into_iter().find(|(word, _)| token.is_word(word)).map(|(_, mode)| mode)
}

/// A type of several words, or a name and a type?
fn begins_with_name(rest: &[Lexeme]) -> bool {
    const SECOND: [&str; 14] = [
        "precision",
        "varying",
        "with",
        "without",
        "character",
        "char",
        "array",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "to",
    ];
    const FIRST: [&str; 8] = ["double", "character", "char", "national", "bit", "timestamp", "time", "interval"];
    match rest {
        [first, second, ..] if first.kind == Kind::Word && second.kind == Kind::Word => {
            let several =
                FIRST.iter().any(|word| first.is_word(word)) && SECOND.iter().any(|word| second.is_word(word));
            !several && !second.is_word("array")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_reads_as_the_server_reads_it() {
        for (text, read) in [
            ("integer", "integer"),
            ("a int4", "a integer"),
            ("double precision", "double precision"),
            ("x double precision", "x double precision"),
            ("timestamp timestamp with time zone", "\"timestamp\" timestamp with time zone"),
            ("INOUT a varchar(10) = 'x, y'", "INOUT a character varying DEFAULT 'x, y'"),
            ("in out a text", "INOUT a text"),
            ("variadic text[]", "VARIADIC text[]"),
            ("a out integer", "OUT a integer"),
            ("\"A b\" public.mood default 'x'::public.mood", "\"A b\" public.mood DEFAULT 'x'::public.mood"),
        ] {
            let argument = Argument::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            let read = read.replace("\"timestamp\"", &Ident::new("timestamp").quoted());
            assert_eq!(argument.sql(true).to_string(), read, "{text}");
        }
    }
}
