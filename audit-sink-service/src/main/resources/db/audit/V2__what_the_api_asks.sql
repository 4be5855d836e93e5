-- What the API lists by. A session's status is that of what it does now, or of how its last task ended.
ALTER TABLE session ADD COLUMN result_offset bigint; -- of the newest result
ALTER TABLE session ADD COLUMN last_status text;
ALTER TABLE session ADD COLUMN status text GENERATED ALWAYS AS (
  CASE WHEN state IS NULL THEN coalesce(last_status, 'submitted')
       WHEN state = 'Idle' THEN coalesce(last_status, 'idle')
       WHEN state = 'Paused' THEN 'paused'
       ELSE 'running' END) STORED;
CREATE INDEX session_status ON session (status, last_at DESC, session_id);
CREATE INDEX session_agent ON session (agent, last_at DESC, session_id);

CREATE INDEX task_named ON task (task_id);
CREATE INDEX approval_expires ON approval (expires_at);
CREATE INDEX alert_session ON alert (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX model_call_requested ON model_call (requested_at DESC, call_id);
CREATE INDEX tool_call_requested ON tool_call (requested_at DESC, call_id);

-- Calls that were put before a person, with what became of them: open, approved, edited, rejected,
-- answered, expired, or ended with their task. A decision that the planner refused changes nothing.
CREATE VIEW approval_now AS
SELECT a.*, d.decision_id, d.verdict, d.arguments AS decided_arguments, d.text AS decided_text,
       d.decided_by, d.decided_at, d.signed, d.topic_id AS decision_topic_id,
       d.partition AS decision_partition, d.record_offset AS decision_offset,
       c.call_offset IS NOT NULL AS sent,
       CASE WHEN d.verdict = 'reject' THEN 'rejected'
            WHEN d.verdict = 'answer' THEN 'answered'
            WHEN d.verdict = 'edit' THEN 'edited'
            WHEN d.verdict = 'approve' OR c.call_offset IS NOT NULL THEN 'approved'
            WHEN coalesce(t.results, 0) > 0 OR s.state = 'Idle' THEN 'ended'
            WHEN c.closed IS NOT NULL OR a.expires_at <= now() THEN 'expired'
            ELSE 'open' END AS status
FROM approval a
LEFT JOIN session s ON s.session_id = a.session_id
LEFT JOIN task t ON t.session_id = a.session_id AND t.task_id = a.task_id
LEFT JOIN tool_call c ON c.call_id = a.call_id
LEFT JOIN LATERAL (
  SELECT * FROM approval_decision x
  WHERE x.call_id = a.call_id AND x.arguments_hash = a.arguments_hash
    AND NOT EXISTS (
      SELECT FROM session_event e JOIN topic n ON n.topic_id = x.topic_id
      WHERE e.session_id = x.session_id AND e.input_topic = n.name AND e.input_partition = x.partition
        AND e.input_offset = x.record_offset AND e.reason LIKE 'the decision of % is refused: %')
  ORDER BY x.record_offset LIMIT 1) d ON true;
