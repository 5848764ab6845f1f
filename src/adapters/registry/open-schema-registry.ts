import { setTimeout as sleep } from 'node:timers/promises';
import { SeclError } from '../../errors/secl-error.ts';
import type { RegisteredSchema, SchemaRegistry } from '../../ports/schema-registry.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { readAnswer, type RegistryAnswer } from './read-answer.ts';

/** Where a schema registry is, and how it is asked. */
export interface SchemaRegistryOptions {
  /** Address of its API, without name or password. */
  readonly url: string;
  /** Who asks; neither is in any message. */
  readonly user?: { readonly name: string; readonly password: string } | undefined;
  /** How long one answer is waited for, in milliseconds. */
  readonly timeoutMs: number;
  /** Tries before a request is given up, at least 1. @defaultValue 4 */
  readonly attempts?: number;
  /** Until it has answered once, it is asked for so many milliseconds at least, however many tries. @defaultValue 0 */
  readonly connectMs?: number;
  /** Told once, as a sentence, for whom the first answer is waited. */
  readonly onWaiting?: ((sentence: string) => void) | undefined;
  /** Spreads the waits. */
  readonly random: SeededRandom;
  /** Ceiling of the first wait in milliseconds; doubled each time. @defaultValue 250 */
  readonly firstWaitMs?: number;
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** Answers that say "later", not "no". */
const LATER: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** What a registry says it does not know: subject, version, schema. A 404 of anything else says it is none. */
const UNKNOWN: ReadonlySet<number> = new Set([40401, 40402, 40403]);

/**
 * A client of a Confluent-compatible schema registry: Confluent's own, Karapace, or Apicurio's under
 * `/apis/ccompat/v7`. It keeps nothing and follows no redirect, so that the password goes where it was meant to.
 *
 * Where nobody answers, or a server says "later", it waits and asks again: uniformly in the upper half of a ceiling
 * that doubles, up to four times the first.
 */
export function openSchemaRegistry(options: SchemaRegistryOptions): SchemaRegistry {
  const { user, timeoutMs, attempts = 4, connectMs = 0, random, firstWaitMs = 250 } = options;
  const base = options.url.replace(/\/+$/, '');
  const place = `the schema registry at ${base}`;
  const headers: Record<string, string> = { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE };
  if (user !== undefined)
    headers['authorization'] =
      `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;

  const askOnce = async (path: string, body: string | undefined): Promise<RegistryAnswer> => {
    try {
      const response = await fetch(`${base}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body }),
      });
      const answer = await readAnswer(response);
      if (!LATER.has(answer.status)) return answer;
      throw new Later(`answered ${said(answer)}`);
    } catch (cause) {
      throw cause instanceof Later ? cause : new Later(reasonOf(cause), { cause });
    }
  };

  const connectBy = performance.now() + connectMs;
  let hasAnswered = false;
  let { onWaiting } = options;

  const ask = async (path: string, body?: object): Promise<RegistryAnswer> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    for (let tries = 1; ; tries++) {
      try {
        const answer = await askOnce(path, text);
        hasAnswered = true;
        return answer;
      } catch (error) {
        if (!(error instanceof Later)) throw error;
        const isStarting = !hasAnswered && performance.now() < connectBy;
        if (tries >= attempts && !isStarting) throw away(`${place} ${error.message}`, error.cause);
        if (isStarting) {
          onWaiting?.(`waiting for ${place}, which ${error.message}`);
          onWaiting = undefined;
        }
        const ceiling = firstWaitMs * Math.min(2 ** (tries - 1), 4);
        await sleep((ceiling / 2) * (1 + random.next()));
      }
    }
  };

  /** @returns The answer's object; `undefined` where the registry knows no such thing. */
  const fetchJson = async (path: string, body?: object): Promise<JsonObject | undefined> => {
    const answer = await ask(path, body);
    const { status, json } = answer;
    if (status === 404 && UNKNOWN.has(Number(json?.['error_code']))) return undefined;
    if (status === 200 && json !== undefined) return json;
    throw refusal(place, answer);
  };

  const versionsOf = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`;

  return {
    place,
    schemaOf: async (id) => {
      const json = await fetchJson(`/schemas/ids/${id}`);
      return json === undefined ? undefined : schemaIn(place, json);
    },
    idOf: async (subject, schema) => {
      const json = await fetchJson(versionsOf(subject), { schema });
      return json === undefined ? undefined : numberIn(place, json, 'id');
    },
    register: async (subject, schema) => {
      const json = await fetchJson(`${versionsOf(subject)}/versions`, { schema });
      if (json === undefined) throw refusal(place, { status: 404, json: undefined });
      return numberIn(place, json, 'id');
    },
    newest: async (subject) => {
      const json = await fetchJson(`${versionsOf(subject)}/versions/latest`);
      if (json === undefined) return undefined;
      return {
        ...schemaIn(place, json),
        id: numberIn(place, json, 'id'),
        version: numberIn(place, json, 'version'),
      };
    },
    objections: async (subject, schema) => {
      const path = `/compatibility${versionsOf(subject)}/versions/latest?verbose=true`;
      const json = await fetchJson(path, { schema });
      if (json === undefined || json['is_compatible'] === true) return [];
      const messages: unknown = json['messages'];
      const told = Array.isArray(messages)
        ? messages.filter((item) => typeof item === 'string')
        : [];
      return told.length > 0 ? told.map(shown) : ['it is not compatible with the newest version'];
    },
  };
}

type JsonObject = NonNullable<RegistryAnswer['json']>;

/** Why there is no answer yet, in words that follow the registry's name. */
class Later extends Error {}

/** A failure that may pass. */
function away(message: string, cause?: unknown): SeclError {
  return new SeclError('REGISTRY_FAILED', message, {
    retryable: true,
    hint: 'See that the registry runs, and that broker.registry.url is the address of its API.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A failure that stays until somebody changes something. */
function refusal(place: string, answer: RegistryAnswer): SeclError {
  const { status } = answer;
  const hint =
    status === 401 || status === 403
      ? 'Check user and password (broker.registry.username… and password…), and what that user may do.'
      : status === 409
        ? 'The schema does not fit what the subject has: see `secl topology check --connect`.'
        : 'See that broker.registry.url is the address of its API (Apicurio: …/apis/ccompat/v7), and its log.';
  return new SeclError('REGISTRY_FAILED', `${place} answered ${said(answer)}`, { hint });
}

/** What a registry said, on one line. */
function said({ status, json }: RegistryAnswer): string {
  const message = json?.['message'];
  return typeof message === 'string' ? `${status}: ${shown(message)}` : String(status);
}

/** Letters that are shown of what a registry says. */
const SHOWN_LETTERS = 300;

function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, SHOWN_LETTERS);
}

/** Why a request failed, in a word that names no secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.name === 'TimeoutError') return 'did not answer in time';
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)
    ? `cannot be reached (${code})`
    : 'cannot be reached';
}

function schemaIn(place: string, json: JsonObject): RegisteredSchema {
  const { schema, schemaType, references } = json;
  if (typeof schema !== 'string') throw refusal(place, { status: 200, json: undefined });
  return {
    type: typeof schemaType === 'string' ? schemaType : 'AVRO',
    text: schema,
    references: Array.isArray(references) ? references.length : 0,
  };
}

function numberIn(place: string, json: JsonObject, name: string): number {
  const value = json[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32)
    return value;
  throw refusal(place, { status: 200, json: undefined });
}
