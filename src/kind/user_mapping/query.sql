-- pg_user_mappings, which shows everybody what they may see; the value of a secret option is not sent
SELECT u.srvname AS server, CASE u.umuser WHEN 0 THEN 'public' ELSE u.usename END AS user,
       (SELECT json_agg(json_build_array(o.option_name,
                CASE WHEN o.option_name !~* 'secret|(password|passwd|passphrase|token|credentials?|(api|access|private)_key)$' THEN o.option_value END))
        FROM pg_catalog.pg_options_to_table(u.umoptions) o) AS options
FROM pg_catalog.pg_user_mappings u
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_user_mapping'::regclass AND d.objid = u.umid AND d.deptype = 'e')
