-- pg_attribute of plain tables. What few columns have is looked up for those alone: a join would look for it in every row; the
-- types, of which there are few, are spelled out once for all.
SELECT a.attrelid AS table, a.attname AS name, a.attnum AS position,
       a.atttypid AS type, NULLIF(a.atttypmod, -1) AS modifier, a.attnotnull AS not_null,
       NULLIF(a.attgenerated, '') AS generated_as,
       CASE WHEN a.attgenerated <> '' THEN
         (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
          WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END AS generated,
--18+        nn.conname AS not_null_name, nn.connoinherit AS not_null_no_inherit, NOT nn.convalidated AS not_null_not_valid,
       NULLIF(a.attcollation, 0) AS collation,
       NULLIF(a.attidentity, '') AS identity, s.schema AS sequence_schema, s.name AS sequence_name, s.options AS sequence,
       NULLIF(a.attrelid IN (SELECT c.oid FROM pg_catalog.pg_class c WHERE c.reloftype <> 0), false) AS typed,
       NULLIF(a.attrelid IN (SELECT f.ftrelid FROM pg_catalog.pg_foreign_table f), false) AS foreign,
       CASE WHEN a.attinhcount > 0 THEN a.attislocal END AS is_local,
       CASE WHEN a.attinhcount > 0 THEN
         (SELECT c.relispartition FROM pg_catalog.pg_class c WHERE c.oid = a.attrelid) END AS is_partition,
       CASE WHEN a.attinhcount > 0 THEN
         (SELECT json_agg(json_build_array(pn.nspname, p.relname))
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
          WHERE i.inhrelid = a.attrelid AND EXISTS (SELECT FROM pg_catalog.pg_attribute pa WHERE pa.attrelid = i.inhparent
                                                    AND pa.attname = a.attname AND NOT pa.attisdropped)) END AS inherited_from
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = a.attrelid
LEFT JOIN (SELECT o.refobjid, o.refobjsubid, sn.nspname AS schema, sc.relname AS name,
                  json_build_object('start', q.seqstart, 'increment', q.seqincrement, 'min', q.seqmin, 'max', q.seqmax,
                                    'cache', q.seqcache, 'cycle', q.seqcycle) AS options
           FROM pg_catalog.pg_sequence q
           JOIN pg_catalog.pg_depend o ON o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = q.seqrelid
                                      AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.deptype = 'i'
           JOIN pg_catalog.pg_class sc ON sc.oid = q.seqrelid
           JOIN pg_catalog.pg_namespace sn ON sn.oid = sc.relnamespace) s
       ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum AND a.attidentity <> ''
--18+ LEFT JOIN pg_catalog.pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
