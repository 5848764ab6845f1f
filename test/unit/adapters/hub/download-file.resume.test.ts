import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';

import fc from 'fast-check';

import { downloadFile } from '../../../../src/adapters/hub/download-file.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { downloadEnvironment } from '../../../support/download-environment.ts';
import {
  fileHandler,
  ProgressGate,
  scriptedServer,
  type FileBehaviour,
  type ScriptedServer,
} from '../../../support/scripted-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const SHA = sha256(CONTENT);

/** What the client has taken, for servers that cut it off after just so much. */
let gate: ProgressGate;
const taken = (position: number): Promise<void> => gate.taken(position);

const folder = temporaryFolder();
let path: string;
let count = 0;

beforeEach(() => {
  path = join(folder, `file-${count++}`);
  gate = new ProgressGate();
});

const request = (server: ScriptedServer, more: object = {}) => ({
  url: server.url('/model.gguf'),
  path,
  maxBytes: 1_000_000,
  onProgress: gate.note,
  ...more,
});

describe('downloadFile, resuming', () => {
  it('goes on after a cut connection with Range and If-Range', async () => {
    const server = await scriptedServer((incoming, response, index) => {
      fileHandler(CONTENT, index === 0 ? { cutAfter: 100_000, taken } : {})(
        incoming,
        response,
        index,
      );
    });
    const environment = downloadEnvironment();
    const got = await downloadFile(request(server, { expectedSha256: SHA }), environment);
    assert.equal(got.sizeBytes, CONTENT.length);
    assert.equal(server.seen.length, 2);
    const [, second] = server.seen;
    assert.equal(second?.headers['if-range'], '"v1"');
    assert.equal(second.headers.range, 'bytes=100000-');
    assert.equal(environment.waits.length, 1);
  });

  it('gives up when every try is cut short, and keeps what it has', async () => {
    const server = await scriptedServer(fileHandler(CONTENT, { cutAfter: 10_000, taken }));
    const environment = downloadEnvironment();
    const error = await expectFailure(
      downloadFile(request(server), environment),
      'DOWNLOAD_FAILED',
    );
    assert.match(error.message, /given up after 5 tries/);
    assert.equal(server.seen.length, 5);
    assert.equal(environment.waits.length, 4);
    assert.deepEqual(await readFile(path), CONTENT.subarray(0, 50_000));
  });

  it('keeps trying while tries bring progress', async () => {
    const server = await scriptedServer(fileHandler(CONTENT, { cutAfter: 30_000, taken }));
    // Ten tries of 30,000 bytes are needed, twice what is allowed without progress.
    const environment = downloadEnvironment({}, { progressBytes: 1000 });
    await downloadFile(request(server, { expectedSha256: SHA }), environment);
    assert.equal(server.seen.length, 10);
  });

  it('starts anew when the server ignores Range', async () => {
    const server = await scriptedServer((incoming, response, index) => {
      const behaviour = { ignoreRange: true, ...(index === 0 ? { cutAfter: 50_000, taken } : {}) };
      fileHandler(CONTENT, behaviour)(incoming, response, index);
    });
    await downloadFile(request(server, { expectedSha256: SHA }), downloadEnvironment());
    assert.equal(server.seen[1]?.headers.range, 'bytes=50000-');
    assert.deepEqual(await readFile(path), CONTENT);
  });

  it('never mixes two versions of a file', async () => {
    const changed = Buffer.from(CONTENT.map((byte) => byte ^ 255));
    for (const ignoreIfRange of [false, true]) {
      const server = await scriptedServer((incoming, response, index) => {
        const first = index === 0;
        const behaviour: FileBehaviour = first
          ? { cutAfter: 50_000, taken }
          : { etag: '"v2"', ignoreIfRange };
        fileHandler(first ? CONTENT : changed, behaviour)(incoming, response, index);
      });
      const target = `${path}-${ignoreIfRange}`;
      await downloadFile(request(server, { path: target }), downloadEnvironment());
      assert.deepEqual(await readFile(target), changed);
    }
  });

  it('does not continue under a weak ETag, or without one', async () => {
    for (const etag of ['W/"v1"', null]) {
      const server = await scriptedServer((incoming, response, index) => {
        const behaviour = { etag, ...(index === 0 ? { cutAfter: 50_000, taken } : {}) };
        fileHandler(CONTENT, behaviour)(incoming, response, index);
      });
      const target = `${path}-${etag === null}`;
      await downloadFile(
        request(server, { path: target, expectedSha256: SHA }),
        downloadEnvironment(),
      );
      assert.equal(server.seen[1]?.headers.range, undefined);
    }
  });

  it('takes 416 for the end of a complete file and for the need to start anew', async () => {
    const server = await scriptedServer(fileHandler(CONTENT));
    const state = { url: server.url('/model.gguf').href, etag: '"v1"' };
    await writeFile(path, CONTENT);
    await writeFile(`${path}.json`, JSON.stringify({ ...state, totalBytes: CONTENT.length }));
    const whole = await downloadFile(
      request(server, { expectedSha256: SHA }),
      downloadEnvironment(),
    );
    assert.equal(whole.resumedFrom, CONTENT.length);
    assert.equal(server.seen.length, 1);

    const target = `${path}-longer`;
    await writeFile(target, Buffer.concat([CONTENT, CONTENT]));
    await writeFile(`${target}.json`, JSON.stringify({ ...state, totalBytes: 2 * CONTENT.length }));
    await downloadFile(
      request(server, { path: target, expectedSha256: SHA }),
      downloadEnvironment(),
    );
    assert.deepEqual(await readFile(target), CONTENT);
    assert.deepEqual(
      server.seen.slice(1).map(({ headers }) => headers.range),
      [`bytes=${2 * CONTENT.length}-`, undefined],
    );
  });

  it('ignores the partial file of another address', async () => {
    const server = await scriptedServer(fileHandler(CONTENT));
    await writeFile(path, 'something else');
    const other = { url: 'http://127.0.0.1:1/other', etag: '"v1"', totalBytes: CONTENT.length };
    await writeFile(`${path}.json`, JSON.stringify(other));
    const got = await downloadFile(request(server, { expectedSha256: SHA }), downloadEnvironment());
    assert.equal(got.resumedFrom, 0);
    assert.equal(server.seen[0]?.headers.range, undefined);
  });

  it('notices a stall and goes on from there', async () => {
    const server = await scriptedServer((incoming, response, index) => {
      fileHandler(CONTENT, index === 0 ? { stallAfter: 60_000 } : {})(incoming, response, index);
    });
    const environment = downloadEnvironment({ stallTimeoutMs: 300 });
    await downloadFile(request(server, { expectedSha256: SHA }), environment);
    assert.match(server.seen[1]?.headers.range ?? '', /^bytes=/);
  });

  it('stops at once when cancelled, and a later call goes on', async () => {
    const server = await scriptedServer(fileHandler(CONTENT, { stallAfter: 60_000 }));
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort();
    };
    const work = downloadFile(
      request(server, { signal: controller.signal, onProgress }),
      downloadEnvironment(),
    );
    const error = await expectFailure(work, 'CANCELLED');
    assert.match(error.hint ?? '', /same command/);
    const kept = (await stat(path)).size;
    assert.ok(kept > 0 && kept <= 60_000);

    server.handle(fileHandler(CONTENT));
    const got = await downloadFile(request(server, { expectedSha256: SHA }), downloadEnvironment());
    assert.equal(got.resumedFrom, kept);
    assert.equal(server.seen.at(-1)?.headers.range, `bytes=${kept}-`);
    assert.deepEqual(await readFile(path), CONTENT);
  });

  it('ends with the right bytes or a coded error whatever the server does', async () => {
    const content = CONTENT.subarray(0, 20_000);
    const expectedSha256 = sha256(content);
    const fault = fc.oneof(
      fc.record({ cutAfter: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ ignoreRange: fc.constant(true), cutAfter: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ etag: fc.constantFrom('"v2"', 'W/"v1"'), cutAfter: fc.nat(20_000) }),
      fc.record({ status: fc.constantFrom(206, 416, 429, 500, 503) }),
      fc.record({ contentRange: fc.constantFrom('bytes 0-9/20000', 'bytes 5-9/*', 'nonsense') }),
    );
    let complete = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 5 }), async (faults) => {
        const server = await scriptedServer((incoming, response, index) => {
          const now = faults[index];
          if (now !== undefined && 'status' in now) response.writeHead(now.status).end('x');
          else if (now !== undefined && 'contentRange' in now) {
            response.writeHead(206, { 'content-range': now.contentRange }).end('x');
          } else fileHandler(content, now)(incoming, response, index);
        });
        const target = join(folder, `fuzz-${count++}`);
        const work = downloadFile(
          request(server, { path: target, expectedSha256 }),
          downloadEnvironment(),
        );
        const outcome = await work.catch((error: unknown) => error);
        if (outcome instanceof SeclError) assert.equal(outcome.code, 'DOWNLOAD_FAILED');
        else {
          complete += 1;
          assert.deepEqual(await readFile(target), content);
        }
      }),
      { numRuns: 40, seed: 7 },
    );
    // Five tries in a row without progress end it, so most of these must come through.
    assert.ok(complete >= 20, `${complete} of 40`);
  });
});
