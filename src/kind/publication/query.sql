-- pg_publication
SELECT p.pubname AS name, p.puballtables AS all_tables, p.pubinsert AS insert, p.pubupdate AS update, p.pubdelete AS delete,
       p.pubtruncate AS truncate, p.pubviaroot AS via_partition_root
--18+ , CASE p.pubgencols WHEN 's' THEN 'stored' END AS generated_columns
FROM pg_catalog.pg_publication p
WHERE NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_publication'::regclass AND o.oid = p.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_publication'::regclass AND d.objid = p.oid AND d.deptype = 'e')
