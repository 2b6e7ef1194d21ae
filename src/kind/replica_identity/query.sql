-- pg_class.relreplident: how a table tells its subscribers which row changed, where it is not by the primary key; a
-- foreign one tells nobody
SELECT c.oid AS table, c.relreplident AS identity, xc.relname AS index
FROM pg_catalog.pg_class c
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = c.oid
LEFT JOIN pg_catalog.pg_index x ON x.indrelid = c.oid AND x.indisreplident AND c.relreplident = 'i'
LEFT JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
WHERE c.relkind <> 'f' AND c.relreplident <> 'd' AND (c.relreplident <> 'i' OR xc.oid IS NOT NULL)
