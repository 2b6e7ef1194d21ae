-- pg_amop and pg_amproc, without what a class keeps
WITH family AS (
  SELECT f.oid, n.nspname AS schema, f.opfname AS name, a.amname AS method
  FROM pg_catalog.pg_opfamily f
  JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
  JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
  WHERE n.nspname = ANY (:schemas)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e')
)
SELECT f.schema, f.name, f.method,
       json_build_array(json_build_object(
         'number', m.amopstrategy, 'left', pg_catalog.format_type(m.amoplefttype, NULL), 'right', pg_catalog.format_type(m.amoprighttype, NULL),
         'schema', n.nspname, 'name', o.oprname,
         'order_by', (SELECT json_build_array(sn.nspname, s.opfname) FROM pg_catalog.pg_opfamily s
                      JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = m.amopsortfamily))) AS member
FROM family f
JOIN pg_catalog.pg_amop m ON m.amopfamily = f.oid
JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_amop'::regclass AND d.objid = m.oid AND d.refclassid = 'pg_catalog.pg_opclass'::regclass)
UNION ALL
SELECT f.schema, f.name, f.method,
       json_build_array(json_build_object(
         'number', m.amprocnum, 'left', pg_catalog.format_type(m.amproclefttype, NULL), 'right', pg_catalog.format_type(m.amprocrighttype, NULL),
         'schema', n.nspname, 'name', p.proname,
         'arguments', COALESCE((SELECT json_agg(pg_catalog.format_type(t.ty, NULL) ORDER BY t.n)
                                FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (ty, n)), '[]')))
FROM family f
JOIN pg_catalog.pg_amproc m ON m.amprocfamily = f.oid
JOIN pg_catalog.pg_proc p ON p.oid = m.amproc
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_amproc'::regclass AND d.objid = m.oid AND d.refclassid = 'pg_catalog.pg_opclass'::regclass)
