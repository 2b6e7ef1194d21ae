//! `CREATE EVENT TRIGGER`, `SERVER`, `USER MAPPING`, `PUBLICATION` and `SUBSCRIPTION`: what stands in no schema

use super::super::shapes::{Entries, Texts};
use super::super::{event_trigger, publication, publication_table, server, subscription, user_mapping};
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;

pub fn event_trigger(head: &mut Head, draft: &mut Draft) -> Result<()> {
    head.must("trigger")?;
    let name = head.ident()?;
    head.must("on")?;
    let event = head.ident()?;
    let mut tags = Texts::default();
    if head.takes_all(&["when", "tag", "in"]) {
        head.must("(")?;
        loop {
            tags.0.push(said(head.string()?));
            if head.takes(")") {
                break;
            }
            head.must(",")?;
        }
    }
    head.must("execute")?;
    if !head.takes("function") {
        head.must("procedure")?;
    }
    let function = head.name()?;
    head.must("(")?;
    head.must(")")?;
    head.end()?;
    let declaration = event_trigger::Declaration { event, tags, function, enabled: None, comment: None, owner: None };
    head.declare(name, &declaration, draft)
}

pub fn server(head: &mut Head, draft: &mut Draft) -> Result<()> {
    head.takes_all(&["if", "not", "exists"]);
    let name = head.ident()?;
    let server_type = if head.takes("type") { Some(head.string()?) } else { None };
    let version = if head.takes("version") { Some(head.string()?) } else { None };
    for word in ["foreign", "data", "wrapper"] {
        head.must(word)?;
    }
    let wrapper = head.ident()?;
    let options = generic_options(head)?;
    head.end()?;
    let user_mappings = Entries::default();
    let (comment, owner, privileges) = (None, None, None);
    let declaration =
        server::Declaration { wrapper, server_type, version, options, user_mappings, comment, owner, privileges };
    head.declare(name, &declaration, draft)
}

pub fn user_mapping(head: &mut Head, draft: &mut Draft) -> Result<()> {
    head.must("mapping")?;
    head.takes_all(&["if", "not", "exists"]);
    head.must("for")?;
    let user = head.ident()?;
    head.must("server")?;
    let server = head.ident()?;
    let options = generic_options(head)?;
    head.end()?;
    let server = head.scope.ident(&server)?;
    user_mapping::Declaration(options).of(&server, &user, head.scope, draft)
}

/// `OPTIONS (host 'db', port '5432')`, where there are any.
pub fn generic_options(head: &mut Head) -> Result<Entries<String>> {
    let mut options = Entries::default();
    if head.takes("options") {
        head.must("(")?;
        loop {
            let name = head.ident()?;
            options.0.push((name, head.string()?));
            if head.takes(")") {
                break;
            }
            head.must(",")?;
        }
    }
    Ok(options)
}

pub fn publication(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.ident()?;
    let mut declaration = publication::Declaration::default();
    if head.takes_all(&["for", "all", "tables"]) {
        declaration.all_tables = true;
    } else if head.takes("for") {
        members(head, &mut declaration)?;
    }
    if head.takes("with") {
        for (option, value) in head.options()? {
            match option.value.as_str() {
                "publish" => {
                    declaration.publish = Some(Texts(value.split(',').map(|change| said(change.trim())).collect()))
                }
                "publish_via_partition_root" => declaration.via_partition_root = is_true(&value),
                "publish_generated_columns" => declaration.generated_columns = Some(said(value)),
                other => {
                    return Err(head
                        .wrong(format!("{other} is no option of a publication"))
                        .hint("correct the statement"));
                }
            }
        }
    }
    head.end()?;
    head.declare(name, &declaration, draft)
}

/// `TABLE a (x, y) WHERE (…), b, TABLES IN SCHEMA c`
fn members(head: &mut Head, declaration: &mut publication::Declaration) -> Result<()> {
    let mut of_schemas = false;
    loop {
        if head.takes_all(&["tables", "in", "schema"]) {
            of_schemas = true;
        } else if head.takes("table") {
            of_schemas = false;
        }
        if of_schemas {
            declaration.schemas.0.push(head.ident()?);
        } else {
            head.takes("only");
            let table = head.name()?;
            let columns = Texts(head.names()?);
            let filter = if head.takes("where") { Some(said(head.bracketed()?)) } else { None };
            declaration.tables.0.push((table, Some(publication_table::Declaration { columns, filter })));
        }
        if !head.takes(",") {
            return Ok(());
        }
    }
}

fn is_true(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "true" | "on" | "1")
}

pub fn subscription(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.ident()?;
    head.must("connection")?;
    let mut declaration = subscription::Declaration { connection: Some(said(head.string()?)), ..Default::default() };
    head.must("publication")?;
    declaration.publications.0.push(head.ident()?);
    while head.takes(",") {
        declaration.publications.0.push(head.ident()?);
    }
    if head.takes("with") {
        for (option, value) in head.options()? {
            let unknown = head.wrong(format!("{} is no option of a subscription in a model", option.value));
            // it is made so whatever is said
            let slot = match option.value.as_str() {
                "connect" | "enabled" | "create_slot" | "copy_data" => continue,
                "slot_name" => &mut declaration.slot_name,
                "binary" => &mut declaration.binary,
                "streaming" => &mut declaration.streaming,
                "synchronous_commit" => &mut declaration.synchronous_commit,
                "two_phase" => &mut declaration.two_phase,
                "disable_on_error" => &mut declaration.disable_on_error,
                "password_required" => &mut declaration.password_required,
                "run_as_owner" => &mut declaration.run_as_owner,
                "origin" => &mut declaration.origin,
                "failover" => &mut declaration.failover,
                _ => return Err(unknown.hint("correct the statement")),
            };
            *slot = Some(said(value));
        }
    }
    head.end()?;
    head.declare(name, &declaration, draft)
}
