-- pg_proc; the body as it stands, or as the server prints the one that it has parsed
SELECT n.nspname AS schema, p.proname AS name, l.lanname AS language, p.prosecdef AS security_definer,
       to_json(p.proconfig) AS settings,
       (SELECT json_agg(json_build_object(
          'mode', p.proargmodes[a.n], 'name', p.proargnames[a.n], 'type', pg_catalog.format_type(a.ty, NULL),
          'default', CASE WHEN p.pronargdefaults > 0 THEN pg_catalog.pg_get_function_arg_default(p.oid, a.n::int) END) ORDER BY a.n)
        FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS a (ty, n)) AS arguments,
       (SELECT json_agg(pg_catalog.format_type(t.ty, NULL) ORDER BY t.n)
        FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY AS t (ty, n)) AS transforms,
--14+        p.prosqlbody IS NOT NULL AS parsed, pg_catalog.pg_get_function_sqlbody(p.oid) AS sql_body,
       p.prosrc AS source, p.probin AS file
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.prokind = 'p'
  AND n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_proc'::regclass AND o.oid = p.oid)
  -- what an extension brought, and what comes with a range type
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
