import { expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'

describeWith(
  ['java', 'mvn', 'openssl', 'named', 'nsupdate', 'dig', 'prometheus'],
  'a secured lab with services around it',
  () => {
    const lab = useLab({ topology: 'single', security: 'tls-scram', services: true })
    const admin = (tool: string): string => `${tool} --bootstrap-server $PRIMARY_BOOTSTRAP --command-config $CLIENT_CONFIG`
    const ask = async (name: string): Promise<string> =>
      (await lab().exec(`dig +short +time=1 +tries=1 -p "\${DNS_SERVER#*:}" @127.0.0.1 ${name}`)).stdout.trim()

    test('lets in who logs in over TLS, and nobody else', async () => {
      expect((await lab().exec(`${admin('kafka-topics.sh')} --create --topic orders`)).code).toBe(0)
      const plain = await lab().exec('timeout 5 kafka-topics.sh --bootstrap-server $PRIMARY_BOOTSTRAP --list')
      expect(plain.code).not.toBe(0)
      const wrong = `sed 's/password="[^"]*"/password="wrong"/' $CLIENT_CONFIG > wrong.properties`
      const refused = await lab().exec(
        `${wrong}; ${admin('kafka-topics.sh').replace('$CLIENT_CONFIG', 'wrong.properties')} --list`,
      )
      expect(refused.stdout + refused.stderr).toContain('Authentication failed')
    })

    test('has an application that an ACL fences', async () => {
      await lab().lab('load', 'start', '--partitions', '1', '--rate', '20')
      const acl = `${admin('kafka-acls.sh')} --add --deny-principal User:app --operation Write --topic load`
      expect((await lab().exec(acl)).code).toBe(0)
      await expect
        .poll(async () => (await lab().exec('cat $LAB_LOGS/load.log')).stdout, { timeout: 20_000 })
        .toMatch(/authorized/i)
      await lab().lab('load', 'stop')
    })

    test("moves the clients' alias by a signed update only, and forgets nothing when the name server was away", async () => {
      expect(await ask('kafka.lab.test')).toBe('primary.lab.test.\n127.1.0.1')
      const update = (key: string): string =>
        `printf 'server 127.0.0.1 %s\\nupdate delete kafka.lab.test. CNAME\\nupdate add kafka.lab.test. 5 CNAME dr.lab.test.\\nsend\\n' "\${DNS_SERVER#*:}" | nsupdate ${key}`
      expect((await lab().exec(update(''))).stderr).toContain('REFUSED')
      expect((await lab().exec(update('-k $DNS_KEY_FILE'))).code).toBe(0)
      expect(await ask('kafka.lab.test')).toBe('dr.lab.test.\n127.1.0.2')
      await lab().fault('dns', 'silent')
      expect(await ask('kafka.lab.test')).toContain('timed out')
      await lab().fault('clear')
      await lab().fault('dns', 'stop')
      expect(await ask('kafka.lab.test')).toContain('refused')
      await lab().fault('clear')
      expect(await ask('kafka.lab.test')).toContain('dr.lab.test.')
    })

    test("meets the cluster behind the clients' name", async () => {
      const { CLIENT_CONFIG = '', CLIENT_PORT = '' } = lab().env
      const list = await lab()
        .cli('kafka-topics.sh', ['--bootstrap-server', `127.1.0.1:${CLIENT_PORT}`, '--command-config', CLIENT_CONFIG, '--list'])
        .catch((error: unknown) => String(error))
      // The certificate names 127.0.0.1 and the alias, not the address behind it.
      expect(list).toMatch(/orders|No subject alternative names matching IP address 127\.1\.0\.1/)
    })

    test('is scraped by Prometheus', async () => {
      const query = async (): Promise<unknown> => {
        const said = await fetch(`${lab().env['PROMETHEUS_URL']}/api/v1/query?query=up`).catch(() => null)
        const body = (await said?.json()) as { data?: { result: { value: [number, string] }[] } } | undefined
        return body?.data?.result.map(({ value }) => value[1])
      }
      await expect.poll(query, { timeout: 40_000 }).toEqual(['1'])
    })

    test('records what Slack would be told', async () => {
      const { SLACK_URL = '', STAND_IN_URL = '' } = lab().env
      const told = await fetch(SLACK_URL, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'hello' }),
      })
      expect([told.status, await told.text()]).toEqual([200, 'ok'])
      expect(await (await fetch(`${STAND_IN_URL}/stand-in/calls`)).text()).toContain('hello')
    })
  },
)
