import { isIP } from 'node:net';

/** What of a request decides whether it is looked at. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Why a request is not looked at. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 413 | 414 | 421;
  readonly reason: string;
}

/** Longest address, in letters. */
const LONGEST_URL = 1024;
/** Longest body of a sign-in, in bytes. */
export const LONGEST_BODY = 1024;

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name in a Host header, without port and brackets; `null` if it is none. */
export function hostNameOf(header: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(header);
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '');
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Refuses what no page of this server sends: another host's name (a name that an attacker let point here: DNS
 * rebinding), a page of another origin, methods and sizes that nothing here takes.
 *
 * @param allowedNames - Names under which the server may be called. Addresses need no name, and are taken where
 *   the server listens beyond loopback.
 * @returns `null` if the request may be looked at.
 */
export function refuseRequest(
  { method, url, headers }: RequestHead,
  allowedNames: readonly string[],
  beyondLoopback: boolean,
): Refusal | null {
  if (url.length > LONGEST_URL) return { status: 414, reason: 'the address is too long' };
  const host = single(headers['host']);
  const name = host === undefined ? null : hostNameOf(host);
  if (host === undefined || name === null) return { status: 400, reason: 'no Host header' };
  const known =
    LOOPBACK_NAMES.includes(name) ||
    allowedNames.includes(name) ||
    (beyondLoopback && isIP(name) !== 0);
  if (!known) return { status: 421, reason: 'this server does not answer to that name' };
  const origin = single(headers['origin']);
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return { status: 403, reason: 'requests from other origins are refused' };
  const site = single(headers['sec-fetch-site']) ?? 'none';
  // A link on another page may lead here; nothing else of it may.
  const isVisit = single(headers['sec-fetch-mode']) === 'navigate' && method === 'GET';
  if (site !== 'none' && site !== 'same-origin' && !isVisit)
    return { status: 403, reason: 'requests from other sites are refused' };
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return { status: 405, reason: 'only GET, HEAD and POST are known' };
  const length = Number(single(headers['content-length']) ?? 0);
  const most = method === 'POST' ? LONGEST_BODY : 0;
  if (!(length <= most) || (most === 0 && headers['transfer-encoding'] !== undefined))
    return { status: 413, reason: 'the request is too large' };
  return null;
}
