import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import httpWait from '../../steps/http/wait.ts'
import { type Bench, bench, execute } from './support/tools.ts'

let own: Bench
let server: Server
let url = ''
let answers: (number | 'silence')[] = []
beforeEach(async () => {
  own = bench()
  server = createServer((_, response) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined || answer === 'silence') return
    response.writeHead(answer)
    response.end(JSON.stringify({ state: answer === 200 ? 'RUNNING' : 'STARTING' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  own.remove()
})

const wait = async (more: object = {}, shown: string[] = [], signal?: AbortSignal): ReturnType<typeof execute> => {
  const tools = { ...own.tools(signal === undefined ? {} : { signal }), progress: (line: string) => void shown.push(line) }
  return execute(httpWait, { url, everyMs: 50, forMs: 2000, ...more }, tools)
}

test('waits until it is so, and shows the value, the limit and the next try', async () => {
  answers = [503, 503, 200]
  const shown: string[] = []
  const said = await wait({ expect: { json: { state: 'RUNNING' } }, value: 'state' }, shown)
  expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { status: 200, tries: 3, value: 'RUNNING' } })
  expect(shown).toEqual([
    'status 503, expected 2xx · 0 s of 2 s · again in 0.05 s',
    'status 503, expected 2xx · 0 s of 2 s · again in 0.05 s',
  ])
})

test.each([
  ['a wrong answer until the end', [503], 'fail', 'status 503'],
  ['silence until the end', ['silence'], 'unknown', 'no answer'],
] as const)('%s is no pass', async (_, given, verdict, says) => {
  answers = [...given]
  const began = Date.now()
  const said = await wait({ forMs: 1000 })
  expect(said).toMatchObject({ status: 'failed', verdict })
  expect(said.summary).toContain(says)
  expect(Date.now() - began).toBeLessThan(4000)
})

test('nothing that listens until the end is unknown', async () => {
  server.close()
  expect(await wait({ forMs: 200 })).toMatchObject({ status: 'failed', verdict: 'unknown' })
})

test('it comes up while it is waited for', async () => {
  const { port } = server.address() as AddressInfo
  server.close()
  answers = [200]
  const later = setTimeout(() => server.listen(port, '127.0.0.1'), 300)
  expect(await wait()).toMatchObject({ status: 'done' })
  clearTimeout(later)
})

test('cancelled, it stops at once', async () => {
  answers = [503]
  const cancel = new AbortController()
  setTimeout(() => cancel.abort(), 150)
  const began = Date.now()
  expect((await wait({ forMs: 60_000 }, [], cancel.signal)).status).toBe('failed')
  expect(Date.now() - began).toBeLessThan(1500)
})
