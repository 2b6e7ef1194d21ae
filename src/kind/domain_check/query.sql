-- pg_constraint, contype 'c' of domains
SELECT n.nspname AS schema, t.typname AS domain, k.conname AS name, NOT k.convalidated AS not_valid,
       pg_catalog.pg_get_expr(k.conbin, 0) AS expression
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_type t ON t.oid = k.contypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE k.contype = 'c' AND k.contypid <> 0
  AND n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY n.nspname, t.typname, k.conname
