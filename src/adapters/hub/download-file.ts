import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Dispatcher } from 'undici';

import { SeclError } from '../../errors/secl-error.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { formatBytes, requireDiskSpace } from './disk-space.ts';
import { HashedFile, type FileDigest } from './hashed-file.ts';
import {
  discard,
  displayUrl,
  httpGet,
  readBody,
  type HttpAnswer,
  type HttpLimits,
} from './http-get.ts';
import { isRecord, readState, writeState } from './partial-state.ts';
import {
  backoffMs,
  parseRetryAfterMs,
  RETRYABLE_STATUS,
  type RetryPolicy,
} from './retry-policy.ts';
import { throwIfCancelled } from './store-failure.ts';

/** What {@link downloadFile} is to fetch, and within which limits. */
export interface DownloadRequest {
  readonly url: URL;
  /** Where the bytes go; what an earlier run left there is continued if the server still has the same. */
  readonly path: string;
  /** Lower-case hex; absent: the server's own announcement is all there is to check against. */
  readonly expectedSha256?: string | undefined;
  /** Most bytes taken. */
  readonly maxBytes: number;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number | undefined, detail: string) => void;
}

/** What a download needs of the world around it. */
export interface DownloadEnvironment {
  readonly dispatcher: Dispatcher;
  readonly limits: HttpLimits;
  readonly retry: RetryPolicy;
  readonly random: SeededRandom;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Resolves after that many milliseconds, or rejects with `CANCELLED`. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Free bytes of a folder's disk; replaced in tests. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** A complete, checked file. */
export interface DownloadedFile extends FileDigest {
  /** SHA-256 the server announced (`X-Linked-Etag`), if it did. */
  readonly announcedSha256: string | undefined;
  /** Commit the file came from (`X-Repo-Commit`), if the server said. */
  readonly commit: string | undefined;
  /** Bytes an earlier run had fetched already. */
  readonly resumedFrom: number;
}

/** What is kept beside an unfinished file; without a strong validator nothing can be continued. */
interface PartialState {
  readonly url: string;
  readonly etag: string;
  readonly totalBytes: number;
}

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Fetches one file: continued where an earlier run stopped, retried while that makes sense, checked.
 *
 * A partial file is continued only under the strong ETag it was begun with (`If-Range`, and compared
 * again in the answer), so that it never mixes two versions. Servers that ignore `Range` start it anew.
 * What ends early, stalls, or is refused for now (408, 425, 429, 5xx) is tried again after a growing wait, or
 * after the one the server asks for. A server never reached at all is given up at once.
 *
 * @returns The file at `request.path`, synced to disk. After a cancel or failure the partial file stays;
 *   after a wrong checksum it is removed.
 * @throws SeclError `DOWNLOAD_FAILED`, `CHECKSUM_MISMATCH`, `STORE_FAILED`, `CANCELLED`.
 */
export async function downloadFile(
  request: DownloadRequest,
  environment: DownloadEnvironment,
): Promise<DownloadedFile> {
  const statePath = `${request.path}.json`;
  const key = `${request.url.origin}${request.url.pathname}`;
  let state = await readState(statePath, isPartialState);
  if (state?.url !== key) state = undefined;
  const file = await HashedFile.open(request.path, state?.totalBytes ?? 0, request.signal);
  const run = new DownloadRun(request, environment, file, state, statePath, key);
  try {
    const result = await run.toEnd();
    await file.sync();
    await rm(statePath, { force: true });
    return result;
  } catch (error) {
    if (error instanceof SeclError && error.code === 'CHECKSUM_MISMATCH') {
      await rm(request.path, { force: true });
      await rm(statePath, { force: true });
    }
    throw error;
  } finally {
    await file.close();
  }
}

/** One call of {@link downloadFile}; its fields are what changes from try to try. */
class DownloadRun {
  readonly #request: DownloadRequest;
  readonly #environment: DownloadEnvironment;
  readonly #file: HashedFile;
  readonly #statePath: string;
  readonly #key: string;
  readonly #resumedFrom: number;
  #state: PartialState | undefined;
  #reached = false;
  #announcedSha256: string | undefined;
  #commit: string | undefined;

