-- pg_range; one with a function that makes its values canonical is not modelled
SELECT n.nspname AS schema, t.typname AS name, pg_catalog.format_type(r.rngsubtype, NULL) AS subtype,
       CASE WHEN NOT o.opcdefault THEN opn.nspname END AS opclass_schema,
       CASE WHEN NOT o.opcdefault THEN o.opcname END AS opclass_name,
       opn.nspname AS own_opclass_schema, o.opcname AS own_opclass_name,
       CASE WHEN r.rngcollation <> s.typcollation THEN cn.nspname END AS collation_schema,
       CASE WHEN r.rngcollation <> s.typcollation THEN co.collname END AS collation_name,
       fn.nspname AS subtype_diff_schema, f.proname AS subtype_diff_name,
       mn.nspname AS multirange_schema, m.typname AS multirange_name
FROM pg_catalog.pg_range r
JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype
JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
JOIN pg_catalog.pg_namespace opn ON opn.oid = o.opcnamespace
LEFT JOIN pg_catalog.pg_collation co ON co.oid = r.rngcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_proc f ON f.oid = r.rngsubdiff
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
-- the column came with PostgreSQL 14
LEFT JOIN pg_catalog.pg_type m ON m.oid = (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::oid
LEFT JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace
WHERE r.rngcanonical = 0
  AND n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY n.nspname, t.typname
