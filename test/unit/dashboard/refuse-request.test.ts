import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNameOf, isLoopback, refuseRequest } from '../../../src/dashboard/refuse-request.ts';

const status = (
  headers: Record<string, string | undefined>,
  { method = 'GET', url = '/', names = [] as readonly string[], beyond = false } = {},
): number | undefined =>
  refuseRequest({ method, url, headers: { host: 'localhost:8787', ...headers } }, names, beyond)
    ?.status;

test('the page of this server is answered', () => {
  assert.equal(status({}), undefined);
  for (const host of ['localhost', '127.0.0.1:8787', '[::1]:9000', 'LOCALHOST:1'])
    assert.equal(status({ host }), undefined, host);
  assert.equal(
    status({ origin: 'http://localhost:8787', 'sec-fetch-site': 'same-origin' }),
    undefined,
  );
});

test('a name that was made to point here is not answered to', () => {
  for (const host of ['evil.example', 'evil.example:8787', 'localhost.evil.example', '10.0.0.1'])
    assert.equal(status({ host }), 421, host);
  for (const host of ['', 'a b', 'a@localhost', 'localhost:x', '[::1', undefined])
    assert.equal(status({ host }), 400, String(host));
});

test('beyond loopback addresses and allowed names are answered to', () => {
  assert.equal(status({ host: '10.0.0.1:80' }, { beyond: true }), undefined);
  assert.equal(status({ host: '[fe80::1]' }, { beyond: true }), undefined);
  assert.equal(status({ host: 'box.example' }, { beyond: true }), 421);
  assert.equal(
    status({ host: 'Box.example:80' }, { beyond: true, names: ['box.example'] }),
    undefined,
  );
});

test('pages of other origins are refused, a link from one is followed', () => {
  for (const origin of [
    'http://evil.example',
    'null',
    'http://localhost:1',
    'http://localhost:8787.evil',
  ])
    assert.equal(status({ origin }), 403, origin);
  assert.equal(status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }), 403);
  assert.equal(status({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }), 403);
  assert.equal(status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }), undefined);
  assert.equal(
    status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, { method: 'POST' }),
    403,
  );
});

test('what nothing here takes is refused', () => {
  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'TRACE'])
    assert.equal(status({}, { method }), 405);
  assert.equal(status({}, { url: `/${'x'.repeat(2000)}` }), 414);
  assert.equal(status({ 'content-length': '5' }), 413);
  assert.equal(status({ 'transfer-encoding': 'chunked' }), 413);
  assert.equal(status({ 'content-length': '5' }, { method: 'POST' }), undefined);
  assert.equal(status({ 'content-length': '9999' }, { method: 'POST' }), 413);
  assert.equal(status({ 'content-length': 'x' }, { method: 'POST' }), 413);
});

test('names in Host headers', () => {
  assert.equal(hostNameOf('[::1]:8787'), '::1');
  assert.equal(hostNameOf('example.org.'), 'example.org');
  assert.equal(hostNameOf('example.org:99999999'), null);
  assert.equal(isLoopback('127.3.2.1'), true);
  assert.equal(isLoopback('127.0.0.1.evil'), false);
  assert.equal(isLoopback('0.0.0.0'), false);
});
