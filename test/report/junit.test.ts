import { expect, test } from 'vitest'
import { junit } from '../../engine/report/junit.ts'
import { entry, plan, runEnded, runStarted, stamp, stepEnded, stepStarted } from './sample.ts'

test('a suite counts what failed and what was not run, and holds no character that XML forbids', () => {
  const facts = stamp(
    [0, runStarted()],
    [1, stepStarted('a')],
    [2, stepEnded('a')],
    [3, stepStarted('b')],
    [4, stepEnded('b', { status: 'failed', cause: { type: 'exit', text: 'exit 1 <&>"\'' }, tail: '\u001b[31mno\ud800 ]]>' })],
    [5, { type: 'step-settled', step: 'c', key: 'c', how: 'simulated', why: 'drill', by: null }],
    [6, stepStarted('d')],
    [7, runEnded('failed', 1, 'b')],
  )
  const text = junit({ plan: plan({ steps: [entry({ id: 'a', title: 'First & last' })] }), facts })
  expect(text).toContain('tests="4" failures="2" skipped="1" time="7.000"')
  expect(text).toContain('name="a: First &amp; last"')
  expect(text).toContain('<failure message="exit 1 &lt;&amp;&gt;&quot;&apos;" type="failed">\ufffd[31mno\ufffd ]]&gt;</failure>')
  expect(text).toContain('<failure message="open" type="open">')
  expect(text).toContain('<skipped message="simulated: drill"/>')
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0008\u001b]/)
})
