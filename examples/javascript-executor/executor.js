#!/usr/bin/env node
// A tool executor: publishes its tools, runs their calls, answers (docs/executor-protocol.md).
// All tools here are read-only, so a call may run again after a crash.   node executor.js tools.js
import { createHash, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Consumer, FetchIsolationLevels, Producer } from '@platformatic/kafka'
import Ajv from 'ajv/dist/2020.js'

const env = process.env
const prefix = env.WEIRKEEPER_TOPICS_PREFIX ?? 'agent.'
const pool = env.WEIRKEEPER_POOL ?? 'javascript'
const executor = `javascript-${randomUUID()}`
const kafka = { clientId: executor, bootstrapBrokers: (env.KAFKA_BOOTSTRAP_SERVERS ?? 'localhost:9092').split(',') }
const registry = new SchemaRegistry({ host: env.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081' })
const producer = new Producer({ ...kafka, acks: -1 })
const sha256 = text => createHash('sha256').update(text).digest('hex')
const limits = { timeout_ms: 30_000, max_result_bytes: 65_536 }

const tools = new Map()
for (const { run, ...told } of (await import(resolve(process.argv[2] ?? 'tools.js'))).default) {
  const definition = { ...limits, ...told, pool, read_only: true, input_schema: JSON.stringify(told.input_schema) }
  definition.version = sha256(JSON.stringify(definition))
  tools.set(told.name, { ...definition, run, valid: new Ajv().compile(told.input_schema) })
  await send('tools', Buffer.from(told.name), definition)
}
async function send (name, key, record, headers) {
  const topic = prefix + name
  const value = await registry.encode(await registry.getLatestSchemaId(`${topic}-value`), record)
  await producer.send({ messages: [{ topic, key, value, headers }] })
}

const failed = (code, message, hint = null) => ({ error: { code, message, hint } })
const cancelled = new Map() // session -> when
const running = new Map() // call id -> { session, stop }
async function outcome (call) {
  const tool = tools.get(call.tool)
  if (sha256(call.arguments) !== call.arguments_hash) return failed('REJECTED', 'these are not the arguments that were checked')
  if (!tool) return failed('UNKNOWN_TOOL', `there is no tool '${call.tool}' here; available are: ${[...tools.keys()].join(', ')}`)
  const given = JSON.parse(call.arguments)
  if (!tool.valid(given)) {
    const wrong = tool.valid.errors.map(({ instancePath, message }) => `${instancePath || 'the arguments'}: ${message}`)
    return failed('INVALID_ARGUMENTS', wrong.join('; '), 'correct them and call again')
  }
  if (Date.now() >= call.deadline) return failed('TIMEOUT', 'it was not run: its deadline had passed')
  if (cancelled.get(call.session_id) >= call.requested_at) return failed('CANCELLED', 'it was not run: its session was cancelled')
  const stop = new AbortController()
  const stopped = new Promise((resolve, reject) => { stop.signal.onabort = () => reject(stop.signal.reason) })
  const timer = setTimeout(() => stop.abort('TIMEOUT'), Math.min(tool.timeout_ms, call.deadline - Date.now()))
  running.set(call.call_id, { session: call.session_id, stop })
  try {
    const result = await Promise.race([tool.run(given, { signal: stop.signal, key: call.call_id }), stopped])
    const content = typeof result === 'string' ? result : JSON.stringify(result)
    const bytes = Buffer.byteLength(content)
    return bytes <= tool.max_result_bytes ? { content, full_bytes: bytes } : failed('RESULT_TOO_LARGE', `the result has ${bytes} bytes`, 'ask for less')
  } catch (failure) {
    if (stop.signal.aborted) return failed(stop.signal.reason, `${call.tool} was stopped`)
    return failed('EXECUTION_ERROR', `${call.tool} failed with an internal error (${failure.constructor.name})`)
  } finally { clearTimeout(timer); running.delete(call.call_id) }
}
async function attend (record) {
  let call
  try { call = await registry.decode(record.value) } catch (failure) { return putAside(record, failure.message) }
  const { call_id, session_id, task_id, attempt, tool } = call
  const started = Date.now()
  const end = await outcome(call)
  const result = { call_id, session_id, task_id, attempt, tool, executor, started_at: started, duration_ms: Date.now() - started, ...end }
  await send('tool-results', Buffer.from(session_id), result, record.headers)
}
async function putAside (record, reason) {
  const where = { topic: record.topic, partition: `${record.partition}`, offset: `${record.offset}`, reason, service: executor }
  const headers = new Map(record.headers)
  for (const [name, text] of Object.entries(where)) headers.set(Buffer.from(`weirkeeper.dead-letter.${name}`), Buffer.from(text))
  await producer.send({ messages: [{ topic: `${prefix}dead-letters`, key: record.key, value: record.value, headers }] })
}

const follow = (groupId, topic, mode) => new Consumer({ ...kafka, groupId, isolationLevel: FetchIsolationLevels.READ_COMMITTED })
  .consume({ topics: [prefix + topic], mode, fallbackMode: 'earliest', autocommit: false, sessionTimeout: 10_000, heartbeatInterval: 1_000 })
;(await follow(`${prefix}${executor}`, 'controls', 'latest')).on('data', async record => {
  const control = await registry.decode(record.value).catch(() => ({}))
  if (control.kind !== 'CANCEL') return
  cancelled.set(control.session_id, Number(record.timestamp))
  for (const { session, stop } of running.values()) if (session === control.session_id) stop.abort('CANCELLED')
})
// Calls run beside each other; an offset is committed once everything before it is answered.
const calls = await follow(`${prefix}executors.${pool}`, `tool-calls.${pool}`, 'committed')
const taken = new Map() // partition -> records in order, each answered or not
console.log(`serving pool ${pool}`)
for await (const record of calls) {
  const window = taken.get(record.partition) ?? taken.set(record.partition, []).get(record.partition)
  const place = { record, answered: false }
  window.push(place)
  attend(record).then(async () => {
    place.answered = true
    let last
    while (window[0]?.answered) last = window.shift().record
    await last?.commit()
  }).catch(failure => { console.error(failure); process.exit(1) })
}
