// The tools this executor offers. Those that begin with conformance_ are what
// `weir conformance executor` calls; leave them out of an executor of your own once it has passed.
import { setTimeout as sleep } from 'node:timers/promises'

const none = { type: 'object', properties: {}, additionalProperties: false }

export default [
  {
    name: 'count_words',
    description: 'Counts the words and characters of a text. Use it rather than counting yourself.',
    input_schema: {
      type: 'object',
      properties: { text: { type: 'string', description: 'The text', maxLength: 100000 } },
      required: ['text'],
      additionalProperties: false
    },
    run: ({ text }) => ({ words: text.split(/\s+/).filter(Boolean).length, characters: text.length })
  },
  {
    name: 'conformance_echo',
    description: 'Returns the text it is given.',
    input_schema: {
      type: 'object',
      properties: { text: { type: 'string' }, level: { enum: ['low', 'high'] } },
      required: ['text'],
      additionalProperties: false
    },
    run: ({ text }) => ({ text })
  },
  {
    name: 'conformance_sleep',
    description: 'Waits for some milliseconds.',
    timeout_ms: 3000,
    input_schema: {
      type: 'object',
      properties: { ms: { type: 'integer', minimum: 0, maximum: 600000 } },
      required: ['ms'],
      additionalProperties: false
    },
    run: async ({ ms }, { signal }) => {
      await sleep(ms, undefined, { signal })
      return { slept: ms }
    }
  },
  {
    name: 'conformance_large',
    description: 'Returns a text of many bytes.',
    input_schema: {
      type: 'object',
      properties: { bytes: { type: 'integer', minimum: 0, maximum: 10000000 } },
      required: ['bytes'],
      additionalProperties: false
    },
    run: ({ bytes }) => 'x'.repeat(bytes)
  },
  {
    name: 'conformance_fail',
    description: 'Fails.',
    input_schema: none,
    run: () => { throw new Error('a detail that no model should see') }
  }
]
