import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';

import { SeclError } from '../../errors/secl-error.ts';
import { cancelled, systemErrorCode } from './store-failure.ts';

/** How long the client waits for what. */
export interface HttpLimits {
  /**
   * Most milliseconds until the first server answers at all: name, connection, TLS and headers
   * together. Short, since another source can be tried. @defaultValue 4500
   */
  readonly reachTimeoutMs: number;
  /** Most milliseconds until the headers of any later answer. @defaultValue 15000 */
  readonly headersTimeoutMs: number;
  /** Most milliseconds without a byte in a body. @defaultValue 20000 */
  readonly stallTimeoutMs: number;
  /** Most redirects followed for one request. @defaultValue 5 */
  readonly maxRedirects: number;
}

/** The defaults of {@link HttpLimits}. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  reachTimeoutMs: 4500,
  headersTimeoutMs: 15_000,
  stallTimeoutMs: 20_000,
  maxRedirects: 5,
};

/** Proxies, as the usual environment variables give them; empty strings mean none. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  /** Comma-separated hosts that are reached directly. */
  readonly no: string;
}

/** An answer with its body not yet read. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; of the last answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of every answer on the way, redirects first, the last one included. */
  readonly hops: readonly Readonly<Record<string, string>>[];
  /** The address that answered. */
  readonly url: URL;
  /** Must be read to its end or destroyed. */
  readonly body: Dispatcher.ResponseData['body'];
}

/** What {@link httpGet} needs besides the address. */
export interface HttpGetOptions {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as a bearer token to the first address's origin only. */
  readonly token?: string | undefined;
  readonly limits: HttpLimits;
  /** Whether a server of this download has answered before, which lengthens patience. */
  readonly reached: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the connection pool that {@link httpGet} uses; close it when done.
 *
 * Proxies are passed in rather than read here, so that only the composition root sees the environment.
 */
export function createDispatcher(proxies: ProxySettings, limits: HttpLimits): Dispatcher {
  const options = {
    connect: { timeout: limits.headersTimeoutMs },
    bodyTimeout: limits.stallTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
  };
  if (proxies.http === '' && proxies.https === '') return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.no,
  });
}

/** An address fit for messages: no credentials, and no query (signed addresses carry keys there). */
export function displayUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * One GET, redirects followed, for files that may be large and addresses that may be hostile.
 *
 * A redirect from https to anything else is refused; so is one to another scheme, and too many of them.
 * The token goes to the first origin only, and over plain http only to this machine.
 *
 * @throws SeclError `DOWNLOAD_FAILED`, `retryable` where a later try could help; `CANCELLED`.
 */
export async function httpGet(start: URL, options: HttpGetOptions): Promise<HttpAnswer> {
  const hops: Record<string, string>[] = [];
  let url = start;
  for (;;) {
    const answer = await getOnce(url, start, options, options.reached || hops.length > 0);
    const headers = flatten(answer.headers);
    hops.push(headers);
    const location = headers['location'];
    if (!REDIRECTS.has(answer.statusCode) || location === undefined) {
      return { status: answer.statusCode, headers, hops, url, body: answer.body };
    }
    // The body of a redirect is of no interest; reading a little lets the connection be used again.
    await answer.body.dump({ limit: 16_384 }).catch(() => undefined);
    if (hops.length > options.limits.maxRedirects) {
      throw refused(`more than ${options.limits.maxRedirects} redirects from ${displayUrl(start)}`);
    }
    url = nextUrl(location, url);
  }
}

/** Resolves a `Location` header; throws for what must not be followed. */
function nextUrl(location: string, from: URL): URL {
  let url: URL;
  try {
    url = new URL(location, from);
  } catch {
    throw refused(`${displayUrl(from)} redirects to something that is no address`);
  }
  const secureEnough =
    url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:');
  if (!secureEnough)
    throw refused(`${displayUrl(from)} redirects to ${url.protocol}//, which is not safe`);
  return url;
}

async function getOnce(
  url: URL,
  start: URL,
  options: HttpGetOptions,
  reached: boolean,
): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = { ...options.headers, 'accept-encoding': 'identity' };
  const mayCarryToken =
    url.origin === start.origin && (url.protocol === 'https:' || LOOPBACK.has(url.hostname));
  if (options.token !== undefined && mayCarryToken)
    headers['authorization'] = `Bearer ${options.token}`;
  const deadline = new AbortController();
  const patience = reached ? options.limits.headersTimeoutMs : options.limits.reachTimeoutMs;
  const timer = setTimeout(() => {
    deadline.abort(new Error(`no answer within ${patience} ms`));
  }, patience);
  const onCancel = (): void => {
    deadline.abort(new Error('cancelled'));
  };
  options.signal?.addEventListener('abort', onCancel, { once: true });
  try {
    if (options.signal?.aborted === true) throw cancelled();
    // The signal covers the wait for headers only; `readBody` watches the caller's from then on.
    return await request(url, { dispatcher: options.dispatcher, headers, signal: deadline.signal });
  } catch (error) {
    throw requestFailure(error, url, options.signal);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onCancel);
  }
}

/**
 * Closes an answer whose body is not wanted.
 *
 * A body destroyed early raises an error event, which would end the process if nobody listened.
 */
export function discard(answer: Pick<HttpAnswer, 'body'>): void {
  answer.body.on('error', () => undefined).destroy();
}

/**
 * Reads a body chunk by chunk.
 *
 * @throws SeclError `DOWNLOAD_FAILED` (retryable) if the connection breaks or stalls; `CANCELLED`.
 */
export async function* readBody(
  answer: HttpAnswer,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const onCancel = (): void => void answer.body.destroy(cancelled());
  signal?.addEventListener('abort', onCancel, { once: true });
  try {
    if (signal?.aborted === true) throw cancelled();
    for await (const chunk of answer.body) yield chunk as Uint8Array;
  } catch (error) {
    throw requestFailure(error, answer.url, signal);
  } finally {
    signal?.removeEventListener('abort', onCancel);
    discard(answer);
  }
}

const UNTRUSTED =
  'its certificate is not trusted (behind a proxy of your own, set NODE_EXTRA_CA_CERTS)';

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is unknown',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the download stalled',
  UND_ERR_SOCKET: 'the connection broke off',
};

function requestFailure(error: unknown, url: URL, signal: AbortSignal | undefined): SeclError {
  if (signal?.aborted === true) return cancelled();
  if (error instanceof SeclError) return error;
  const code = systemErrorCode(error);
  const fallback = error instanceof Error ? error.message : String(error);
  const reason = (code === undefined ? undefined : REASONS[code]) ?? fallback;
  return new SeclError('DOWNLOAD_FAILED', `${url.host}: ${reason}`, {
    retryable: true,
    cause: error,
  });
}

function refused(message: string): SeclError {
  return new SeclError('DOWNLOAD_FAILED', message);
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
