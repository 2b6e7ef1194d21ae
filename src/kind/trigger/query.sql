-- pg_trigger of managed tables and views, those that a constraint or a parent's trigger brings left out
SELECT n.nspname AS schema, c.relname AS table, t.tgname AS name, c.relkind = 'v' AS on_view, t.tgtype::int AS type,
       (SELECT json_agg(a.attname ORDER BY k.n)
        FROM pg_catalog.unnest(t.tgattr::int2[]) WITH ORDINALITY AS k (attnum, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = k.attnum) AS columns,
       t.tgoldtable AS old_table, t.tgnewtable AS new_table, t.tgqual IS NOT NULL AS conditional,
       CASE WHEN t.tgqual IS NOT NULL THEN
         pg_catalog.substring(pg_catalog.pg_get_triggerdef(t.oid), ' WHEN [(](.*)[)] EXECUTE FUNCTION ') END AS condition,
       fn.nspname AS function_schema, f.proname AS function, pg_catalog.encode(t.tgargs, 'hex') AS arguments,
       t.tgconstraint <> 0 AS is_constraint, t.tgdeferrable AS deferrable, t.tginitdeferred AS deferred,
       rn.nspname AS from_schema, r.relname AS from_table, t.tgenabled AS enabled
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_catalog.pg_class r ON r.oid = t.tgconstrrelid AND t.tgconstrrelid <> 0
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0
  AND (t.tgrelid IN (SELECT pg_catalog.unnest(:tables)) OR c.relkind = 'v' AND n.nspname = ANY (:schemas))
  AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_trigger'::regclass AND o.oid = t.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e')
