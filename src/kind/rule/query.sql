-- pg_rewrite, without the rules that make views; the head that pg_get_ruledef prints is cut off by its length
SELECT n.nspname AS schema, c.relname AS table, r.rulename AS name, c.relkind = 'v' AS on_view, r.ev_type AS event,
       r.ev_enabled AS enabled,
       pg_catalog.btrim(pg_catalog.rtrim(pg_catalog.substr(pg_catalog.pg_get_ruledef(r.oid),
         -- the names of the events have one length
         pg_catalog.length('CREATE RULE ' || pg_catalog.quote_ident(r.rulename) || ' AS     ON INSERT TO '
                           || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)) + 2), ';'), E' \n') AS definition
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN'
  AND (r.ev_class IN (SELECT pg_catalog.unnest(:tables)) OR c.relkind = 'v' AND n.nspname = ANY (:schemas))
  AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_rewrite'::regclass AND o.oid = r.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.deptype = 'e')
