-- pg_operator, without those whose place is only kept
SELECT n.nspname AS schema, o.oprname AS symbols, pg_catalog.format_type(NULLIF(o.oprleft, 0), NULL) AS left,
       pg_catalog.format_type(o.oprright, NULL) AS right, json_build_array(fn.nspname, f.proname) AS function,
       (SELECT json_build_array(xn.nspname, x.oprname) FROM pg_catalog.pg_operator x
        JOIN pg_catalog.pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = o.oprcom) AS commutator,
       (SELECT json_build_array(xn.nspname, x.oprname) FROM pg_catalog.pg_operator x
        JOIN pg_catalog.pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = o.oprnegate) AS negator,
       (SELECT json_build_array(xn.nspname, x.proname) FROM pg_catalog.pg_proc x
        JOIN pg_catalog.pg_namespace xn ON xn.oid = x.pronamespace WHERE x.oid = o.oprrest) AS restrict,
       (SELECT json_build_array(xn.nspname, x.proname) FROM pg_catalog.pg_proc x
        JOIN pg_catalog.pg_namespace xn ON xn.oid = x.pronamespace WHERE x.oid = o.oprjoin) AS join,
       o.oprcanhash AS hashes, o.oprcanmerge AS merges
FROM pg_catalog.pg_operator o
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
JOIN pg_catalog.pg_proc f ON f.oid = o.oprcode
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
