import type { Needs } from '../model/step-type.ts'

/** What typed steps need and a run opens once: clients, sessions. */
export interface Resources {
  open(needs: Needs | undefined, signal: AbortSignal): Promise<Record<string, unknown>>
  /** Closes them all; a resource that cannot be closed is no reason to stop. */
  close(): Promise<void>
}

/** Opens nothing yet. A resource that fails to open is tried again by the next step that needs it. */
export function openResources(): Resources {
  const opened = new Map<string, { readonly value: Promise<unknown>; readonly close: (value: unknown) => Promise<void> }>()
  return {
    async open(needs, signal) {
      const values: Record<string, unknown> = {}
      for (const [key, resource] of Object.entries(needs ?? {})) {
        const known = opened.get(resource.name) ?? {
          value: resource.open({ signal }),
          close: (value: unknown) => resource.close(value),
        }
        opened.set(resource.name, known)
        try {
          values[key] = await known.value
        } catch (error) {
          opened.delete(resource.name)
          throw error
        }
      }
      return values
    },
    async close() {
      await Promise.allSettled([...opened.values()].map(async ({ value, close }) => close(await value)))
      opened.clear()
    },
  }
}
