-- what a change may take along and no kind holds: what somebody else than the owner granted, and security labels
WITH granted (classid, objid, acl, owner) AS (
  SELECT 'pg_catalog.pg_class'::regclass, c.oid, c.relacl, c.relowner FROM pg_catalog.pg_class c WHERE c.relacl IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, c.oid, a.attacl, c.relowner
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  WHERE a.attacl IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid, t.typacl, t.typowner FROM pg_catalog.pg_type t WHERE t.typacl IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, f.oid, f.proacl, f.proowner FROM pg_catalog.pg_proc f WHERE f.proacl IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid, w.fdwacl, w.fdwowner FROM pg_catalog.pg_foreign_data_wrapper w
  WHERE w.fdwacl IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, s.srvacl, s.srvowner FROM pg_catalog.pg_foreign_server s
  WHERE s.srvacl IS NOT NULL
  UNION ALL
  SELECT 'pg_catalog.pg_language'::regclass, l.oid, l.lanacl, l.lanowner FROM pg_catalog.pg_language l
  WHERE l.lanacl IS NOT NULL AND l.lanpltrusted
), held (classid, objid, what) AS (
  SELECT DISTINCT g.classid, g.objid, 'privileges that ' || pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantor)) || ' granted'
  FROM granted g CROSS JOIN LATERAL pg_catalog.aclexplode(g.acl) x
  WHERE x.grantor <> g.owner
  UNION ALL
  SELECT l.classoid, l.objoid, 'security label of ' || pg_catalog.quote_ident(l.provider) FROM pg_catalog.pg_seclabel l
)
SELECT h.what || CASE c.relkind WHEN 'v' THEN ' on view ' WHEN 'm' THEN ' on materialized view ' WHEN 'S' THEN ' on sequence '
                   ELSE ' on table ' END || pg_catalog.format('%I.%I', n.nspname, c.relname) AS what, true AS property,
       json_build_array(json_build_array('relation', json_build_array(n.nspname, c.relname))) AS stands_on
FROM held h JOIN pg_catalog.pg_class c ON h.classid = 'pg_catalog.pg_class'::regclass AND c.oid = h.objid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (:schemas)
UNION ALL
SELECT h.what || ' on type ' || pg_catalog.format('%I.%I', n.nspname, t.typname), true,
       json_build_array(json_build_array('type', json_build_array(n.nspname, t.typname)))
FROM held h JOIN pg_catalog.pg_type t ON h.classid = 'pg_catalog.pg_type'::regclass AND t.oid = h.objid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY (:schemas)
UNION ALL
SELECT h.what || ' on ' || CASE f.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END
         || f.oid::pg_catalog.regprocedure, true,
       json_build_array(json_build_array('routine', json_build_array(n.nspname, f.proname,
         '(' || COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.ty, NULL), ', ' ORDER BY t.n)
                          FROM pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS t (ty, n)), '') || ')')))
FROM held h JOIN pg_catalog.pg_proc f ON h.classid = 'pg_catalog.pg_proc'::regclass AND f.oid = h.objid
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE n.nspname = ANY (:schemas)
UNION ALL
SELECT h.what || ' on ' || o.space || ' ' || pg_catalog.quote_ident(o.name), true,
       json_build_array(json_build_array(o.space, json_build_array(o.name)))
FROM held h JOIN (
  SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass AS classid, w.oid AS objid, 'foreign-data wrapper' AS space, w.fdwname AS name
  FROM pg_catalog.pg_foreign_data_wrapper w
  UNION ALL
  SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, 'server', s.srvname FROM pg_catalog.pg_foreign_server s
  UNION ALL
  SELECT 'pg_catalog.pg_language'::regclass, l.oid, 'language', l.lanname FROM pg_catalog.pg_language l
  UNION ALL
  SELECT 'pg_catalog.pg_event_trigger'::regclass, e.oid, 'event trigger', e.evtname FROM pg_catalog.pg_event_trigger e
  UNION ALL
  SELECT 'pg_catalog.pg_publication'::regclass, p.oid, 'publication', p.pubname FROM pg_catalog.pg_publication p
) o ON o.classid = h.classid AND o.objid = h.objid
