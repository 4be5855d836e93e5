-- One row for each call of a tool with side effects, from before it runs until retention ends.
CREATE TABLE journal (
  call_id         text        PRIMARY KEY,
  session_id      text        NOT NULL,
  task_id         text        NOT NULL,
  tenant          text        NOT NULL,
  tool            text        NOT NULL,
  arguments_hash  text        NOT NULL,
  -- Counts owners. Only the holder of the newest may write the outcome.
  epoch           bigint      NOT NULL DEFAULT 1,
  owner           text        NOT NULL,
  claimed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Until then nobody else takes the call over. Moved on while it runs.
  lease_until     timestamptz NOT NULL,
  -- Unset while the call runs, and for ever if its executor died and nobody asked again.
  done_at         timestamptz,
  -- How the outcome came about: the call was run, the tool reconciled it, or it stays unknown.
  resolution      text        CHECK (resolution IN ('run', 'reconciled', 'unknown')),
  tries           integer,
  outcome         bytea,
  CHECK ((done_at IS NULL) = (outcome IS NULL)),
  CHECK ((done_at IS NULL) = (resolution IS NULL)),
  CHECK ((done_at IS NULL) = (tries IS NULL))
);

CREATE INDEX journal_claimed_at ON journal (claimed_at);

-- Results too long to be shown whole, for read_result. Bytes, since text can't hold every character.
CREATE TABLE result (
  handle      text        PRIMARY KEY,
  tenant      text        NOT NULL,
  call_id     text        NOT NULL,
  tool        text        NOT NULL,
  stored_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  content     bytea       NOT NULL
);

CREATE INDEX result_stored_at ON result (stored_at);
