-- one text that is another one whenever something in the catalog is: how many rows each catalog has, and the sum of their hashes.
-- Rows are hashed as they read, and not by when they were written, since two branches of one database may number their
-- transactions alike. What statistics and freezing write does not count. NULL where that cannot be told.
WITH printed (catalog, rows, sum) AS (
  SELECT 'pg_attribute', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0))
  FROM pg_catalog.pg_attribute t WHERE t.attnum > 0 OR t.attacl IS NOT NULL
  UNION ALL
  SELECT 'pg_class', pg_catalog.count(*),
         pg_catalog.sum(pg_catalog.hashtextextended(
           ROW(t.oid, t.relname, t.relnamespace, t.reltype, t.reloftype, t.relowner, t.relam, t.reltablespace, t.relpersistence,
               t.relkind, t.relnatts, t.relchecks, t.relrowsecurity, t.relforcerowsecurity, t.relispopulated, t.relreplident,
               t.relispartition, t.relacl, t.reloptions, t.relpartbound)::text, 0))
  FROM pg_catalog.pg_class t
  UNION ALL
  SELECT 'pg_depend', pg_catalog.count(*),
         pg_catalog.sum(pg_catalog.hash_array_extended(
           ARRAY[t.classid::int8, t.objid::int8, t.objsubid, t.refclassid::int8, t.refobjid::int8, t.refobjsubid,
                 pg_catalog.ascii(t.deptype::text)], 0))
  FROM pg_catalog.pg_depend t
  UNION ALL
  SELECT 'pg_shdepend', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0))
  FROM pg_catalog.pg_shdepend t
  WHERE t.dbid IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
  UNION ALL
  SELECT 'pg_database', 1, pg_catalog.hashtextextended(ROW(t.oid, t.datdba, t.encoding, t.datcollate, t.datctype, t.datacl)::text, 0)
  FROM pg_catalog.pg_database t WHERE t.datname = pg_catalog.current_database()
  UNION ALL
  -- pg_authid and pg_user_mapping are for superusers
  SELECT 'pg_roles', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(ROW(t.oid, t.rolname)::text, 0))
  FROM pg_catalog.pg_roles t
  UNION ALL
  SELECT 'pg_user_mappings', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0))
  FROM pg_catalog.pg_user_mappings t
  UNION ALL
  -- the server's own, with oids below 16384 (transam.h), are many, and its version says what they are
  SELECT 'pg_rewrite', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0))
  FROM pg_catalog.pg_rewrite t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_amop', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_amop t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_amproc', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_amproc t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_operator', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_operator t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_opclass', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_opclass t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_opfamily', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_opfamily t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_conversion', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_conversion t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_aggregate', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_aggregate t WHERE t.aggfnoid >= 16384
  UNION ALL
  SELECT 'pg_cast', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_cast t WHERE t.oid >= 16384
  UNION ALL
  SELECT 'pg_am', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_am t
  UNION ALL
  SELECT 'pg_attrdef', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_attrdef t
  UNION ALL
  SELECT 'pg_collation', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_collation t
  UNION ALL
  SELECT 'pg_constraint', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_constraint t
  UNION ALL
  SELECT 'pg_default_acl', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_default_acl t
  UNION ALL
  SELECT 'pg_description', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_description t
  UNION ALL
  SELECT 'pg_enum', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_enum t
  UNION ALL
  SELECT 'pg_event_trigger', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_event_trigger t
  UNION ALL
  SELECT 'pg_extension', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_extension t
  UNION ALL
  SELECT 'pg_foreign_data_wrapper', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_foreign_data_wrapper t
  UNION ALL
  SELECT 'pg_foreign_server', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_foreign_server t
  UNION ALL
  SELECT 'pg_foreign_table', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_foreign_table t
  UNION ALL
  SELECT 'pg_index', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_index t
  UNION ALL
  SELECT 'pg_inherits', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_inherits t
  UNION ALL
  SELECT 'pg_init_privs', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_init_privs t
  UNION ALL
  SELECT 'pg_language', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_language t
  UNION ALL
  SELECT 'pg_namespace', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_namespace t
  UNION ALL
  SELECT 'pg_partitioned_table', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_partitioned_table t
  UNION ALL
  SELECT 'pg_policy', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_policy t
  UNION ALL
  SELECT 'pg_proc', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_proc t
  UNION ALL
  SELECT 'pg_publication', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_publication t
  UNION ALL
  SELECT 'pg_publication_rel', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_publication_rel t
  UNION ALL
  SELECT 'pg_range', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_range t
  UNION ALL
  SELECT 'pg_seclabel', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_seclabel t
  UNION ALL
  SELECT 'pg_sequence', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_sequence t
  UNION ALL
  SELECT 'pg_shdescription', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_shdescription t
  UNION ALL
  SELECT 'pg_shseclabel', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_shseclabel t
  UNION ALL
  SELECT 'pg_statistic_ext', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_statistic_ext t
  UNION ALL
  SELECT 'pg_tablespace', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_tablespace t
  UNION ALL
  SELECT 'pg_transform', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_transform t
  UNION ALL
  SELECT 'pg_trigger', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_trigger t
  UNION ALL
  SELECT 'pg_ts_config', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_ts_config t
  UNION ALL
  SELECT 'pg_ts_config_map', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_ts_config_map t
  UNION ALL
  SELECT 'pg_ts_dict', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_ts_dict t
  UNION ALL
  SELECT 'pg_ts_parser', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_ts_parser t
  UNION ALL
  SELECT 'pg_ts_template', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_ts_template t
  UNION ALL
  SELECT 'pg_type', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)) FROM pg_catalog.pg_type t
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
                             WHERE d.datname = pg_catalog.current_database())
            THEN (SELECT pg_catalog.string_agg(p.catalog || ' ' || p.rows || ' ' || p.sum, ', ' ORDER BY p.catalog) FROM printed p)
                 || ', ' || pg_catalog.version() || ', ' || CURRENT_USER END AS fingerprint
