/** The type of a parameter or of a capture. */
export type Type =
  | {
      readonly type:
        | 'string'
        | 'number'
        | 'bool'
        | 'duration'
        | 'hostname'
        | 'host:port'
        | 'url'
        | 'path'
        | 'secret'
        | 'json'
        | 'lines'
    }
  | { readonly type: 'int'; readonly min: number | null; readonly max: number | null }
  | { readonly type: 'list'; readonly of: Type }
  | { readonly type: 'enum'; readonly of: readonly string[] }
  /** `choix(BROKERS)`: one of the items of a list parameter. */
  | { readonly type: 'enum-of'; readonly param: string }

/** A typed value: `text` as it was written; a secret is only ever a reference. */
export type Value = { readonly type: string; readonly text: string } | { readonly type: 'secret'; readonly ref: string }
export type Values = Readonly<Record<string, Value>>
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
