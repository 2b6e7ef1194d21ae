-- pg_constraint, contype 'c' of tables; a domain's checks belong to the domain
SELECT k.conrelid AS table, k.conname AS name, k.connoinherit AS no_inherit,
--18+        NOT k.conenforced AS not_enforced,
       NOT k.convalidated AS not_valid, pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression,
       CASE WHEN k.coninhcount > 0 THEN k.conislocal END AS is_local,
       CASE WHEN k.coninhcount > 0 THEN
         (SELECT c.relispartition FROM pg_catalog.pg_class c WHERE c.oid = k.conrelid) END AS is_partition,
       CASE WHEN k.coninhcount > 0 THEN
         (SELECT json_agg(json_build_array(pn.nspname, p.relname))
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
          WHERE i.inhrelid = k.conrelid AND EXISTS (SELECT FROM pg_catalog.pg_constraint pk WHERE pk.conrelid = i.inhparent
                                                    AND pk.conname = k.conname AND pk.contype = 'c')) END AS inherited_from
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
WHERE k.contype = 'c'
