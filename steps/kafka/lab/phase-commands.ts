import { join } from 'node:path'
import { quoted, script } from './shims.ts'
import { PHASES } from './server-properties.ts'

/**
 * What the runbook of a migration calls on the machine of a node, as scripts around `ssh` would on servers. `lab-phase NODE
 * PHASE` puts the file of a phase in place, without a phase it changes nothing; both print the phase that is in place and the
 * node's id. `lab-format NODE CLUSTER_ID` formats a controller, one that is formatted for that cluster already is left alone;
 * `lab-unformat NODE` sets its data aside.
 */
export function writePhaseCommands(home: string): void {
  const bin = join(home, 'bin')
  const inNode = `set -eu; cd ${quoted(join(home, 'nodes'))}/"$1"`
  const is = `for phase in ${PHASES.join(' ')}; do if cmp -s "$phase.properties" server.properties; then at=$phase; fi; done`
  const id = `sed -n 's/^\\(node\\|broker\\)\\.id=//p' server.properties`
  const phase = `${inNode}; if [ $# -gt 1 ]; then cp "$2.properties" server.properties; fi; at=own; ${is}; echo "$at $(${id})"`
  const isFormatted = `grep -qsxF "cluster.id=$2" data/meta.properties`
  const storage = quoted(join(bin, 'kafka-storage.sh'))
  const format = `${inNode}; ${isFormatted} || ${storage} format --standalone -t "$2" -c server.properties`
  const unformat = `${inNode}; if [ -e data/meta.properties ]; then mv data "data.$(date +%s)"; mkdir data; fi; ls -d data*`
  for (const [name, text] of Object.entries({ 'lab-phase': phase, 'lab-format': format, 'lab-unformat': unformat }))
    script(join(bin, name), `sh -c ${quoted(text)} ${name}`)
}
