-- how values of one type become those of another: pg_cast; the types that count as strings; enums; those that have a usual order of
-- their own; what domains are over
SELECT 'cast' AS what, pg_catalog.format_type(k.castsource, NULL) AS source, pg_catalog.format_type(k.casttarget, NULL) AS target,
       k.castcontext::text || k.castmethod::text AS how, NULL::boolean AS flag
FROM pg_catalog.pg_cast k
UNION ALL
SELECT 'string', pg_catalog.format_type(t.oid, NULL), NULL, NULL, NULL
FROM pg_catalog.pg_type t
WHERE t.typcategory = 'S' AND t.typtype <> 'd'
UNION ALL
SELECT 'enum', pg_catalog.format_type(t.oid, NULL), NULL, NULL, NULL
FROM pg_catalog.pg_type t
WHERE t.typtype = 'e'
UNION ALL
SELECT 'order', pg_catalog.format_type(o.opcintype, NULL), NULL, NULL, t.typispreferred
FROM pg_catalog.pg_opclass o
JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
JOIN pg_catalog.pg_type t ON t.oid = o.opcintype
WHERE o.opcdefault
UNION ALL
SELECT 'domain', pg_catalog.format_type(t.oid, NULL), pg_catalog.format_type(t.typbasetype, t.typtypmod), NULL,
       t.typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid)
FROM pg_catalog.pg_type t
WHERE t.typtype = 'd'
