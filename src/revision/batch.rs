//! How does one UPDATE or DELETE become many short ones?
//!
//! A step marked `-- autogen:step batch size=1000 pause=50ms` is repeated, each round a transaction of its own, until no row
//! is left that its WHERE asks for. Invariants: a round changes rows that the statement itself would change, and no others;
//! where it ends and begins again makes no difference, since what is done no longer matches.

use std::fmt;
use std::time::Duration;

use crate::duration::duration;
use crate::lex::{Kind, Lexeme, tokens};

/// How much at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Rows in a round.
    pub size: u64,
    /// Between two rounds.
    pub pause: Duration,
}

/// Larger rounds hold their row locks for longer than a request should take.
const SIZE: u64 = 1000;

pub(super) const SHAPE: &str = "a batch takes `UPDATE table SET … WHERE …` or `DELETE FROM table WHERE …`, without WITH, FROM, \
    USING or RETURNING; the WHERE has to cease to hold for what is done";

impl fmt::Display for Batch {
    /// As it stands behind `step batch`, with a space before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " size={}", self.size)?;
        match self.pause.is_zero() {
            true => Ok(()),
            false => write!(f, " pause={}ms", self.pause.as_millis()),
        }
    }
}

impl Batch {
    /// What stands behind `step batch` in a marker.
    pub(super) fn read(settings: &str) -> Result<Self, String> {
        let mut batch = Self { size: SIZE, pause: Duration::ZERO };
        let mut said = Vec::new();
        for word in settings.split_whitespace() {
            let setting = word.split_once('=');
            if let Some((name, _)) = setting {
                if said.contains(&name) {
                    return Err(format!("{name} is said twice"));
                }
                said.push(name);
            }
            match setting {
                Some(("size", size)) => {
                    batch.size = size.parse().ok().filter(|size| *size > 0).ok_or("size is a number of rows from 1")?;
                }
                Some(("pause", pause)) => {
                    batch.pause = duration(pause).ok_or("pause is a time like 50ms or 1s")?;
                }
                _ => return Err(format!("a batch has size=ROWS and pause=TIME, and no {word}")),
            }
        }
        Ok(batch)
    }
}

/// The parts of a statement that can be done in rounds, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds<'a> {
    /// What comes after SET; `None` is a DELETE.
    set: Option<&'a str>,
    /// The table with ONLY and its alias.
    target: &'a str,
    /// What the target's columns may be qualified by.
    name: &'a str,
    condition: &'a str,
}

impl<'a> Rounds<'a> {
    /// `None`: it is of another shape.
    pub fn of(sql: &'a str) -> Option<Self> {
        let words: Vec<Lexeme<'a>> = tokens(sql).ok()?.into_iter().filter(|word| word.kind != Kind::Comment).collect();
        let begins =
            |with: &[&str]| with.iter().enumerate().all(|(at, word)| words.get(at).is_some_and(|w| w.is_word(word)));
        let start = match () {
            () if begins(&["update"]) => 1,
            () if begins(&["delete", "from"]) => 2,
            () => return None,
        };
        let clause = |word: &str| clause(&words, word);
        if ["from", "using", "returning"].iter().any(|word| clause(word).is_some_and(|at| at >= start)) {
            return None;
        }
        let (at_where, set) = (clause("where")?, clause("set"));
        let end = if start == 1 { set? } else { at_where };
        let between = |from: usize, to: usize| {
            let (first, last) = (words.get(from)?, words.get(to.checked_sub(1)?)?);
            (from < to).then(|| &sql[first.start..last.start + last.text.len()])
        };
        Some(Self {
            set: if start == 1 { Some(between(end + 1, at_where)?) } else { None },
            target: between(start, end)?,
            name: words.get(end - 1).filter(|word| word.kind == Kind::Word)?.text,
            condition: between(at_where + 1, words.len())?,
        })
    }

    /// One round, as a statement that gives back how many rows it looked at, how many of those it changed still match, and
    /// the block of the last. `from`: an expression for the place in the table from which on it looks.
    pub fn round(&self, size: u64, from: &str) -> String {
        let Self { set, target, name, condition } = self;
        let these = format!("{name}.ctid = ANY (ARRAY(SELECT taken.ctid FROM taken)) AND (\n{condition}\n)");
        let change = match set {
            Some(set) => format!("UPDATE {target} SET {set}\nWHERE {these} RETURNING (\n{condition}\n) AS still"),
            None => format!("DELETE FROM {target}\nWHERE {these} RETURNING false AS still"),
        };
        format!(
            "WITH taken AS MATERIALIZED (SELECT {name}.ctid FROM {target}\nWHERE {name}.ctid >= {from} AND (\n{condition}\n) LIMIT {size}),\n\
             changed AS ({change})\n\
             SELECT (SELECT pg_catalog.count(*) FROM taken), \
             (SELECT pg_catalog.count(*) FROM changed WHERE still), \
             (SELECT pg_catalog.max((taken.ctid::pg_catalog.text::pg_catalog.point)[0])::pg_catalog.int8 FROM taken), \
             (SELECT pg_catalog.count(*) FROM changed)"
        )
    }

    /// How many rows it is about.
    pub fn count(&self) -> String {
        format!("SELECT pg_catalog.count(*) FROM {} WHERE (\n{}\n)", self.target, self.condition)
    }
}

/// Where the word begins a clause: outside brackets, and not as a part of IS DISTINCT FROM.
fn clause(words: &[Lexeme<'_>], word: &str) -> Option<usize> {
    let mut depth = 0_usize;
    words.iter().enumerate().find_map(|(at, lexeme)| {
        match lexeme.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let distinct = at > 0 && words[at - 1].is_word("distinct");
        (depth == 0 && lexeme.is_word(word) && !(word == "from" && (distinct || at == 1))).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_a_batch_are_read_or_refused() {
        let batch = |size, pause| Ok(Batch { size, pause: Duration::from_millis(pause) });
        assert_eq!(Batch::read(""), batch(1000, 0));
        assert_eq!(Batch::read(" pause=50ms size=20"), batch(20, 50));
        for wrong in ["size=0", "size=many", "pause=soon", "rows=5", "size", "size=1 size=2"] {
            assert!(Batch::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_statements_that_end_by_themselves_can_be_done_in_rounds() {
        let rounds =
            Rounds::of("UPDATE ONLY public.t AS x SET a = (SELECT 1 FROM u), b = 2\nWHERE a IS DISTINCT FROM 1 -- c")
                .unwrap();
        let expected = Rounds {
            set: Some("a = (SELECT 1 FROM u), b = 2"),
            target: "ONLY public.t AS x",
            name: "x",
            condition: "a IS DISTINCT FROM 1",
        };
        assert_eq!(rounds, expected);
        let rounds = Rounds::of("delete from public.\"T\" where a in (select b from u where c)").unwrap();
        let expected =
            Rounds { set: None, target: "public.\"T\"", name: "\"T\"", condition: "a in (select b from u where c)" };
        assert_eq!(rounds, expected);
        for other in [
            "UPDATE t SET a = 1",
            "UPDATE t SET a = 1 FROM u WHERE t.b = u.b",
            "DELETE FROM t USING u WHERE true",
            "DELETE FROM t",
            "UPDATE t SET a = 1 WHERE b RETURNING c",
            "INSERT INTO t VALUES (1)",
            "WITH x AS (SELECT 1) UPDATE t SET a = 1 WHERE b",
        ] {
            assert_eq!(Rounds::of(other), None, "{other}");
        }
    }
}
