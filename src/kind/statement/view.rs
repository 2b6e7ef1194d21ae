//! `CREATE VIEW` and `CREATE MATERIALIZED VIEW`

use super::super::shapes::{Entries, Named, Texts};
use super::super::{materialized_view, view};
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;

pub fn view(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    let columns = Texts(head.names()?);
    let with = if head.takes("with") { head.options()? } else { Vec::new() };
    head.must("as")?;
    let endings =
        [(&["with", "local", "check", "option"][..], "local"), (&["with", "cascaded", "check", "option"], "cascaded")];
    let plain = (&["with", "check", "option"][..], "cascaded");
    let ending = endings.into_iter().chain([plain]).find_map(|(words, option)| Some((head.ends_in(words)?, option)));
    let end = ending.map_or(usize::MAX, |(at, _)| at);
    let (option, others): (Vec<_>, Vec<_>) = with.into_iter().partition(|(name, _)| name.value == "check_option");
    let declaration = view::Declaration {
        query: said(head.rest(end)),
        columns,
        with: Entries(others),
        check_option: ending
            .map(|(_, option)| said(option))
            .or(option.into_iter().next().map(|(_, value)| said(value))),
        comment: None,
        owner: None,
        privileges: None,
        column_privileges: Entries::default(),
        column_comments: Entries::default(),
        column_defaults: Entries::default(),
        triggers: Entries::default(),
        rules: Entries::default(),
    };
    head.declare(name, &declaration, draft)
}

pub fn materialized(head: &mut Head, draft: &mut Draft) -> Result<()> {
    head.must("view")?;
    head.takes_all(&["if", "not", "exists"]);
    let name = head.name()?;
    let columns = Texts(head.names()?);
    let access_method = if head.takes("using") { Some(head.ident()?) } else { None };
    let with = if head.takes("with") { head.options()? } else { Vec::new() };
    let tablespace = if head.takes("tablespace") { Some(head.ident()?) } else { None };
    head.must("as")?;
    let (empty, full) = (head.ends_in(&["with", "no", "data"]), head.ends_in(&["with", "data"]));
    let declaration = materialized_view::Declaration {
        query: said(head.rest(empty.or(full).unwrap_or(usize::MAX))),
        columns,
        with: Entries(with),
        access_method,
        tablespace,
        populated: empty.map(|_| false).or(full.map(|_| true)),
        comment: None,
        owner: None,
        privileges: None,
        column_privileges: Entries::default(),
        column_comments: Entries::default(),
        column_settings: Entries::default(),
        cluster_on: None,
        indexes: Named::default(),
    };
    head.declare(name, &declaration, draft)
}
