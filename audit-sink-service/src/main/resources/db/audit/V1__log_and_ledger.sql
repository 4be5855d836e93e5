-- The audit store: every record of every topic, and what it says in typed columns.
--
-- Rules that hold for every table filled from topics:
--   * a row carries the position of the record it comes from (topic, partition, offset);
--   * nothing is taken from the clock of the sink, so a second build from the same topics is equal;
--   * records of different topics come in any order: rows that are told in several records are
--     merged side by side, and of several records for one side the one with the lowest offset wins;
--   * money is whole billionths of a US dollar (nano-USD).

-- Topics. A topic that was deleted and made again is another one, with other offsets.
CREATE TABLE topic (
  topic_id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name     text NOT NULL,
  kafka_id text NOT NULL,
  UNIQUE (name, kafka_id)
);

-- Where each partition goes on. Written in the transaction of the rows; the epoch fences an owner
-- that lost the partition without knowing it yet.
CREATE TABLE sink_offset (
  topic_id    smallint NOT NULL REFERENCES topic,
  partition   integer  NOT NULL,
  next_offset bigint   NOT NULL,
  epoch       bigint   NOT NULL,
  owner       text     NOT NULL,
  PRIMARY KEY (topic_id, partition)
) WITH (fillfactor = 40);

-- Records the broker had deleted before they were read.
CREATE TABLE ingest_gap (
  topic_id    smallint NOT NULL REFERENCES topic,
  partition   integer  NOT NULL,
  from_offset bigint   NOT NULL,
  to_offset   bigint   NOT NULL,
  PRIMARY KEY (topic_id, partition, from_offset)
);

-- One row per record of every topic. `day` is the UTC day of the record's own timestamp.
CREATE TABLE log (
  day           date        NOT NULL,
  topic_id      smallint    NOT NULL,
  partition     integer     NOT NULL,
  record_offset bigint      NOT NULL,
  at            timestamptz NOT NULL,
  type          text        NOT NULL, -- record type, or Unreadable, Tombstone, DeadLetter
  key           text,                 -- \x and hex digits where it is no plain text
  session_id    text,
  task_id       text,
  call_id       text,
  headers       jsonb,                -- absent: none
  value         bytea,                -- as it was on the topic; absent: a tombstone
  payload       jsonb,                -- the same, readable
  digest        bytea       NOT NULL, -- SHA-256 over position, time, key and value
  withheld      text[],               -- why value and payload are not as they were on the topic
  PRIMARY KEY (topic_id, partition, record_offset, day)
) PARTITION BY RANGE (day);
CREATE INDEX log_session ON log (session_id, at) WHERE session_id IS NOT NULL;
CREATE TABLE log_default PARTITION OF log DEFAULT;

CREATE TABLE session_event (
  day              date        NOT NULL,
  session_id       text        NOT NULL,
  sequence         bigint      NOT NULL,
  task_id          text        NOT NULL,
  tenant           text        NOT NULL,
  agent            text        NOT NULL,
  agent_version    text        NOT NULL,
  type             text        NOT NULL,
  phase            text        NOT NULL,
  turn             integer     NOT NULL,
  state            text        NOT NULL,
  reason           text        NOT NULL,
  input_topic      text,
  input_partition  integer,
  input_offset     bigint,
  input_hash       text        NOT NULL,
  timer            text,
  effects          jsonb       NOT NULL,
  left_steps       integer,
  left_tokens      bigint,
  left_nano_usd    bigint,
  left_duration_ms bigint,
  spent_nano_usd   bigint      NOT NULL,
  steps            integer     NOT NULL,
  tokens           bigint      NOT NULL,
  pins_digest      text,
  at               timestamptz NOT NULL,
  previous_hash    text        NOT NULL,
  hash             text        NOT NULL,
  topic_id         smallint    NOT NULL,
  partition        integer     NOT NULL,
  record_offset    bigint      NOT NULL,
  PRIMARY KEY (session_id, sequence, day)
) PARTITION BY RANGE (day);
CREATE TABLE session_event_default PARTITION OF session_event DEFAULT;

