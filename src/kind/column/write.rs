//! How is a column written: into a model file, as shortly as it can be said, and as it moves to another type?

use super::*;

pub fn write(column: &Column, mut parts: Parts) -> Part {
    let Column { table: _, name, ty, collation, not_null, not_null_constraint, .. } = column;
    let Column { identity, generated, is_virtual, using: _, inherited, typed: _, .. } = column;
    let default = parts.take_one("default");
    let usually_null = generated.is_some();
    let mark = if *not_null || usually_null { "" } else { "?" };
    let serial = parts.take_one("serial");
    let ty = match &serial {
        Some(Doc::Text(serial)) => Doc::Text(format!("{serial}{mark}")),
        _ => Doc::Text(format!("{}{mark}", ty.short())),
    };
    let of_identity = parts.take_of_identity();
    let fields = Fields::default()
        .put("type", ty)
        .put("nullable", (usually_null && *not_null).then_some(Doc::Truth(false)))
        .put("identity", identity.as_ref().map(|identity| write_identity(identity, of_identity, parts.schema.as_str())))
        .put("default", default.filter(|_| serial.is_none()))
        .put("not_null", not_null_constraint.write())
        .put("generated", generated.as_ref().map(|expression| write_generated(expression, *is_virtual)))
        .put("collation", collation.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, "pg_catalog"))))
        .all(parts.take_one("settings"))
        .put("foreign_options", parts.take_one("foreign_options"))
        .when("inherited", inherited.is_unwritten())
        .put("comment", parts.take_one("comment"))
        .attached(&mut parts);
    Part { key: Some(name.as_str().to_owned()), doc: fields.or_just("type") }
}

fn write_generated(expression: &Expression, is_virtual: bool) -> Doc {
    Fields::default().put("as", Doc::text(&expression.written)).when("virtual", is_virtual).or_just("as")
}

fn write_identity(identity: &Identity, privileges: Option<Doc>, schema: &str) -> Doc {
    let Identity { always, sequence, options } = identity;
    let generation = Doc::text(if *always { "always" } else { "by default" });
    let sequence = sequence.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, schema)));
    options.write(Fields::default().put("generation", generation).put("sequence", sequence)).put("privileges", privileges).or_just("generation")
}

/// To the type that takes the place of its own.
pub fn carry(column: &Column, carriage: &Carriage) -> Vec<Piece> {
    let using = carriage.expression(&Sql::new().ident(&column.name), &column.ty);
    let sql = column.alter_column().kw("TYPE").ty(&column.ty);
    let sql = sql.maybe(column.collation.as_ref(), |sql, name| sql.kw("COLLATE").qualified(name));
    // where only the collation is swapped, the values stay as they are
    let converts = column.ty.user_type().is_some() && !column.foreign.0;
    vec![column.command(sql.when(converts, |sql| sql.kw("USING").sql(&using)))]
}

/// Type and null apart, which the declaration says in one word.
pub fn says(column: &Column) -> Vec<(String, String)> {
    let Column { ty, collation, not_null, identity, generated, is_virtual, .. } = column;
    let one = |key: &str, value: String| (key.to_owned(), value);
    let mut says = vec![one("type", ty.short()), one("null", if *not_null { "no" } else { "yes" }.to_owned())];
    says.extend(identity.as_ref().map(|identity| one("identity", if identity.always { "always" } else { "by default" }.to_owned())));
    says.extend(generated.as_ref().map(|expression| one("generated", write_generated(expression, *is_virtual).to_string())));
    says.extend(collation.as_ref().map(|name| one("collation", name.to_string())));
    says
}
