-- pg_am, without those of the server
SELECT a.amname AS name, a.amtype AS method, json_build_array(n.nspname, f.proname) AS handler
FROM pg_catalog.pg_am a
JOIN pg_catalog.pg_proc f ON f.oid = a.amhandler
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE a.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_am'::regclass AND d.objid = a.oid AND d.deptype = 'e')
