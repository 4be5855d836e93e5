-- What the shipped tools keep. Everything lives in the schema that Flyway was pointed at.

CREATE TABLE users (
  user_id    text PRIMARY KEY CHECK (length(user_id) BETWEEN 1 AND 64),
  name       text NOT NULL,
  email      text NOT NULL,
  department text NOT NULL DEFAULT '',
  role       text NOT NULL DEFAULT '',
  status     text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'left')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_by_id ON users (lower(user_id));
CREATE UNIQUE INDEX users_by_email ON users (lower(email));

CREATE SEQUENCE ticket_numbers;

CREATE TABLE tickets (
  ticket_id    text PRIMARY KEY DEFAULT 'T-' || lpad(nextval('ticket_numbers')::text, 5, '0'),
  title        text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description  text NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
  status       text NOT NULL DEFAULT 'open'
                 CHECK (status IN ('open', 'in_progress', 'resolved', 'closed')),
  priority     text NOT NULL DEFAULT 'normal'
                 CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  requester_id text REFERENCES users (user_id),
  assignee_id  text REFERENCES users (user_id),
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  words        tsvector GENERATED ALWAYS AS
                 (setweight(to_tsvector('english', title), 'A')
                  || setweight(to_tsvector('english', description), 'B')) STORED
);
CREATE INDEX tickets_by_words ON tickets USING gin (words);
CREATE INDEX tickets_by_status ON tickets (status, updated_at DESC);

-- One row per call that changed something, written in the transaction of the change: a repeated
-- call finds its row and is answered from it. (transaction, at) is the same for a whole
-- transaction and for no two, so a transaction can claim one key only, its own.
CREATE TABLE effects (
  idempotency_key text PRIMARY KEY CHECK (length(idempotency_key) <= 512),
  result          text,
  transaction     xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at              timestamptz NOT NULL DEFAULT transaction_timestamp(),
  UNIQUE (transaction, at)
);
CREATE INDEX effects_by_age ON effects (at);

-- The two functions are all that a role without rights on the table needs. They belong to the
-- owner and run with the owner's rights, in a search path that nobody else can put a table into.
CREATE FUNCTION claim_effect(key text) RETURNS TABLE (claimed boolean, stored text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
  INSERT INTO effects (idempotency_key) VALUES (key) ON CONFLICT (idempotency_key) DO NOTHING;
  IF FOUND THEN
    RETURN QUERY SELECT true, NULL::text;
  ELSE
    RETURN QUERY SELECT false, e.result FROM effects e WHERE e.idempotency_key = key;
  END IF;
END $$;

-- False if the claim is not of this transaction, as when a statement in between ended the first one.
CREATE FUNCTION complete_effect(key text, outcome text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
  WITH completed AS (
    UPDATE effects SET result = outcome
    WHERE idempotency_key = key
      AND transaction = pg_current_xact_id() AND at = transaction_timestamp()
    RETURNING 1)
  SELECT EXISTS (SELECT FROM completed);
$$;

REVOKE ALL ON FUNCTION claim_effect(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION complete_effect(text, text) FROM PUBLIC;
