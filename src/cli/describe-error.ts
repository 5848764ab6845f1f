import { SeclError } from '../errors/secl-error.ts';

/** What an error says to a person: one line, then what to do. */
export interface ErrorDescription {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** System errors a user meets, in words. */
const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path: there is no such file or folder.',
  EACCES: 'Check the permissions of that file or folder.',
  EISDIR: 'Name a file, not a folder.',
  ENOSPC: 'The disk is full: free some space, then run the same command again.',
  EROFS: 'The file system is read-only: choose another folder.',
};

/**
 * Describes any thrown value. A mistake of the user's never shows a stack; a fault of ours keeps its
 * message and asks for `SECL_DEBUG=1`.
 */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof SeclError)
    return { code: error.code, message: error.message, hint: error.hint ?? null };
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint = code === undefined ? undefined : SYSTEM_HINTS[code];
    return hint === undefined
      ? {
          code: 'INTERNAL',
          message: error.message,
          hint: 'This is a fault in the program: run it again with SECL_DEBUG=1 and report what it prints.',
        }
      : { code: code as string, message: error.message, hint };
  }
  return { code: 'INTERNAL', message: String(error), hint: null };
}

/** The description as lines for a terminal. */
export function errorLines({ code, message, hint }: ErrorDescription): string {
  const first = `secl: ${message} [${code}]`;
  return hint === null ? `${first}\n` : `${first}\n  ${hint}\n`;
}
