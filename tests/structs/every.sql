CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'select 1';
CREATE FUNCTION two() RETURNS integer LANGUAGE sql AS 'select 2';
