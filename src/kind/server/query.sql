-- pg_foreign_server; the value of a secret option is not sent
SELECT s.srvname AS name, w.fdwname AS wrapper, s.srvtype AS server_type, s.srvversion AS version,
       (SELECT json_agg(json_build_array(o.option_name,
                CASE WHEN o.option_name !~* 'secret|(password|passwd|passphrase|token|credentials?|(api|access|private)_key)$' THEN o.option_value END))
        FROM pg_catalog.pg_options_to_table(s.srvoptions) o) AS options
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_foreign_server'::regclass AND d.objid = s.oid AND d.deptype = 'e')
