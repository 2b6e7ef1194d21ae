-- what is there and not managed, by name, with the extension that brings it
WITH extension AS (
  SELECT d.classid, d.objid, e.extname
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
), place AS (
  SELECT n.oid, n.nspname, n.nspname = ANY (:schemas) AS managed
  FROM pg_catalog.pg_namespace n
  WHERE n.nspname !~ '^pg_(toast|temp)'
)
SELECT 'schema' AS space, p.nspname AS schema, NULL AS name, x.extname AS extension
FROM place p
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_namespace'::regclass AND x.objid = p.oid
UNION ALL
SELECT 'type', p.nspname, t.typname, x.extname
FROM pg_catalog.pg_type t
JOIN place p ON p.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_type'::regclass AND x.objid = t.oid
WHERE NOT (t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A')
  AND (p.nspname <> 'pg_catalog' OR t.typtype <> 'c')
  AND NOT COALESCE(p.managed AND c.oid IN (SELECT pg_catalog.unnest(:tables)), false)
UNION ALL
SELECT 'relation', p.nspname, c.relname, x.extname
FROM pg_catalog.pg_class c
JOIN place p ON p.oid = c.relnamespace
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
WHERE p.nspname <> 'pg_catalog'
  AND (c.relkind IN ('v', 'm')
       OR c.relkind IN ('S', 'i', 'I') AND (NOT p.managed OR x.extname IS NOT NULL)
       OR c.relkind IN ('i', 'I') AND i.indrelid NOT IN (SELECT pg_catalog.unnest(:tables))
       OR c.relkind IN ('r', 'p', 'f') AND c.oid NOT IN (SELECT pg_catalog.unnest(:tables)))
UNION ALL
SELECT 'collation', p.nspname, c.collname, x.extname
FROM pg_catalog.pg_collation c
JOIN place p ON p.oid = c.collnamespace
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_collation'::regclass AND x.objid = c.oid
WHERE p.nspname <> 'pg_catalog'
UNION ALL
SELECT 'opclass', p.nspname, o.opcname, x.extname
FROM pg_catalog.pg_opclass o
JOIN place p ON p.oid = o.opcnamespace
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_opclass'::regclass AND x.objid = o.oid
WHERE p.nspname <> 'pg_catalog' AND (NOT p.managed OR x.extname IS NOT NULL)
UNION ALL
SELECT DISTINCT 'opfamily', p.nspname, f.opfname, x.extname
FROM pg_catalog.pg_opfamily f
JOIN place p ON p.oid = f.opfnamespace
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_opfamily'::regclass AND x.objid = f.oid
WHERE p.nspname <> 'pg_catalog' AND (NOT p.managed OR x.extname IS NOT NULL)
UNION ALL
SELECT DISTINCT 'operator', p.nspname, o.oprname, x.extname
FROM pg_catalog.pg_operator o
JOIN place p ON p.oid = o.oprnamespace
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_operator'::regclass AND x.objid = o.oid
WHERE p.nspname <> 'pg_catalog'
UNION ALL
SELECT 'role', r.rolname, NULL, NULL FROM pg_catalog.pg_roles r
UNION ALL
-- of routines, those that a trigger or an event trigger may name
SELECT DISTINCT 'routine', n.nspname, f.proname, x.extname
FROM pg_catalog.pg_proc f
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
LEFT JOIN extension x ON x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = f.oid
WHERE f.prorettype IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype) AND f.pronargs = 0
UNION ALL
-- and those of extensions that an operator class may
SELECT DISTINCT 'routine', n.nspname, f.proname, x.extname
FROM pg_catalog.pg_amproc m
JOIN pg_catalog.pg_proc f ON f.oid = m.amproc
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
JOIN extension x ON x.classid = 'pg_catalog.pg_proc'::regclass AND x.objid = f.oid
UNION ALL
SELECT s.space, p.nspname, s.name, x.extname
FROM (SELECT 'text search parser' AS space, 'pg_catalog.pg_ts_parser'::regclass AS class, t.oid, t.prsname AS name, t.prsnamespace AS place
      FROM pg_catalog.pg_ts_parser t
      UNION ALL
      SELECT 'text search template', 'pg_catalog.pg_ts_template'::regclass, t.oid, t.tmplname, t.tmplnamespace FROM pg_catalog.pg_ts_template t
      UNION ALL
      SELECT 'text search dictionary', 'pg_catalog.pg_ts_dict'::regclass, t.oid, t.dictname, t.dictnamespace FROM pg_catalog.pg_ts_dict t
      UNION ALL
      SELECT 'text search configuration', 'pg_catalog.pg_ts_config'::regclass, t.oid, t.cfgname, t.cfgnamespace FROM pg_catalog.pg_ts_config t) s
JOIN place p ON p.oid = s.place
LEFT JOIN extension x ON x.classid = s.class AND x.objid = s.oid
WHERE p.nspname <> 'pg_catalog'
UNION ALL
SELECT 'foreign-data wrapper', w.fdwname, NULL, x.extname
FROM pg_catalog.pg_foreign_data_wrapper w
JOIN extension x ON x.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass AND x.objid = w.oid
UNION ALL
SELECT 'server', s.srvname, NULL, x.extname
FROM pg_catalog.pg_foreign_server s
JOIN extension x ON x.classid = 'pg_catalog.pg_foreign_server'::regclass AND x.objid = s.oid
UNION ALL
SELECT 'language', l.lanname, NULL, x.extname
FROM pg_catalog.pg_language l
JOIN extension x ON x.classid = 'pg_catalog.pg_language'::regclass AND x.objid = l.oid
UNION ALL
SELECT 'access method', a.amname, NULL, x.extname
FROM pg_catalog.pg_am a
JOIN extension x ON x.classid = 'pg_catalog.pg_am'::regclass AND x.objid = a.oid
