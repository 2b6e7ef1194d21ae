-- pg_default_acl, for each role and schema
SELECT pg_catalog.pg_get_userbyid(d.defaclrole) AS role, n.nspname AS schema,
       pg_catalog.pg_get_userbyid(d.defaclrole) = current_user AS mine,
--16-        false AS maintain,
--17+        true AS maintain,
       json_agg(json_build_array(d.defaclobjtype, d.defaclacl::text[])) AS acls
FROM pg_catalog.pg_default_acl d
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
WHERE (d.defaclnamespace = 0 OR n.nspname = ANY (:schemas)) AND d.defaclobjtype IN ('r', 'S', 'f', 'T', 'n')
GROUP BY d.defaclrole, n.nspname
