INSERT INTO shop.customers (name) VALUES ('x')
INSERT INTO shop.customers SELECT 99, 'x', now()
INSERT INTO shop.customers DEFAULT VALUES
INSERT INTO shop.customers (name) VALUES ('x') RETURNING *
INSERT INTO shop.customers (name) VALUES ('x') ON CONFLICT DO NOTHING
UPDATE shop.customers SET name = 'x'
UPDATE shop.customers SET name = 'x' RETURNING *
UPDATE ONLY shop.customers SET name = 'x' WHERE true
DELETE FROM shop.customers
DELETE FROM shop.customers USING shop.orders
DELETE FROM shop.customers RETURNING *
TRUNCATE shop.customers
TRUNCATE TABLE shop.customers CASCADE
MERGE INTO shop.customers c USING shop.orders o ON c.id = o.customer WHEN MATCHED THEN DELETE
MERGE INTO shop.customers c USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET name = 'x' RETURNING *
WITH gone AS (DELETE FROM shop.customers RETURNING *) SELECT * FROM gone
WITH new AS (INSERT INTO shop.customers (name) VALUES ('x') RETURNING *) SELECT * FROM new
WITH new AS (UPDATE shop.customers SET name = 'x' RETURNING *) SELECT count(*) FROM new
WITH a AS (SELECT 1), b AS MATERIALIZED (DELETE FROM shop.orders RETURNING *) SELECT * FROM a
SELECT * INTO shop.copy FROM shop.customers
SELECT * INTO TEMP copy FROM shop.customers
SELECT * INTO UNLOGGED shop.copy FROM shop.customers
CREATE TABLE shop.evil (a int)
CREATE TABLE public.evil (a int)
CREATE TABLE pg_temp.evil (a int)
CREATE TEMP TABLE evil (a int)
CREATE TEMP TABLE evil AS SELECT * FROM shop.customers
CREATE UNLOGGED TABLE evil (a int)
CREATE TABLE evil AS SELECT 1
CREATE TABLE IF NOT EXISTS public.evil AS TABLE shop.customers
CREATE VIEW public.evil AS SELECT 1
CREATE OR REPLACE VIEW shop.names AS SELECT 1 AS id
CREATE TEMP VIEW evil AS SELECT 1
CREATE MATERIALIZED VIEW public.evil AS SELECT 1
REFRESH MATERIALIZED VIEW shop.totals
CREATE INDEX evil ON shop.customers (name)
CREATE UNIQUE INDEX CONCURRENTLY evil ON shop.customers (name)
CREATE SEQUENCE public.evil
CREATE TEMP SEQUENCE evil
CREATE SCHEMA evil
CREATE SCHEMA IF NOT EXISTS evil AUTHORIZATION CURRENT_USER
CREATE FUNCTION public.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION pg_temp.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OR REPLACE FUNCTION shop.bump() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE PROCEDURE public.evil() LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION public.evil() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END
CREATE AGGREGATE public.evil(int) (sfunc = int4pl, stype = int)
CREATE TRIGGER evil AFTER INSERT ON shop.customers EXECUTE FUNCTION shop.noop()
CREATE EVENT TRIGGER evil ON ddl_command_start EXECUTE FUNCTION shop.noop()
CREATE RULE evil AS ON SELECT TO shop.customers DO INSTEAD NOTHING
CREATE POLICY evil ON shop.customers USING (true)
CREATE TYPE public.evil AS ENUM ('a')
CREATE DOMAIN public.evil AS int
CREATE CAST (int AS text) WITH INOUT
CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)
CREATE COLLATION public.evil FROM "C"
CREATE CONVERSION public.evil FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1
CREATE STATISTICS public.evil ON id, name FROM shop.customers
CREATE TEXT SEARCH CONFIGURATION public.evil (COPY = english)
CREATE PUBLICATION evil FOR ALL TABLES
CREATE SUBSCRIPTION evil CONNECTION 'host=127.0.0.1' PUBLICATION p
CREATE SERVER evil FOREIGN DATA WRAPPER dblink_fdw
CREATE FOREIGN DATA WRAPPER evil
CREATE USER MAPPING FOR CURRENT_USER SERVER evil
CREATE FOREIGN TABLE evil (a int) SERVER evil
CREATE EXTENSION dblink
CREATE EXTENSION IF NOT EXISTS plpython3u
CREATE EXTENSION file_fdw
CREATE EXTENSION pgcrypto SCHEMA public
CREATE LANGUAGE plperlu
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION int4recv(internal))
CREATE ACCESS METHOD evil TYPE INDEX HANDLER bthandler
CREATE ROLE evil SUPERUSER LOGIN
CREATE USER evil
CREATE GROUP evil
CREATE DATABASE evil
CREATE TABLESPACE evil LOCATION '/tmp'
ALTER TABLE shop.customers ADD COLUMN evil int
ALTER TABLE shop.customers RENAME TO gone
ALTER TABLE shop.customers DISABLE TRIGGER ALL
ALTER TABLE shop.customers OWNER TO CURRENT_USER
ALTER SEQUENCE shop.customers_id_seq RESTART
ALTER SCHEMA shop RENAME TO gone
ALTER DATABASE postgres SET search_path = evil
ALTER SYSTEM SET log_statement = 'all'
ALTER SYSTEM RESET ALL
ALTER ROLE CURRENT_USER SUPERUSER
ALTER ROLE CURRENT_USER PASSWORD 'evil'
ALTER ROLE CURRENT_USER SET default_transaction_read_only = off
ALTER ROLE CURRENT_USER RESET ALL
ALTER ROLE postgres PASSWORD 'evil'
ALTER USER postgres NOLOGIN
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC
ALTER FUNCTION shop.bump() OWNER TO CURRENT_USER
ALTER EXTENSION plpgsql UPDATE
ALTER LARGE OBJECT 4711 OWNER TO CURRENT_USER
ALTER VIEW shop.names SET (security_barrier)
DROP TABLE shop.customers
DROP TABLE IF EXISTS shop.customers, shop.orders CASCADE
DROP SCHEMA shop CASCADE
DROP OWNED BY CURRENT_USER
DROP VIEW shop.names
DROP FUNCTION shop.bump()
DROP ROLE postgres
DROP DATABASE postgres
DROP EXTENSION plpgsql
DROP SEQUENCE shop.customers_id_seq CASCADE
REASSIGN OWNED BY CURRENT_USER TO postgres
GRANT ALL ON shop.customers TO PUBLIC
GRANT postgres TO CURRENT_USER
GRANT pg_execute_server_program TO CURRENT_USER
REVOKE ALL ON shop.customers FROM PUBLIC
REVOKE SELECT ON shop.customers FROM CURRENT_USER
COMMENT ON TABLE shop.customers IS 'evil'
COMMENT ON ROLE CURRENT_USER IS 'evil'
SECURITY LABEL ON TABLE shop.customers IS 'evil'
IMPORT FOREIGN SCHEMA public FROM SERVER evil INTO public
COPY shop.customers FROM STDIN
COPY shop.customers FROM '/etc/passwd'
COPY shop.customers FROM PROGRAM 'touch CANARY'
COPY shop.customers TO 'CANARY'
COPY shop.customers TO PROGRAM 'touch CANARY'
COPY (SELECT 1) TO PROGRAM 'touch CANARY'
COPY (SELECT 1) TO 'CANARY'
COPY (SELECT 1) TO 'CANARY' WITH (FORMAT binary)
COPY (DELETE FROM shop.customers RETURNING *) TO STDOUT
COPY (SELECT shop.bump()) TO STDOUT
COPY shop.customers TO STDOUT
COPY (SELECT * FROM shop.customers) TO STDOUT
SELECT shop.bump()
SELECT shop.bump_as_owner()
SELECT * FROM shop.bump_as_owner()
SELECT shop.bump_as_owner() FROM generate_series(1, 100)
SELECT id FROM shop.customers WHERE shop.bump_as_owner() > 0
SELECT id FROM shop.customers ORDER BY shop.bump_as_owner()
SELECT id FROM shop.customers GROUP BY id HAVING shop.bump_as_owner() > 0
SELECT (SELECT shop.bump_as_owner())
SELECT CASE WHEN shop.bump_as_owner() > 0 THEN 1 END
SELECT coalesce(NULL, shop.bump_as_owner())
VALUES (shop.bump_as_owner())
TABLE shop.bumping
SELECT * FROM shop.bumping
SELECT 1 FROM shop.customers, LATERAL shop.bump_as_owner() b
SELECT array_agg(shop.bump_as_owner())
SELECT sum(shop.bump_as_owner()) OVER ()
SELECT shop.ddl_as_owner()
SELECT shop.escape_read_only()
SELECT shop.run_as_owner('DELETE FROM shop.customers')
SELECT shop.run_as_owner('SET TRANSACTION READ WRITE')
SELECT shop.run_as_owner('CREATE TABLE public.evil (a int)')
SELECT shop.run_as_owner('COPY shop.customers TO PROGRAM ''touch CANARY''')
CALL shop.commit_then_write()
CALL shop.write_as_owner()
DO $$ BEGIN INSERT INTO shop.customers (name) VALUES ('x'); END $$
DO $$ BEGIN DELETE FROM shop.customers; EXCEPTION WHEN OTHERS THEN NULL; END $$
DO $$ BEGIN PERFORM shop.bump_as_owner(); END $$
DO $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; DELETE FROM shop.customers; END $$
DO $$ BEGIN ROLLBACK; PERFORM set_config('transaction_read_only', 'off', false); DELETE FROM shop.customers; END $$
DO $$ BEGIN EXECUTE 'DROP TABLE shop.customers'; END $$
DO $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'touch CANARY'); END $$
DO LANGUAGE plpython3u $$ open('CANARY', 'w') $$
DO LANGUAGE plperlu $$ `touch CANARY` $$
DO 'BEGIN PERFORM nextval(''shop.customers_id_seq''); END'
DO $$ BEGIN SET LOCAL ROLE postgres; DELETE FROM shop.customers; END $$
DO $$ BEGIN RESET ROLE; DELETE FROM shop.customers; END $$
DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION postgres'; DELETE FROM shop.customers; END $$
SELECT nextval('shop.customers_id_seq')
SELECT setval('shop.customers_id_seq', 1000)
SELECT setval('shop.customers_id_seq', 1000, false)
SELECT nextval(pg_get_serial_sequence('shop.customers', 'id'))
SELECT id, nextval('shop.customers_id_seq') FROM shop.customers
SELECT pg_notify('canary', 'evil')
SELECT pg_notify('canary', name) FROM shop.customers
NOTIFY canary, 'evil'
NOTIFY canary
LISTEN canary
UNLISTEN *
SELECT pg_advisory_lock(1)
SELECT pg_advisory_lock(1, 2)
SELECT pg_advisory_lock(n) FROM generate_series(1, 1000) n
SELECT pg_try_advisory_lock(42)
SELECT pg_try_advisory_lock_shared(42)
SELECT pg_advisory_xact_lock(42)
SELECT pg_advisory_unlock_all()
SELECT lo_create(0)
SELECT lo_create(666)
SELECT lo_creat(-1)
SELECT lo_unlink(4711)
SELECT lo_put(4711, 0, 'evil')
SELECT lo_from_bytea(0, 'evil')
SELECT lo_import('/etc/passwd')
SELECT lo_import('/etc/passwd', 667)
SELECT lo_export(4711, 'CANARY')
SELECT lo_truncate(lo_open(4711, 131072), 0)
SELECT lowrite(lo_open(4711, 131072), 'evil')
SELECT lowrite(lo_open(4711, CAST(x'60000' AS int)), 'evil')
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'
SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_switch_wal()
SELECT pg_create_restore_point('evil')
SELECT pg_backup_start('evil')
SELECT pg_promote()
SELECT pg_wal_replay_pause()
SELECT pg_stat_reset()
SELECT pg_stat_reset_shared('bgwriter')
SELECT pg_stat_reset_single_table_counters('shop.customers'::regclass)
SELECT pg_create_physical_replication_slot('evil')
SELECT pg_create_logical_replication_slot('evil', 'test_decoding')
SELECT pg_drop_replication_slot('evil')
SELECT pg_replication_origin_create('evil')
SELECT pg_export_snapshot()
SELECT pg_log_backend_memory_contexts(pg_backend_pid())
SELECT pg_import_system_collations('public')
SELECT pg_extension_config_dump('shop.customers', '')
SELECT pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')
SELECT pg_file_write('CANARY', 'evil', false)
SELECT pg_file_unlink('CANARY')
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('/etc/shadow')
SELECT pg_ls_dir('/')
SELECT pg_stat_file('/etc/passwd')
SELECT * FROM pg_ls_logdir()
SELECT current_setting('data_directory')
SELECT set_config('transaction_read_only', 'off', true)
SELECT set_config('default_transaction_read_only', 'off', false)
SELECT set_config('transaction_read_only', 'off', false), shop.bump_as_owner()
SELECT set_config('role', 'postgres', false), shop.bump()
SELECT set_config('session_authorization', 'postgres', false), shop.bump()
SELECT set_config('session_replication_role', 'replica', false)
SELECT set_config('search_path', 'evil', false)
SELECT set_config('statement_timeout', '0', false), pg_sleep(30)
SELECT set_config('log_statement', 'all', false)
SELECT set_config('local_preload_libraries', 'evil', false)
SET transaction_read_only = off
SET TRANSACTION READ WRITE
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET default_transaction_read_only = off
SET ROLE postgres
SET LOCAL ROLE postgres
SET ROLE NONE
SET SESSION AUTHORIZATION postgres
SET SESSION AUTHORIZATION DEFAULT
SET session_replication_role = replica
SET search_path = evil
SET statement_timeout = 0
RESET ROLE
RESET ALL
RESET SESSION AUTHORIZATION
DISCARD ALL
BEGIN
BEGIN READ WRITE
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ WRITE
START TRANSACTION READ WRITE
COMMIT
COMMIT AND CHAIN
END
ROLLBACK
ROLLBACK AND CHAIN
ABORT
SAVEPOINT evil
ROLLBACK TO SAVEPOINT evil
RELEASE SAVEPOINT evil
PREPARE TRANSACTION 'evil'
COMMIT PREPARED 'evil'
ROLLBACK PREPARED 'evil'
PREPARE evil AS DELETE FROM shop.customers
EXECUTE evil
DEALLOCATE ALL
DECLARE evil CURSOR WITH HOLD FOR SELECT shop.bump_as_owner()
DECLARE evil CURSOR FOR SELECT 1
FETCH ALL FROM evil
CLOSE ALL
MOVE ALL IN evil
LOCK TABLE shop.customers IN ACCESS EXCLUSIVE MODE
LOCK TABLE shop.customers IN ROW EXCLUSIVE MODE
LOCK shop.customers
SELECT * FROM shop.customers FOR UPDATE
SELECT * FROM shop.customers FOR NO KEY UPDATE
SELECT * FROM shop.customers FOR SHARE
SELECT * FROM shop.customers FOR KEY SHARE SKIP LOCKED
VACUUM
VACUUM FULL shop.customers
ANALYZE
ANALYZE shop.customers
CLUSTER
REINDEX TABLE shop.customers
REINDEX DATABASE
CHECKPOINT
LOAD 'auto_explain'
LOAD '$libdir/plpgsql'
EXPLAIN ANALYZE DELETE FROM shop.customers
EXPLAIN ANALYZE INSERT INTO shop.customers (name) VALUES ('x')
EXPLAIN (ANALYZE, BUFFERS) UPDATE shop.customers SET name = 'x'
EXPLAIN (ANALYZE) SELECT shop.bump_as_owner()
EXPLAIN (ANALYZE) CREATE TABLE public.evil AS SELECT 1
EXPLAIN ANALYZE EXECUTE evil
SELECT public.dblink_exec('dbname=DATABASE user=postgres', 'DELETE FROM shop.customers')
SELECT * FROM public.dblink('dbname=DATABASE user=postgres', 'DELETE FROM shop.customers RETURNING id') AS t (id int)
SELECT public.dblink_connect('evil', 'dbname=DATABASE user=postgres')
SELECT public.dblink_connect_u('evil', 'dbname=DATABASE user=postgres')
SELECT public.dblink_send_query('evil', 'DELETE FROM shop.customers')
SELECT query_to_xml('DELETE FROM shop.customers RETURNING 1', true, true, '')
SELECT query_to_xml('SELECT shop.bump_as_owner()', true, true, '')
SELECT query_to_xml('SELECT 1; DELETE FROM shop.customers', true, true, '')
SELECT query_to_xml('COMMIT', true, true, '')
SELECT cursor_to_xml('evil', 1, true, true, '')
SELECT table_to_xml('shop.customers', true, true, '')
SELECT database_to_xml(true, true, '')
SELECT ts_stat('DELETE FROM shop.customers RETURNING to_tsvector(name)')
SELECT * FROM ts_stat('SELECT to_tsvector(shop.bump_as_owner()::text)')
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, shop.bump_as_owner()::text::tsquery')
SELECT currtid2('shop.customers', '(0,1)')
SELECT pg_logical_slot_get_changes('evil', NULL, NULL)
SELECT pg_current_xact_id()
SELECT txid_current()
SELECT tools.claim_effect('forged/1/0')
SELECT tools.complete_effect('forged/1/0', 'x')
INSERT INTO tools.effects (idempotency_key) VALUES ('forged/1/0')
SELECT * FROM tools.effects
UPDATE pg_catalog.pg_class SET relname = 'evil'
DELETE FROM pg_catalog.pg_authid
INSERT INTO pg_catalog.pg_auth_members SELECT 10, 10, 10, true
SELECT * FROM pg_authid
SELECT passwd FROM pg_shadow
UPDATE information_schema.sql_features SET comments = 'x'
UPDATE shop.names SET name = 'x'
DELETE FROM shop.names
INSERT INTO shop.names (name) VALUES ('x')
SELECT pg_sleep(30)
SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000000000) b
WITH RECURSIVE forever AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM forever) SELECT count(*) FROM forever
SELECT repeat('x', 300000000)
SELECT repeat('x', 1073741823)
SELECT lpad('', 100000000, 'x') FROM generate_series(1, 100)
SELECT regexp_replace(repeat('a', 3000), '((a+)+)+b', 'x')
SELECT array_fill(0, ARRAY[100000000])
SELECT format('%s', repeat('x', 200000000))
SELECT n, repeat('x', 1000) FROM generate_series(1, 10000000) n
SELECT * FROM shop.customers WHERE name = $1
SELECT * FROM shop.customers WHERE id = ?
