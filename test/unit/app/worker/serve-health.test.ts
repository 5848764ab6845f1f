import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serveHealth } from '../../../../src/app/worker/serve-health.ts';
import { expectFailure } from '../../../support/expect-failure.ts';

describe('serveHealth', () => {
  it('says live, ready and everything', async () => {
    let reasons: readonly string[] = ['the broker has not answered yet'];
    const server = await serveHealth({
      address: { port: 0 },
      ready: () => ({ ready: reasons.length === 0, reasons }),
      report: () => ({ partitions: [1] }),
    });
    const get = async (path: string, method = 'GET'): Promise<[number, unknown]> => {
      const response = await fetch(server.url.replace('/health', path), { method });
      const text = await response.text();
      return [response.status, text === '' ? '' : JSON.parse(text)];
    };
    try {
      assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/health$/);
      assert.deepEqual(await get('/health/live'), [200, { live: true }]);
      assert.deepEqual(await get('/health/ready'), [503, { ready: false, reasons }]);
      reasons = [];
      assert.deepEqual(await get('/health/ready?verbose'), [200, { ready: true, reasons: [] }]);
      assert.deepEqual(await get('/health'), [200, { partitions: [1] }]);
      assert.deepEqual(await get('/health/live', 'HEAD'), [200, '']);
      assert.equal((await get('/'))[0], 404);
      assert.equal((await get('/health', 'POST'))[0], 405);
      const port = Number(new URL(server.url).port);
      const taken = serveHealth({
        address: { port },
        ready: () => ({ ready: true, reasons: [] }),
        report: () => null,
      });
      await expectFailure(taken, 'ADDRESS_IN_USE');
    } finally {
      await server.close();
    }
    await assert.rejects(fetch(server.url));
  });
});
