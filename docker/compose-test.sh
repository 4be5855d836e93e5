#!/usr/bin/env bash
# Runs the compose system for real: three executors, the demo's tasks and a stream of longer ones, one
# executor killed in the middle of them. Passes if every task has exactly one result, none failed for
# the kill, and the bill of each adds up.
#
#   docker/compose-test.sh              needs an engine with compose, and the images or a way to them
#   KEEP=1 docker/compose-test.sh       leaves the system running
#   TASKS=800 docker/compose-test.sh    more of the longer tasks (400; each has ten tool calls, one after the other)
#   PROVIDER_KEY=1 docker/compose-test.sh   as with a provider's key in .env: a made-up one, answered by the rehearsal model
#
# Where no image registry is within reach, docker/stand-in-images.sh builds the images first.
set -euo pipefail
cd "$(dirname "$0")/.."

project=weirkeeper-test-$$
tasks=${TASKS:-400}
work=$(mktemp -d)
say() { printf '%s compose-test: %s\n' "$(date +%H:%M:%S)" "$*"; }

cat >"$work/env" <<EOF
POSTGRES_PASSWORD=only-for-this-test-$$
COMPOSE_PROFILES=rehearsal
ANTHROPIC_BASE_URL=http://rehearsal:8080
${PROVIDER_KEY:+ANTHROPIC_API_KEY=sk-ant-made-up-for-the-test}
KAFKA_PORT=$(shuf -i 20000-29999 -n 1)
REGISTRY_PORT=0
AUDIT_PORT=0
EOF

compose() { docker compose --project-name "$project" --env-file "$work/env" "$@"; }
stored() { compose exec -T postgres psql -U weirkeeper -d weirkeeper -Atc "SET search_path TO audit" -Atc "$1" | tail -n +2; }
weir() { compose --profile cli run --rm --no-deps -T weir "$@"; }

finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    say "failed; the end of each service's log:"
    compose logs --tail 15 2>/dev/null | cut -c1-300 || true
  fi
  [ -n "${KEEP:-}" ] || compose --profile cli down --volumes --timeout 20 >/dev/null 2>&1 || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

say "starting with three executors"
began=$SECONDS
compose up --detach --scale tool-executor=3 --wait --wait-timeout "${START_LIMIT:-900}" >"$work/up.log" 2>&1 ||
  { tail -n 20 "$work/up.log"; exit 1; }
say "all healthy after $((SECONDS - began)) s"

say "the demo's tasks"
weir demo --timeout 10m >"$work/demo.txt" 2>"$work/demo.err" || { cat "$work/demo.txt" "$work/demo.err"; exit 1; }
cat "$work/demo.txt"

say "$tasks tasks of ten steps; one executor is killed in the middle"
for i in $(seq "$tasks"); do
  printf '{"task": "Please count to ten, one step at a time.", "session": "count-%s"}\n' "$i"
done | weir run --json --timeout 15m - >"$work/run.jsonl" 2>"$work/run.err" &
run=$!
victim=$(compose ps --quiet tool-executor | sed -n 1p)
# In the middle, as the planner counts its steps: they all end together.
asked() {
  compose exec -T planner bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3' |
    awk '/^weirkeeper_planner_steps_total.*kind="tool"/ { asked += $2 } END { print asked + 0 }'
}
until [ "$(asked)" -ge $((2 * tasks)) ]; do
  kill -0 "$run" 2>/dev/null || { cat "$work/run.err"; exit 1; }
done
docker kill --signal KILL "$victim" >/dev/null
killed=$(stored "SELECT now()")
say "executor ${victim:0:12} killed, $(asked) of $((10 * tasks)) calls asked for by then"
wait "$run" || { cat "$work/run.jsonl" "$work/run.err"; exit 1; }

results=$(grep -c '"status"' "$work/run.jsonl")
complete=$(grep -c '"status" *: *"complete"' "$work/run.jsonl" || true)
sessions=$(sed -n 's/.*"session_id" *: *"\(count-[0-9]*\)".*/\1/p' "$work/run.jsonl" | sort -u | wc -l)
say "$results results, $complete complete, of $sessions sessions"
[ "$results" -eq "$tasks" ] && [ "$complete" -eq "$tasks" ] && [ "$sessions" -eq "$tasks" ] || exit 1

kept=$(stored "SELECT count(*), count(DISTINCT task_id), count(*) FILTER (WHERE status <> 'complete') FROM task WHERE session_id LIKE 'count-%'")
say "in the audit store, tasks|distinct|not complete: $kept"
[ "$kept" = "$tasks|$tasks|0" ] || exit 1
after=$(stored "SELECT count(*) FROM task WHERE session_id LIKE 'count-%' AND ended_at > '$killed'")
say "$after of them ended after the kill"
[ "$after" -gt 0 ] || { say "the kill came too late; give TASKS a larger number"; exit 1; }
say "calls answered by each executor, the killed one among them:"
stored "SELECT executor, count(*) FROM tool_call WHERE session_id LIKE 'count-%' GROUP BY executor ORDER BY 2 DESC"
[ "$(stored "SELECT count(DISTINCT executor) FROM tool_call WHERE session_id LIKE 'count-%'")" -ge 3 ] ||
  { say "fewer than three executors took part"; exit 1; }

say "as whom each service runs, and with what:"
for service in planner tool-executor audit-sink rehearsal broker registry postgres; do
  container=$(compose ps --quiet "$service" | tail -n 1)
  docker inspect --format "{{ index .Config.Labels \"com.docker.compose.service\" }}: user {{ .Config.User }}, read-only {{ .HostConfig.ReadonlyRootfs }}, dropped {{ .HostConfig.CapDrop }}, {{ .HostConfig.SecurityOpt }}" "$container"
done
say "passed"
