-- pg_cast, without those of the server and of range types
SELECT pg_catalog.format_type(k.castsource, NULL) AS source, pg_catalog.format_type(k.casttarget, NULL) AS target,
       k.castmethod AS method, k.castcontext AS context,
       (SELECT json_build_array(n.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = k.castfunc) AS function,
       (SELECT json_agg(pg_catalog.format_type(t.ty, NULL) ORDER BY t.n) FROM pg_catalog.pg_proc f
        CROSS JOIN LATERAL pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS t (ty, n) WHERE f.oid = k.castfunc) AS arguments
FROM pg_catalog.pg_cast k
WHERE k.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_cast'::regclass AND d.objid = k.oid AND d.deptype IN ('e', 'i'))
