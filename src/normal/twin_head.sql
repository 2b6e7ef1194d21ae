
BEGIN
  -- puts a text into the twin, reads the server's spelling, and puts that in until it comes back unchanged
  CREATE FUNCTION pg_temp.autogen_ask(n int, written text, put text, read text, path text, rounds int) RETURNS jsonb
  LANGUAGE plpgsql AS $ask$
  DECLARE
    spelled text := written;
    last text;
    more text;
  BEGIN
    BEGIN
      PERFORM pg_catalog.set_config('search_path', path, true);
      FOR round IN 1..rounds LOOP
        last := spelled;
        BEGIN
          EXECUTE pg_catalog.format(put, last);
          PERFORM pg_catalog.set_config('search_path', '', true);
          EXECUTE read INTO spelled, more;
          RAISE SQLSTATE 'AG001';
        EXCEPTION WHEN SQLSTATE 'AG001' THEN
          -- the sub-transaction took the setting back as well
          PERFORM pg_catalog.set_config('search_path', '', true);
        END;
        EXIT WHEN spelled = last;
      END LOOP;
    EXCEPTION WHEN OTHERS THEN
      RETURN pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('n', n, 'code', SQLSTATE, 'message', SQLERRM));
    END;
    RETURN pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('n', n, 'text', spelled, 'more', more));
  END
  $ask$;
  -- what a trigger under trial would run
  CREATE FUNCTION pg_temp.autogen_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
