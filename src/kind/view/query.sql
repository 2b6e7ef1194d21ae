-- pg_class, relkind 'v'; the query as the server prints it
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') AS query,
       (SELECT json_agg(o.option) FROM pg_catalog.unnest(c.reloptions) AS o (option)
        WHERE o.option NOT LIKE 'check\_option=%') AS options,
       (SELECT pg_catalog.split_part(o.option, '=', 2) FROM pg_catalog.unnest(c.reloptions) AS o (option)
        WHERE o.option LIKE 'check\_option=%') AS check_option,
       (SELECT json_agg(json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v'
  AND n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_class'::regclass AND o.oid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
