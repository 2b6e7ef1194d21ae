//! Which tables are the books of a migration tool?
//!
//! They are left out wherever they stand, with the sequences that belong to them: a project that changes tools keeps its old
//! books until somebody drops them.

/// A tool, and what its books are called: names of tables, or a schema that is all its own.
pub struct Kept {
    pub tool: &'static str,
    pub tables: &'static [&'static str],
    pub schema: Option<&'static str>,
}

const fn tables(tool: &'static str, tables: &'static [&'static str]) -> Kept {
    Kept { tool, tables, schema: None }
}

const fn schema(tool: &'static str, schema: &'static str) -> Kept {
    Kept { tool, tables: &[], schema: Some(schema) }
}

/// Only names that nobody gives to a table of their own: `migrations` (Laravel, TypeORM) and `changelog` are not among them.
const KEPT: &[Kept] = &[
    tables("autogen", &["autogen_revisions", "autogen_steps"]),
    tables("Aerich", &["aerich"]),
    tables("Alembic", &["alembic_version"]),
    tables("Atlas", &["atlas_schema_revisions"]),
    tables("Bun", &["bun_migrations", "bun_migration_locks"]),
    tables("Diesel", &["__diesel_schema_migrations"]),
    tables("Django", &["django_migrations"]),
    tables("Doctrine", &["doctrine_migration_versions"]),
    tables("Drizzle", &["__drizzle_migrations"]),
    tables("Entity Framework", &["__EFMigrationsHistory"]),
    tables("Flyway", &["flyway_schema_history"]),
    tables("goose", &["goose_db_version"]),
    tables("Knex", &["knex_migrations", "knex_migrations_lock"]),
    tables("Kysely", &["kysely_migration", "kysely_migration_lock"]),
    tables("Liquibase", &["databasechangelog", "databasechangeloglock"]),
    tables("MikroORM", &["mikro_orm_migrations"]),
    tables("node-pg-migrate", &["pgmigrations", "migrations_lock"]),
    tables("Phinx", &["phinxlog"]),
    tables("Play", &["play_evolutions", "play_evolutions_lock"]),
    tables("Prisma", &["_prisma_migrations"]),
    tables("Rails, dbmate or golang-migrate", &["schema_migrations", "ar_internal_metadata"]),
    tables("Refinery", &["refinery_schema_history"]),
    tables("SeaORM", &["seaql_migrations"]),
    tables("Sequelize", &["SequelizeMeta"]),
    tables("SQLx", &["_sqlx_migrations"]),
    tables("TypeORM", &["typeorm_metadata"]),
    tables("yoyo", &["_yoyo_log", "_yoyo_migration", "_yoyo_version", "yoyo_lock"]),
    schema("Graphile Migrate", "graphile_migrate"),
    schema("Hasura", "hdb_catalog"),
    schema("pgroll", "pgroll"),
    schema("Sqitch", "sqitch"),
    schema("Supabase", "supabase_migrations"),
];

pub fn bookkeeping() -> &'static [Kept] {
    KEPT
}

/// Whose books these are: a table by its schema and name, or a schema.
pub fn books_of(path: &[String]) -> Option<String> {
    let is = |kept: &&Kept| match path {
        [schema] => kept.schema == Some(schema),
        [.., name] => kept.tables.contains(&name.as_str()),
        [] => false,
    };
    KEPT.iter().find(is).map(|kept| format!("bookkeeping of {}", kept.tool))
}
