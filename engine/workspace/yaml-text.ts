import { readYamlBody } from '../document/yaml-place.ts'
import type { YamlBody } from '../document/yaml-place.ts'
import type { Block } from '../model/runbook.ts'
import { TOP } from './problem-of.ts'

/** Reads the text of a YAML file; everything in it knows its line and column. Never throws. */
export function readYamlText(file: string, text: string): YamlBody {
  const body = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const lines = body.split('\n').map((_, index) => ({ line: index + 1, shift: 0 }))
  const whole: Block = {
    type: 'block',
    role: 'none',
    typed: false,
    bare: true,
    lang: 'yaml',
    kind: 'yaml',
    id: null,
    attributes: [],
    body,
    place: TOP,
    info: null,
    lines,
    under: null,
  }
  return readYamlBody(whole, file)
}
