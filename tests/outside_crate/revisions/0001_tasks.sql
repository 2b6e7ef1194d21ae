-- autogen revision 0001
-- message: tasks
-- parents: (none)
-- created: 2026-11-29 23:09:11+00:00
-- fingerprint: sha256:14198319737de707e3d63881dc82e8b5babcb77d7623546421af4212d48604e1
--
-- upgrade: comment 1, create_enum 1, create_table 1
-- downgrade: drop_enum 1, drop_table 1
--   LOSES DATA: drop_table public.tasks: every row of public.tasks

-- autogen:upgrade

-- create_enum public.task_state (schema/tasks.rs:16:16)
CREATE TYPE public.task_state AS ENUM ('open', 'done');

-- create_table public.tasks (schema/tasks.rs:6:17)
CREATE TABLE public.tasks (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    title text NOT NULL,
    state public.task_state DEFAULT 'open' NOT NULL,
    CONSTRAINT tasks_pkey PRIMARY KEY (id)
);

-- comment public.tasks (schema/tasks.rs:6:17)
COMMENT ON TABLE public.tasks IS 'What people have to do';

\quit
-- autogen:downgrade

-- drop_table public.tasks (schema/tasks.rs:6:17)
-- LOSES DATA: every row of public.tasks
DROP TABLE public.tasks;

-- drop_enum public.task_state (schema/tasks.rs:16:16)
DROP TYPE public.task_state;
