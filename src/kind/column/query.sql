-- pg_attribute of plain tables. What few columns have is looked up for those alone: a join would look for it in every row.
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name, a.attnum AS position,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
       CASE WHEN a.attgenerated <> '' THEN
         (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
          WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END AS generated,
       a.attgenerated AS generated_as,
--18+        nn.conname AS not_null_name, nn.connoinherit AS not_null_no_inherit, NOT nn.convalidated AS not_null_not_valid,
       CASE WHEN a.attcollation <> t.typcollation THEN
         (SELECT cn.nspname FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
          WHERE co.oid = a.attcollation) END AS collation_schema,
       CASE WHEN a.attcollation <> t.typcollation THEN
         (SELECT co.collname FROM pg_catalog.pg_collation co WHERE co.oid = a.attcollation) END AS collation_name,
       a.attidentity AS identity, s.nspname AS sequence_schema, s.relname AS sequence_name,
       s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS min, s.seqmax AS max, s.seqcache AS cache,
       s.seqcycle AS cycle, a.attislocal AS is_local, c.relispartition AS is_partition, c.reloftype <> 0 AS typed,
       CASE WHEN a.attinhcount > 0 THEN
         (SELECT json_agg(json_build_array(pn.nspname, p.relname))
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
          WHERE i.inhrelid = a.attrelid AND EXISTS (SELECT FROM pg_catalog.pg_attribute pa WHERE pa.attrelid = i.inhparent
                                                    AND pa.attname = a.attname AND NOT pa.attisdropped)) END AS inherited_from
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = a.attrelid
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN (SELECT o.refobjid, o.refobjsubid, sn.nspname, sc.relname, q.*
           FROM pg_catalog.pg_sequence q
           JOIN pg_catalog.pg_depend o ON o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = q.seqrelid
                                      AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.deptype = 'i'
           JOIN pg_catalog.pg_class sc ON sc.oid = q.seqrelid
           JOIN pg_catalog.pg_namespace sn ON sn.oid = sc.relnamespace) s
       ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum AND a.attidentity <> ''
--18+ LEFT JOIN pg_catalog.pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
