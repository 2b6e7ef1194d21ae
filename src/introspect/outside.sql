-- what is there, is not ours, and stands on something that is: left out by a rule, in another schema, or an extension's
WITH place AS (
  SELECT n.oid, n.nspname, n.nspname = ANY (:schemas) AS ours FROM pg_catalog.pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), member AS (
  SELECT d.classid, d.objid, e.extname
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
), standing (classid, objid, kind, place, name, relid) AS (
  SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid,
         CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
         c.relnamespace, c.relname, NULL::oid
  FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, c.oid, 'composite type', c.relnamespace, c.relname, NULL
  FROM pg_catalog.pg_class c WHERE c.relkind = 'c'
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid,
         CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'base type' END, t.typnamespace, t.typname, NULL
  FROM pg_catalog.pg_type t WHERE t.typtype IN ('b', 'd', 'r') AND NOT (t.typelem <> 0 AND t.typcategory = 'A')
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, f.oid, CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         f.pronamespace, f.proname, NULL
  FROM pg_catalog.pg_proc f
  UNION ALL
  SELECT 'pg_catalog.pg_operator'::regclass, o.oid, 'operator', o.oprnamespace, o.oprname, NULL FROM pg_catalog.pg_operator o
  UNION ALL
  SELECT 'pg_catalog.pg_opclass'::regclass, o.oid, 'operator class', o.opcnamespace, o.opcname, NULL FROM pg_catalog.pg_opclass o
  UNION ALL
  SELECT 'pg_catalog.pg_conversion'::regclass, o.oid, 'conversion', o.connamespace, o.conname, NULL FROM pg_catalog.pg_conversion o
  UNION ALL
  SELECT 'pg_catalog.pg_ts_config'::regclass, o.oid, 'text search configuration', o.cfgnamespace, o.cfgname, NULL FROM pg_catalog.pg_ts_config o
  UNION ALL
  SELECT 'pg_catalog.pg_ts_dict'::regclass, o.oid, 'text search dictionary', o.dictnamespace, o.dictname, NULL FROM pg_catalog.pg_ts_dict o
  UNION ALL
  SELECT t.classid, t.objid, t.kind, c.relnamespace, t.name, c.oid
  FROM (SELECT 'pg_catalog.pg_trigger'::regclass::oid, t.oid, 'trigger', t.tgrelid, t.tgname FROM pg_catalog.pg_trigger t
        WHERE NOT t.tgisinternal
        UNION ALL
        SELECT 'pg_catalog.pg_policy'::regclass, t.oid, 'policy', t.polrelid, t.polname FROM pg_catalog.pg_policy t
        UNION ALL
        SELECT 'pg_catalog.pg_rewrite'::regclass, t.oid, 'rule', t.ev_class, t.rulename FROM pg_catalog.pg_rewrite t
        WHERE t.rulename <> '_RETURN') t (classid, objid, kind, relid, name)
  JOIN pg_catalog.pg_class c ON c.oid = t.relid
), outside AS MATERIALIZED (
  SELECT s.classid, s.objid, s.kind, p.nspname AS schema, s.name, s.relid, m.extname
  FROM standing s JOIN place p ON p.oid = s.place
  LEFT JOIN member m ON m.classid = s.classid AND m.objid = s.objid
  WHERE NOT p.ours OR m.extname IS NOT NULL
     OR EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = s.classid AND o.oid = s.objid)
), event_trigger AS (
  SELECT e.oid, e.evtname, m.extname
  FROM pg_catalog.pg_event_trigger e
  LEFT JOIN member m ON m.classid = 'pg_catalog.pg_event_trigger'::regclass AND m.objid = e.oid
  WHERE m.extname IS NOT NULL
     OR EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_event_trigger'::regclass AND o.oid = e.oid)
), part (classid, objid, kind, schema, name, relid, extname, by_class, by_object, keeps_types) AS (
  -- what belongs to a thing and depends in its stead; a column cannot change its type under what the last one says
  SELECT o.*, o.classid, o.objid, o.classid <> 'pg_catalog.pg_class'::regclass FROM outside o
  UNION ALL
  SELECT 'pg_catalog.pg_event_trigger'::regclass, e.oid, 'event trigger', '', e.evtname, NULL, e.extname,
         'pg_catalog.pg_event_trigger'::regclass, e.oid, false
  FROM event_trigger e
  UNION ALL
  SELECT o.*, b.by_class, b.by_object, b.keeps_types
  FROM outside o
  JOIN (SELECT r.ev_class, 'pg_catalog.pg_rewrite'::regclass, r.oid, true FROM pg_catalog.pg_rewrite r
        UNION ALL
        SELECT c.conrelid, 'pg_catalog.pg_constraint'::regclass, c.oid, false FROM pg_catalog.pg_constraint c WHERE c.conrelid <> 0
        UNION ALL
        SELECT a.adrelid, 'pg_catalog.pg_attrdef'::regclass, a.oid, true FROM pg_catalog.pg_attrdef a
        UNION ALL
        SELECT t.tgrelid, 'pg_catalog.pg_trigger'::regclass, t.oid, true FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal
        UNION ALL
        SELECT t.polrelid, 'pg_catalog.pg_policy'::regclass, t.oid, true FROM pg_catalog.pg_policy t
        UNION ALL
        SELECT x.indrelid, 'pg_catalog.pg_class'::regclass, x.indexrelid, false FROM pg_catalog.pg_index x
        UNION ALL
        SELECT s.stxrelid, 'pg_catalog.pg_statistic_ext'::regclass, s.oid, false FROM pg_catalog.pg_statistic_ext s)
       AS b (relid, by_class, by_object, keeps_types) ON b.relid = o.objid
  WHERE o.classid = 'pg_catalog.pg_class'::regclass
  UNION ALL
  SELECT o.*, 'pg_catalog.pg_constraint'::regclass, c.oid, false
  FROM outside o JOIN pg_catalog.pg_constraint c ON c.contypid = o.objid
  WHERE o.classid = 'pg_catalog.pg_type'::regclass
), stands AS MATERIALIZED (
  -- a view is told by its name, whatever else by its own: `default value for audit.log.at`
  SELECT p.classid, p.objid, p.kind, p.schema, p.name, p.relid, p.extname, d.refclassid, d.refobjid, d.refobjsubid, p.keeps_types,
         CASE WHEN v.oid IS NULL THEN p.by_class ELSE p.classid END AS told_class,
         CASE WHEN v.oid IS NULL THEN p.by_object ELSE p.objid END AS told_object, CASE WHEN v.oid IS NULL THEN d.objsubid ELSE 0 END AS told_part
  FROM part p
  JOIN pg_catalog.pg_depend d ON d.classid = p.by_class AND d.objid = p.by_object AND d.deptype IN ('n', 'a')
  LEFT JOIN pg_catalog.pg_rewrite v ON p.by_class = 'pg_catalog.pg_rewrite'::regclass AND v.oid = p.by_object AND v.rulename = '_RETURN'
  WHERE d.refclassid <> 'pg_catalog.pg_namespace'::regclass AND NOT (d.refclassid = p.classid AND d.refobjid = p.objid)
), named (told_class, told_object, told_part, space, path, keeps_type) AS (
  SELECT s.told_class, s.told_object, s.told_part, CASE WHEN a.attnum IS NULL THEN 'relation' ELSE 'column' END,
         CASE WHEN a.attnum IS NULL THEN json_build_array(n.nspname, c.relname) ELSE json_build_array(n.nspname, c.relname, a.attname) END,
         s.keeps_types AND a.attnum IS NOT NULL
  FROM stands s
  JOIN pg_catalog.pg_class c ON s.refclassid = 'pg_catalog.pg_class'::regclass AND c.oid = s.refobjid
  JOIN place n ON n.oid = c.relnamespace AND n.ours
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.refobjsubid AND s.refobjsubid > 0
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, 'type', json_build_array(n.nspname, COALESCE(e.typname, t.typname)), false
  FROM stands s
  JOIN pg_catalog.pg_type t ON s.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = s.refobjid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
  JOIN place n ON n.oid = t.typnamespace AND n.ours
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, 'constraint', json_build_array(n.nspname, c.relname, k.conname), false
  FROM stands s
  JOIN pg_catalog.pg_constraint k ON s.refclassid = 'pg_catalog.pg_constraint'::regclass AND k.oid = s.refobjid
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN place n ON n.oid = c.relnamespace AND n.ours
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, 'routine', json_build_array(n.nspname, f.proname,
         '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                          FROM pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')'), false
  FROM stands s
  JOIN pg_catalog.pg_proc f ON s.refclassid = 'pg_catalog.pg_proc'::regclass AND f.oid = s.refobjid
  JOIN place n ON n.oid = f.pronamespace AND n.ours
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, 'operator', json_build_array(n.nspname, o.oprname,
         '(' || COALESCE(pg_catalog.format_type(NULLIF(o.oprleft, 0), NULL), 'NONE') || ', ' || pg_catalog.format_type(o.oprright, NULL) || ')'), false
  FROM stands s
  JOIN pg_catalog.pg_operator o ON s.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = s.refobjid
  JOIN place n ON n.oid = o.oprnamespace AND n.ours
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, 'opclass', json_build_array(n.nspname, o.opcname, 'USING ' || a.amname), false
  FROM stands s
  JOIN pg_catalog.pg_opclass o ON s.refclassid = 'pg_catalog.pg_opclass'::regclass AND o.oid = s.refobjid
  JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
  JOIN place n ON n.oid = o.opcnamespace AND n.ours
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, o.space, json_build_array(n.nspname, o.name), false
  FROM stands s
  JOIN (SELECT 'pg_catalog.pg_collation'::regclass AS class, 'collation' AS space, c.oid, c.collnamespace AS place, c.collname AS name
        FROM pg_catalog.pg_collation c
        UNION ALL
        SELECT 'pg_catalog.pg_ts_config'::regclass, 'text search configuration', t.oid, t.cfgnamespace, t.cfgname FROM pg_catalog.pg_ts_config t
        UNION ALL
        SELECT 'pg_catalog.pg_ts_dict'::regclass, 'text search dictionary', t.oid, t.dictnamespace, t.dictname FROM pg_catalog.pg_ts_dict t
        UNION ALL
        SELECT 'pg_catalog.pg_ts_parser'::regclass, 'text search parser', t.oid, t.prsnamespace, t.prsname FROM pg_catalog.pg_ts_parser t
        UNION ALL
        SELECT 'pg_catalog.pg_ts_template'::regclass, 'text search template', t.oid, t.tmplnamespace, t.tmplname FROM pg_catalog.pg_ts_template t) o
    ON o.class = s.refclassid AND o.oid = s.refobjid
  JOIN place n ON n.oid = o.place AND n.ours
  UNION ALL
  SELECT s.told_class, s.told_object, s.told_part, o.space, json_build_array(o.name), false
  FROM stands s
  JOIN (SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass AS class, 'foreign-data wrapper' AS space, w.oid, w.fdwname AS name
        FROM pg_catalog.pg_foreign_data_wrapper w
        UNION ALL
        SELECT 'pg_catalog.pg_foreign_server'::regclass, 'server', f.oid, f.srvname FROM pg_catalog.pg_foreign_server f
        UNION ALL
        SELECT 'pg_catalog.pg_language'::regclass, 'language', l.oid, l.lanname FROM pg_catalog.pg_language l
        UNION ALL
        SELECT 'pg_catalog.pg_am'::regclass, 'access method', a.oid, a.amname FROM pg_catalog.pg_am a WHERE a.oid >= 16384) o
    ON o.class = s.refclassid AND o.oid = s.refobjid
  UNION ALL
  -- what an extension brought goes with the extension
  SELECT s.told_class, s.told_object, s.told_part, 'extension', json_build_array(m.extname), false
  FROM stands s JOIN member m ON m.classid = s.refclassid AND m.objid = s.refobjid
  WHERE s.extname IS DISTINCT FROM m.extname
)
SELECT (SELECT i.type || ' ' || i.identity FROM pg_catalog.pg_identify_object(s.told_class, s.told_object, s.told_part) i) AS what,
       s.kind, s.schema, s.name, s.extname AS extension,
       (SELECT json_build_array(n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN place n ON n.oid = c.relnamespace AND n.ours
        WHERE c.oid = s.relid) AS within,
       json_agg(json_build_array(d.space, d.path, d.keeps_type)) AS stands_on
FROM (SELECT DISTINCT s.told_class, s.told_object, s.told_part, s.kind, s.schema, s.name, s.extname, s.relid FROM stands s) s
JOIN named d ON d.told_class = s.told_class AND d.told_object = s.told_object AND d.told_part = s.told_part
GROUP BY s.told_class, s.told_object, s.told_part, s.kind, s.schema, s.name, s.extname, s.relid
