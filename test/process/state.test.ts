import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readState } from '../../engine/process/prelude.ts'
import { home, run, runAll } from './scripts.ts'

const last = async (...texts: string[]): Promise<string> => (await runAll(texts)).at(-1)?.out.trim() ?? ''

describe('what a block leaves to the next one', () => {
  test('variables are carried, exported or not', async () => {
    expect(await last('A=1\nexport B=2', 'echo "$A $B"')).toBe('1 2')
  })

  test.each([
    ['read', 'read -r X <<< "a b"', 'a b'],
    ['for', 'for X in 1 2 3; do :; done', '3'],
    ['printf -v', 'printf -v X %03d 7', '007'],
    ['arithmetic', '((X = 6 * 7))', '42'],
    ['a function', 'f() { X=inner; }\nf', 'inner'],
    ['declare -g', 'f() { declare -g X=global; }\nf', 'global'],
    [':=', ': "${X:=set}"', 'set'],
    ['readonly', 'readonly X=fixed', 'fixed'],
    ['an integer', 'declare -i X=2+3', '5'],
    ['a quoted newline', "X=$'a\\nb'", 'a\nb'],
    ['quotes', `X='a"b'"'"'c\\d$e\`f'`, `a"b'c\\d$e\`f`],
    ['an empty text', 'X=', ''],
    ['a change of a given name', 'HOME=/elsewhere; X=$HOME', '/elsewhere'],
  ])('what %s assigns is carried', async (_, text, value) => {
    expect(await last(text, 'printf %s "$X"')).toBe(value)
  })

  test('a local variable and one of a subshell are not carried', async () => {
    expect(await last('f() { local X=1; }\nf\n(Y=2)\necho z | read -r Z', 'echo "${X-none} ${Y-none} ${Z-none}"')).toBe(
      'none none none',
    )
  })

  test('unset is carried, also of a name from outside', async () => {
    const [first, second] = await runAll(['unset GIVEN', 'echo "${GIVEN-gone}"'], { GIVEN: 'x' })
    expect(first?.unset).toEqual(['GIVEN'])
    expect(second?.out).toBe('gone\n')
  })

  test('`export -n` keeps the value out of later blocks only as bash would keep it out of commands', async () => {
    const [first] = await runAll(['export -n GIVEN'], { GIVEN: 'x' })
    expect(first?.unset).toEqual(['GIVEN'])
  })

  test('the working folder is carried, also one with odd characters', async () => {
    const name = `odd 'name' "x" $y \n z`
    mkdirSync(join(home, name), { recursive: true })
    expect(await last(`cd ${JSON.stringify(home).replaceAll('$', '\\$')}/odd*`, 'printf "%s|" "$PWD"')).toBe(`${home}/${name}|`)
  })

  test('functions, aliases and shell options are not carried', async () => {
    expect(
      await last(
        'f() { :; }\nalias g=ls\nset +e\nset -f\nshopt -s nullglob',
        'type -t f g || echo none; echo $- ; shopt nullglob || true',
      ),
    ).toMatch(/^none\n[a-z]*e[a-zA-Z]*\nnullglob\s+off$/)
  })

  test('arrays are named and not carried', async () => {
    const [first, second] = await runAll(['A=(1 2 "3 4")\ndeclare -A M=([k]=v)\nB=after', 'echo "${A-none} ${M-none} $B"'])
    expect([...(first?.arrays ?? [])].toSorted()).toEqual(['A', 'M'])
    expect(second?.out).toBe('none none after\n')
    expect(first?.variables).toEqual({ B: 'after' })
  })

  test('state is carried after `exit 0`, also from inside a function', async () => {
    expect(await last('X=1; exit 0', 'echo $X')).toBe('1')
    expect(await last('f() { X=2; exit; }\nf', 'echo $X')).toBe('2')
  })

  test('a block that fails leaves nothing', async () => {
    for (const text of ['X=1; exit 3', 'X=1; false', 'X=1; kill -9 $$']) {
      const result = await run(text)
      expect(result.variables, text).toBeNull()
      expect(result.cwd, text).toBeNull()
    }
  })

  test('exec carries none', async () => {
    const result = await run('X=1\nexec true')
    expect(result).toMatchObject({ exit: 0, variables: null, cwd: null })
  })

  test("the author's EXIT trap runs, once, sees the status, and what it assigns is carried", async () => {
    const result = await run(`trap 'echo "end $?"; Y=trapped' EXIT\nX=1`)
    expect(result.out).toBe('end 0\n')
    expect(result.variables).toEqual({ X: '1', Y: 'trapped' })
    const failed = await run(`trap 'echo "end $?"' EXIT\nexit 7`)
    expect(failed).toMatchObject({ out: 'end 7\n', exit: 7, variables: null })
  })

  test.each([
    [`trap 'exit 5' EXIT\nX=1`, 5, null],
    [`trap 'exit 0' EXIT\nX=1; false`, 0, '1'],
    [`trap 'exit' EXIT\nX=1`, 0, '1'],
    [`trap 'echo a' EXIT\ntrap - EXIT\nX=1`, 0, '1'],
    [`trap -- 'false; true' EXIT\nX=1`, 1, null],
    [`f() { trap 'Z=1' EXIT; }\nf\nX=1`, 0, '1'],
    [`trap 'echo never' 0 TERM\nX=1`, 0, '1'],
  ])('%j ends as it does in bash', async (text, exit, x) => {
    let plain = 0
    try {
      execFileSync('bash', ['-euo', 'pipefail', '-c', text], { stdio: 'ignore' })
    } catch (error) {
      plain = (error as { status: number }).status
    }
    const result = await run(text)
    expect(result.exit).toBe(plain)
    expect(result.exit).toBe(exit)
    expect(result.variables?.['X'] ?? null).toBe(x)
  })

  test('other traps work as in bash: ERR can be set and taken back', async () => {
    const result = await run(`trap 'echo err' ERR\nset +e\nfalse\ntrap - ERR\nfalse\ntrap 'echo usr' USR1\nkill -USR1 $$\ntrue`)
    expect(result.out).toBe('err\nusr\n')
  })

  test('a trap of a subshell is its own', async () => {
    expect((await run(`trap 'echo outer' EXIT\n(trap 'echo inner' EXIT; true)\necho between`)).out).toBe(
      'inner\nbetween\nouter\n',
    )
  })

  test("`set -x` shows the author's commands and none of ours", async () => {
    const { err } = await run(`set -x\ntrap 'echo bye' EXIT\nX=1\ntrue`)
    expect(err).toContain('+ X=1')
    expect(err).not.toMatch(/__reprise|printf|export -p/)
  })

  test('a variable of ours is seen by no command of the author', async () => {
    const { out } = await run(
      `trap 'true' EXIT\ncompgen -v | grep -i reprise_ | grep -v '^REPRISE_' || true\nenv | grep __reprise || echo none`,
    )
    expect(out).toMatch(/none\n$/)
  })

  test('captured names: told when assigned, not when only given', async () => {
    const given = { env: { PATH: process.env['PATH'] ?? '', lag: 'old' }, captureNames: ['lag', 'age'] }
    expect((await run('age=3', given)).assigned).toEqual(['age'])
    expect((await run('lag=old', given)).assigned).toEqual(['lag'])
    expect(await run('echo "$lag"', given)).toMatchObject({ assigned: [], out: 'old\n', unset: [] })
  })

  test('the script file of a large block carries state too', async () => {
    const result = await run(`# ${'x'.repeat(150_000)}\nX=1\necho $LINENO`)
    expect(result).toMatchObject({ out: '3\n', variables: { X: '1' } })
  })

  test('any value survives the way through bash', async () => {
    const value = fc
      .string({ unit: 'binary', maxLength: 30 })
      .map((text) => Buffer.from(text.replaceAll('\0', '')).toString('utf8'))
    const mean = fc
      .array(fc.constantFrom('\n', '"', "'", '\\', '$', '`', '\u001b', '\r', '\t', 'é', '•', '\u007f', 'declare -x A="', 'S\n'), {
        maxLength: 12,
      })
      .map((parts) => parts.join(''))
    for (const LANG of ['C.UTF-8', 'C'])
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(value, mean), { minLength: 1, maxLength: 20 }), async (values) => {
          const env = Object.fromEntries(values.map((one, i) => [`IN_${i}`, one]))
          const text = values.map((_, i) => `OUT_${i}=$IN_${i}`).join('\n')
          const result = await run(text, { env: { PATH: process.env['PATH'] ?? '', LANG, ...env } })
          expect(result.variables).toEqual(Object.fromEntries(values.map((one, i) => [`OUT_${i}`, one])))
          expect(result.unset).toEqual([])
        }),
        { numRuns: 15 },
      )
  })

  test('reading a state never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const state = readState(`S\0/x\0${text}\0E\0`)
        expect(state === null || typeof state.cwd === 'string').toBe(true)
      }),
    )
    expect(readState('')).toBeNull()
    expect(readState('S\0/x\0declare -x A="1"')).toBeNull()
  })
})

