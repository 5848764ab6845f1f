import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { openWebhook } from '../../../../src/adapters/webhook/open-webhook.ts';
import type { Delivery } from '../../../../src/ports/alert-sink.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { alertOf } from '../../../support/alerts-fixture.ts';
import { scriptedServer, type RequestHandler } from '../../../support/scripted-server.ts';

const SECRET = 'hunter2-hunter2';
const never = new AbortController().signal;
const server = await scriptedServer((_, response) => response.end());

function deliver(
  handler: RequestHandler,
  over: Partial<Parameters<typeof openWebhook>[0]> = {},
  signal = never,
): Promise<Delivery> {
  server.handle(handler);
  return openWebhook({
    url: server.url('/path-that-is-a-secret').href,
    timeoutMs: 300,
    attempts: 3,
    secret: { header: 'x-secl-secret', value: SECRET },
    random: seededRandom(1),
    firstWaitMs: 10,
    maxWaitMs: 40,
    ...over,
  }).deliver(alertOf(), signal);
}

/** Requests that a delivery made. */
async function requests(work: () => Promise<Delivery>): Promise<[Delivery, number]> {
  const before = server.seen.length;
  const delivery = await work();
  return [delivery, server.seen.length - before];
}

describe('openWebhook', () => {
  it('posts JSON with the secret in its header', async () => {
    let body = '';
    const delivery = await deliver((request, response) => {
      void text(request).then((read) => {
        body = `${request.method ?? ''} ${read}`;
        response.writeHead(204).end();
      });
    });
    assert.deepEqual(delivery, { ok: true });
    assert.match(body, /^POST \{"id":"qa\/dead-letters\/firing\/1767225600000",/);
    const { headers } = server.seen.at(-1) ?? {};
    assert.equal(headers?.['x-secl-secret'], SECRET);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['idempotency-key'], 'qa/dead-letters/firing/1767225600000');
  });

  it('tries again what may work later, and says why where it never does', async () => {
    const fails = (times: number, status: number): RequestHandler => {
      let left = times;
      return (_, response) => response.writeHead(left-- > 0 ? status : 200).end();
    };
    assert.deepEqual(await requests(() => deliver(fails(2, 503))), [{ ok: true }, 3]);
    // A proxy's word for a server that does not answer.
    assert.deepEqual(await requests(() => deliver(fails(1, 522))), [{ ok: true }, 2]);
    assert.deepEqual(await requests(() => deliver(fails(9, 429))), [
      { ok: false, reason: 'it answered 429' },
      3,
    ]);
  });

  it('takes no for an answer, and follows no redirect with the secret', async () => {
    const status = (code: number): RequestHandler => {
      return (_, response) =>
        response.writeHead(code, { location: `${server.origin}/other` }).end();
    };
    for (const code of [400, 404, 302, 307])
      assert.deepEqual(await requests(() => deliver(status(code))), [
        { ok: false, reason: `it answered ${code}` },
        1,
      ]);
  });

  it('waits no longer than it was told, for an answer or for a server that asks for hours', async () => {
    const began = performance.now();
    const silent = await deliver(() => undefined, { timeoutMs: 50, attempts: 2 });
    assert.deepEqual(silent, { ok: false, reason: 'it did not answer in time' });
    const busy = await deliver(
      (_, response) => response.writeHead(503, { 'retry-after': '7200' }).end(),
      { attempts: 2 },
    );
    assert.deepEqual(busy, { ok: false, reason: 'it answered 503' });
    // Twice 50 ms and waits of at most 40 ms; the rest is slack for a busy machine.
    assert.ok(performance.now() - began < 10_000);
  });

  it('names neither address nor secret when it fails', async () => {
    const refused = await deliver(() => undefined, {
      url: 'http://127.0.0.1:1/path-that-is-a-secret',
    });
    const cut = await deliver((request) => request.socket.destroy());
    for (const delivery of [refused, cut]) {
      assert.equal(delivery.ok, false);
      assert.doesNotMatch(JSON.stringify(delivery), /secret|hunter2|127\.0\.0\.1/);
    }
  });

  it('is given up by its signal, at once', async () => {
    const stop = new AbortController();
    const delivery = deliver(
      (_, response) => {
        response.writeHead(503).end();
        stop.abort();
      },
      { firstWaitMs: 60_000, maxWaitMs: 60_000 },
      stop.signal,
    );
    assert.deepEqual(await delivery, { ok: false, reason: 'it was given up' });
  });
});
