/** A rule between several keys that a file breaks, at the key to change. */
export interface RuleFault {
  readonly path: string;
  readonly message: string;
}
