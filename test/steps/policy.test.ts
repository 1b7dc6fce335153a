import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import policyUpgrade from '../../steps/policy/upgrade.ts'
import { reprise, workspace } from '../support/reprise.ts'
import { type Bench, bench, execute } from './support/tools.ts'

/** As the chapter has it. */
const POLICY = `upgrade_policy:
  security_patches:
    delay: 7_days          # Validation minimale en staging
    approval: ops_team
    rollout: immediate_after_validation
  
  minor_versions:
    delay: 30_days         # Attendre retours communauté
    approval: architecture_review
    rollout: quarterly_maintenance_window
  
  major_versions:
    delay: 90_days         # Validation approfondie
    approval: steering_committee
    rollout: planned_project
    prerequisites:
      - full_regression_testing
      - performance_baseline
      - rollback_plan_validated
      - documentation_updated
`

let own: Bench
beforeEach(() => {
  own = bench()
  writeFileSync(join(own.root, 'policy.yaml'), POLICY)
})
afterEach(() => own.remove())

const judge = async (input: object): ReturnType<typeof execute> =>
  execute(policyUpgrade, { file: 'policy.yaml', timeZone: 'Europe/Paris', ...input }, own.tools())

describe('delay and window', () => {
  const windows = { quarterly_maintenance_window: [{ from: '2026-12-05 22:00', to: '2026-12-06 04:00' }] }
  const minor = { kind: 'minor_versions', released: '2026-10-20', windows }

  test.each([
    [
      'a security patch on its seventh day',
      { kind: 'security_patches', released: '2026-11-01', now: '2026-11-08T00:00:00+01:00' },
    ],
    ['a minor version when its window opens', { ...minor, now: '2026-12-05T22:00:00+01:00' }],
    ['the same moment, said in another zone', { ...minor, now: '2026-12-06T02:59:00Z' }],
  ])('%s passes', async (_, input) => {
    expect(await judge(input)).toMatchObject({ status: 'done', verdict: 'pass' })
  })

  test.each([
    [
      'a minute before its seventh day in Paris',
      { kind: 'security_patches', released: '2026-11-01', now: '2026-11-07T22:59:00Z' },
      'fail',
      'too early: 7_days after 2026-11-01 is 2026-11-08',
    ],
    ['a minute before the window', { ...minor, now: '2026-12-05T21:59:00+01:00' }, 'fail', 'next on 2026-12-05 22:00'],
    ['when the window has closed', { ...minor, now: '2026-12-06T04:00:00+01:00' }, 'fail', 'which has no later one'],
    [
      'a window whose times nobody gave',
      { ...minor, windows: {}, now: '2026-12-05T23:00:00+01:00' },
      'unknown',
      'no times are given',
    ],
    ['a kind that the policy does not have', { kind: 'hotfix', released: '2026-11-01' }, 'unknown', 'no rule for hotfix'],
    ['a policy that is not there', { file: 'no.yaml', kind: 'hotfix', released: '2026-11-01' }, 'unknown', 'ENOENT'],
  ] as const)('%s is no pass', async (_, input, verdict, says) => {
    const said = await judge(input)
    expect(said).toMatchObject({ status: 'failed', verdict })
    expect(said.summary).toContain(says)
  })

  test('what the policy says can be captured', async () => {
    const said = await judge({ ...minor, now: '2026-12-05T23:00:00+01:00' })
    expect(said.output).toEqual({
      earliest: '2026-11-19',
      approval: 'architecture_review',
      rollout: 'quarterly_maintenance_window',
      window: '2026-12-06 04:00',
      proofs: {},
    })
  })

  test('as it stands it also fits into the step itself; a key too many, a bad delay and two policies do not', () => {
    const given = { kind: 'security_patches', released: '2026-11-01', timeZone: 'UTC' }
    const inline = parse(POLICY) as { upgrade_policy: Record<string, object> }
    const fits = (more: object): boolean => policyUpgrade.input.safeParse({ ...given, ...more }).success
    expect(fits(inline)).toBe(true)
    expect(fits({ ...inline, file: 'policy.yaml' })).toBe(false)
    expect(fits({})).toBe(false)
    const spoilt = (more: object): object => ({
      upgrade_policy: { a: { ...inline.upgrade_policy['security_patches'], ...more } },
    })
    expect(fits(spoilt({}))).toBe(true)
    expect(fits(spoilt({ delay: 'soon' }))).toBe(false)
    expect(fits(spoilt({ colour: 'red' }))).toBe(false)
    expect(fits({ ...inline, timeZone: 'Europe/Nowhere' })).toBe(false)
    expect(fits({ ...inline, released: '2026-02-30' })).toBe(false)
  })

  test('a file that is no policy is unknown, with its place', async () => {
    writeFileSync(join(own.root, 'policy.yaml'), 'upgrade_policy:\n  security_patches: {delay: 7_days}\n')
    const said = await judge({ kind: 'security_patches', released: '2026-11-01' })
    expect(said).toMatchObject({ verdict: 'unknown' })
    expect(said.summary).toContain('upgrade_policy.security_patches.approval')
  })
})

