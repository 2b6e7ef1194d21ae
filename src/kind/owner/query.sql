-- owners of what the other queries read: all of them where they are managed, else those that are not who asks.
-- A sequence of a column has no owner of its own.
WITH who AS NOT MATERIALIZED (
  SELECT r.oid FROM pg_catalog.pg_roles r
  WHERE current_setting('autogen.owners') = 'on' OR r.rolname <> current_user
), wanted AS NOT MATERIALIZED (
  SELECT n.oid, n.nspname, n.nspowner FROM pg_catalog.pg_namespace n
  WHERE n.nspname = ANY (:schemas)
)
SELECT o.kind, o.path, o."table", pg_catalog.pg_get_userbyid(o.owner) AS owner
FROM (
  SELECT 'table' AS kind, NULL::json AS path, c.oid AS "table", c.relowner AS owner
  FROM pg_catalog.pg_class c JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = c.oid
  UNION ALL
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'sequence' END,
         json_build_array(n.nspname, c.relname), NULL, c.relowner
  FROM pg_catalog.pg_class c JOIN wanted n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm', 'S') AND c.relowner IN (SELECT w.oid FROM who w)
    AND NOT (c.relkind = 'S' AND EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype IN ('a', 'i')
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0))
  UNION ALL
  SELECT 'schema', json_build_array(n.nspname), NULL, n.nspowner FROM wanted n
  UNION ALL
  SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite type' WHEN 'd' THEN 'domain' ELSE 'range type' END,
         json_build_array(n.nspname, t.typname), NULL, t.typowner
  FROM pg_catalog.pg_type t JOIN wanted n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND EXISTS (
    SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
  UNION ALL
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         json_build_array(n.nspname, p.proname,
           '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                            FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')'), NULL, p.proowner
  FROM pg_catalog.pg_proc p JOIN wanted n ON n.oid = p.pronamespace
  WHERE p.proowner IN (SELECT w.oid FROM who w)
  UNION ALL
  SELECT 'collation', json_build_array(n.nspname, c.collname), NULL, c.collowner
  FROM pg_catalog.pg_collation c JOIN wanted n ON n.oid = c.collnamespace
  UNION ALL
  SELECT 'statistics', json_build_array(n.nspname, s.stxname), NULL, s.stxowner
  FROM pg_catalog.pg_statistic_ext s JOIN wanted n ON n.oid = s.stxnamespace
  UNION ALL
  SELECT 'operator', json_build_array(n.nspname, o.oprname, '(' || COALESCE(pg_catalog.format_type(NULLIF(o.oprleft, 0), NULL), 'NONE') || ', '
                                                                || pg_catalog.format_type(o.oprright, NULL) || ')'), NULL, o.oprowner
  FROM pg_catalog.pg_operator o JOIN wanted n ON n.oid = o.oprnamespace
  UNION ALL
  SELECT 'operator class', json_build_array(n.nspname, c.opcname, 'USING ' || pg_catalog.quote_ident(m.amname)), NULL, c.opcowner
  FROM pg_catalog.pg_opclass c JOIN wanted n ON n.oid = c.opcnamespace JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod
  UNION ALL
  SELECT 'operator family', json_build_array(n.nspname, f.opfname, 'USING ' || pg_catalog.quote_ident(m.amname)), NULL, f.opfowner
  FROM pg_catalog.pg_opfamily f JOIN wanted n ON n.oid = f.opfnamespace JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod
  UNION ALL
  SELECT 'conversion', json_build_array(n.nspname, c.conname), NULL, c.conowner
  FROM pg_catalog.pg_conversion c JOIN wanted n ON n.oid = c.connamespace
  UNION ALL
  SELECT 'text search dictionary', json_build_array(n.nspname, d.dictname), NULL, d.dictowner
  FROM pg_catalog.pg_ts_dict d JOIN wanted n ON n.oid = d.dictnamespace
  UNION ALL
  SELECT 'text search configuration', json_build_array(n.nspname, c.cfgname), NULL, c.cfgowner
  FROM pg_catalog.pg_ts_config c JOIN wanted n ON n.oid = c.cfgnamespace
  UNION ALL
  SELECT 'language', json_build_array(l.lanname), NULL, l.lanowner FROM pg_catalog.pg_language l WHERE l.oid >= 16384
  UNION ALL
  SELECT 'foreign-data wrapper', json_build_array(w.fdwname), NULL, w.fdwowner FROM pg_catalog.pg_foreign_data_wrapper w
  UNION ALL
  SELECT 'server', json_build_array(s.srvname), NULL, s.srvowner FROM pg_catalog.pg_foreign_server s
  UNION ALL
  SELECT 'event trigger', json_build_array(e.evtname), NULL, e.evtowner FROM pg_catalog.pg_event_trigger e
  UNION ALL
  SELECT 'publication', json_build_array(p.pubname), NULL, p.pubowner FROM pg_catalog.pg_publication p
  UNION ALL
  SELECT 'subscription', json_build_array(s.subname), NULL, s.subowner FROM pg_catalog.pg_subscription s
  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
) o
WHERE o.owner IN (SELECT w.oid FROM who w)
