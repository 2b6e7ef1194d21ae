-- what extensions have brought, by name
SELECT i.type AS kind, i.identity AS called, e.extname AS extension
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname <> 'plpgsql'
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) i
WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
ORDER BY e.extname, i.type, i.identity