describe('prerequisites, by records of real runs', () => {
  const runbook = (command: string): string => `# Runbook

## Procedure

### Step 1: Do it

\`\`\`bash {command timeout=10s}
${command}
\`\`\`

**Rollback**: none, a test.
`
  const major = {
    kind: 'major_versions',
    released: '2026-01-01',
    timeZone: 'UTC',
    windows: { planned_project: [{ from: '2026-01-01 00:00', to: '2999-01-01 00:00' }] },
    records: { documentation_updated: 'docs.md' },
  }
  const names = ['full-regression-testing.md', 'performance_baseline.md', 'rollback-plan-validated.md', 'docs.md']

  test('each must have a newest run that passed and simulated nothing', async () => {
    const place = workspace(Object.fromEntries(names.map((name) => [name, runbook('test ! -e broken')])))
    mkdirSync(join(place.root, 'policy'))
    writeFileSync(join(place.root, 'policy', 'upgrade.yaml'), POLICY)
    const run = async (name: string, ...flags: string[]): ReturnType<typeof reprise> =>
      reprise(['run', name, '--unattended', ...flags], { cwd: place.root })
    const look = async (more: object = {}): ReturnType<typeof execute> =>
      execute(policyUpgrade, { file: 'policy/upgrade.yaml', ...major, ...more }, { ...own.tools(), root: place.root })
    try {
      expect(await look()).toMatchObject({ verdict: 'fail' })
      for (const name of names.slice(0, 3)) expect((await run(name)).code).toBe(0)
      expect((await look()).summary).toBe('documentation_updated: no run of docs.md is recorded')
      expect((await run('docs.md')).code).toBe(0)
      const said = await look()
      expect(said).toMatchObject({ status: 'done', output: { approval: 'steering_committee' } })
      const { proofs } = said.output as { proofs: Record<string, string> }
      expect(Object.keys(proofs)).toHaveLength(4)

      writeFileSync(join(place.root, 'broken'), '')
      expect((await run('performance_baseline.md')).code).not.toBe(0)
      expect((await look()).summary).toMatch(/^performance_baseline: r-\S+ is failed$/)
      const passed = proofs['performance_baseline'] ?? ''
      const named = { ...major.records, performance_baseline: passed }
      expect((await look({ records: named })).status).toBe('done')
      expect((await look({ records: { ...named, full_regression_testing: 'r-260101-aaaa' } })).summary).toContain(
        'no record of r-260101-aaaa',
      )

      writeFileSync(join(place.root, 'docs.md'), runbook('true').replace('**Rollback**', '**Drill**: simulated.\n\n**Rollback**'))
      expect((await run('docs.md', '--drill')).code).toBe(0)
      expect((await look({ records: named })).summary).toMatch(/^documentation_updated: r-\S+ only simulated 1 step$/)
    } finally {
      place.remove()
    }
  })

  test('no records at all is no pass', async () => {
    expect(await judge(major)).toMatchObject({ status: 'failed', verdict: 'fail' })
  })
})
