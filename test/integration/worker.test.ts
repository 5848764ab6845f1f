import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { packageRoot } from '../../src/app/package-root.ts';
import { linesOf, secl, startWorker, until } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('secl run on an embedded log', () => {
  const folder = temporaryFolder();
  const stream = path.join(folder, 'stream.jsonl');
  const log = path.join(folder, 'run');

  before(() => {
    assert.equal(secl('stream', 'make', '--per-domain', '10', '--out', stream).code, 0);
    appendFileSync(stream, 'this is no question\n');
  });

  it('says what is missing, creates it, and says so', () => {
    const missing = secl('topology', 'check', '--connect', '--log', log, '--json');
    assert.equal(missing.code, 1);
    const { faults } = JSON.parse(missing.out) as { faults: { fault: string }[] };
    assert.deepEqual(
      faults.map(({ fault }) => fault),
      // Every topic of the topology.
      Array.from({ length: 9 }, () => 'is missing'),
    );
    for (const created of [true, false]) {
      const { out } = secl('topics', 'create', '--log', log, '--partitions', '2', '--json');
      const { topics } = JSON.parse(out) as { topics: { created: boolean }[] };
      assert.ok(topics.every((topic) => topic.created === created));
    }
    assert.equal(secl('topology', 'check', '--connect', '--log', log).code, 0);
  });

  it('answers what was sent, is ready meanwhile, drains on SIGTERM, and goes on', async () => {
    const sent = secl('send', stream, '--log', log, '--json');
    assert.deepEqual(JSON.parse(sent.out), { total: 41, next: 41, questions: 41, labels: 40 });
    const worker = startWorker('--log', log, '--health', '127.0.0.1:0');
    await until(() => worker.statuses().some(({ answered }) => answered === 40));
    await until(() => worker.statuses().some(({ status }) => status === 'ready'));
    worker.child.kill('SIGTERM');
    const { code, out } = await worker.ended;
    assert.equal(code, 0);
    const last = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    assert.equal(last['status'], 'draining');
    assert.equal(last['answered'], 40);
    assert.equal(last['deadLetters'], 1);

    const answers = linesOf(secl('read', 'answers', '--log', log, '--json').out);
    assert.equal(answers.length, 40);
    assert.equal(new Set(answers.map(({ value }) => value.questionId)).size, 40);
    const again = startWorker('--log', log, '--until-end');
    assert.equal((await again.ended).code, 0);
    assert.equal(linesOf(secl('read', 'answers', '--log', log, '--json').out).length, 40);
  });

  it('keeps what could not be read as a dead letter, which can be tried again', () => {
    const letters = linesOf(secl('read', 'deadLetters', '--log', log, '--json').out);
    // Two partitions train one lineage, so a batch may come too late; that is another letter.
    assert.equal(letters.filter(({ value }) => value.code === 'RECORD_INVALID').length, 1);
    const list = secl('dead-letters', 'list', '--code', 'RECORD_INVALID', '--log', log, '--json');
    const listed = JSON.parse(list.out) as { deadLetters: { id: string }[] };
    const [{ id } = { id: '' }] = listed.deadLetters;
    assert.match(secl('dead-letters', 'show', id, '--log', log).out, /this is no qu/);
    const done = secl('dead-letters', 'retry', id, '--log', log, '--json');
    assert.deepEqual(JSON.parse(done.out), { retried: [id], refused: [] });
    assert.equal(secl('dead-letters', 'retry', '9/9', '--log', log).code, 2);
    assert.equal(secl('dead-letters', 'retry', '--log', log).code, 2);
  });

  it('goes on after being killed, with each question answered once', async () => {
    const killed = path.join(folder, 'killed');
    const many = path.join(folder, 'many.jsonl');
    assert.equal(secl('stream', 'make', '--per-domain', '100', '--out', many).code, 0);
    assert.equal(secl('topics', 'create', '--log', killed, '--partitions', '2').code, 0);
    assert.equal(secl('send', many, '--log', killed).code, 0);
    for (let round = 0; round < 3; round++) {
      const worker = startWorker('--log', killed);
      await until(() => worker.statuses().some(({ answered }) => answered > 0));
      worker.child.kill('SIGKILL');
      await worker.ended;
    }
    const last = startWorker('--log', killed, '--until-end');
    const { code, err } = await last.ended;
    assert.equal(code, 0, err);
    const ids = linesOf(secl('read', 'answers', '--log', killed, '--json').out).map(
      ({ value }) => value.questionId,
    );
    assert.equal(ids.length, 400);
    assert.equal(new Set(ids).size, 400);
  });

  it('refuses a second process, a wrong place and a barrier without an end, with what to do', async () => {
    const worker = startWorker('--log', log);
    await until(() => worker.statuses().length > 0);
    const second = secl('read', 'answers', '--log', log, '--json');
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    assert.equal(second.code, 1);
    assert.match(second.out, /LOG_IN_USE/);
    assert.equal(secl('run', '--log', log, '--brokers', 'localhost:9092').code, 2);
  });

  it('answers all that is there and stops, too, where batches wait for their adapters', () => {
    const place = ['--log', path.join(folder, 'barrier')];
    const few = path.join(folder, 'few.jsonl');
    // Batches of 8: the second one is half full.
    assert.equal(secl('stream', 'make', '--per-domain', '3', '--out', few).code, 0);
    assert.equal(secl('send', few, ...place).code, 0);
    const barrier = path.join(packageRoot(), 'topologies', 'qa.yaml');
    const run = ['run', ...place, '--topology', barrier, '--model', 'stand-in', '--until-end'];
    const { code, err } = secl(...run);
    assert.equal(code, 0, err);
    const ids = linesOf(secl('read', 'answers', ...place, '--json').out);
    assert.equal(new Set(ids.map(({ value }) => value.questionId)).size, 12);
    assert.equal(ids.length, 12);
  });
});
