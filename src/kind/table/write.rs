//! How is a table written in a model file?

use super::*;

pub fn write(table: &Table, mut parts: Parts) -> Part {
    let Table { name, unlogged, of, inherits, partitioning, foreign, options, method, tablespace, row_security, force_row_security } = table;
    let schema = parts.schema.clone();
    let named = |name: &Qualified| crate::draft::write_name(name, schema.as_str());
    let partition = parts.take_one("partition_of");
    let (values, partition) = match partition {
        // the parent says which table it is of
        Some(Doc::Map(fields)) if parts.is_guest => (fields.into_iter().find(|(key, _)| key == "values"), None),
        other => (None, other),
    };
    let fields = Fields::default()
        .put("values", values.map(|(_, values)| values))
        .put("comment", parts.take_one("comment"))
        .attached(&mut parts)
        .put("partition_of", partition)
        .put("of", of.as_ref().map(|name| Doc::Text(named(name))))
        .put("inherits", (!inherits.is_empty()).then(|| Doc::List(inherits.iter().map(|name| Doc::Text(named(name))).collect())))
        .when("unlogged", *unlogged)
        .put("foreign", foreign.as_ref().map(Foreign::write))
        .put("columns", parts.take_map("columns"))
        .put("primary_key", parts.take_one("primary_key"))
        .put("unique", parts.take_map("unique"))
        .put("checks", parts.take_map("checks"))
        .put("exclusions", parts.take_map("exclusions"))
        .put("foreign_keys", parts.take_map("foreign_keys"))
        .put("indexes", parts.take_map("indexes"))
        .put("statistics", parts.take_map("statistics"))
        .put("triggers", parts.take_map("triggers"))
        .put("policies", parts.take_map("policies"))
        .put("rules", parts.take_map("rules"))
        .put("partition_by", partitioning.as_ref().map(Partitioning::write))
        .put("partitions", parts.take_one("unmanaged").or_else(|| parts.take_map("partitions")))
        .put("with", options.write())
        .put("access_method", method.as_ref().map(|name| Doc::text(name.as_str())))
        .put("tablespace", tablespace.as_ref().map(|name| Doc::text(name.as_str())))
        .when("row_security", *row_security)
        .when("force_row_security", *force_row_security)
        .put("replica_identity", parts.take_one("replica_identity"))
        .put("cluster_on", parts.take_one("cluster_on"));
    let doc = match fields.0.as_slice() {
        [(key, Doc::Text(values))] if key == "values" => Doc::text(values),
        _ => Doc::Section(fields.0),
    };
    Part { key: Some(named(name)), doc }
}
