-- What is watched and whether it is past its threshold now, so that a crossing is told once however
-- many instances watch and however often they restart. Kept when the store is built anew.
CREATE TABLE alert_state (
  watched text        PRIMARY KEY,
  past    boolean     NOT NULL,
  since   timestamptz NOT NULL
);

-- Alerts on their way to the webhook. Kept when the store is built anew, so nothing is told again.
CREATE TABLE webhook_delivery (
  alert_id     text        PRIMARY KEY,
  queued_at    timestamptz NOT NULL DEFAULT now(),
  attempts     integer     NOT NULL DEFAULT 0,
  next_at      timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz,              -- absent: not yet
  given_up_at  timestamptz,              -- absent: still tried
  last_error   text
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at)
  WHERE delivered_at IS NULL AND given_up_at IS NULL;
