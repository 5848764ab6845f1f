import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { packageRoot } from '../../../src/app/package-root.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import type { Dashboard } from '../../../src/dashboard/start-dashboard.ts';
import {
  startDashboard,
  type DashboardAddress,
  type StartDashboardOptions,
} from '../../../src/dashboard/start-dashboard.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { answerOf, byVerdict } from '../../support/dashboard-fixture.ts';
import { expectFailure } from '../../support/expect-failure.ts';

const codecs = openRecordCodecs();
const topics = {
  answers: 'qa.answers',
  feedback: 'qa.feedback',
  calibration: 'qa.calibration',
  deadLetters: 'qa.dead-letters',
  trainingBatches: 'qa.training-batches',
  adapters: 'qa.adapters',
  adapterDecisions: 'qa.adapter-decisions',
};
const TOKEN = 'a-token-of-some-length';

const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
await broker.ensureTopics(Object.values(topics).map((name) => ({ name })));

const started: Dashboard[] = [];
after(async () => {
  for (const dashboard of started) await dashboard.close();
});

async function start(
  address: Partial<DashboardAddress> & Pick<StartDashboardOptions, 'traceOf'> = {},
): Promise<URL> {
  const dashboard = await startDashboard({
    broker,
    topics,
    codecs,
    title: 'a run',
    topology: 'qa',
    bins: 10,
    seed: 1,
    match: byVerdict,
    clock: SYSTEM_CLOCK,
    pageFolder: join(packageRoot(), 'page'),
    pollMs: 20,
    port: 0,
    ...address,
  });
  started.push(dashboard);
  return new URL(dashboard.url);
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A request as it is, without what `fetch` adds. */
function ask(
  url: URL,
  {
    path = '/',
    method = 'GET',
    headers = {},
    body = '',
  }: {
    path?: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: url.hostname, port: url.port, path, method, headers: { host: url.host, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The events of a stream, up to the first that holds a text. */
async function eventsUntil(
  url: URL,
  wanted: string,
  lastEventId?: string,
): Promise<{ readonly text: string; readonly close: () => void }> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      {
        host: url.hostname,
        port: url.port,
        path: '/events',
        headers: {
          host: url.host,
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.includes(wanted)) resolve({ text, close: () => sent.destroy() });
        });
        response.on('error', () => undefined);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

const answered = (i: number): Promise<unknown> =>
  broker.append([{ topic: topics.answers, key: null, value: codecs.answer.encode(answerOf(i)) }]);

test('every response carries the security headers, refusals included', async () => {
  const url = await start();
  for (const path of [
    '/',
    '/main.js',
    '/view.json',
    '/nothing',
    '/../package.json',
    '/%2e%2e/package.json',
  ]) {
    const { headers } = await ask(url, { path });
    const policy = headers['content-security-policy'];
    assert.equal(typeof policy, 'string');
    assert.match(String(policy), /default-src 'none'/);
    assert.doesNotMatch(String(policy), /unsafe|\*|https?:/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('paths lead to the page’s own files alone', async () => {
  const url = await start();
  assert.equal((await ask(url)).status, 200);
  for (const path of [
    '/../package.json',
    '/%2e%2e%2fpackage.json',
    '//etc/passwd',
    '/login.html.js',
    '/page/../main.js',
  ])
    assert.equal((await ask(url, { path })).status, 404, path);
});

test('another host’s name, another origin and other methods are refused', async () => {
  const url = await start();
  assert.equal((await ask(url, { headers: { host: 'evil.example' } })).status, 421);
  assert.equal(
    (await ask(url, { path: '/view.json', headers: { origin: 'http://evil.example' } })).status,
    403,
  );
  assert.equal((await ask(url, { method: 'DELETE' })).status, 405);
  assert.equal((await ask(url, { headers: { 'content-length': '3' }, body: 'abc' })).status, 413);
});

test('the view is there as JSON, of committed records', async () => {
  const url = await start();
  await answered(0);
  let view: { head: { counts: { answers: number } }; source: { state: string } };
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    view = JSON.parse((await ask(url, { path: '/view.json' })).body);
  } while (view.head.counts.answers === 0);
  assert.equal(view.head.counts.answers, 1);
  assert.equal(view.source.state, 'live');
});

test('events bring a snapshot, then what changes; who comes back goes on', async () => {
  const url = await start();
  const first = await eventsUntil(url, 'event: view');
  assert.match(first.text, /^retry: \d+\n\nid: [0-9a-f]+\.\d+\nevent: view\ndata: \{"full":true,/);
  const id = /id: (\S+)/.exec(first.text)?.[1] ?? '';
  first.close();
  await answered(1);
  const next = await eventsUntil(url, 'event: view', id);
  next.close();
  assert.match(next.text, /data: \{"full":false,/);
  assert.match(next.text, /"answers":\[/);
  assert.doesNotMatch(next.text, /"deadLetters":\{"codes"/);
});

test('at its end the page gets the last records, and is told', async () => {
  const url = await start();
  const events = eventsUntil(url, 'event: end');
  await eventsUntil(url, 'event: view').then(({ close }) => close());
  await broker.append([
    {
      topic: topics.answers,
      key: null,
      value: codecs.answer.encode(answerOf(7, { text: 'the last one' })),
    },
  ]);
  await started.pop()?.close();
  const { text } = await events;
  assert.match(text, /the last one/);
  assert.match(text, /"state":"ended"/);
  await assert.rejects(ask(url));
});

test('beyond loopback a token is needed, and a short one is none', async () => {
  await expectFailure(start({ host: '0.0.0.0' }), 'USAGE');
  await expectFailure(start({ host: '0.0.0.0', token: 'short' }), 'USAGE');
});

test('with a token nothing of the stream is shown without it', async () => {
  const url = await start({ token: TOKEN });
  const home = await ask(url);
  assert.equal(home.status, 401);
  assert.match(home.body, /Token needed/);
  assert.doesNotMatch(home.body, /Latest answers/);
  for (const path of ['/view.json', '/events'])
    assert.equal((await ask(url, { path })).status, 401);
  assert.equal(
    (await ask(url, { path: '/view.json', headers: { authorization: `Bearer ${TOKEN}` } })).status,
    200,
  );
  // In the address it would stand in logs and histories.
  assert.equal((await ask(url, { path: `/view.json?token=${TOKEN}` })).status, 401);

  const login = (token: string, origin = url.origin): Promise<Reply> =>
    ask(url, {
      path: '/login',
      method: 'POST',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}`,
    });
  // The same form again would leave open what was wrong.
  assert.match(home.body, /role="alert" hidden/);
  const wrong = await login('wrong');
  assert.equal(wrong.status, 401);
  assert.match(wrong.body, /role="alert">\s*That is not the token/);
  assert.equal((await login(TOKEN, 'http://evil.example')).status, 403);
  assert.equal((await login('x'.repeat(5000))).status, 413);
  const welcome = await login(TOKEN);
  assert.equal(welcome.status, 303);
  const cookie = String(welcome.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  assert.match((await ask(url, { headers: { cookie } })).body, /Latest answers/);
});

test('a trace is drawn as text, one at a time, for whoever may read', async () => {
  let draw: (text: string) => void = () => undefined;
  const url = await start({
    token: TOKEN,
    traceOf: (questionId) =>
      questionId === 'q 1?'
        ? new Promise<string>((resolve) => (draw = resolve))
        : Promise.reject(new SeclError('USAGE', `no ${questionId}`, { hint: 'Look there.' })),
  });
  const get = (id: string, headers = { authorization: `Bearer ${TOKEN}` }): Promise<Reply> =>
    ask(url, { path: `/trace?question=${encodeURIComponent(id)}`, headers });
  assert.equal((await ask(url, { path: '/trace?question=a' })).status, 401);
  const unknown = await get('<b>');
  assert.deepEqual([unknown.status, unknown.body], [404, 'no <b>\nLook there.\n']);
  assert.match(String(unknown.headers['content-type']), /^text\/plain/);
  const first = get('q 1?');
  while ((await get('other')).status !== 503);
  draw('question q 1?');
  const drawn = await first;
  assert.deepEqual([drawn.status, drawn.body], [200, 'question q 1?\n']);
  assert.match(String(drawn.headers['content-type']), /^text\/plain/);
  assert.equal((await get('other')).status, 404);
});

test('where no trace is kept, answers lead to none', async () => {
  const url = await start();
  assert.equal((await ask(url, { path: '/trace?question=q1' })).status, 404);
  const view = (await ask(url, { path: '/view.json' })).body;
  assert.match(view, /"source":\{[^}]*"traces":false/);
});

test('a port that is taken is said to be so', async () => {
  const url = await start();
  await expectFailure(start({ port: Number(url.port) }), 'ADDRESS_IN_USE');
});
