//! `CREATE AGGREGATE`

use serde_yaml::Location;

use super::super::aggregate::Declaration;
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;
use crate::lex;
use crate::spanned::Spanned;

pub fn aggregate(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    let mut declaration = Declaration::default();
    let begin = head.at;
    let signature = head.bracketed()?;
    // before PostgreSQL 8.2, what it took was one of the options
    match head.is("(") {
        true => arguments(signature, &mut declaration),
        false => head.at = begin,
    }
    head.must("(")?;
    loop {
        option(head, &mut declaration)?;
        if head.takes(")") {
            break;
        }
        head.must(",")?;
    }
    head.end()?;
    head.declare(name, &declaration, draft)
}

/// `VARIADIC a text ORDER BY b integer`, `*`
fn arguments(text: &str, declaration: &mut Declaration) {
    let tokens = lex::tokens(text).unwrap_or_default();
    let order = tokens.windows(2).find(|pair| pair[0].is_word("order") && pair[1].is_word("by"));
    let (direct, ordered) = order.map_or((text, ""), |pair| (&text[..pair[0].start], &text[pair[1].end()..]));
    let items = |text: &str| match text.trim() {
        "" | "*" => Vec::new(),
        text => lex::items(text).into_iter().map(said).collect(),
    };
    declaration.arguments.0 = items(direct);
    declaration.order_by.0 = items(ordered);
}

/// `SFUNC = add`, `FINALFUNC_EXTRA`
fn option(head: &mut Head, declaration: &mut Declaration) -> Result<()> {
    let unknown = head.wrong("an option of CREATE AGGREGATE is expected here").hint("correct the statement");
    let option = head.ident()?.value;
    let flag = match option.as_str() {
        "hypothetical" => Some(&mut declaration.hypothetical),
        "finalfunc_extra" => Some(&mut declaration.finalfunc_extra),
        "mfinalfunc_extra" => Some(&mut declaration.mfinalfunc_extra),
        _ => None,
    };
    if let Some(flag) = flag {
        *flag = head.flag();
        return Ok(());
    }
    head.must("=")?;
    match option.as_str() {
        "sfunc" => declaration.sfunc = Some(head.name()?),
        "finalfunc" => declaration.finalfunc = Some(head.name()?),
        "combinefunc" => declaration.combinefunc = Some(head.name()?),
        "serialfunc" => declaration.serialfunc = Some(head.name()?),
        "deserialfunc" => declaration.deserialfunc = Some(head.name()?),
        "msfunc" => declaration.msfunc = Some(head.name()?),
        "minvfunc" => declaration.minvfunc = Some(head.name()?),
        "mfinalfunc" => declaration.mfinalfunc = Some(head.name()?),
        "stype" => declaration.stype = Some(said(head.value())),
        "mstype" => declaration.mstype = Some(said(head.value())),
        "sortop" => declaration.sortop = Some(said(head.value())),
        "sspace" => declaration.sspace = Some(bytes(head)?),
        "msspace" => declaration.msspace = Some(bytes(head)?),
        "initcond" => declaration.initcond = Some(text(head)?),
        "minitcond" => declaration.minitcond = Some(text(head)?),
        "finalfunc_modify" => declaration.finalfunc_modify = Some(head.ident()?),
        "mfinalfunc_modify" => declaration.mfinalfunc_modify = Some(head.ident()?),
        "parallel" => declaration.parallel = Some(head.ident()?),
        "basetype" => {
            let ty = head.value();
            let of_all = ty.trim_matches(['\'', '"']).eq_ignore_ascii_case("any");
            declaration.arguments.0 = if of_all { Vec::new() } else { vec![said(ty)] };
        }
        _ => return Err(unknown),
    }
    Ok(())
}

/// In quotes, or a number.
fn text(head: &mut Head) -> Result<String> {
    match head.peek().is_some_and(|token| token.kind == lex::Kind::Text) {
        true => head.string(),
        false => Ok(head.value().to_owned()),
    }
}

fn bytes(head: &mut Head) -> Result<Spanned<i64>> {
    let wrong = head.wrong("a number of bytes is expected here").hint("correct the statement");
    let number = head.value().parse().map_err(|_| wrong)?;
    Ok(Spanned::new(number, Location::UNKNOWN, Location::UNKNOWN))
}
