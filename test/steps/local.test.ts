import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import diskFree from '../../steps/disk/free.ts'
import fileRender from '../../steps/file/render.ts'
import processRunning from '../../steps/process/running.ts'
import { type Bench, bench, execute, opened } from './support/tools.ts'

let own: Bench
beforeEach(() => {
  own = bench()
  mkdirSync(join(own.root, 'templates'))
  mkdirSync(join(own.root, 'artifacts'))
})
afterEach(() => own.remove())

const write = (name: string, text: string): void => writeFileSync(join(own.root, name), text)
const read = (name: string): string => readFileSync(join(own.root, name), 'utf8')

describe('disk.free', () => {
  test('enough passes with its figures', async () => {
    const said = await execute(diskFree, { path: own.root, min: '0%' }, own.tools())
    expect(said.status).toBe('done')
    expect((said.output as { freeBytes: number }).freeBytes).toBeGreaterThan(0)
  })
  test.each([
    ['too little', { path: '.', min: '999T' }],
    ['a path that is not there', { path: 'nowhere', min: '1%' }],
    ['one of two is not there', { path: ['.', 'nowhere'], min: '0%' }],
  ])('%s is no pass', async (_, input) => {
    expect((await execute(diskFree, input, own.tools())).status).not.toBe('done')
  })
})

describe('process.running', () => {
  test('runs, then is gone', async () => {
    const child = spawn('bash', ['--norc', '-c', 'sleep 47.11; :'], { stdio: 'ignore' })
    await new Promise((resolve) => child.once('spawn', resolve))
    const input = { name: 'bash', argument: 'sleep 47.11' }
    try {
      expect(await execute(processRunning, input, own.tools())).toMatchObject({
        status: 'done',
        output: { count: 1, pids: [child.pid] },
      })
      expect((await execute(processRunning, { ...input, state: 'stopped' }, own.tools())).status).toBe('failed')
      expect((await execute(processRunning, { ...input, atLeast: 2 }, own.tools())).status).toBe('failed')
    } finally {
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('close', resolve))
    }
    expect((await execute(processRunning, input, own.tools())).status).toBe('failed')
    expect((await execute(processRunning, { ...input, state: 'stopped' }, own.tools())).status).toBe('done')
  })
  test('a pid file that is not there, empty or of a dead process is no running process', async () => {
    write('empty.pid', '')
    write('dead.pid', '4194000\n')
    for (const pidFile of ['none.pid', 'empty.pid', 'dead.pid'])
      expect((await execute(processRunning, { pidFile: join(own.root, pidFile) }, own.tools())).status, pidFile).not.toBe('done')
  })
})

describe('file.render', () => {
  test('renders names, and is already so the second time', async () => {
    write('templates/app.conf.hbs', 'name = {{NAME}}\nraw = {{RAW}}\n')
    const tools = own.tools({ names: { NAME: 'kafka', RAW: '<a & "b">' } })
    const input = { template: 'templates/app.conf.hbs', path: 'app.conf' }
    expect(await execute(fileRender, input, tools)).toMatchObject({ status: 'done', output: { changed: true } })
    expect(read('app.conf')).toBe('name = kafka\nraw = <a & "b">\n')
    const resources = await opened(fileRender, tools)
    const looked = await fileRender.check?.(fileRender.input.parse(input), { ...tools, ...resources.values } as never)
    expect(looked?.status).toBe('done')
  })

  test('HTML and JSON have their own escaping', async () => {
    write('templates/a.html.hbs', '<p>{{X}}</p>')
    write('templates/a.json.hbs', '{"x": "{{X}}"}')
    const tools = own.tools({ names: { X: '<"\n' } })
    await execute(fileRender, { template: 'templates/a.html.hbs', path: 'a.html' }, tools)
    await execute(fileRender, { template: 'templates/a.json.hbs', path: 'a.json' }, tools)
    expect(read('a.html')).toContain('&lt;')
    expect(JSON.parse(read('a.json'))).toEqual({ x: '<"\n' })
  })

  test.each([
    ['an unknown name', '{{UNKNOWN}}', {}],
    ['an unknown name in a condition', '{{#if UNKNOWN}}x{{/if}}', {}],
    ['a template that does not parse', '{{#if A}}', {}],
    ['a name of Object itself', '{{constructor}}', {}],
    ['a secret without secret: true', '{{TOKEN}}', {}],
  ])('%s: nothing is written, with the place', async (_, template, more) => {
    write('templates/x.hbs', `line one\n${template}\n`)
    const said = await execute(
      fileRender,
      { template: 'templates/x.hbs', path: 'x', ...more },
      own.tools({ secrets: { TOKEN: 'sesame-42' } }),
    )
    expect(said.status).toBe('not-started')
    expect(said.summary).toContain('templates/x.hbs')
    expect(said.summary).not.toContain('sesame-42')
    expect(() => read('x')).toThrow(/ENOENT/)
  })

  test('a secret file is for this account only, and gone at the end of the run', async () => {
    write('templates/client.properties.hbs', 'password={{TOKEN}}\n')
    const tools = own.tools({ secrets: { TOKEN: 'sesame-42' } })
    const resources = await opened(fileRender, tools)
    const said = await fileRender.execute(fileRender.input.parse({ template: 'templates/client.properties.hbs', secret: true }), {
      ...tools,
      ...resources.values,
    } as never)
    expect(said.status).toBe('done')
    const path = (said.output as { path: string }).path
    expect(readFileSync(path, 'utf8')).toBe('password=sesame-42\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await resources.close()
    expect(() => statSync(path)).toThrow(/ENOENT/)
    expect(`${said.summary} ${own.lines.join(' ')}`).not.toContain('sesame-42')
  })

  test('undo gives back what was there, bytes and mode; what has changed since is left alone', async () => {
    write('templates/app.conf.hbs', 'new {{NAME}}\n')
    const tools = own.tools({ names: { NAME: 'x' } })
    const input = fileRender.input.parse({ template: 'templates/app.conf.hbs', path: 'app.conf' })
    const go = async (): Promise<{ before: unknown; output: unknown; all: never }> => {
      const resources = await opened(fileRender, tools)
      const all = { ...tools, ...resources.values } as never
      const looked = await fileRender.check?.(input, all)
      const said = await fileRender.execute(input, all)
      expect(said.status).toBe('done')
      return { before: looked?.before, output: said.output, all }
    }
    write('app.conf', 'old\r\n\u0000')
    chmodSync(join(own.root, 'app.conf'), 0o640)
    const first = await go()
    expect(read('app.conf')).toBe('new x\n')
    const undone = await fileRender.undo?.(input, { before: first.before as never, output: first.output as never }, first.all)
    expect(undone?.status).toBe('done')
    expect(read('app.conf')).toBe('old\r\n\u0000')
    expect(statSync(join(own.root, 'app.conf')).mode & 0o777).toBe(0o640)
    const second = await go()
    write('app.conf', 'somebody else\n')
    const refused = await fileRender.undo?.(input, { before: second.before as never, output: second.output as never }, second.all)
    expect(refused?.status).not.toBe('done')
    expect(read('app.conf')).toBe('somebody else\n')
  })
})
