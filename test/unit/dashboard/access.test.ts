import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccess, sessionCookie } from '../../../src/dashboard/access.ts';

const TOKEN = 'a-token-of-some-length';

test('without a token everybody may read', () => {
  assert.equal(createAccess(undefined, () => 0).isAllowed({}), true);
});

test('without a token nobody can sign in', () => {
  assert.equal(createAccess(undefined, () => 0).signIn('undefined').kind, 'wrong');
});

test('the token is taken as a header, and once for a cookie that does not hold it', () => {
  const access = createAccess(TOKEN, () => 0);
  assert.equal(access.isAllowed({}), false);
  assert.equal(access.isAllowed({ authorization: `Bearer ${TOKEN}` }), true);
  assert.equal(access.isAllowed({ authorization: `Bearer ${TOKEN}x` }), false);
  assert.equal(access.isAllowed({ authorization: TOKEN }), false);
  const result = access.signIn(TOKEN);
  assert.ok(result.kind === 'welcome');
  assert.match(result.cookie, /; HttpOnly; SameSite=Lax; /);
  assert.ok(!result.cookie.includes(TOKEN));
  const session = result.cookie.split(';')[0] ?? '';
  assert.equal(access.isAllowed({ cookie: `other=1; ${session}` }), true);
  assert.equal(access.isAllowed({ cookie: `${session}x` }), false);
  assert.equal(access.isAllowed({ cookie: `${sessionCookie(undefined)}=${TOKEN}` }), false);
});

test('a session of another process is none', () => {
  const result = createAccess(TOKEN, () => 0).signIn(TOKEN);
  assert.ok(result.kind === 'welcome');
  const cookie = result.cookie.split(';')[0] ?? '';
  assert.equal(createAccess(TOKEN, () => 0).isAllowed({ cookie }), false);
});

test('pages of one host, which share its cookies whatever their ports, do not sign each other out', () => {
  const jar = new Map<string, string>();
  const hosts = ['127.0.0.1:8787', '127.0.0.1:8788', '[::1]', 'page.example'];
  const pages = hosts.map((host) => ({ host, access: createAccess(TOKEN, () => 0) }));
  for (const { host, access } of pages.slice(0, 3)) {
    const result = access.signIn(TOKEN, host);
    assert.ok(result.kind === 'welcome');
    const [name = '', value = ''] = (result.cookie.split(';')[0] ?? '').split('=');
    jar.set(name, value);
  }
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  assert.deepEqual(
    pages.map(({ host, access }) => access.isAllowed({ cookie, host })),
    [true, true, true, false],
  );
});

test('after ten wrong tokens none is looked at for a minute; who is signed in reads on', () => {
  let now = 0;
  const access = createAccess(TOKEN, () => now);
  const welcome = access.signIn(TOKEN);
  assert.ok(welcome.kind === 'welcome');
  for (let i = 0; i < 10; i++) assert.equal(access.signIn(`wrong ${i}`).kind, 'wrong');
  assert.equal(access.signIn(TOKEN).kind, 'busy');
  assert.equal(access.isAllowed({ authorization: `Bearer ${TOKEN}` }), false);
  assert.equal(access.isAllowed({ cookie: welcome.cookie.split(';')[0] ?? '' }), true);
  now = 60_001;
  assert.equal(access.signIn(TOKEN).kind, 'welcome');
});
