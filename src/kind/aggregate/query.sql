-- pg_aggregate; what it calls by name, since the types follow from its own
WITH routine AS NOT MATERIALIZED (
  SELECT f.oid, json_build_array(n.nspname, f.proname) AS pair
  FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
)
SELECT n.nspname AS schema, p.proname AS name, a.aggkind AS kind, a.aggnumdirectargs AS direct,
       (SELECT json_agg(json_build_object(
          'mode', p.proargmodes[g.n], 'name', p.proargnames[g.n], 'type', pg_catalog.format_type(g.ty, NULL)) ORDER BY g.n)
        FROM pg_catalog.unnest(p.proargtypes::oid[]) WITH ORDINALITY AS g (ty, n)) AS arguments,
       sfunc.pair AS sfunc, pg_catalog.format_type(a.aggtranstype, NULL) AS stype, a.aggtransspace AS sspace,
       finalfunc.pair AS finalfunc, a.aggfinalextra AS finalfunc_extra, a.aggfinalmodify AS finalfunc_modify,
       combinefunc.pair AS combinefunc, serialfunc.pair AS serialfunc, deserialfunc.pair AS deserialfunc,
       a.agginitval AS initcond,
       msfunc.pair AS msfunc, minvfunc.pair AS minvfunc, pg_catalog.format_type(NULLIF(a.aggmtranstype, 0), NULL) AS mstype,
       a.aggmtransspace AS msspace,
       mfinalfunc.pair AS mfinalfunc, a.aggmfinalextra AS mfinalfunc_extra, a.aggmfinalmodify AS mfinalfunc_modify,
       a.aggminitval AS minitcond,
       son.nspname AS sortop_schema, so.oprname AS sortop, p.proparallel AS parallel
FROM pg_catalog.pg_aggregate a
JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN routine sfunc ON sfunc.oid = a.aggtransfn
LEFT JOIN routine finalfunc ON finalfunc.oid = a.aggfinalfn
LEFT JOIN routine combinefunc ON combinefunc.oid = a.aggcombinefn
LEFT JOIN routine serialfunc ON serialfunc.oid = a.aggserialfn
LEFT JOIN routine deserialfunc ON deserialfunc.oid = a.aggdeserialfn
LEFT JOIN routine msfunc ON msfunc.oid = a.aggmtransfn
LEFT JOIN routine minvfunc ON minvfunc.oid = a.aggminvtransfn
LEFT JOIN routine mfinalfunc ON mfinalfunc.oid = a.aggmfinalfn
LEFT JOIN pg_catalog.pg_operator so ON so.oid = a.aggsortop
LEFT JOIN pg_catalog.pg_namespace son ON son.oid = so.oprnamespace
WHERE n.nspname = ANY (:schemas)
  AND NOT EXISTS (SELECT FROM :omitted AS o (class, oid) WHERE o.class = 'pg_catalog.pg_proc'::regclass AND o.oid = p.oid)
  -- what an extension brought, and what comes with a range type
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
