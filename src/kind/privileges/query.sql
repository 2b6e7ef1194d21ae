-- what differs from acldefault(), of what the other queries read. What somebody else than the owner granted is not held.
WITH wanted AS NOT MATERIALIZED (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n
  WHERE n.nspname = ANY (:schemas)
)
SELECT p.kind, p.path, p."table", p."column", pg_catalog.pg_get_userbyid(p.owner) AS owner, to_json(p.acl::text[]) AS acl,
       (SELECT json_build_array(n.nspname, c.relname, a.attname)
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE p.sequence IS NOT NULL AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = p.sequence
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i') AS identity_of,
--16-        false AS maintain,
--17+        true AS maintain,
--14-        true AS before_15
--15+        false AS before_15
FROM (
  SELECT 'table' AS kind, NULL::json AS path, c.oid AS "table", NULL::int4 AS "column", c.relowner AS owner, c.relacl AS acl,
         pg_catalog.acldefault('r', c.relowner) AS usual, NULL::oid AS sequence
  FROM pg_catalog.pg_class c JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = c.oid
  WHERE c.relacl IS NOT NULL
  UNION ALL
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'sequence' END,
         json_build_array(n.nspname, c.relname), NULL, NULL, c.relowner, c.relacl,
         pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner),
         CASE c.relkind WHEN 'S' THEN c.oid END
  FROM pg_catalog.pg_class c JOIN wanted n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm', 'S') AND c.relacl IS NOT NULL
  UNION ALL
  SELECT 'column', NULL, a.attrelid, a.attnum, c.relowner, a.attacl, '{}', NULL
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = c.oid
  WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, json_build_array(n.nspname, c.relname, a.attname),
         NULL, NULL, c.relowner, a.attacl, '{}', NULL
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN wanted n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND a.attacl IS NOT NULL AND a.attnum > 0
  UNION ALL
  SELECT 'schema', json_build_array(n.nspname), NULL, NULL, n.nspowner, n.nspacl, CASE n.nspname
--15+          WHEN 'public' THEN pg_catalog.acldefault('n', n.nspowner) || pg_catalog.makeaclitem(0, n.nspowner, 'USAGE', false)
--14-          WHEN 'public' THEN pg_catalog.acldefault('n', n.nspowner) || ('=UC/' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(n.nspowner)))::pg_catalog.aclitem
           ELSE pg_catalog.acldefault('n', n.nspowner) END, NULL
  FROM wanted n WHERE n.nspacl IS NOT NULL
  UNION ALL
  SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite type' WHEN 'd' THEN 'domain' ELSE 'range type' END,
         json_build_array(n.nspname, t.typname), NULL, NULL, t.typowner, t.typacl, pg_catalog.acldefault('T', t.typowner), NULL
  FROM pg_catalog.pg_type t JOIN wanted n ON n.oid = t.typnamespace
  WHERE t.typacl IS NOT NULL AND t.typtype IN ('e', 'd', 'r', 'c')
  UNION ALL
  SELECT CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         json_build_array(n.nspname, f.proname,
           '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                            FROM pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')'),
         NULL, NULL, f.proowner, f.proacl, pg_catalog.acldefault('f', f.proowner), NULL
  FROM pg_catalog.pg_proc f JOIN wanted n ON n.oid = f.pronamespace
  WHERE f.proacl IS NOT NULL
  UNION ALL
  SELECT 'foreign-data wrapper', json_build_array(w.fdwname), NULL, NULL, w.fdwowner, w.fdwacl, pg_catalog.acldefault('F', w.fdwowner), NULL
  FROM pg_catalog.pg_foreign_data_wrapper w
  WHERE w.fdwacl IS NOT NULL
  UNION ALL
  SELECT 'server', json_build_array(s.srvname), NULL, NULL, s.srvowner, s.srvacl, pg_catalog.acldefault('S', s.srvowner), NULL
  FROM pg_catalog.pg_foreign_server s
  WHERE s.srvacl IS NOT NULL
  UNION ALL
  -- one that was trusted keeps what it had, which means nothing
  SELECT 'language', json_build_array(l.lanname), NULL, NULL, l.lanowner, l.lanacl, pg_catalog.acldefault('l', l.lanowner), NULL
  FROM pg_catalog.pg_language l
  WHERE l.lanacl IS NOT NULL AND l.lanpltrusted AND l.oid >= 16384
) p
WHERE NOT (p.acl @> p.usual AND p.usual @> p.acl)
  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(p.acl) x WHERE x.grantor <> p.owner)
