-- autogen revision 0002
-- message: due dates
-- parents: 0001
-- created: 2026-11-29 23:09:12+00:00
-- fingerprint: sha256:b155c925445e4caf31f05e75ae70fc8e85eeb0f545385ca9c5f1bab8bbb97f2a
--
-- upgrade: add_column 1
-- downgrade: drop_column 1
--   LOSES DATA: drop_column public.tasks.due: every value of public.tasks.due

-- autogen:upgrade

-- add_column public.tasks.due (schema/tasks.rs:12:9)
-- lock: ACCESS EXCLUSIVE on public.tasks, instant
ALTER TABLE public.tasks ADD COLUMN due date;

\quit
-- autogen:downgrade

-- drop_column public.tasks.due (schema/tasks.rs:12:9)
-- LOSES DATA: every value of public.tasks.due
-- lock: ACCESS EXCLUSIVE on public.tasks, instant
ALTER TABLE public.tasks DROP COLUMN due;
