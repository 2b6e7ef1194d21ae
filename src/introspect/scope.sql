-- which schemas are read, and what is left out by name wherever it stands: autogen's and other tools' bookkeeping
SELECT pg_catalog.set_config('autogen.schemas', COALESCE(
         NULLIF(current_setting('autogen.asked', true), ''),
         (SELECT pg_catalog.array_agg(n.nspname)::text FROM pg_catalog.pg_namespace n
          WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                            WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid
                              AND d.deptype = 'e'))), true) AS schemas,
       pg_catalog.set_config('autogen.bookkeeping',
         '{autogen_revisions,autogen_steps,alembic_version,schema_migrations,_prisma_migrations,flyway_schema_history,'
         'databasechangelog,databasechangeloglock,__diesel_schema_migrations,_sqlx_migrations,goose_db_version,'
         'atlas_schema_revisions,__drizzle_migrations,refinery_schema_history,django_migrations,knex_migrations,'
         'knex_migrations_lock,ar_internal_metadata,seaql_migrations,pgmigrations,migrations_lock}', true) AS bookkeeping,
       current_setting('server_version_num') AS version_num, current_setting('server_version') AS version,
       pg_catalog.current_database() AS database