CREATE TYPE ledger_kind AS ENUM ('reserved', 'settled', 'released', 'unsettled', 'adjustment');

-- The ledger as the planner decided it. A line moves its amount between accounts; see
-- ledger_posting. Only a reservation names its model: the other lines of a call have the same.
CREATE TABLE ledger_entry (
  day             date        NOT NULL,
  session_id      text        NOT NULL,
  sequence        bigint      NOT NULL, -- of the event that says so
  line            integer     NOT NULL, -- place in it, from 0
  task_id         text        NOT NULL,
  call_id         text        NOT NULL,
  kind            ledger_kind NOT NULL,
  amount_nano_usd bigint      NOT NULL,
  model           text        NOT NULL,
  price_book      text        NOT NULL,
  tenant          text        NOT NULL,
  agent           text        NOT NULL,
  agent_version   text        NOT NULL,
  at              timestamptz NOT NULL,
  topic_id        smallint    NOT NULL,
  partition       integer     NOT NULL,
  record_offset   bigint      NOT NULL,
  PRIMARY KEY (session_id, sequence, line, day)
) PARTITION BY RANGE (day);
CREATE TABLE ledger_entry_default PARTITION OF ledger_entry DEFAULT;

-- Corrections that auditors made later.
CREATE TABLE ledger_adjustment (
  adjustment_id   text        PRIMARY KEY,
  session_id      text        NOT NULL,
  task_id         text        NOT NULL,
  call_id         text        NOT NULL,
  amount_nano_usd bigint      NOT NULL,
  price_book      text        NOT NULL,
  reason          text        NOT NULL,
  decided_by      text        NOT NULL,
  at              timestamptz NOT NULL,
  topic_id        smallint    NOT NULL,
  partition       integer     NOT NULL,
  record_offset   bigint      NOT NULL
);

