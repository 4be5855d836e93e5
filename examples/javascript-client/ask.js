#!/usr/bin/env node
// Gives an agent a task and prints its result.
//
//   node ask.js "What is 2^32?"           the task as Avro, its schema from the registry
//   node ask.js --json "What is 2^32?"    the task as plain JSON
//
// Exit code 0: the task completed; 1: it ended otherwise; 2: wrong input; 3: no result in time.
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { FetchIsolationLevels, Producer, Consumer, stringDeserializers } from '@platformatic/kafka'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'

const broker = process.env.KAFKA_BOOTSTRAP_SERVERS ?? 'localhost:9092'
const registryUrl = process.env.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081'
const prefix = process.env.WEIRKEEPER_TOPICS_PREFIX ?? 'agent.'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    agent: { type: 'string', default: 'default' },
    session: { type: 'string' },
    json: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '120' }
  }
})
if (positionals.length !== 1) {
  console.error('usage: node ask.js [--agent NAME] [--session ID] [--json] [--timeout SECONDS] "what to do"')
  process.exit(2)
}

const task = {
  task_id: `t-${randomUUID()}`,
  session_id: options.session ?? `s-${randomUUID()}`,
  text: positionals[0],
  agent: options.agent,
  submitted_at: Date.now()
}

const registry = new SchemaRegistry({ host: registryUrl })
const clientOptions = { clientId: 'javascript-client', bootstrapBrokers: broker.split(',') }

// The reader stands at the end of the results before the task is written, so that it can't miss its
// own. Planners write in transactions: only committed results are read.
const consumer = new Consumer({
  ...clientOptions,
  groupId: `javascript-client-${randomUUID()}`,
  deserializers: { ...stringDeserializers, value: bytes => bytes },
  isolationLevel: FetchIsolationLevels.READ_COMMITTED
})
const results = await consumer.consume({ topics: [`${prefix}results`], mode: 'latest', autocommit: false })

// The key is the session id: it keeps the tasks of a session in order.
const producer = new Producer({ ...clientOptions, acks: -1 })
await producer.send({
  messages: [
    {
      topic: `${prefix}tasks`,
      key: Buffer.from(task.session_id),
      ...(options.json ? asJson(task) : await asAvro(task))
    }
  ]
})
await producer.close()

const giveUp = setTimeout(() => {
  console.error(`no result of task ${task.task_id} within ${options.timeout} s`)
  process.exit(3)
}, Number(options.timeout) * 1000)

for await (const record of results) {
  if (record.key === task.session_id && record.value) {
    const result = await registry.decode(record.value)
    if (result.task_id === task.task_id) {
      print(result)
      process.exitCode = result.status === 'COMPLETE' ? 0 : 1
      break
    }
  }
}
clearTimeout(giveUp)
await consumer.close(true)

/** The task in the Confluent wire format, written with the newest schema of the topic. */
async function asAvro (task) {
  const id = await registry.getLatestSchemaId(`${prefix}tasks-value`)
  return { value: await registry.encode(id, task) }
}

/** The task as it is; the header says so. */
function asJson (task) {
  return {
    value: Buffer.from(JSON.stringify(task)),
    headers: new Map([[Buffer.from('content-type'), Buffer.from('application/json')]])
  }
}

function print (result) {
  console.log(
    JSON.stringify(
      {
        task_id: result.task_id,
        session_id: result.session_id,
        status: result.status,
        why: result.why,
        text: result.text,
        steps: result.steps,
        tool_calls: result.tool_calls,
        cost_usd: result.cost_nano_usd / 1e9
      },
      null,
      2
    )
  )
}
