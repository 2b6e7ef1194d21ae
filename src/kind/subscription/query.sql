-- pg_subscription of this database, which only a superuser may read whole; others know no more than that there are some. A query
-- that names its columns would fail for them, and this one is not run where there are none
SELECT s.sub ->> 'subname' AS name, s.sub ->> 'subconninfo' AS connection, s.sub -> 'subpublications' AS publications,
       s.sub ->> 'subslotname' AS slot_name, s.sub ->> 'subbinary' AS binary,
       CASE s.sub ->> 'substream' WHEN 't' THEN 'on' WHEN 'true' THEN 'on' WHEN 'p' THEN 'parallel' WHEN 'f' THEN 'off'
                             WHEN 'false' THEN 'off' END AS streaming,
       s.sub ->> 'subsynccommit' AS synchronous_commit,
       CASE WHEN s.sub ->> 'subtwophasestate' IN ('p', 'e') THEN 'true' ELSE 'false' END AS two_phase,
       s.sub ->> 'subdisableonerr' AS disable_on_error, s.sub ->> 'subpasswordrequired' AS password_required,
       s.sub ->> 'subrunasowner' AS run_as_owner, s.sub ->> 'suborigin' AS origin, s.sub ->> 'subfailover' AS failover
FROM json_array_elements(
  CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_subscription)
            AND pg_catalog.has_table_privilege('pg_catalog.pg_subscription', 'SELECT') THEN
    pg_catalog.convert_from(pg_catalog.decode(pg_catalog.substring(pg_catalog.query_to_xml(
      'SELECT pg_catalog.encode(pg_catalog.convert_to(COALESCE(pg_catalog.json_agg(s.*)::text, ''[]''), ''UTF8''), ''hex'') AS x
       FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()',
      false, false, '')::text, '<x>([0-9a-f]+)</x>'), 'hex'), 'UTF8')::json
  ELSE '[]' END) AS s (sub)
