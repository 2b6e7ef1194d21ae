-- the index on the time, newest first, that TimescaleDB adds to a table that becomes a hypertable
SELECT 'index' AS kind, n.nspname AS schema, xc.relname AS name
FROM json_array_elements(:parents) AS h (path)
JOIN pg_catalog.pg_namespace n ON n.nspname = h.path ->> 0
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = h.path ->> 1
JOIN pg_catalog.pg_index x ON x.indrelid = c.oid AND NOT x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL
                          AND x.indnatts = x.indnkeyatts AND x.indnkeyatts <= 2 AND x.indoption[x.indnkeyatts - 1] = 3
JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
WHERE xc.relname = c.relname || (SELECT pg_catalog.string_agg('_' || a.attname, '' ORDER BY u.n)
                                 FROM pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
                                 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum) || '_idx'
