-- pg_description of what the other queries read; the kind of the target is the word of its tag
WITH wanted AS NOT MATERIALIZED (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n
  WHERE n.nspname = ANY (:schemas)
), relation AS NOT MATERIALIZED (
  SELECT c.oid, c.relkind, c.relname, n.nspname FROM pg_catalog.pg_class c JOIN wanted n ON n.oid = c.relnamespace
  WHERE NOT (c.relname = ANY (:bookkeeping))
)
SELECT 'schema' AS kind, json_build_array(n.nspname) AS path, NULL::oid AS "table", NULL::int4 AS "column", d.description AS text, false AS foreign
FROM pg_catalog.pg_description d JOIN wanted n ON n.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_namespace'::regclass AND n.nspname <> 'public'
UNION ALL
SELECT 'extension', json_build_array(e.extname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_extension e ON e.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_extension'::regclass AND e.extname <> 'plpgsql'
  AND d.description IS DISTINCT FROM
      (SELECT a.comment FROM pg_catalog.pg_available_extensions() a WHERE a.name = e.extname)
UNION ALL
SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite type' WHEN 'd' THEN 'domain' ELSE 'range type' END,
       json_build_array(n.nspname, t.typname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_type t ON t.oid = d.objoid JOIN wanted n ON n.oid = t.typnamespace
WHERE d.classoid = 'pg_catalog.pg_type'::regclass AND t.typtype IN ('e', 'c', 'd', 'r')
UNION ALL
SELECT 'collation', json_build_array(n.nspname, c.collname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_collation c ON c.oid = d.objoid JOIN wanted n ON n.oid = c.collnamespace
WHERE d.classoid = 'pg_catalog.pg_collation'::regclass
UNION ALL
SELECT 'domain check', json_build_array(n.nspname, t.typname, k.conname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_constraint k ON k.oid = d.objoid
JOIN pg_catalog.pg_type t ON t.oid = k.contypid JOIN wanted n ON n.oid = t.typnamespace
WHERE d.classoid = 'pg_catalog.pg_constraint'::regclass AND k.contype = 'c'
UNION ALL
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'index' END,
       json_build_array(c.nspname, c.relname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN relation c ON c.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0 AND c.relkind IN ('S', 'i', 'I', 'v', 'm')
UNION ALL
SELECT CASE d.objsubid WHEN 0 THEN 'table' ELSE 'column' END, NULL, d.objoid, NULLIF(d.objsubid, 0), d.description,
       managed.oid IN (SELECT f.ftrelid FROM pg_catalog.pg_foreign_table f)
FROM pg_catalog.pg_description d JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_class'::regclass
UNION ALL
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, json_build_array(c.nspname, c.relname, a.attname),
       NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN relation c ON c.oid = d.objoid
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid > 0 AND c.relkind IN ('v', 'm')
UNION ALL
SELECT CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'c' THEN 'check constraint'
                      WHEN 'x' THEN 'exclusion constraint'
                      ELSE 'foreign key' END,
       json_build_array(c.nspname, c.relname, k.conname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_constraint k ON k.oid = d.objoid
JOIN relation c ON c.oid = k.conrelid
WHERE d.classoid = 'pg_catalog.pg_constraint'::regclass AND k.contype IN ('p', 'u', 'c', 'x', 'f')
UNION ALL
SELECT 'statistics', json_build_array(n.nspname, s.stxname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_statistic_ext s ON s.oid = d.objoid JOIN wanted n ON n.oid = s.stxnamespace
WHERE d.classoid = 'pg_catalog.pg_statistic_ext'::regclass
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
       json_build_array(n.nspname, p.proname,
         '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                          FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')'), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_proc p ON p.oid = d.objoid JOIN wanted n ON n.oid = p.pronamespace
WHERE d.classoid = 'pg_catalog.pg_proc'::regclass
UNION ALL
SELECT 'trigger', json_build_array(c.nspname, c.relname, t.tgname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_trigger t ON t.oid = d.objoid JOIN relation c ON c.oid = t.tgrelid
WHERE d.classoid = 'pg_catalog.pg_trigger'::regclass AND NOT t.tgisinternal
UNION ALL
SELECT 'policy', json_build_array(c.nspname, c.relname, p.polname), NULL, NULL, d.description, false
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_policy p ON p.oid = d.objoid JOIN relation c ON c.oid = p.polrelid
WHERE d.classoid = 'pg_catalog.pg_policy'::regclass
UNION ALL
SELECT i.type,
       CASE i.type WHEN 'cast' THEN
              (SELECT json_build_array('(' || pg_catalog.format_type(k.castsource, NULL) || ' AS ' || pg_catalog.format_type(k.casttarget, NULL) || ')')
               FROM pg_catalog.pg_cast k WHERE k.oid = d.objoid)
            WHEN 'operator' THEN
              (SELECT json_build_array(n.nspname, o.oprname, '(' || COALESCE(pg_catalog.format_type(NULLIF(o.oprleft, 0), NULL), 'NONE') || ', '
                                                            || pg_catalog.format_type(o.oprright, NULL) || ')')
               FROM pg_catalog.pg_operator o WHERE o.oid = d.objoid)
            WHEN 'operator class' THEN
              (SELECT json_build_array(n.nspname, c.opcname, 'USING ' || pg_catalog.quote_ident(m.amname))
               FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod WHERE c.oid = d.objoid)
            WHEN 'operator family' THEN
              (SELECT json_build_array(n.nspname, f.opfname, 'USING ' || pg_catalog.quote_ident(m.amname))
               FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod WHERE f.oid = d.objoid)
            WHEN 'conversion' THEN json_build_array(n.nspname, a.object_names[2])
            ELSE CASE WHEN i.type LIKE 'text search %' THEN json_build_array(n.nspname, a.object_names[2])
                      ELSE pg_catalog.to_json(a.object_names) END END,
       NULL, NULL, d.description, false
FROM pg_catalog.pg_description d
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, 0) i
CROSS JOIN LATERAL pg_catalog.pg_identify_object_as_address(d.classoid, d.objoid, 0) a
-- it names the schema in quotes where SQL would need them
LEFT JOIN pg_catalog.pg_namespace n ON pg_catalog.quote_ident(n.nspname) = i.schema
-- what is the server's own has one too, and lower numbers
WHERE d.objoid >= 16384
  -- a comment outlives its subscription, on servers before 15
  AND (d.classoid <> 'pg_catalog.pg_subscription'::regclass
       OR EXISTS (SELECT FROM pg_catalog.pg_stat_subscription s WHERE s.subid = d.objoid))
  AND (i.schema IS NULL OR n.nspname = ANY (:schemas))
  AND d.classoid IN ('pg_catalog.pg_ts_parser'::regclass, 'pg_catalog.pg_ts_template'::regclass, 'pg_catalog.pg_ts_dict'::regclass,
                     'pg_catalog.pg_ts_config'::regclass, 'pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_event_trigger'::regclass,
                     'pg_catalog.pg_foreign_data_wrapper'::regclass, 'pg_catalog.pg_foreign_server'::regclass,
                     'pg_catalog.pg_publication'::regclass, 'pg_catalog.pg_subscription'::regclass,
                     'pg_catalog.pg_cast'::regclass, 'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_opclass'::regclass,
                     'pg_catalog.pg_opfamily'::regclass, 'pg_catalog.pg_conversion'::regclass,
                     'pg_catalog.pg_language'::regclass, 'pg_catalog.pg_am'::regclass)
