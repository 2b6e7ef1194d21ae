-- types, collations, operators, operator classes and families with the functions of those, text search, foreign-data wrappers, languages and access methods of extensions
SELECT pg_catalog.json_agg(pg_catalog.json_build_array(o.space, COALESCE(n.nspname, ''), o.name, e.extname))
FROM (SELECT 'type' AS space, 'pg_catalog.pg_type'::regclass::oid AS classid, t.oid, t.typname AS name, t.typnamespace AS place
      FROM pg_catalog.pg_type t
      UNION ALL
      SELECT 'collation', 'pg_catalog.pg_collation'::regclass, c.oid, c.collname, c.collnamespace FROM pg_catalog.pg_collation c
      UNION ALL
      SELECT 'opclass', 'pg_catalog.pg_opclass'::regclass, c.oid, c.opcname, c.opcnamespace FROM pg_catalog.pg_opclass c
      UNION ALL
      SELECT 'opfamily', 'pg_catalog.pg_opfamily'::regclass, f.oid, f.opfname, f.opfnamespace FROM pg_catalog.pg_opfamily f
      UNION ALL
      SELECT DISTINCT 'routine', 'pg_catalog.pg_proc'::regclass::oid, p.oid, p.proname, p.pronamespace
      FROM pg_catalog.pg_amproc m JOIN pg_catalog.pg_proc p ON p.oid = m.amproc
      UNION ALL
      SELECT 'operator', 'pg_catalog.pg_operator'::regclass, p.oid, p.oprname, p.oprnamespace FROM pg_catalog.pg_operator p
      UNION ALL
      SELECT 'text search parser', 'pg_catalog.pg_ts_parser'::regclass, p.oid, p.prsname, p.prsnamespace FROM pg_catalog.pg_ts_parser p
      UNION ALL
      SELECT 'text search template', 'pg_catalog.pg_ts_template'::regclass, p.oid, p.tmplname, p.tmplnamespace FROM pg_catalog.pg_ts_template p
      UNION ALL
      SELECT 'text search dictionary', 'pg_catalog.pg_ts_dict'::regclass, p.oid, p.dictname, p.dictnamespace FROM pg_catalog.pg_ts_dict p
      UNION ALL
      SELECT 'text search configuration', 'pg_catalog.pg_ts_config'::regclass, p.oid, p.cfgname, p.cfgnamespace FROM pg_catalog.pg_ts_config p
      UNION ALL
      SELECT 'foreign-data wrapper', 'pg_catalog.pg_foreign_data_wrapper'::regclass, p.oid, p.fdwname, NULL FROM pg_catalog.pg_foreign_data_wrapper p
      UNION ALL
      SELECT 'language', 'pg_catalog.pg_language'::regclass, p.oid, p.lanname, NULL FROM pg_catalog.pg_language p
      UNION ALL
      SELECT 'access method', 'pg_catalog.pg_am'::regclass, p.oid, p.amname, NULL FROM pg_catalog.pg_am p) o
JOIN pg_catalog.pg_depend d ON d.classid = o.classid AND d.objid = o.oid AND d.deptype = 'e'
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_extension'::regclass
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.place
