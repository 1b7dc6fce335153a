/** Number of the rules of this machine; every journal carries the one it was made with. A change of order, ids or commands needs a new number. */
export const RULES = 1