-- A conversation, as far as its events have been read.
CREATE TABLE session (
  session_id        text        PRIMARY KEY,
  tenant            text,
  agent             text,
  agent_version     text,
  subject           text,
  parent_session_id text,
  first_at          timestamptz NOT NULL,
  last_at           timestamptz NOT NULL,
  last_sequence     bigint,               -- absent: no event yet
  who_sequence      bigint,               -- of the newest event that names an agent
  state             text,
  task_id           text,
  last_hash         text,
  reserved_nano_usd   bigint NOT NULL DEFAULT 0,
  settled_nano_usd    bigint NOT NULL DEFAULT 0,
  released_nano_usd   bigint NOT NULL DEFAULT 0,
  unsettled_nano_usd  bigint NOT NULL DEFAULT 0,
  adjusted_nano_usd   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX session_last ON session (last_at DESC, session_id);
CREATE INDEX session_tenant ON session (tenant, last_at DESC, session_id);
CREATE INDEX session_parent ON session (parent_session_id) WHERE parent_session_id IS NOT NULL;
CREATE INDEX session_subject ON session (subject) WHERE subject IS NOT NULL;

CREATE TABLE task (
  session_id         text NOT NULL,
  task_id            text NOT NULL,
  -- from the Task
  asked_tenant       text,
  asked_agent        text,
  subject            text,
  text               text,
  metadata           jsonb,
  parent_session_id  text,
  parent_task_id     text,
  parent_call_id     text,
  submitted_at       timestamptz,
  asked_at           timestamptz,
  task_topic_id      smallint,
  task_partition     integer,
  task_offset        bigint,
  -- from the events; the last may name no agent, since the session is idle again
  who_sequence       bigint,
  tenant             text,
  agent              text,
  agent_version      text,
  first_sequence     bigint,
  last_sequence      bigint,
  first_event_at     timestamptz,
  last_event_at      timestamptz,
  state              text,
  steps              integer,
  tokens             bigint,
  reserved_nano_usd  bigint NOT NULL DEFAULT 0,
  settled_nano_usd   bigint NOT NULL DEFAULT 0,
  released_nano_usd  bigint NOT NULL DEFAULT 0,
  unsettled_nano_usd bigint NOT NULL DEFAULT 0,
  adjusted_nano_usd  bigint NOT NULL DEFAULT 0,
  -- from the TaskResult
  results            bigint NOT NULL DEFAULT 0, -- how many there were: one, once it has ended
  status             text,
  why                text,
  result             text,
  result_steps       integer,
  model_calls        integer,
  tool_calls         jsonb,
  uncached_input     bigint,
  cache_write_5m     bigint,
  cache_write_1h     bigint,
  cache_read         bigint,
  output             bigint,
  reasoning_output   bigint,
  result_nano_usd    bigint,
  result_unsettled_nano_usd bigint,
  model              text,
  accepted_at        timestamptz,
  ended_at           timestamptz,
  result_topic_id    smallint,
  result_partition   integer,
  result_offset      bigint,
  search             tsvector GENERATED ALWAYS AS (to_tsvector('simple', left(coalesce(text, ''), 20000))) STORED,
  PRIMARY KEY (session_id, task_id)
) WITH (fillfactor = 80);
CREATE INDEX task_search ON task USING gin (search);
CREATE INDEX task_asked ON task (asked_at DESC, session_id, task_id);
CREATE INDEX task_parent ON task (parent_call_id) WHERE parent_call_id IS NOT NULL;

CREATE TABLE model_call (
  call_id            text PRIMARY KEY,
  session_id         text    NOT NULL,
  task_id            text    NOT NULL,
  turn               integer,
  attempt            integer,
  -- from the ModelCall
  provider           text,
  asked_model        text,
  base_url           text,
  request_hash       text,
  input_tokens_bound bigint,
  max_output_tokens  bigint,
  messages           integer,
  requested_at       timestamptz,
  call_topic_id      smallint,
  call_partition     integer,
  call_offset        bigint,
  -- from the ModelReply
  model              text,
  outcome            text,    -- ok, or the kind of error in lower case
  error              text,
  http_status        integer,
  stop_reason        text,
  raw_stop_reason    text,
  uncached_input     bigint,
  cache_write_5m     bigint,
  cache_write_1h     bigint,
  cache_read         bigint,
  output             bigint,
  reasoning_output   bigint,
  usage_reported     boolean,
  raw_usage          text,
  cost_nano_usd      bigint,
  reply_price_book   text,
  fallback_price     boolean,
  provider_request_id text,
  http_attempts      integer,
  started_at         timestamptz,
  first_token_ms     bigint,
  duration_ms        bigint,
  tools              text[],  -- the tools it asked for, in order
  reply_topic_id     smallint,
  reply_partition    integer,
  reply_offset       bigint,
  -- from the ledger lines
  hour               timestamptz, -- UTC hour of the first line: where the call is counted
  tenant             text,
  agent              text,
  agent_version      text,
  ledger_model       text,
  price_book         text,
  reserved_nano_usd  bigint NOT NULL DEFAULT 0,
  settled_nano_usd   bigint NOT NULL DEFAULT 0,
  released_nano_usd  bigint NOT NULL DEFAULT 0,
  unsettled_nano_usd bigint NOT NULL DEFAULT 0,
  adjusted_nano_usd  bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX model_call_session ON model_call (session_id, turn, attempt);
CREATE INDEX model_call_hour ON model_call (hour, call_id) WHERE hour IS NOT NULL;

CREATE TABLE tool_call (
  call_id           text PRIMARY KEY,
  session_id        text    NOT NULL,
  task_id           text    NOT NULL,
  turn              integer,
  index             integer,
  tool              text,
  -- from the ModelReply: as the model asked for it
  asked_arguments   text,
  problem           text,
  asked_at          timestamptz,
  ask_topic_id      smallint,
  ask_partition     integer,
  ask_offset        bigint,
  -- from the ToolCall: as it was sent
  attempt           integer,
  tool_version      text,
  arguments         text,
  arguments_hash    text,
  deadline          timestamptz,
  rule              text,
  decided_by        text,
  decision_id       text,
  agent             text,
  tenant            text,
  requested_at      timestamptz,
  call_topic_id     smallint,
  call_partition    integer,
  call_offset       bigint,
  -- from the ToolResult
  outcome           text,    -- ok, or the error code in lower case
  error             text,
  preview           text,    -- 500 characters of what the model is shown
  full_bytes        bigint,
  handle            text,
  tries             integer,
  delivery_count    integer,
  from_journal      boolean,
  executor          text,
  started_at        timestamptz,
  duration_ms       bigint,
  cost_nano_usd     bigint,
  steps             integer,
  result_topic_id   smallint,
  result_partition  integer,
  result_offset     bigint,
  -- from the planner's event, where it answered in the executor's place
  closed            text,
  closed_at         timestamptz
) WITH (fillfactor = 80);
CREATE INDEX tool_call_session ON tool_call (session_id, turn, index);
CREATE INDEX tool_call_tool ON tool_call (tool, requested_at DESC);

CREATE TABLE approval (
  call_id        text        PRIMARY KEY,
  session_id     text        NOT NULL,
  task_id        text        NOT NULL,
  kind           text        NOT NULL,
  tool           text        NOT NULL,
  arguments      text        NOT NULL,
  arguments_hash text        NOT NULL,
  rule           text        NOT NULL,
  agent          text        NOT NULL,
  tenant         text        NOT NULL,
  question       text        NOT NULL,
  spent_nano_usd bigint      NOT NULL,
  requested_at   timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  topic_id       smallint    NOT NULL,
  partition      integer     NOT NULL,
  record_offset  bigint      NOT NULL
);
CREATE INDEX approval_requested ON approval (requested_at DESC, call_id);
CREATE INDEX approval_session ON approval (session_id);

CREATE TABLE approval_decision (
  topic_id       smallint    NOT NULL,
  partition      integer     NOT NULL,
  record_offset  bigint      NOT NULL,
  at             timestamptz NOT NULL,
  decision_id    text        NOT NULL,
  call_id        text        NOT NULL,
  session_id     text        NOT NULL,
  arguments_hash text        NOT NULL,
  verdict        text        NOT NULL,
  arguments      text,
  text           text        NOT NULL,
  decided_by     text        NOT NULL,
  decided_at     timestamptz NOT NULL,
  signed         boolean     NOT NULL,
  PRIMARY KEY (topic_id, partition, record_offset)
);
CREATE INDEX approval_decision_call ON approval_decision (call_id, record_offset);

CREATE TABLE alert (
  alert_id      text        PRIMARY KEY,
  kind          text        NOT NULL,
  session_id    text,
  task_id       text,
  tenant        text        NOT NULL,
  agent         text        NOT NULL,
  threshold     bigint      NOT NULL,
  value         bigint      NOT NULL,
  message       text        NOT NULL,
  at            timestamptz NOT NULL,
  topic_id      smallint    NOT NULL,
  partition     integer     NOT NULL,
  record_offset bigint      NOT NULL
);
CREATE INDEX alert_at ON alert (at DESC, alert_id);

-- Records that could not be read or handled, by where they stood.
CREATE TABLE dead_letter (
  origin_topic     text        NOT NULL,
  origin_partition integer     NOT NULL,
  origin_offset    bigint      NOT NULL,
  -- as found by the audit sink itself; absent: it could read the record
  reason           text,
  at               timestamptz,
  -- the copy on the dead-letter topic; absent: none was read from there yet
  topic_id         smallint,
  partition        integer,
  record_offset    bigint,
  reported_reason  text,
  reported_by      text,
  reported_at      timestamptz,
  PRIMARY KEY (origin_topic, origin_partition, origin_offset)
);
CREATE INDEX dead_letter_at ON dead_letter ((coalesce(at, reported_at)) DESC, origin_topic, origin_partition, origin_offset);

-- Agents, tools, tenants and pins, every version that was ever published.
CREATE TABLE definition (
  kind          text        NOT NULL,
  name          text        NOT NULL,
  version       text        NOT NULL,
  payload       jsonb,                -- absent: withdrawn
  at            timestamptz NOT NULL,
  topic_id      smallint    NOT NULL,
  partition     integer     NOT NULL,
  record_offset bigint      NOT NULL, -- of the newest record that says so
  PRIMARY KEY (kind, name, version)
);

-- Calls and money by hour: kept in step with model_call in every transaction.
CREATE TABLE cost_hour (
  hour               timestamptz NOT NULL,
  tenant             text   NOT NULL,
  agent              text   NOT NULL,
  agent_version      text   NOT NULL,
  model              text   NOT NULL,
  price_book         text   NOT NULL,
  calls              bigint NOT NULL,
  failed             bigint NOT NULL,
  uncached_input     bigint NOT NULL,
  cache_write_5m     bigint NOT NULL,
  cache_write_1h     bigint NOT NULL,
  cache_read         bigint NOT NULL,
  output             bigint NOT NULL,
  reasoning_output   bigint NOT NULL,
  reserved_nano_usd  bigint NOT NULL,
  settled_nano_usd   bigint NOT NULL,
  released_nano_usd  bigint NOT NULL,
  unsettled_nano_usd bigint NOT NULL,
  adjusted_nano_usd  bigint NOT NULL,
  PRIMARY KEY (hour, tenant, agent, agent_version, model, price_book)
) WITH (fillfactor = 50);

-- The settled cost of a model call is shared out evenly over the tools it asked for, what does not
-- divide goes to the first; a call that asked for none is counted under the empty name. So the sum
-- over all tools is the sum over all calls.
CREATE TABLE cost_tool_hour (
  hour             timestamptz NOT NULL,
  tenant           text   NOT NULL,
  agent            text   NOT NULL,
  agent_version    text   NOT NULL,
  model            text   NOT NULL,
  tool             text   NOT NULL,
  asked            bigint NOT NULL,
  settled_nano_usd bigint NOT NULL,
  PRIMARY KEY (hour, tenant, agent, agent_version, model, tool)
) WITH (fillfactor = 50);

-- Merkle roots that were published: what binds the log to something outside this database.
CREATE TABLE audit_root (
  topic         text        NOT NULL,
  kafka_id      text        NOT NULL,
  partition     integer     NOT NULL,
  from_offset   bigint      NOT NULL,
  to_offset     bigint      NOT NULL,
  records       bigint      NOT NULL,
  root          text        NOT NULL,
  at            timestamptz NOT NULL,
  topic_id      smallint    NOT NULL,
  root_partition integer    NOT NULL,
  record_offset bigint      NOT NULL,
  PRIMARY KEY (topic, kafka_id, partition, from_offset, to_offset)
);

CREATE VIEW ledger_line AS
SELECT at, session_id, sequence, line, task_id, call_id, kind, amount_nano_usd, price_book
FROM ledger_entry
UNION ALL
SELECT at, session_id, NULL, NULL, task_id, call_id, 'adjustment', amount_nano_usd, price_book
FROM ledger_adjustment;

-- Every line as two postings whose sum is nothing: double entry.
CREATE VIEW ledger_posting AS
SELECT e.*, p.account, p.posted_nano_usd
FROM ledger_line e
CROSS JOIN LATERAL (VALUES
  (CASE e.kind WHEN 'reserved' THEN 'budget' WHEN 'adjustment' THEN 'provider' ELSE 'reservation' END,
   -e.amount_nano_usd),
  (CASE e.kind WHEN 'reserved' THEN 'reservation' WHEN 'settled' THEN 'provider'
               WHEN 'released' THEN 'budget' WHEN 'unsettled' THEN 'in doubt' ELSE 'correction' END,
   e.amount_nano_usd)) AS p (account, posted_nano_usd);

-- Calls whose lines do not add up. A call that has only its reservation is open, not wrong.
CREATE VIEW ledger_unbalanced AS
SELECT call_id, session_id, task_id, tenant, reserved_nano_usd, settled_nano_usd, released_nano_usd,
       unsettled_nano_usd,
       reserved_nano_usd - settled_nano_usd - released_nano_usd - unsettled_nano_usd AS difference_nano_usd
FROM model_call
WHERE reserved_nano_usd <> settled_nano_usd + released_nano_usd + unsettled_nano_usd
  AND (settled_nano_usd, released_nano_usd, unsettled_nano_usd) <> (0, 0, 0);

-- Calls whose reply was lost: the provider may have charged up to the amount.
CREATE VIEW ledger_unsettled AS
SELECT call_id, session_id, task_id, tenant, agent, agent_version, ledger_model AS model, hour,
       unsettled_nano_usd
FROM model_call
WHERE unsettled_nano_usd <> 0;

-- Calls whose money is still set aside.
CREATE VIEW ledger_open AS
SELECT call_id, session_id, task_id, tenant, hour, reserved_nano_usd
FROM model_call
WHERE reserved_nano_usd <> 0 AND (settled_nano_usd, released_nano_usd, unsettled_nano_usd) = (0, 0, 0);

CREATE VIEW cost_by_session AS
SELECT session_id, tenant, agent, agent_version, reserved_nano_usd, settled_nano_usd,
       released_nano_usd, unsettled_nano_usd, adjusted_nano_usd
FROM session;

CREATE VIEW cost_by_task AS
SELECT session_id, task_id, tenant, agent, agent_version, reserved_nano_usd, settled_nano_usd,
       released_nano_usd, unsettled_nano_usd, adjusted_nano_usd
FROM task;

CREATE VIEW cost_by_agent_version AS
SELECT agent, agent_version, sum(calls)::bigint AS calls, sum(settled_nano_usd)::bigint AS settled_nano_usd,
       sum(unsettled_nano_usd)::bigint AS unsettled_nano_usd, sum(adjusted_nano_usd)::bigint AS adjusted_nano_usd
FROM cost_hour GROUP BY agent, agent_version;

CREATE VIEW cost_by_model AS
SELECT model, sum(calls)::bigint AS calls, sum(settled_nano_usd)::bigint AS settled_nano_usd,
       sum(unsettled_nano_usd)::bigint AS unsettled_nano_usd, sum(adjusted_nano_usd)::bigint AS adjusted_nano_usd
FROM cost_hour GROUP BY model;

CREATE VIEW cost_by_tenant AS
SELECT tenant, sum(calls)::bigint AS calls, sum(settled_nano_usd)::bigint AS settled_nano_usd,
       sum(unsettled_nano_usd)::bigint AS unsettled_nano_usd, sum(adjusted_nano_usd)::bigint AS adjusted_nano_usd
FROM cost_hour GROUP BY tenant;

CREATE VIEW cost_by_day AS
SELECT (hour AT TIME ZONE 'UTC')::date AS day, sum(calls)::bigint AS calls,
       sum(settled_nano_usd)::bigint AS settled_nano_usd,
       sum(unsettled_nano_usd)::bigint AS unsettled_nano_usd, sum(adjusted_nano_usd)::bigint AS adjusted_nano_usd
FROM cost_hour GROUP BY 1;

CREATE VIEW cost_by_tool AS
SELECT tool, sum(asked)::bigint AS asked, sum(settled_nano_usd)::bigint AS settled_nano_usd
FROM cost_tool_hour GROUP BY tool;

-- The first day that is still kept, once days were dropped. At most one row.
CREATE TABLE kept_since (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  day      date NOT NULL
);

-- Dead letters this sink has copied, so that a second build does not copy them again. Kept when the
-- rest is built anew.
CREATE TABLE dead_letter_copied (
  topic_id      smallint NOT NULL REFERENCES topic,
  partition     integer  NOT NULL,
  record_offset bigint   NOT NULL,
  PRIMARY KEY (topic_id, partition, record_offset)
);
