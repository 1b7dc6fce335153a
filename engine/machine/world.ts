/** The one port: all that the core may ask of the world it runs in. */
export type { World } from '../model/fact.ts'
