-- pg_extension; plpgsql is in every database
SELECT e.extname AS name, n.nspname AS schema, e.extversion AS version,
       EXISTS (SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e'
                 AND d.refobjid = e.oid) AS own_schema,
       (SELECT pg_catalog.json_agg(r.extname ORDER BY r.extname)
        FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension r ON r.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_extension'::regclass AND d.objid = e.oid
          AND d.refclassid = 'pg_catalog.pg_extension'::regclass) AS requires
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql'
ORDER BY e.extname
