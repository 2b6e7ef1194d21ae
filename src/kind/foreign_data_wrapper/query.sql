-- pg_foreign_data_wrapper; the value of a secret option is not sent
SELECT w.fdwname AS name, (SELECT json_agg(json_build_array(o.option_name,
                CASE WHEN o.option_name !~* 'secret|(password|passwd|passphrase|token|credentials?|(api|access|private)_key)$' THEN o.option_value END))
        FROM pg_catalog.pg_options_to_table(w.fdwoptions) o) AS options,
       (SELECT json_build_array(n.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = w.fdwhandler) AS handler,
       (SELECT json_build_array(n.nspname, f.proname) FROM pg_catalog.pg_proc f
        JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace WHERE f.oid = w.fdwvalidator) AS validator
FROM pg_catalog.pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass AND d.objid = w.oid AND d.deptype = 'e')
