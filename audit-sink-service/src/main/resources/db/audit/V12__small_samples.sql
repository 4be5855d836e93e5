-- Statistics from samples of 3,000 rows in place of 30,000, and of a table that grows and changes with
-- every call when half of it has changed, not a tenth: rows are looked up by their keys, and sampling
-- was half of what a busy store did. Columns without statistics stay without.
CREATE FUNCTION sample_little(sampled regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  chosen text;
BEGIN
  SELECT string_agg(format('ALTER COLUMN %I SET STATISTICS 10', attname), ', ') INTO chosen
  FROM pg_attribute
  WHERE attrelid = sampled AND attnum > 0 AND NOT attisdropped AND attstattarget IS DISTINCT FROM 0;
  EXECUTE format('ALTER TABLE %s %s', sampled, chosen);
END $$;

SELECT sample_little(relid)
FROM unnest(ARRAY['log', 'session_event', 'ledger_entry']) AS divided, pg_partition_tree(divided::regclass)
WHERE isleaf;
SELECT sample_little(whole::regclass)
FROM unnest(ARRAY['session', 'task', 'model_call', 'tool_call']) AS whole;

ALTER TABLE session SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE task SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE model_call SET (autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE tool_call SET (autovacuum_analyze_scale_factor = 0.5);
