-- autogen revision 0001
-- message: tasks
-- parents: (none)
-- created: 2026-11-29 22:20:07+00:00
-- fingerprint: sha256:83b7fb10be0758d65405bae14dc70c6f2183d6a50c44510f2001a7d5b84d1ea6
--
-- upgrade: comment 1, create_table 1
-- downgrade: drop_table 1
--   LOSES DATA: drop_table public.tasks: every row of public.tasks

-- autogen:upgrade

-- create_table public.tasks (schema/tasks.yaml:2:3)
CREATE TABLE public.tasks (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    title text NOT NULL,
    done boolean DEFAULT false NOT NULL,
    CONSTRAINT tasks_pkey PRIMARY KEY (id)
);

-- comment public.tasks (schema/tasks.yaml:2:3)
COMMENT ON TABLE public.tasks IS 'What people have to do';

\quit
-- autogen:downgrade

-- drop_table public.tasks (schema/tasks.yaml:2:3)
-- LOSES DATA: every row of public.tasks
DROP TABLE public.tasks;
