/** What running something does to the world. Decides retry, resume, dry run and confirmation. */
export type Effect = 'reads' | 'changes' | 'destroys'
