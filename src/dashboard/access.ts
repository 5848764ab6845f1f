import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Name of the cookie that stands for the token. Browsers keep one jar for all ports of a host, so the name has the port:
 * pages of two workers would sign each other out.
 *
 * @param host - The request's Host header.
 */
export function sessionCookie(host: string | undefined): string {
  const port = /:(\d{1,5})$/.exec(host ?? '')?.[1];
  return port === undefined ? 'secl-session' : `secl-session-${port}`;
}

/** Least letters of a token: shorter ones can be guessed. */
export const LEAST_TOKEN = 16;

/** Wrong tokens within a minute before the page stops listening to any for the rest of it. */
const MOST_FAILURES = 10;
const MINUTE_MS = 60_000;

/** What comes of a sign-in. */
export type SignIn =
  | { readonly kind: 'welcome'; /** For `Set-Cookie`. */ readonly cookie: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'busy' };

/** Who may read the page. */
export interface Access {
  /** Whether a request may read, by its headers. */
  isAllowed(headers: {
    readonly authorization?: string | undefined;
    readonly cookie?: string | undefined;
    readonly host?: string | undefined;
  }): boolean;
  /** `busy`: after too many wrong tokens, none is looked at for a while. */
  signIn(token: string, host?: string): SignIn;
}

/** Whether two texts are equal, in a time that tells nothing about either. */
function equalTexts(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A cookie's value; `undefined` if the header does not hold it. */
function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key = '', ...value] = part.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return undefined;
}

/**
 * Makes the check for a token. It is taken as `Authorization: Bearer TOKEN`, or once in a sign-in that sets a cookie;
 * the cookie holds a secret of this process, not the token.
 *
 * @param token - `undefined`: everybody may read.
 * @param nowMs - Monotonic milliseconds.
 */
export function createAccess(token: string | undefined, nowMs: () => number): Access {
  const session = randomBytes(32).toString('base64url');
  let failures: number[] = [];
  const isBusy = (): boolean => {
    const now = nowMs();
    failures = failures.filter((ms) => now - ms < MINUTE_MS);
    return failures.length >= MOST_FAILURES;
  };
  /** Whether it is the token; wrong ones are counted. */
  const isToken = (given: string): boolean => {
    const right = token !== undefined && equalTexts(given, token);
    if (!right) failures.push(nowMs());
    return right;
  };
  return {
    isAllowed: ({ authorization, cookie, host }) => {
      if (token === undefined) return true;
      const given = cookieOf(cookie, sessionCookie(host));
      if (given !== undefined && equalTexts(given, session)) return true;
      const bearer = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
      return bearer !== undefined && !isBusy() && isToken(bearer);
    },
    signIn: (given, host) => {
      if (isBusy()) return { kind: 'busy' };
      if (!isToken(given)) return { kind: 'wrong' };
      // Lax: a link in an alert leads to the page, not to the sign-in. Nothing can be changed here.
      const attributes = 'Path=/; HttpOnly; SameSite=Lax; Max-Age=604800';
      return { kind: 'welcome', cookie: `${sessionCookie(host)}=${session}; ${attributes}` };
    },
  };
}
