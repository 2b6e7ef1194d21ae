//! Which statements may not stand in a revision file, and why?
//!
//! Invariant: a statement is judged by its leading words alone, never parsed; what is not known here is the server's to
//! refuse. Nothing is refused inside quotes, dollar quotes, comments or brackets.

use crate::error::{Error, Result};
use crate::lex::{Kind, Lexeme, Lexer, tokens};

use super::batch::{Rounds, SHAPE};
use super::script::Statement;
use super::source::Source;

/// A statement's tokens but comments.
struct Words<'a>(Vec<Lexeme<'a>>);

impl Words<'_> {
    fn is(&self, at: usize, word: &str) -> bool {
        self.0.get(at).is_some_and(|lexeme| lexeme.is_word(word))
    }

    fn begins(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(at, word)| self.is(at, word))
    }

    /// Whether the words follow each other anywhere outside round brackets.
    fn holds(&self, words: &[&str]) -> bool {
        let mut depth = 0_usize;
        (0..self.0.len()).any(|at| {
            match self.0[at].text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && words.iter().enumerate().all(|(n, word)| self.is(at + n, word))
        })
    }

    /// The option list of `REINDEX (CONCURRENTLY) …`.
    fn option(&self, word: &str) -> bool {
        let list = self.0.iter().skip(1).take_while(|lexeme| !lexeme.is_symbol(")"));
        self.0.get(1).is_some_and(|lexeme| lexeme.is_symbol("(")) && list.into_iter().any(|lexeme| lexeme.is_word(word))
    }
}

pub(super) fn statement(source: &Source<'_>, statement: &Statement, transaction: bool) -> Result<()> {
    let lexemes = tokens(&statement.sql).unwrap_or_default();
    let words = Words(lexemes.into_iter().filter(|lexeme| lexeme.kind != Kind::Comment).collect());
    let refused = |message: String, hint: &str| Err(place(source, statement, message).hint(hint));
    if let Some(what) = transaction_control(&words) {
        return refused(
            format!("{what} controls a transaction, which is the runner's to do"),
            "remove it; `-- autogen:step no-transaction` above a statement runs it outside a transaction",
        );
    }
    if is_copy(&words) {
        return refused("COPY cannot use standard input or output here".into(), COPY_HINT);
    }
    match outside_transaction(&words) {
        Some(what) if transaction => refused(
            format!("{what} cannot run in a transaction"),
            "put a line `-- autogen:step no-transaction` above it, and `-- autogen:step transaction` below it where more follows",
        ),
        _ => Ok(()),
    }
}

/// Settings may stand in a batch too; anything else has to be of a shape that ends.
pub(super) fn no_rounds(source: &Source<'_>, statement: &Statement) -> Result<()> {
    let lexemes = tokens(&statement.sql).unwrap_or_default();
    let is_setting =
        lexemes.iter().find(|lexeme| lexeme.kind != Kind::Comment).is_some_and(|first| first.is_word("set"));
    match is_setting || Rounds::of(&statement.sql).is_some() {
        true => Ok(()),
        false => Err(place(source, statement, "this cannot be done in batches".into()).hint(SHAPE)),
    }
}

fn place(source: &Source<'_>, statement: &Statement, message: String) -> Error {
    let place = crate::error::Place::new(source.path, statement.line, statement.column);
    let line = source.text.lines().nth(statement.line - source.first_line).unwrap_or_default();
    Error::new(message).at(place).line(line)
}

const COPY_HINT: &str = "write the rows as INSERT … VALUES";

