//! `partition_of: { table: events, values: FROM ('2026-01-01') TO ('2027-01-01') }`, or within its parent,
//! `partitions: { events_2026: FROM ('2026-01-01') TO ('2027-01-01'), events_rest: DEFAULT }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::lex;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "partition_of")]
pub struct Declaration {
    /// The partitioned table.
    table: Spanned<String>,
    /// `FROM (…) TO (…)`, `IN (…)`, `WITH (modulus …, remainder …)` or `DEFAULT`.
    values: Spanned<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let parent = scope.referred(&self.table)?;
        within(&parent, &self.values, given, scope, draft)
    }
}

/// The table of `given` takes these rows of the parent.
pub fn within(parent: &Qualified, values: &Spanned<String>, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
    let Some(table) = given.table else { return Ok(()) };
    let bound = bound(&values.value).map_err(|why| {
        scope.error(why, values).hint("write FROM (…) TO (…), IN (…), WITH (modulus …, remainder …) or DEFAULT")
    })?;
    let partition = Partition { table: table.clone(), parent: parent.clone(), bound: Expression::new(Expr::from_server(bound)) };
    draft.push(partition, given.place.clone(), true);
    Ok(())
}

/// The bound with `FOR VALUES`, its keywords in capitals. Nothing may stand behind the last bracket.
fn bound(text: &str) -> Result<String, String> {
    let tokens = lex::tokens(text)?;
    let bad = || format!("`{text}` is no bound of a partition");
    let word = |n: usize| tokens.get(n).map(|token: &lex::Lexeme| token.text.to_uppercase()).unwrap_or_default();
    let mut n = if word(0) == "FOR" && word(1) == "VALUES" { 2 } else { 0 };
    if n == 0 && word(0) == "DEFAULT" && tokens.len() == 1 {
        return Ok("DEFAULT".into());
    }
    let keywords: &[&str] = match word(n).as_str() {
        "FROM" => &["FROM", "TO"],
        "IN" => &["IN"],
        "WITH" => &["WITH"],
        _ => return Err(bad()),
    };
    let mut parts = Vec::new();
    for keyword in keywords {
        if word(n) != *keyword || word(n + 1) != "(" {
            return Err(bad());
        }
        let mut depth = 0;
        let inside = tokens[n + 1..].iter().position(|token| {
            depth += i32::from(token.text == "(") - i32::from(token.text == ")");
            depth == 0
        });
        let end = n + 1 + inside.ok_or_else(bad)?;
        parts.push(format!("{keyword} {}", &text[tokens[n + 1].start..tokens[end].end()]));
        n = end + 1;
    }
    if n == tokens.len() { Ok(format!("FOR VALUES {}", parts.join(" "))) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_bound_is_one_of_four_forms_and_nothing_behind_it() {
        for (written, read) in [
            ("for values from ('a') to (MAXVALUE)", "FOR VALUES FROM ('a') TO (MAXVALUE)"),
            ("in ('x', NULL)", "FOR VALUES IN ('x', NULL)"),
            ("WITH (modulus 4, remainder 0)", "FOR VALUES WITH (modulus 4, remainder 0)"),
            ("default", "DEFAULT"),
        ] {
            assert_eq!(super::bound(written).as_deref(), Ok(read));
        }
        for bad in ["", "FROM (1)", "FROM (1) TO (2), DROP COLUMN a", "IN (1) x", "default, x", "IN (1", "x"] {
            assert!(super::bound(bad).is_err(), "{bad}");
        }
    }
}