  constructor(
    request: DownloadRequest,
    environment: DownloadEnvironment,
    file: HashedFile,
    state: PartialState | undefined,
    statePath: string,
    key: string,
  ) {
    this.#request = request;
    this.#environment = environment;
    this.#file = file;
    this.#state = state;
    this.#statePath = statePath;
    this.#key = key;
    this.#resumedFrom = file.sizeBytes;
  }

  /** Tries until the file is complete or there is no hope. */
  async toEnd(): Promise<DownloadedFile> {
    const { retry, random, sleep } = this.#environment;
    let tries = 0;
    for (;;) {
      const before = this.#file.sizeBytes;
      let failure: SeclError;
      let serverWaitMs: number | undefined;
      try {
        const answer = await this.#ask();
        serverWaitMs = parseRetryAfterMs(answer.headers['retry-after'], this.#environment.nowMs());
        if (await this.#take(answer)) return this.#checked();
        failure = new SeclError('DOWNLOAD_FAILED', statusMessage(answer), { retryable: true });
      } catch (error) {
        if (!(error instanceof SeclError) || !error.retryable || !this.#reached) throw error;
        failure = error;
      }
      tries = this.#file.sizeBytes - before >= retry.progressBytes ? 1 : tries + 1;
      if (tries >= retry.maxTries) throw this.#givenUp(failure, tries);
      if (serverWaitMs !== undefined && serverWaitMs > retry.maxServerWaitMs) {
        throw this.#givenUp(failure, tries, `it asks to wait ${Math.ceil(serverWaitMs / 1000)} s`);
      }
      const waitMs = Math.max(serverWaitMs ?? 0, backoffMs(tries, retry, random));
      this.#report(`${failure.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
      await sleep(waitMs, this.#request.signal);
    }
  }

  async #ask(): Promise<HttpAnswer> {
    throwIfCancelled(this.#request.signal);
    const headers: Record<string, string> = {};
    if (this.#file.sizeBytes > 0 && this.#state !== undefined) {
      headers['range'] = `bytes=${this.#file.sizeBytes}-`;
      headers['if-range'] = this.#state.etag;
    }
    const answer = await httpGet(this.#request.url, {
      dispatcher: this.#environment.dispatcher,
      headers,
      token: this.#request.token,
      limits: this.#environment.limits,
      reached: this.#reached,
      signal: this.#request.signal,
    });
    this.#reached = true;
    for (const hop of answer.hops) {
      const linked = stripQuotes(hop['x-linked-etag']);
      if (linked !== undefined && SHA256.test(linked)) this.#announcedSha256 = linked;
      this.#commit = hop['x-repo-commit'] ?? this.#commit;
    }
    return answer;
  }

  /** Takes what an answer brings; whether the file is complete now. `false` asks for another try. */
  async #take(answer: HttpAnswer): Promise<boolean> {
    const total = await this.#prepare(answer);
    if (total === 'retry') {
      discard(answer);
      return false;
    }
    if (total === 'complete') {
      discard(answer);
      return true;
    }
    for await (const chunk of readBody(answer, this.#request.signal)) {
      if (this.#file.sizeBytes + chunk.length > this.#request.maxBytes) throw this.#tooLarge();
      await this.#file.append(chunk);
      this.#report(displayUrl(this.#request.url), total);
    }
    if (total !== undefined && this.#file.sizeBytes !== total) {
      throw new SeclError(
        'DOWNLOAD_FAILED',
        `${answer.url.host}: the download ended at ${this.#file.sizeBytes} of ${total} bytes`,
        { retryable: true },
      );
    }
    return true;
  }

  /** Decides by the status what the body is; returns the file's size in bytes once complete. */
  async #prepare(answer: HttpAnswer): Promise<number | undefined | 'retry' | 'complete'> {
    if (answer.status === 206) return this.#prepareRest(answer);
    if (answer.status === 416) {
      const whole = /^bytes \*\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
      if (whole !== undefined && Number(whole) === this.#file.sizeBytes) return 'complete';
      await this.#forget();
      return 'retry';
    }
    if (answer.status !== 200) {
      if (RETRYABLE_STATUS.has(answer.status)) return 'retry';
      discard(answer);
      throw refusal(answer);
    }
    const encoding = answer.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      discard(answer);
      throw new SeclError('DOWNLOAD_FAILED', `${answer.url.host} sends the file as ${encoding}`);
    }
    await this.#forget();
    const length = Number(answer.headers['content-length'] ?? NaN);
    const total = Number.isSafeInteger(length) ? length : undefined;
    if ((total ?? 0) > this.#request.maxBytes) {
      discard(answer);
      throw this.#tooLarge(total);
    }
    await this.#requireSpace(total);
    const etag = answer.headers['etag'];
    // A weak ETag may stay the same while bytes change, so it cannot vouch for a continued file.
    if (etag !== undefined && !etag.startsWith('W/') && total !== undefined) {
      this.#state = { url: this.#key, etag, totalBytes: total };
      await writeState(this.#statePath, this.#state);
    }
    return total;
  }

  /** A 206: only what continues exactly the file that was begun is taken. */
  async #prepareRest(answer: HttpAnswer): Promise<number | 'retry'> {
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers['content-range'] ?? '');
    const state = this.#state;
    const fits =
      state !== undefined &&
      range !== null &&
      Number(range[1]) === this.#file.sizeBytes &&
      Number(range[3]) === state.totalBytes &&
      (answer.headers['etag'] ?? state.etag) === state.etag;
    if (!fits) {
      await this.#forget();
      return 'retry';
    }
    await this.#requireSpace(state.totalBytes);
    return state.totalBytes;
  }

  async #requireSpace(total: number | undefined): Promise<void> {
    if (total === undefined) return;
    const missing = total - this.#file.sizeBytes;
    await requireDiskSpace(dirname(this.#request.path), missing, this.#environment.freeBytes);
  }

  /** Drops what there is: the next bytes are the file's first. */
  async #forget(): Promise<void> {
    if (this.#file.sizeBytes > 0) await this.#file.restart();
    this.#state = undefined;
    await rm(this.#statePath, { force: true });
  }

  #checked(): DownloadedFile {
    const digest = this.#file.digest();
    const expected = this.#request.expectedSha256 ?? this.#announcedSha256;
    if (expected !== undefined && digest.sha256 !== expected) {
      throw new SeclError(
        'CHECKSUM_MISMATCH',
        `${displayUrl(this.#request.url)} has SHA-256 ${digest.sha256}, expected ${expected}; it was removed.`,
        { hint: 'Pull again; if it stays so, the file changed at its source or on the way.' },
      );
    }
    return {
      ...digest,
      announcedSha256: this.#announcedSha256,
      commit: this.#commit,
      resumedFrom: this.#resumedFrom,
    };
  }

  #report(detail: string, total = this.#state?.totalBytes): void {
    this.#request.onProgress?.(this.#file.sizeBytes, total, detail);
  }

  #tooLarge(total?: number): SeclError {
    const what = total === undefined ? 'more than' : `${formatBytes(total)}, above the limit of`;
    return new SeclError(
      'DOWNLOAD_FAILED',
      `${displayUrl(this.#request.url)} holds ${what} ${formatBytes(this.#request.maxBytes)}`,
    );
  }

  #givenUp(failure: SeclError, tries: number, why = `given up after ${tries} tries`): SeclError {
    return new SeclError('DOWNLOAD_FAILED', `${failure.message} (${why})`, {
      hint: 'Run the same command later; what was downloaded is kept.',
      cause: failure,
    });
  }
}

function isPartialState(value: unknown): value is PartialState {
  return (
    isRecord(value) &&
    typeof value['url'] === 'string' &&
    typeof value['etag'] === 'string' &&
    Number.isSafeInteger(value['totalBytes'])
  );
}

function stripQuotes(text: string | undefined): string | undefined {
  return text?.replace(/^W\//, '').replace(/^"|"$/g, '');
}

function statusMessage(answer: HttpAnswer): string {
  return `${answer.url.host} answered ${answer.status}`;
}

function refusal(answer: HttpAnswer): SeclError {
  const hints: Readonly<Record<number, string>> = {
    401: 'Set HF_TOKEN to a token that may read the repository.',
    403: 'Accept the model’s terms on the hub, and set HF_TOKEN.',
    404: 'The file is not there (any more): try another source with --source.',
  };
  const hint = hints[answer.status];
  return new SeclError(
    'DOWNLOAD_FAILED',
    statusMessage(answer),
    hint === undefined ? {} : { hint },
  );
}
