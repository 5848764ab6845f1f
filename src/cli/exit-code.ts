import { SeclError } from '../errors/secl-error.ts';

/** Exit codes of the command line; documented in `secl --help`. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** Failed; the message says why and what to do. */
  failed: 1,
  /** The command line was used wrongly. */
  usage: 2,
  /** `secl status`: trust is {@link EXIT.ok}; these are the other verdicts. */
  caution: 10,
  doNotTrust: 11,
  notEnoughData: 12,
  /** Interrupted by the user after draining; the same command goes on. */
  interrupted: 130,
} as const;

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof SeclError)) return EXIT.failed;
  if (error.code === 'USAGE') return EXIT.usage;
  return error.code === 'CANCELLED' ? EXIT.interrupted : EXIT.failed;
}
