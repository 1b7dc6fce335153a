import type { Said } from './ask-context.ts'

/** What happens when a key is pressed. */
export type Act =
  /** It is said at once. */
  | { readonly does: 'say'; readonly said: Said }
  /** One line is asked for first. */
  | AskText
  /** Something is printed; the question stays. */
  | { readonly does: 'show'; readonly lines: () => readonly string[] }
  /** The text opens in the person's editor. */
  | { readonly does: 'edit'; readonly text: string; readonly become: (text: string) => Said }
  /** The text goes to the clipboard, as far as the terminal takes it there. */
  | { readonly does: 'copy'; readonly text: string }
  /** One of a screen's own choices, outside of a run's questions. */
  | { readonly does: 'choose'; readonly choice: string }
  /** An approval line is handed to whoever can check it. */
  | { readonly does: 'approve'; readonly text: string }

/** One line of text, and what it becomes: something said, a further act, or why it is not taken. */
export interface AskText {
  readonly does: 'text'
  readonly label: string
  readonly hidden?: true
  /** Pasting is refused: what is typed confirms a change. */
  readonly typed?: true
  readonly become: (text: string) => Act | { readonly does: 'refuse'; readonly why: string }
}

/** A key at a prompt. All of them work, shown or not. */
export interface Offer {
  readonly key: string
  readonly word: string
  readonly act: Act
  /** It works, and stands behind `?`. */
  readonly rare?: true
}
