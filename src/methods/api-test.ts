import { type ErrorCode, refuse } from '../domain/errors.ts'
import { arg } from '../web-api/arguments.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'

/** `api.test`; in a file of this name because `….test.ts` is a test. */
export const apiTest = defineMethod({
  name: 'api.test',
  summary: 'Check your calling code: the answer repeats the arguments.',
  docs: 'Needs no token. With `error`, the answer is that error, with the arguments beside it.',
  verb: 'POST',
  tokens: [],
  scopes: [],
  rate: [tier(4)],
  args: { error: arg.string({ doc: 'The error to answer.', example: 'my_error' }) },
  response: schema.object({ args: schema.record(schema.any()) }),
  errors: [],
  examples: [
    { title: 'An echo', args: { foo: 'bar' }, answer: { ok: true, args: { foo: 'bar' } } },
    {
      title: 'An error of your choice',
      args: { error: 'my_error' },
      answer: { ok: false, error: 'my_error', args: { error: 'my_error' } },
    },
  ],

  async handle({ args, rawArgs }) {
    // A token that came as an argument is not repeated: answers end up in logs.
    const echoed = Object.fromEntries([...rawArgs].filter(([name]) => name !== 'token'))
    // The one method whose caller chooses the code, so that no catalogue can have it.
    if (args.error) return refuse(args.error as ErrorCode as never, undefined, { args: echoed })
    return { args: echoed }
  },
})
