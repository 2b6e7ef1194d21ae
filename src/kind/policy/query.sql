-- pg_policy of managed tables
SELECT n.nspname AS schema, c.relname AS table, p.polname AS name, p.polpermissive AS permissive, p.polcmd AS command,
       (SELECT json_agg(COALESCE(r.rolname, 'public') ORDER BY COALESCE(r.rolname, 'public'))
        FROM pg_catalog.unnest(p.polroles) AS o (oid)
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = o.oid) AS roles,
       p.polqual IS NOT NULL AS has_using, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using,
       p.polwithcheck IS NOT NULL AS has_check, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_catalog.pg_policy p
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = p.polrelid
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_policy'::regclass AND o.oid = p.oid)
