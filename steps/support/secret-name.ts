import { z } from 'zod'

/** A field that holds a secret: only its parameter's name is ever written, `$NAME`. */
export const secretName = z
  .string()
  .regex(/^\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})$/, 'Invalid input: expected the name of a secret parameter, such as $TOKEN')

/** An address that may be a secret as a whole: `$NAME`, or an http or https address with `$NAME` in it. */
export const secretAddress = z
  .string()
  .regex(/^(?:https?:\/\/\S+|\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\})$/, 'Invalid input: expected $NAME, or an http or https address')
