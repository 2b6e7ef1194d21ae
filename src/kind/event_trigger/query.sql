-- pg_event_trigger, whose names are the database's
SELECT e.evtname AS name, e.evtevent AS event, pg_catalog.to_json(e.evttags) AS tags,
       json_build_array(n.nspname, f.proname) AS function, e.evtenabled AS enabled
FROM pg_catalog.pg_event_trigger e
JOIN pg_catalog.pg_proc f ON f.oid = e.evtfoid
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_event_trigger'::regclass AND o.oid = e.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
