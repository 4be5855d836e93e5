-- Content that can be made unreadable: see the package dev.weirkeeper.audit.seal and docs/audit.md.
-- None of these tables is emptied when the store is built anew.

-- The keys of sessions that name a person. Leave it out of backups, or keep it apart from them and
-- for as long as erasures may wait: who has a backup without this table can't read sealed content.
CREATE TABLE content_key (
  session_id text  PRIMARY KEY,
  key        bytea NOT NULL
);

CREATE TABLE subject_session (
  subject    text        NOT NULL,
  session_id text        NOT NULL,
  named_at   timestamptz NOT NULL, -- when the first task that says so was written
  PRIMARY KEY (subject, session_id)
);
CREATE INDEX subject_session_session ON subject_session (session_id);

-- The newest erasure of each person.
CREATE TABLE erasure (
  subject       text        PRIMARY KEY,
  erasure_id    text        NOT NULL,
  requested_by  text        NOT NULL,
  reason        text        NOT NULL,
  at            timestamptz NOT NULL, -- sessions that named the person up to then are erased
  record_offset bigint      NOT NULL
);

-- Sessions of which no content is kept any more, now or later.
CREATE TABLE erased_session (
  session_id text PRIMARY KEY
);

-- Words of sealed text are not to be found.
ALTER TABLE task DROP COLUMN search;
ALTER TABLE task ADD COLUMN search tsvector GENERATED ALWAYS AS (
  CASE WHEN text LIKE 'sealed:%' THEN NULL
       ELSE to_tsvector('simple', left(coalesce(text, ''), 20000)) END) STORED;
CREATE INDEX task_search ON task USING gin (search);
