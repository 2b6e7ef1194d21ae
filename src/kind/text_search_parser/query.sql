-- pg_ts_parser, with its functions
SELECT n.nspname AS schema, p.prsname AS name,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = p.prsstart) AS start,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = p.prstoken) AS gettoken,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = p.prsend) AS end,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = p.prslextype) AS lextypes,
       (SELECT json_build_array(fn.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = p.prsheadline) AS headline
FROM pg_catalog.pg_ts_parser p
JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_ts_parser'::regclass AND d.objid = p.oid AND d.deptype = 'e')
