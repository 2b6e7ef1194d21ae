//! `CREATE FOREIGN DATA WRAPPER`, `LANGUAGE`, `ACCESS METHOD` and `CONVERSION`: what stands on functions that a library has

use super::super::{access_method, conversion, foreign_data_wrapper, language};
use super::{Head, database, said};
use crate::draft::Draft;
use crate::error::Result;

pub fn foreign_data_wrapper(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.ident()?;
    let mut declaration = foreign_data_wrapper::Declaration::default();
    loop {
        if head.takes("handler") {
            declaration.handler = Some(head.name()?);
        } else if head.takes("validator") {
            declaration.validator = Some(head.name()?);
        } else if !head.takes_all(&["no", "handler"]) && !head.takes_all(&["no", "validator"]) {
            break;
        }
    }
    declaration.options = database::generic_options(head)?;
    head.end()?;
    head.declare(name, &declaration, draft)
}

pub fn language(head: &mut Head, trusted: bool, draft: &mut Draft) -> Result<()> {
    head.takes("procedural");
    head.must("language")?;
    let name = head.ident()?;
    if !head.takes("handler") {
        return Err(head
            .wrong("`HANDLER` is expected here")
            .hint("a language without one comes of an extension: declare that under `extensions:`"));
    }
    let handler = head.name()?;
    let inline = if head.takes("inline") { Some(head.name()?) } else { None };
    let validator =
        if !head.takes_all(&["no", "validator"]) && head.takes("validator") { Some(head.name()?) } else { None };
    head.end()?;
    let (comment, owner, privileges) = (None, None, None);
    let declaration = language::Declaration { handler, inline, validator, trusted, comment, owner, privileges };
    head.declare(name, &declaration, draft)
}

pub fn access_method(head: &mut Head, draft: &mut Draft) -> Result<()> {
    head.must("method")?;
    let name = head.ident()?;
    head.must("type")?;
    let of = head.one_of(&["index", "table"])?;
    head.must("handler")?;
    let handler = head.name()?;
    head.end()?;
    let method = Some(said(of));
    head.declare(name, &access_method::Declaration { method, handler, comment: None }, draft)
}

pub fn conversion(head: &mut Head, default: bool, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    head.must("for")?;
    let from = head.string()?;
    head.must("to")?;
    let to = head.string()?;
    head.must("from")?;
    let function = head.name()?;
    head.end()?;
    let declaration = conversion::Declaration { from, to, function, default, comment: None, owner: None };
    head.declare(name, &declaration, draft)
}
