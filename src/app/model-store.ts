import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { CATALOGUE, type CatalogueEntry } from '../adapters/hub/catalogue.ts';
import {
  createDispatcher,
  DEFAULT_HTTP_LIMITS,
  type HttpLimits,
} from '../adapters/hub/http-get.ts';
import type { ProxySettings } from '../adapters/hub/http-get.ts';
import type { HubSettings } from '../adapters/hub/hub-source.ts';
import { ModelCache } from '../adapters/hub/model-cache.ts';
import type { PipSettings } from '../adapters/hub/pip-download.ts';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../adapters/hub/retry-policy.ts';
import { cancelled } from '../adapters/hub/store-failure.ts';
import type { DownloadEnvironment } from '../adapters/hub/download-file.ts';
import type { Clock } from '../ports/clock.ts';
import { seededRandom, type SeededRandom } from '../random/seeded-random.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

// What the command line may use of the adapter; it sees this room only.
export type { OnStoreProgress, StoreProgress } from '../adapters/hub/store-progress.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything the model store's functions work with; made once by {@link openModelStore}. */
export interface ModelStore {
  readonly cache: ModelCache;
  readonly catalogue: readonly CatalogueEntry[];
  /** No source but local paths is tried. */
  readonly offline: boolean;
  readonly hub: HubSettings;
  readonly proxies: ProxySettings;
  readonly pip: PipSettings;
  /** A file or folder that the source `path` looks in when the user names none. */
  readonly modelFolder: string | undefined;
  readonly limits: HttpLimits;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** What {@link openModelStore} may be told; the rest comes from the environment. */
export interface ModelStoreOptions {
  /** Wins over `SECL_CACHE_DIR`. */
  readonly cacheFolder?: string | undefined;
  /** Wins over `SECL_OFFLINE`. */
  readonly offline?: boolean | undefined;
  /** @defaultValue `process.env` */
  readonly environment?: Environment;
  /** @defaultValue the built-in catalogue */
  readonly catalogue?: readonly CatalogueEntry[];
  readonly limits?: Partial<HttpLimits>;
  readonly retry?: Partial<RetryPolicy>;
  readonly clock?: Clock;
  /** Jitter of waits. @defaultValue seeded with the time and the process id */
  readonly random?: SeededRandom;
}

/**
 * The cache folder: the option, else `SECL_CACHE_DIR`, else `$XDG_CACHE_HOME/secl-stream`, else
 * `~/.cache/secl-stream`.
 *
 * @returns An absolute path; nothing is made.
 */
export function cacheFolderOf(option: string | undefined, environment: Environment): string {
  const chosen = option ?? nonEmpty(environment['SECL_CACHE_DIR']);
  if (chosen !== undefined) return resolve(chosen);
  const base = nonEmpty(environment['XDG_CACHE_HOME']) ?? join(homedir(), '.cache');
  return resolve(base, 'secl-stream');
}

/**
 * Reads the environment once and puts the model store together. Touches no file and no network.
 *
 * Variables: `SECL_CACHE_DIR`, `SECL_OFFLINE`, `SECL_MODEL_DIR`, `SECL_PYTHON`, `HF_TOKEN`, `HF_ENDPOINT`,
 * and the usual proxy variables.
 */
export function openModelStore(options: ModelStoreOptions = {}): ModelStore {
  const environment = options.environment ?? process.env;
  const clock = options.clock ?? SYSTEM_CLOCK;
  const read = (...names: string[]): string | undefined => {
    for (const name of names) {
      const value = nonEmpty(environment[name]);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const python = read('SECL_PYTHON');
  return Object.freeze({
    cache: new ModelCache(cacheFolderOf(options.cacheFolder, environment)),
    catalogue: options.catalogue ?? CATALOGUE,
    offline: options.offline ?? isSet(environment['SECL_OFFLINE']),
    hub: {
      endpoint: (read('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
      token: read('HF_TOKEN'),
    },
    proxies: {
      http: read('http_proxy', 'HTTP_PROXY') ?? '',
      https: read('https_proxy', 'HTTPS_PROXY') ?? '',
      no: read('no_proxy', 'NO_PROXY') ?? '',
    },
    pip: {
      pythons: python === undefined ? ['python3', 'python'] : [python],
      environment,
      stallTimeoutMs: 60_000,
      pollMs: 500,
    },
    modelFolder: read('SECL_MODEL_DIR'),
    limits: { ...DEFAULT_HTTP_LIMITS, ...options.limits },
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
    clock,
    random: options.random ?? seededRandom(clock.nowMs() + process.pid),
    sleep,
  });
}

/** Runs `work` with a connection pool that is closed afterwards. */
export async function withDownloads<T>(
  store: ModelStore,
  work: (environment: DownloadEnvironment) => Promise<T>,
): Promise<T> {
  const dispatcher = createDispatcher(store.proxies, store.limits);
  try {
    return await work({
      dispatcher,
      limits: store.limits,
      retry: store.retry,
      random: store.random,
      nowMs: () => store.clock.nowMs(),
      sleep: store.sleep,
    });
  } finally {
    // `close` would wait for connections that a stalled server keeps open.
    await dispatcher.destroy();
  }
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw cancelled();
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** `1`, `true`, `yes` and the like; `0`, `false`, `no` and nothing are off. */
function isSet(value: string | undefined): boolean {
  return !['', '0', 'false', 'no', 'off'].includes((value ?? '').trim().toLowerCase());
}
