-- pg_ts_config, with the dictionaries of each type of token
SELECT n.nspname AS schema, c.cfgname AS name, json_build_array(pn.nspname, p.prsname) AS parser,
       (SELECT json_agg(json_build_array(t.alias, m.names))
        FROM (SELECT m.maptokentype, json_agg(json_build_array(dn.nspname, d.dictname) ORDER BY m.mapseqno) AS names
              FROM pg_catalog.pg_ts_config_map m
              JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
              JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace
              WHERE m.mapcfg = c.oid GROUP BY m.maptokentype) m
        JOIN pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype) AS mappings
FROM pg_catalog.pg_ts_config c
JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_ts_config'::regclass AND d.objid = c.oid AND d.deptype = 'e')
