-- pg_collation; where the locale stands depends on the provider and the version
SELECT n.nspname AS schema, c.collname AS name, c.collprovider AS provider,
       COALESCE(j.c ->> 'colllocale', j.c ->> 'colliculocale', c.collcollate) AS collate,
       COALESCE(j.c ->> 'colllocale', j.c ->> 'colliculocale', c.collctype) AS ctype,
       c.collisdeterministic AS deterministic, j.c ->> 'collicurules' AS rules
FROM pg_catalog.pg_collation c
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(c) AS c) j
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_collation'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.collname
