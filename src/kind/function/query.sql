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
       p.prosrc AS source, p.probin AS file,
       pg_catalog.format_type(p.prorettype, NULL) AS returns, p.proretset AS returns_set, p.prokind = 'w' AS window,
       p.provolatile AS volatility, p.proisstrict AS strict, p.proleakproof AS leakproof, p.proparallel AS parallel,
       NULLIF(p.procost, CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END)::text AS cost,
       CASE WHEN p.proretset THEN NULLIF(p.prorows, 1000)::text END AS rows,
       sn.nspname AS support_schema, s.proname AS support
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
LEFT JOIN pg_catalog.pg_proc s ON s.oid = p.prosupport AND p.prosupport <> 0
LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.pronamespace
WHERE p.prokind IN ('f', 'w')
  AND n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_proc'::regclass AND o.oid = p.oid)
  -- what an extension brought, and what comes with a range type
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
