-- pg_conversion
SELECT n.nspname AS schema, c.conname AS name, pg_catalog.pg_encoding_to_char(c.conforencoding) AS from_encoding,
       pg_catalog.pg_encoding_to_char(c.contoencoding) AS to_encoding, json_build_array(fn.nspname, f.proname) AS function,
       c.condefault AS usual
FROM pg_catalog.pg_conversion c
JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
JOIN pg_catalog.pg_proc f ON f.oid = c.conproc
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_conversion'::regclass AND d.objid = c.oid AND d.deptype = 'e')
