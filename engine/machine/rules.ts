/**
 * Number of the rules of this machine; every journal carries the one it was made with. A change of order, ids or commands needs a new number.
 * 2: a clean-up that failed is tried again when the run is rolled back; in a drill of level none the *Rollback* section is
 * done by hand; what a person does on the way back, or to clean up, is not asked to be undone.
 * 3: what was done in an earlier round is undone once; a change that failed or was cut off is not run again on a resume before
 * its own validation has looked, at each resume, or a person has said so; what must be typed is typed for each attempt;
 * what a confirmed step assigned is lost.
 * 4: what must be typed before a rollback is typed again before it is tried again; a rollback that takes a secret
 * whose value died with its process asks for it, and does not run without it; a wait or validation whose step type
 * writes and cannot be undone is no change.
 */
export const RULES = 4
