import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';

import { MockAgent } from 'undici';

import {
  createDispatcher,
  DEFAULT_HTTP_LIMITS,
  displayUrl,
  httpGet,
  readBody,
  type HttpAnswer,
} from '../../../../src/adapters/hub/http-get.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { fileHandler, scriptedServer } from '../../../support/scripted-server.ts';

async function text(answer: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(answer)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const common = { headers: {}, limits: DEFAULT_HTTP_LIMITS, reached: false };

describe('httpGet', () => {
  it('never goes from https to http, and takes no token over plain http', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    after(() => dispatcher.close());
    const hub = dispatcher.get('https://hub.example');
    const moved = { headers: { location: 'http://hub.example/plain' } };
    hub.intercept({ path: '/down' }).reply(302, '', moved);
    const work = httpGet(new URL('https://hub.example/down'), { ...common, dispatcher });
    const error = await expectFailure(work, 'DOWNLOAD_FAILED');
    assert.match(error.message, /redirects to http:\/\/, which is not safe/);
    assert.equal(error.retryable, false);

    const seen: string[] = [];
    const reply = (options: { headers?: unknown }): { statusCode: number; data: string } => {
      seen.push(JSON.stringify(options.headers));
      return { statusCode: 200, data: 'ok' };
    };
    hub.intercept({ path: '/file' }).reply(reply);
    dispatcher.get('http://mirror.example').intercept({ path: '/file' }).reply(reply);
    for (const url of ['https://hub.example/file', 'http://mirror.example/file']) {
      await httpGet(new URL(url), { ...common, dispatcher, token: 'hf_secret' }).then(text);
    }
    assert.deepEqual(
      seen.map((headers) => headers.includes('hf_secret')),
      [true, false],
    );
  });

  it('goes through a proxy, except to hosts that are named', async () => {
    const server = await scriptedServer(fileHandler(Buffer.from('content')));
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket, head) => {
      tunnels.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    after(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    for (const [no, expected] of [
      ['', 1],
      ['127.0.0.1', 0],
    ] as const) {
      tunnels.length = 0;
      const settings = { http: address, https: address, no };
      const dispatcher = createDispatcher(settings, DEFAULT_HTTP_LIMITS);
      after(() => dispatcher.destroy());
      const answer = await httpGet(server.url('/x'), { ...common, dispatcher });
      assert.equal(await text(answer), 'content');
      assert.equal(tunnels.length, expected, `no_proxy=${no}`);
    }
  });

  it('says in words why a host cannot be reached', async () => {
    const dispatcher = createDispatcher({ http: '', https: '', no: '' }, DEFAULT_HTTP_LIMITS);
    after(() => dispatcher.destroy());
    // RFC 6761: names under .invalid never exist.
    const work = httpGet(new URL('http://nowhere.invalid/x'), { ...common, dispatcher });
    const error = await expectFailure(work, 'DOWNLOAD_FAILED');
    assert.match(
      error.message,
      /^nowhere\.invalid: (the name is unknown|the name server|no answer)/,
    );
  });
});

describe('displayUrl', () => {
  it('leaves out credentials and signed queries', () => {
    const url = new URL('https://user:secret@cdn.example/model.gguf?Signature=abc#x');
    assert.equal(displayUrl(url), 'https://cdn.example/model.gguf');
  });
});
