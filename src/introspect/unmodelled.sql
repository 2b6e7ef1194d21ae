-- what is in the managed schemas and no kind describes: named, with what it stands on
WITH wanted AS (
  SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n
  WHERE n.nspname = ANY (:schemas)
), member AS (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
), relation AS (
  SELECT c.oid, c.relname, c.relkind, n.nspname,
         c.oid IN (SELECT pg_catalog.unnest(:tables)) AS plain
  FROM pg_catalog.pg_class c JOIN wanted n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT (c.relname = ANY (:bookkeeping))
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
    AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_class'::regclass AND o.oid = c.oid)
), thing (classid, objid, what, property, space, path) AS (
  SELECT 'pg_catalog.pg_type'::regclass::oid, t.oid,
         CASE t.typtype WHEN 'r' THEN 'range type with a canonical function ' WHEN 'p' THEN 'shell type ' ELSE 'base type ' END
           || pg_catalog.format('%I.%I', n.nspname, t.typname), false, NULL::text, NULL::json
  FROM pg_catalog.pg_type t JOIN wanted n ON n.oid = t.typnamespace
  WHERE t.typtype = 'p' OR t.typtype = 'b' AND (t.typelem = 0 OR t.typcategory <> 'A')
     OR EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid AND r.rngcanonical <> 0)
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::regclass, k.oid,
         'constraint ' || pg_catalog.format('%I.%I', c.nspname, c.relname) || pg_catalog.format('.%I', k.conname), false, NULL, NULL
  FROM pg_catalog.pg_constraint k JOIN relation c ON c.oid = k.conrelid
  WHERE c.plain AND k.contype NOT IN ('p', 'u', 'c', 'x', 'f', 't', 'n')
  UNION ALL
  SELECT 'pg_catalog.pg_statistic_ext'::regclass, s.oid, 'statistics ' || pg_catalog.format('%I.%I', n.nspname, s.stxname),
         false, NULL, NULL
  FROM pg_catalog.pg_statistic_ext s JOIN wanted n ON n.oid = s.stxnamespace
  WHERE NOT EXISTS (SELECT FROM relation c WHERE c.oid = s.stxrelid AND c.plain)
  UNION ALL
  SELECT s.class, s.oid, 'option ' || o.option_name || ' of ' || s.what, true, s.space, s.path
  FROM (SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass AS class, w.oid, 'foreign-data wrapper ' || pg_catalog.quote_ident(w.fdwname) AS what,
               'foreign-data wrapper' AS space, json_build_array(w.fdwname) AS path, w.fdwoptions AS options
        FROM pg_catalog.pg_foreign_data_wrapper w
        UNION ALL
        SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, 'server ' || pg_catalog.quote_ident(s.srvname), 'server',
               json_build_array(s.srvname), s.srvoptions
        FROM pg_catalog.pg_foreign_server s
        UNION ALL
        SELECT 'pg_catalog.pg_class'::regclass, c.oid, 'table ' || pg_catalog.format('%I.%I', c.nspname, c.relname), 'relation',
               json_build_array(c.nspname, c.relname), f.ftoptions
        FROM pg_catalog.pg_foreign_table f JOIN relation c ON c.oid = f.ftrelid
        UNION ALL
        SELECT 'pg_catalog.pg_user_mapping'::regclass, u.umid,
               'user mapping ' || pg_catalog.quote_ident(COALESCE(u.usename, 'public')) || ' of server ' || pg_catalog.quote_ident(u.srvname),
               'user mapping', json_build_array(u.srvname, COALESCE(u.usename, 'public')), u.umoptions
        FROM pg_catalog.pg_user_mappings u) s
  CROSS JOIN LATERAL pg_catalog.pg_options_to_table(s.options) o
  WHERE o.option_name ~* 'secret|(password|passwd|passphrase|token|credentials?|(api|access|private)_key)$'
  UNION ALL
  SELECT 'pg_catalog.pg_subscription'::regclass, NULL, 'subscription ' || pg_catalog.quote_ident(s.subname) || ', which only a superuser may read',
         false, NULL, NULL
  FROM pg_catalog.pg_subscription s
  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
  WHERE NOT pg_catalog.has_table_privilege('pg_catalog.pg_subscription', 'SELECT')
  UNION ALL
  SELECT 'pg_catalog.pg_extension'::regclass, e.oid,
         'version ' || e.extversion || ' of extension ' || pg_catalog.quote_ident(e.extname) || ', unless a model states it',
         true, NULL, NULL
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname AND a.default_version <> e.extversion
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, x.indexrelid, p.what || ' of index ' || pg_catalog.format('%I.%I', n.nspname, i.relname), true, 'relation',
         json_build_array(n.nspname, i.relname)
  FROM (SELECT x.indexrelid AS oid, 'invalid state' AS what FROM pg_catalog.pg_index x WHERE NOT x.indisvalid
        UNION ALL
        SELECT c.oid, 'tablespace' FROM pg_catalog.pg_class c WHERE c.relkind IN ('i', 'I') AND c.reltablespace <> 0
        UNION ALL
        SELECT DISTINCT k.conindid, 'column statistics' FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conindid
        WHERE k.contype = 'x' AND a.attstattarget >= 0) p
  JOIN pg_catalog.pg_index x ON x.indexrelid = p.oid
  JOIN relation c ON c.oid = x.indrelid AND c.plain
  JOIN pg_catalog.pg_class i ON i.oid = p.oid AND NOT (i.relname = ANY (:bookkeeping))
  JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
), kept AS (
  SELECT t.* FROM thing t
  WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = t.classid AND m.objid = t.objid)
    AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = t.classid AND o.oid = t.objid)
), part AS (
  -- what belongs to a thing and depends in its stead; OFFSET 0 has it looked up thing by thing, since things are few
  SELECT k.classid, k.objid, k.classid AS by_class, k.objid AS by_object FROM kept k WHERE NOT k.property
  UNION ALL
  SELECT k.classid, k.objid, 'pg_catalog.pg_rewrite'::regclass, r.oid
  FROM kept k JOIN pg_catalog.pg_rewrite r ON r.ev_class = k.objid
  WHERE k.classid = 'pg_catalog.pg_class'::regclass AND NOT k.property
  UNION ALL
  SELECT k.classid, k.objid, 'pg_catalog.pg_constraint'::regclass, c.oid
  FROM kept k CROSS JOIN LATERAL (SELECT c.oid FROM pg_catalog.pg_constraint c WHERE c.conrelid = k.objid OFFSET 0) c
  WHERE k.classid = 'pg_catalog.pg_class'::regclass AND NOT k.property
  UNION ALL
  SELECT k.classid, k.objid, 'pg_catalog.pg_attrdef'::regclass, a.oid
  FROM kept k CROSS JOIN LATERAL (SELECT a.oid FROM pg_catalog.pg_attrdef a WHERE a.adrelid = k.objid OFFSET 0) a
  WHERE k.classid = 'pg_catalog.pg_class'::regclass AND NOT k.property
), stands AS (
  SELECT DISTINCT p.classid, p.objid, d.refclassid, d.refobjid, d.refobjsubid
  FROM part p
  CROSS JOIN LATERAL (SELECT d.* FROM pg_catalog.pg_depend d WHERE d.classid = p.by_class AND d.objid = p.by_object
                      AND d.deptype IN ('n', 'a', 'i', 'P', 'S') OFFSET 0) d
  WHERE d.refclassid IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_constraint'::regclass,
                         'pg_catalog.pg_collation'::regclass, 'pg_catalog.pg_proc'::regclass)
), named (classid, objid, space, path) AS (
  SELECT s.classid, s.objid, CASE WHEN a.attnum IS NULL THEN 'relation' ELSE 'column' END AS space,
         CASE WHEN a.attnum IS NULL THEN jsonb_build_array(n.nspname, c.relname)
              ELSE jsonb_build_array(n.nspname, c.relname, a.attname) END AS path
  FROM stands s
  JOIN pg_catalog.pg_class c ON s.refclassid = 'pg_catalog.pg_class'::regclass AND c.oid = s.refobjid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.refobjsubid AND s.refobjsubid > 0
  WHERE n.nspname <> 'pg_catalog'
  UNION ALL
  SELECT s.classid, s.objid, 'type', jsonb_build_array(n.nspname, COALESCE(e.typname, t.typname))
  FROM stands s
  JOIN pg_catalog.pg_type t ON s.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = s.refobjid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE n.nspname <> 'pg_catalog'
  UNION ALL
  SELECT s.classid, s.objid, 'constraint', jsonb_build_array(n.nspname, c.relname, k.conname)
  FROM stands s
  JOIN pg_catalog.pg_constraint k ON s.refclassid = 'pg_catalog.pg_constraint'::regclass AND k.oid = s.refobjid
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT s.classid, s.objid, 'routine', jsonb_build_array(n.nspname, f.proname,
         '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                          FROM pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')')
  FROM stands s
  JOIN pg_catalog.pg_proc f ON s.refclassid = 'pg_catalog.pg_proc'::regclass AND f.oid = s.refobjid
  JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
  WHERE n.nspname <> 'pg_catalog'
  UNION ALL
  SELECT s.classid, s.objid, 'collation', jsonb_build_array(n.nspname, o.collname)
  FROM stands s
  JOIN pg_catalog.pg_collation o ON s.refclassid = 'pg_catalog.pg_collation'::regclass AND o.oid = s.refobjid
  JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
  WHERE n.nspname <> 'pg_catalog'
)
SELECT k.what, k.property,
       CASE WHEN k.space IS NOT NULL THEN json_build_array(json_build_array(k.space, k.path)) ELSE d.stands_on END AS stands_on
FROM kept k
LEFT JOIN (SELECT d.classid, d.objid, json_agg(json_build_array(d.space, d.path)) AS stands_on
           FROM named d GROUP BY d.classid, d.objid) d ON d.classid = k.classid AND d.objid = k.objid
ORDER BY k.what
