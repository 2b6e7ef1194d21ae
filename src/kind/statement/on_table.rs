//! `CREATE TRIGGER`, `CREATE POLICY` and `CREATE RULE`

use super::super::shapes::Texts;
use super::super::{policy, rule, trigger};
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;

pub fn trigger(head: &mut Head, constraint: bool, draft: &mut Draft) -> Result<()> {
    let name = head.ident()?;
    let mut declaration = trigger::Declaration { constraint, ..trigger::Declaration::default() };
    let timing = if head.takes_all(&["instead", "of"]) { "instead of".to_owned() } else { head.ident()?.value };
    declaration.timing = Some(said(timing));
    let on = (head.at..head.tokens.len()).find(|at| head.tokens[*at].is_word("on"));
    let on = on.ok_or_else(|| head.wrong("`ON` is expected").hint("a trigger is ON a table"))?;
    declaration.events = Texts(events(head, on));
    head.must("on")?;
    let table = head.name()?;
    if head.takes("from") {
        declaration.from = Some(head.name()?);
    }
    loop {
        if head.takes_all(&["not", "deferrable"]) || head.takes_all(&["initially", "immediate"]) {
        } else if head.takes("deferrable") {
            declaration.deferrable = true;
        } else if head.takes_all(&["initially", "deferred"]) {
            declaration.initially_deferred = true;
        } else {
            break;
        }
    }
    if head.takes("referencing") {
        while head.is("old") || head.is("new") {
            let old = head.takes("old") || !head.takes("new");
            head.must("table")?;
            head.takes("as");
            let called = Some(head.ident()?);
            if old { declaration.old_table = called } else { declaration.new_table = called }
        }
    }
    if head.takes("for") {
        head.takes("each");
        declaration.for_each = Some(head.ident()?);
    }
    if head.takes("when") {
        declaration.when = Some(said(head.bracketed()?));
    }
    head.must("execute")?;
    if !head.takes("function") {
        head.must("procedure")?;
    }
    declaration.function = Some(head.name()?);
    head.must("(")?;
    while !head.takes(")") {
        declaration.arguments.0.push(said(match head.peek() {
            Some(token) if token.kind == crate::lex::Kind::Text => head.string()?,
            Some(token) => {
                head.at += 1;
                token.text.to_owned()
            }
            None => return Err(head.wrong("the bracket is never closed").hint("correct the statement")),
        }));
        head.takes(",");
    }
    head.end()?;
    head.declare_on(&table, name, &declaration, draft)
}

/// `INSERT OR UPDATE OF a, b`, up to a token.
fn events(head: &mut Head, end: usize) -> Vec<crate::spanned::Spanned<String>> {
    let mut events = Vec::new();
    while head.at < end {
        let or = (head.at..end).find(|at| head.tokens[*at].is_word("or")).unwrap_or(end);
        events.push(said(head.rest(or)));
        head.takes("or");
    }
    events
}

pub fn policy(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.ident()?;
    head.must("on")?;
    let table = head.name()?;
    let mut declaration = policy::Declaration::default();
    if head.takes("as") {
        declaration.restrictive = head.takes("restrictive");
        if !declaration.restrictive {
            head.must("permissive")?;
        }
    }
    if head.takes("for") {
        declaration.command = Some(head.ident()?);
    }
    if head.takes("to") {
        declaration.to.0.push(head.ident()?);
        while head.takes(",") {
            declaration.to.0.push(head.ident()?);
        }
    }
    if head.takes("using") {
        declaration.using = Some(said(head.bracketed()?));
    }
    if head.takes_all(&["with", "check"]) {
        declaration.check = Some(said(head.bracketed()?));
    }
    head.end()?;
    head.declare_on(&table, name, &declaration, draft)
}

pub fn rule(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.ident()?;
    head.must("as")?;
    head.must("on")?;
    let on = head.ident()?;
    head.must("to")?;
    let table = head.name()?;
    let definition = said(head.rest(usize::MAX));
    let declaration = rule::Declaration { on, definition, enabled: None, comment: None };
    head.declare_on(&table, name, &declaration, draft)
}