fn transaction_control(words: &Words<'_>) -> Option<&'static str> {
    const CONTROL: [(&[&str], &str); 11] = [
        (&["begin"], "BEGIN"),
        (&["start", "transaction"], "START TRANSACTION"),
        (&["commit", "prepared"], "COMMIT PREPARED"),
        (&["commit"], "COMMIT"),
        (&["end"], "END"),
        (&["rollback", "prepared"], "ROLLBACK PREPARED"),
        (&["rollback"], "ROLLBACK"),
        (&["abort"], "ABORT"),
        (&["savepoint"], "SAVEPOINT"),
        (&["release"], "RELEASE SAVEPOINT"),
        (&["prepare", "transaction"], "PREPARE TRANSACTION"),
    ];
    let (_, name) = CONTROL.iter().find(|(leading, _)| words.begins(leading))?;
    // `PREPARE transaction AS …` prepares a statement of that name
    let is_statement = *name == "PREPARE TRANSACTION" && words.0.get(2).is_none_or(|lexeme| lexeme.kind != Kind::Text);
    (!is_statement).then_some(name)
}

fn is_copy(words: &Words<'_>) -> bool {
    words.is(0, "copy") && (words.holds(&["from", "stdin"]) || words.holds(&["to", "stdout"]))
}

/// What the server runs only outside a transaction block (`PreventInTransactionBlock` in its source).
fn outside_transaction(words: &Words<'_>) -> Option<&'static str> {
    const ALWAYS: [(&[&str], &str); 11] = [
        (&["create", "index", "concurrently"], "CREATE INDEX CONCURRENTLY"),
        (&["create", "unique", "index", "concurrently"], "CREATE INDEX CONCURRENTLY"),
        (&["drop", "index", "concurrently"], "DROP INDEX CONCURRENTLY"),
        (&["vacuum"], "VACUUM"),
        (&["alter", "system"], "ALTER SYSTEM"),
        (&["create", "database"], "CREATE DATABASE"),
        (&["drop", "database"], "DROP DATABASE"),
        (&["create", "tablespace"], "CREATE TABLESPACE"),
        (&["drop", "tablespace"], "DROP TABLESPACE"),
        (&["discard", "all"], "DISCARD ALL"),
        (&["reindex", "database"], "REINDEX DATABASE"),
    ];
    if let Some((_, name)) = ALWAYS.iter().find(|(leading, _)| words.begins(leading)) {
        return Some(name);
    }
    if words.is(0, "reindex") && (words.holds(&["concurrently"]) || words.option("concurrently")) {
        return Some("REINDEX CONCURRENTLY");
    }
    let detaches = words.begins(&["alter", "table"]) && words.holds(&["detach", "partition"]);
    let concurrently = words.0.last().is_some_and(|last| last.is_word("concurrently"));
    (detaches && concurrently).then_some("DETACH PARTITION CONCURRENTLY")
}

pub(super) fn psql_command(source: &Source<'_>, at: usize) -> Error {
    let line = source.text[at..].lines().next().unwrap_or_default();
    let command = line.split_whitespace().next().unwrap_or_default();
    let error = source.error(at, format!("`{command}` is a command of psql; the runner sends SQL only"));
    if command.starts_with("\\q") {
        error.hint("the one `\\quit`, alone on its line, ends the upgrade")
    } else {
        error.hint("remove it, or write in SQL what it does")
    }
}

/// Data behind `COPY … FROM STDIN` is no SQL and may not lex; then the COPY is what there is to say.
pub(super) fn copied_data(source: &Source<'_>, body: usize) -> Result<()> {
    let lexemes = Lexer::new(&source.text[body..]).filter_map(|lexeme| lexeme.ok());
    let mut words = Words(Vec::new());
    for lexeme in lexemes.filter(|lexeme| lexeme.kind != Kind::Comment) {
        if !lexeme.is_symbol(";") {
            words.0.push(lexeme);
            if words.0.len() == 2 && words.0[0].is_symbol("\\") {
                words.0.clear();
            }
            continue;
        }
        if let Some(first) = words.0.first().filter(|_| is_copy(&words)) {
            return Err(source
                .error(body + first.start, "COPY cannot use standard input or output here")
                .hint(COPY_HINT));
        }
        words.0.clear();
    }
    Ok(())
}
