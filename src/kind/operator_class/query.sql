-- pg_opclass, with what it keeps of pg_amop and pg_amproc
SELECT n.nspname AS schema, c.opcname AS name, a.amname AS method, pg_catalog.format_type(c.opcintype, NULL) AS type,
       c.opcdefault AS usual, json_build_array(fn.nspname, f.opfname) AS family,
       pg_catalog.format_type(NULLIF(c.opckeytype, 0), NULL) AS storage,
       (SELECT json_agg(json_build_object(
                 'number', m.amopstrategy, 'left', pg_catalog.format_type(m.amoplefttype, NULL),
                 'right', pg_catalog.format_type(m.amoprighttype, NULL), 'schema', opn.nspname, 'name', o.oprname,
                 'order_by', (SELECT json_build_array(sn.nspname, s.opfname) FROM pg_catalog.pg_opfamily s
                              JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = m.amopsortfamily)))
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_amop m ON m.oid = d.objid
        JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
        JOIN pg_catalog.pg_namespace opn ON opn.oid = o.oprnamespace
        WHERE d.classid = 'pg_catalog.pg_amop'::regclass AND d.refclassid = 'pg_catalog.pg_opclass'::regclass AND d.refobjid = c.oid) AS operators,
       (SELECT json_agg(json_build_object(
                 'number', m.amprocnum, 'left', pg_catalog.format_type(m.amproclefttype, NULL),
                 'right', pg_catalog.format_type(m.amprocrighttype, NULL), 'schema', pn.nspname, 'name', p.proname,
                 'arguments', COALESCE((SELECT json_agg(pg_catalog.format_type(t.ty, NULL) ORDER BY t.n)
                                        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (ty, n)), '[]')))
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_amproc m ON m.oid = d.objid
        JOIN pg_catalog.pg_proc p ON p.oid = m.amproc
        JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
        WHERE d.classid = 'pg_catalog.pg_amproc'::regclass AND d.refclassid = 'pg_catalog.pg_opclass'::regclass AND d.refobjid = c.oid) AS functions
FROM pg_catalog.pg_opclass c
JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace
JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_opclass'::regclass AND d.objid = c.oid AND d.deptype = 'e')
