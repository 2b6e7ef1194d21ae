-- pg_class, the managed tables
SELECT c.oid AS table, c.reltuples::bigint AS rows, c.relpersistence = 'u' AS unlogged,
       tn.nspname AS of_schema, t.typname AS of_name, to_json(c.reloptions) AS options, to_json(tc.reloptions) AS toast_options,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partitioning,
       c.relkind = 'p' AS partitioned,
       CASE WHEN NOT c.relispartition THEN
         (SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY i.inhseqno)
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
          WHERE i.inhrelid = c.oid) END AS inherits,
       am.amname AS method, ts.spcname AS tablespace, c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security, fs.srvname AS server,
       CASE WHEN ft.ftoptions IS NOT NULL THEN
         (SELECT json_agg(json_build_array(o.option_name,
                  CASE WHEN o.option_name !~* 'secret|(password|passwd|passphrase|token|credentials?|(api|access|private)_key)$' THEN o.option_value END))
          FROM pg_catalog.pg_options_to_table(ft.ftoptions) o) END AS server_options
FROM pg_catalog.pg_class c
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = c.oid
LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reloftype AND c.reloftype <> 0
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class tc ON tc.oid = c.reltoastrelid AND c.reltoastrelid <> 0 AND tc.reloptions IS NOT NULL
LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam AND am.amname <> 'heap'
LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace AND c.reltablespace <> 0
LEFT JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_server fs ON fs.oid = ft.ftserver
