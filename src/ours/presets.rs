//! What do the extensions and platforms keep in a database that are not ours, and no member of an extension either?
//!
//! Data, with the source of each fact. What a rule cannot say (which tables are hypertables, or have partitions that pg_partman
//! makes) the extension says in a table of its own, which is read where it is there.

use super::{Effect, Glob, Origin, Rule};

pub struct Preset {
    pub name: &'static str,
    /// Installed, it switches the preset on where autogen.yaml does not say which there are.
    pub extension: Option<&'static str>,
    /// Schemas that are not ours, with all that is in them.
    schemas: &'static [&'static str],
    /// By kind and name.
    names: &'static [(&'static str, &'static str)],
    /// What these roles own.
    owners: &'static [&'static str],
    /// By kind and name, unless a model declares it.
    spared: &'static [(&'static str, &'static str)],
    /// Which tables have partitions of its making, out of a table of its own that stands for `:table`.
    pub parents: Option<&'static str>,
    /// The schema where it makes them, whatever its table says.
    pub chunks: Option<&'static str>,
    /// What else it adds to these tables, to be left out unless a model declares it.
    pub spares: Option<&'static str>,
}

pub const PRESETS: &[Preset] = &[
    // docs.timescale.com; ts_insert_blocker is of versions before 2.19, ts_cagg_invalidation_trigger of those before 2.22
    Preset {
        name: "timescaledb",
        extension: Some("timescaledb"),
        schemas: &["_timescaledb_*", "timescaledb_information", "timescaledb_experimental"],
        names: &[("trigger", "ts_insert_blocker"), ("trigger", "ts_cagg_invalidation_trigger")],
        owners: &[],
        spared: &[("extension", "timescaledb"), ("extension", "timescaledb_toolkit")],
        parents: Some("SELECT schema_name AS schema, table_name AS name FROM :table"),
        chunks: Some("_timescaledb_internal"),
        spares: Some(include_str!("hypertable_indexes.sql")),
    },
    // postgis.net/docs: the geocoder's loader and the topology functions fill these schemas at run time
    Preset {
        name: "postgis",
        extension: Some("postgis"),
        schemas: &["tiger", "tiger_data", "topology"],
        names: &[("table", "spatial_ref_sys")],
        owners: &[],
        spared: &[
            ("extension", "postgis"),
            ("extension", "postgis_*"),
            ("extension", "address_standardizer*"),
            ("extension", "fuzzystrmatch"),
        ],
        parents: None,
        chunks: None,
        spares: None,
    },
    // supabase/cli pkg/migration/dump.go has the schemas; in auth and storage a user may have things, so the owner decides
    Preset {
        name: "supabase",
        extension: None,
        schemas: &[
            "_analytics",
            "_realtime",
            "_supavisor",
            "pgbouncer",
            "realtime",
            "supabase_functions",
            "supabase_migrations",
            "graphql",
            "graphql_public",
            "net",
            "pgsodium",
            "pgsodium_masks",
            "vault",
        ],
        names: &[],
        owners: &["supabase_*admin"],
        spared: &[("schema", "auth"), ("schema", "storage"), ("schema", "extensions"), ("extension", "*")],
        parents: None,
        chunks: None,
        spares: None,
    },
    // docs.citusdata.com; pg_dist_* are in pg_catalog, shards are hidden by citus.override_table_visibility
    Preset {
        name: "citus",
        extension: Some("citus"),
        schemas: &["citus", "citus_internal", "columnar", "columnar_internal"],
        names: &[],
        owners: &[],
        spared: &[("extension", "citus"), ("extension", "citus_columnar")],
        parents: None,
        chunks: None,
        spares: None,
    },
    // pg_partman's doc/pg_partman.md: create_parent makes a template table in the extension's schema
    Preset {
        name: "pg_partman",
        extension: Some("pg_partman"),
        schemas: &["partman"],
        names: &[],
        owners: &[],
        spared: &[("extension", "pg_partman")],
        parents: Some(
            "SELECT pg_catalog.split_part(parent_table, '.', 1) AS schema, pg_catalog.split_part(parent_table, '.', 2) AS name FROM :table",
        ),
        chunks: None,
        spares: None,
    },
];

impl Preset {
    pub fn rules(&self, extension: Option<&'static str>) -> Vec<Rule> {
        let blank = |effect| Rule {
            effect,
            schema: None,
            name: None,
            kind: None,
            owner: None,
            extension,
            origin: Origin::Preset(self.name),
        };
        let glob = |text: &str| Some(Glob(text.to_owned()));
        let schemas = self.schemas.iter().map(|name| Rule { schema: glob(name), ..blank(Effect::Exclude) });
        let named = |effect| {
            move |(kind, name): &(&'static str, &str)| Rule { kind: Some(*kind), name: glob(name), ..blank(effect) }
        };
        let names = self.names.iter().map(named(Effect::Exclude));
        // what stands in a schema on its own, and what stands in none
        let kinds = [None, Some("event trigger"), Some("publication"), Some("extension")];
        let owners = self
            .owners
            .iter()
            .flat_map(|name| kinds.map(|kind| Rule { kind, owner: glob(name), ..blank(Effect::Exclude) }));
        let spared = self.spared.iter().map(named(Effect::Spare));
        schemas.chain(names).chain(owners).chain(spared).collect()
    }
}
