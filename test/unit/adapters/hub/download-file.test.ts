import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';

import { downloadFile } from '../../../../src/adapters/hub/download-file.ts';
import { DEFAULT_HTTP_LIMITS } from '../../../../src/adapters/hub/http-get.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { downloadEnvironment } from '../../../support/download-environment.ts';
import {
  fileHandler,
  scriptedServer,
  type ScriptedServer,
} from '../../../support/scripted-server.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const SHA = sha256(CONTENT);

const folder = temporaryFolder();
let path: string;
let count = 0;

const exists = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined)) !== undefined;

beforeEach(() => {
  path = join(folder, `file-${count++}`);
});

const request = (server: ScriptedServer, more: object = {}) => ({
  url: server.url('/model.gguf'),
  path,
  maxBytes: 1_000_000,
  ...more,
});

describe('downloadFile', () => {
  it('writes the file, reports its hash and rising progress, and leaves no state behind', async () => {
    const server = await scriptedServer(fileHandler(CONTENT));
    const done: number[] = [];
    const onProgress = (bytes: number, total: number | undefined): void => {
      assert.equal(total, CONTENT.length);
      done.push(bytes);
    };
    const got = await downloadFile(
      request(server, { onProgress, expectedSha256: SHA }),
      downloadEnvironment(),
    );
    assert.equal(got.sha256, SHA);
    assert.equal(got.sizeBytes, CONTENT.length);
    assert.equal(got.resumedFrom, 0);
    assert.deepEqual(await readFile(path), CONTENT);
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
    );
    assert.equal(done.at(-1), CONTENT.length);
    assert.equal(await exists(`${path}.json`), false);
  });

  it('follows redirects across hosts and keeps the token at the first', async () => {
    const files = await scriptedServer(fileHandler(CONTENT));
    const hub = await scriptedServer((incoming, response) => {
      const location = incoming.url === '/model.gguf' ? '/again' : files.url('/blob').href;
      response.writeHead(302, { location }).end('moved');
    });
    await downloadFile(request(hub, { token: 'hf_secret' }), downloadEnvironment());
    assert.deepEqual(
      hub.seen.map(({ headers }) => headers.authorization),
      ['Bearer hf_secret', 'Bearer hf_secret'],
    );
    assert.deepEqual(
      files.seen.map(({ headers }) => headers.authorization),
      [undefined],
    );
    assert.deepEqual(await readFile(path), CONTENT);
  });

  it('follows five redirects and refuses the sixth', async () => {
    const chain = (length: number) =>
      scriptedServer((incoming, response, index) => {
        if (index >= length) fileHandler(CONTENT)(incoming, response, index);
        else response.writeHead(307, { location: `/hop-${index}` }).end();
      });
    await downloadFile(request(await chain(5)), downloadEnvironment());
    const six = await chain(6);
    const error = await expectFailure(
      downloadFile(request(six, { path: `${path}-b` }), downloadEnvironment()),
      'DOWNLOAD_FAILED',
    );
    assert.match(error.message, /more than 5 redirects/);
    assert.equal(six.seen.length, 6);
  });

  it('refuses a redirect to another scheme', async () => {
    const server = await scriptedServer((_, response) => {
      response.writeHead(302, { location: 'ftp://example.org/model.gguf' }).end();
    });
    const work = downloadFile(request(server), downloadEnvironment());
    assert.match((await expectFailure(work, 'DOWNLOAD_FAILED')).message, /redirects to ftp:/);
  });

  it('waits as long as a 429 or 503 asks, in seconds or by date', async () => {
    const server = await scriptedServer((incoming, response, index) => {
      const date = 'Thu, 01 Jan 2026 00:00:07 GMT'; // Seven seconds after the fixed clock.
      if (index === 0) response.writeHead(429, { 'retry-after': '12' }).end();
      else if (index === 1) response.writeHead(503, { 'retry-after': date }).end();
      else fileHandler(CONTENT)(incoming, response, index);
    });
    const environment = downloadEnvironment();
    await downloadFile(request(server, { expectedSha256: SHA }), environment);
    assert.deepEqual(environment.waits, [12_000, 7000]);
  });

  it('backs off by itself where the server does not say, and then gives up', async () => {
    const server = await scriptedServer((_, response) => {
      response.writeHead(503).end('busy');
    });
    const environment = downloadEnvironment();
    const error = await expectFailure(
      downloadFile(request(server), environment),
      'DOWNLOAD_FAILED',
    );
    assert.match(error.message, /answered 503 \(given up after 5 tries\)/);
    // Upper halves of 500, 1000, 2000 and 4000 ms.
    const bounds = [500, 1000, 2000, 4000];
    assert.equal(environment.waits.length, bounds.length);
    environment.waits.forEach((ms, i) => {
      const ceiling = bounds[i] ?? 0;
      assert.ok(ms >= ceiling / 2 && ms <= ceiling, `${ms} of ${ceiling}`);
    });
  });

  it('does not wait an hour for a server that asks for it', async () => {
    const server = await scriptedServer((_, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
    });
    const environment = downloadEnvironment();
    const error = await expectFailure(
      downloadFile(request(server), environment),
      'DOWNLOAD_FAILED',
    );
    assert.match(error.message, /answered 429 \(it asks to wait 3600 s\)/);
    assert.deepEqual(environment.waits, []);
  });

  it('takes no for an answer, once', async () => {
    for (const [status, hint] of [
      [401, /HF_TOKEN/],
      [403, /terms/],
      [404, /--source/],
      [410, undefined],
    ] as const) {
      const server = await scriptedServer((_, response) => {
        response.writeHead(status).end('no');
      });
      const error = await expectFailure(
        downloadFile(request(server, { token: 'hf_secret' }), downloadEnvironment()),
        'DOWNLOAD_FAILED',
      );
      assert.match(error.message, new RegExp(`answered ${status}`));
      assert.ok(!`${error.message}${error.hint ?? ''}`.includes('hf_secret'));
      if (hint === undefined) assert.equal(error.hint, undefined);
      else assert.match(error.hint ?? '', hint);
      assert.equal(server.seen.length, 1);
    }
  });

  it('can be cancelled while it waits for headers and before it starts', async () => {
    const controller = new AbortController();
    const server = await scriptedServer(() => {
      controller.abort();
    });
    const options = { signal: controller.signal };
    await expectFailure(downloadFile(request(server, options), downloadEnvironment()), 'CANCELLED');
    await expectFailure(downloadFile(request(server, options), downloadEnvironment()), 'CANCELLED');
    assert.equal(server.seen.length, 1);
  });

  it('removes a file with a wrong checksum', async () => {
    const server = await scriptedServer(fileHandler(CONTENT));
    const expectedSha256 = '0'.repeat(64);
    const error = await expectFailure(
      downloadFile(request(server, { expectedSha256 }), downloadEnvironment()),
      'CHECKSUM_MISMATCH',
    );
    assert.ok(error.message.includes(SHA) && error.message.includes(expectedSha256));
    assert.equal(await exists(path), false);
    assert.equal(await exists(`${path}.json`), false);
  });

  it('holds the file against what the hub announces while redirecting', async () => {
    const announce = (announced: string) =>
      scriptedServer((incoming, response, index) => {
        if (incoming.url === '/blob') fileHandler(CONTENT)(incoming, response, index);
        else {
          const headers = { 'x-linked-etag': `"${announced}"`, 'x-repo-commit': 'abc123' };
          response.writeHead(302, { location: '/blob', ...headers }).end();
        }
      });
    const got = await downloadFile(request(await announce(SHA)), downloadEnvironment());
    assert.deepEqual([got.announcedSha256, got.commit], [SHA, 'abc123']);
    const wrong = request(await announce('f'.repeat(64)), { path: `${path}-b` });
    await expectFailure(downloadFile(wrong, downloadEnvironment()), 'CHECKSUM_MISMATCH');
    // An ETag that is no SHA-256 announces nothing.
    const other = request(await announce('v1'), { path: `${path}-c` });
    assert.equal((await downloadFile(other, downloadEnvironment())).announcedSha256, undefined);
  });

  it('takes no more than the limit, announced or not', async () => {
    const announced = await scriptedServer(fileHandler(CONTENT));
    const small = { maxBytes: 1000 };
    const first = downloadFile(request(announced, small), downloadEnvironment());
    assert.match(
      (await expectFailure(first, 'DOWNLOAD_FAILED')).message,
      /300\.0 kB, above the limit/,
    );
    const endless = await scriptedServer((_, response) => {
      response.writeHead(200);
      response.write(CONTENT);
      response.end(CONTENT);
    });
    const target = `${path}-b`;
    const second = downloadFile(
      request(endless, { path: target, maxBytes: CONTENT.length }),
      downloadEnvironment(),
    );
    await expectFailure(second, 'DOWNLOAD_FAILED');
    assert.ok((await stat(target)).size <= CONTENT.length);
  });

  it('takes a body of unknown length', async () => {
    const server = await scriptedServer((_, response) => {
      response.writeHead(200);
      response.end(CONTENT);
    });
    const got = await downloadFile(request(server, { expectedSha256: SHA }), downloadEnvironment());
    assert.equal(got.sizeBytes, CONTENT.length);
  });

  it('looks for room on the disk before it downloads', async () => {
    const server = await scriptedServer(fileHandler(CONTENT));
    const environment = { ...downloadEnvironment(), freeBytes: () => Promise.resolve(1000) };
    const error = await expectFailure(downloadFile(request(server), environment), 'STORE_FAILED');
    assert.match(error.message, /1\.0 kB free/);
    assert.match(error.hint ?? '', /SECL_CACHE_DIR/);
    assert.equal((await stat(path)).size, 0);
  });

  it('refuses a body that is encoded', async () => {
    const server = await scriptedServer(
      fileHandler(CONTENT, { headers: { 'content-encoding': 'gzip' } }),
    );
    await expectFailure(downloadFile(request(server), downloadEnvironment()), 'DOWNLOAD_FAILED');
    assert.equal(server.seen[0]?.headers['accept-encoding'], 'identity');
  });

  it('gives up a server that cannot be reached at once, without another try', async () => {
    assert.ok(DEFAULT_HTTP_LIMITS.reachTimeoutMs <= 5000);
    // A port that was free a moment ago: nobody listens there.
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const refused = { url: new URL(`http://127.0.0.1:${port}/x`), path, maxBytes: 10 };
    const environment = downloadEnvironment({ reachTimeoutMs: 200 });
    const error = await expectFailure(downloadFile(refused, environment), 'DOWNLOAD_FAILED');
    assert.match(error.message, /refused/);

    // Accepts the connection and says nothing, as a black hole behind a proxy does.
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    after(() => silent.close());
    const address = silent.address() as AddressInfo;
    const hole = { ...refused, url: new URL(`http://127.0.0.1:${address.port}/x`) };
    const started = performance.now();
    await expectFailure(downloadFile(hole, environment), 'DOWNLOAD_FAILED');
    const tookMs = performance.now() - started;
    assert.ok(tookMs >= 150 && tookMs < 2000, `${tookMs} ms`);
    assert.deepEqual(environment.waits, []);
  });
});
