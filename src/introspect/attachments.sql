-- privileges and owners of what a change may have to make again: types, collations, and generated columns
SELECT p.what || ' of type ' || pg_catalog.format('%I.%I', n.nspname, t.typname) AS what, true AS property,
       json_build_array(json_build_array('type', json_build_array(n.nspname, t.typname))) AS stands_on
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL (VALUES ('privileges', t.typacl IS NOT NULL),
                           ('the owner ' || pg_catalog.pg_get_userbyid(t.typowner),
                            pg_catalog.pg_get_userbyid(t.typowner) <> current_user)) p (what, holds)
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c') AND n.nspname = ANY (:schemas) AND p.holds
UNION ALL
SELECT 'the owner ' || pg_catalog.pg_get_userbyid(c.collowner) || ' of collation '
         || pg_catalog.format('%I.%I', n.nspname, c.collname), true,
       json_build_array(json_build_array('collation', json_build_array(n.nspname, c.collname)))
FROM pg_catalog.pg_collation c
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE pg_catalog.pg_get_userbyid(c.collowner) <> current_user AND n.nspname = ANY (:schemas)
UNION ALL
SELECT 'privileges of column ' || pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname), true,
       json_build_array(json_build_array('column', json_build_array(n.nspname, c.relname, a.attname)))
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attacl IS NOT NULL AND c.relkind IN ('r', 'p', 'f') AND NOT a.attisdropped
  AND n.nspname = ANY (:schemas)
UNION ALL
SELECT p.what || ' of view ' || pg_catalog.format('%I.%I', n.nspname, c.relname), true,
       json_build_array(json_build_array('relation', json_build_array(n.nspname, c.relname)))
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES ('privileges', c.relacl IS NOT NULL
                            OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL)),
                           ('the owner ' || pg_catalog.pg_get_userbyid(c.relowner),
                            pg_catalog.pg_get_userbyid(c.relowner) <> current_user)) p (what, holds)
WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY (:schemas) AND p.holds
UNION ALL
SELECT p.what || ' of ' || CASE f.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END || f.oid::pg_catalog.regprocedure, true,
       json_build_array(json_build_array('routine', json_build_array(n.nspname, f.proname,
         '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                          FROM pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')')))
FROM pg_catalog.pg_proc f
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
CROSS JOIN LATERAL (VALUES ('privileges', f.proacl IS NOT NULL),
                           ('the owner ' || pg_catalog.pg_get_userbyid(f.proowner),
                            pg_catalog.pg_get_userbyid(f.proowner) <> current_user)) p (what, holds)
WHERE n.nspname = ANY (:schemas) AND p.holds