describe('how a block is run', () => {
  test('line numbers are the author’s own', async () => {
    expect((await run('echo $LINENO\n\necho $LINENO')).out).toBe('1\n3\n')
    expect((await run('true\nnot-a-command-here')).err).toContain('line 2: not-a-command-here')
    expect((await run('f() { :; }\nf $LINENO\n echo $LINENO', { setup: 'a=1\nb=2\nc=3' })).out).toBe('3\n')
  })

  test.each([
    ['a failure in the middle', 'echo a\nfalse\necho b', 'a\n', 1],
    ['the left side of a pipe', 'echo a\nfalse | cat\necho b', 'a\n', 1],
    ['an undefined variable', 'echo a\necho "$UNDEFINED_X"\necho b', 'a\n', 1],
    ['a status of its own', 'echo a; exit 42', 'a\n', 42],
    ['a command that does not exist', 'no-such-command-x', '', 127],
    ['a syntax error', 'if true', '', 2],
    ['a tested failure goes on', 'false || echo b', 'b\n', 0],
  ])('%s ends the block', async (_, text, out, exit) => {
    expect(await run(text)).toMatchObject({ out, exit, signal: null, cause: null })
  })

  test('standard input is empty: what reads it does not hang', async () => {
    expect(await run('cat; read -r X || echo "no input"')).toMatchObject({ out: 'no input\n', exit: 0 })
    expect((await run('[ -t 0 ] || echo "no terminal"')).out).toBe('no terminal\n')
  })

  test('setup gives functions and settings', async () => {
    expect((await run('greet you', { setup: 'greet() { echo "hello $1"; }' })).out).toBe('hello you\n')
  })

  test('nothing of the caller’s shell start-up is obeyed', async () => {
    const file = join(home, 'bash-env')
    writeFileSync(file, 'echo from-bash-env')
    const result = await run('echo only', {
      env: {
        PATH: process.env['PATH'] ?? '',
        BASH_ENV: file,
        ENV: file,
        SHELLOPTS: 'xtrace',
        'BASH_FUNC_echo%%': '() { builtin echo fake; }',
      },
    })
    expect(result).toMatchObject({ out: 'only\n', err: '' })
  })

  test('another interpreter gets the file, its arguments and no state', async () => {
    const result = await run('import os\nprint(os.environ["A"])', {
      interpreter: ['python3', '-u'],
      env: { PATH: process.env['PATH'] ?? '', A: 'x' },
    }).catch(() => null)
    expect(result).toMatchObject({ exit: 0, out: 'x\n', variables: null })
  })
})
