-- pg_language, without those of the server
SELECT l.lanname AS name, json_build_array(n.nspname, f.proname) AS handler, l.lanpltrusted AS trusted,
       (SELECT json_build_array(xn.nspname, x.proname) FROM pg_catalog.pg_proc x
        JOIN pg_catalog.pg_namespace xn ON xn.oid = x.pronamespace WHERE x.oid = l.laninline) AS inline,
       (SELECT json_build_array(xn.nspname, x.proname) FROM pg_catalog.pg_proc x
        JOIN pg_catalog.pg_namespace xn ON xn.oid = x.pronamespace WHERE x.oid = l.lanvalidator) AS validator
FROM pg_catalog.pg_language l
JOIN pg_catalog.pg_proc f ON f.oid = l.lanplcallfoid
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE l.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_language'::regclass AND d.objid = l.oid AND d.deptype = 'e')
