//! How is a column written into a model file, as shortly as it can be said?

use super::*;

pub fn write(column: &Column, mut parts: Parts) -> Part {
    let Column { table: _, name, ty, collation, not_null, identity, generated, using: _, inherited: _, typed: _ } = column;
    let default = parts.take_one("default");
    let usually_null = generated.is_some();
    let mark = if *not_null || usually_null { "" } else { "?" };
    let serial = parts.take_one("serial");
    let ty = match &serial {
        Some(Doc::Text(serial)) => Doc::Text(format!("{serial}{mark}")),
        _ => Doc::Text(format!("{}{mark}", ty.short())),
    };
    let fields = Fields::default()
        .put("type", ty)
        .put("nullable", (usually_null && *not_null).then_some(Doc::Truth(false)))
        .put("identity", identity.as_ref().map(|identity| write_identity(identity, parts.schema.as_str())))
        .put("default", default.filter(|_| serial.is_none()))
        .put("generated", generated.as_ref().map(|expression| Doc::text(&expression.written)))
        .put("collation", collation.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, "pg_catalog"))))
        .all(parts.take_one("settings"))
        .put("comment", parts.take_one("comment"));
    Part { key: Some(name.as_str().to_owned()), doc: fields.or_just("type") }
}

fn write_identity(identity: &Identity, schema: &str) -> Doc {
    let Identity { always, sequence, options } = identity;
    let generation = Doc::text(if *always { "always" } else { "by default" });
    let sequence = sequence.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, schema)));
    options.write(Fields::default().put("generation", generation).put("sequence", sequence)).or_just("generation")
}
