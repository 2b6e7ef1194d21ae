-- pg_publication_rel of managed tables
SELECT p.pubname AS publication, r.prrelid AS table
--15+ , (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) AS columns,
--15+   r.prqual IS NOT NULL AS filtered, pg_catalog.pg_get_expr(r.prqual, r.prrelid) AS filter
FROM pg_catalog.pg_publication_rel r
JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = r.prrelid
