-- pg_attribute.attfdwoptions of foreign tables, of which there are few; the value of a secret option is not sent
SELECT f.ftrelid AS table, a.attnum AS column,
       (SELECT json_agg(json_build_array(o.option_name,
                CASE WHEN o.option_name !~* 'secret|(password|passwd|passphrase|token|credentials?|(api|access|private)_key)$' THEN o.option_value END))
        FROM pg_catalog.pg_options_to_table(a.attfdwoptions) o) AS options
FROM pg_catalog.pg_foreign_table f
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = f.ftrelid
JOIN pg_catalog.pg_attribute a ON a.attrelid = f.ftrelid AND a.attnum > 0 AND NOT a.attisdropped AND a.attfdwoptions IS NOT NULL
