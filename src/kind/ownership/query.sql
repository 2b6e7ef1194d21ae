-- pg_depend, deptype 'a': which column a sequence is dropped with
SELECT n.nspname AS schema, c.relname AS name, tn.nspname AS owner_schema, t.relname AS owner_table,
       a.attname AS owner_column,
       CASE WHEN current_setting('autogen.owners') = 'on' OR pg_catalog.pg_get_userbyid(t.relowner) <> current_user
            THEN pg_catalog.pg_get_userbyid(t.relowner) END AS owner_role
FROM pg_catalog.pg_depend o
JOIN pg_catalog.pg_class c ON c.oid = o.objid AND c.relkind = 'S'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = o.refobjid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.objsubid = 0 AND o.deptype = 'a'
  AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0
  AND n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
