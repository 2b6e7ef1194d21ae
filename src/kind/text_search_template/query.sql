-- pg_ts_template, with its functions
SELECT n.nspname AS schema, t.tmplname AS name,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = t.tmplinit) AS init,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = t.tmpllexize) AS lexize
FROM pg_catalog.pg_ts_template t
JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_ts_template'::regclass AND d.objid = t.oid AND d.deptype = 'e')
