import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readStream } from '../../../src/adapters/files/read-stream.ts';
import { importStream } from '../../../src/app/import-stream.ts';
import { loadStream } from '../../../src/app/load-stream.ts';
import { makeStream } from '../../../src/app/make-stream.ts';
import { mixStreams } from '../../../src/app/mix-streams.ts';
import type { StreamHeader } from '../../../src/streams/stream-header.ts';
import type { StreamItem } from '../../../src/streams/stream-item.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

async function contentOf(
  file: string,
): Promise<{ header: StreamHeader | null; items: StreamItem[] }> {
  let header: StreamHeader | null = null;
  const items: StreamItem[] = [];
  for await (const line of readStream(file)) {
    if (line.kind === 'header') header = line.header;
    else if (line.kind === 'item') items.push(line.item);
    else assert.fail(line.reason);
  }
  return { header, items };
}

const published = at('nq.jsonl');
writeFileSync(
  published,
  Array.from({ length: 50 }, (_, i) => `{"question": "q ${i}", "answer": ["${i}"]}\n`).join(''),
);

describe('makeStream', () => {
  it('makes the same file for the same options, byte for byte', async () => {
    const options = { perDomain: 30, seed: 5, blend: { kind: 'gradual', window: 10 } } as const;
    await makeStream({ ...options, out: at('a.jsonl') });
    await makeStream({ ...options, out: at('b.jsonl') });
    assert.deepEqual(readFileSync(at('a.jsonl')), readFileSync(at('b.jsonl')));
    await makeStream({ ...options, seed: 6, out: at('c.jsonl') });
    assert.notDeepEqual(readFileSync(at('a.jsonl')), readFileSync(at('c.jsonl')));
  });

  it('makes four domains of 500 by default, and says so', async () => {
    const told: number[] = [];
    const summary = await makeStream({
      out: at('full.jsonl'),
      onProgress: (done) => told.push(done),
    });
    assert.deepEqual(summary.domains, {
      geography: 500,
      chemistry: 500,
      arithmetic: 500,
      calendar: 500,
    });
    assert.deepEqual(summary.changes, [500, 1000, 1500]);
    assert.equal(summary.labelled, 2000);
    assert.deepEqual(told, [1, 2, 3, 4]);
    const { header, items } = await contentOf(at('full.jsonl'));
    assert.equal(new Set(items.map((item) => item.id)).size, 2000);
    assert.deepEqual(header?.blend?.changes, [500, 1000, 1500]);
    assert.equal(header.items, 2000);
  });

  it('asks the same questions in another order of domains', async () => {
    const ids = async (domains: readonly ('calendar' | 'chemistry')[]): Promise<string[]> => {
      await makeStream({ out: at('order.jsonl'), perDomain: 20, domains });
      return (await contentOf(at('order.jsonl'))).items.map((item) => item.id);
    };
    const [one, two] = [await ids(['calendar', 'chemistry']), await ids(['chemistry', 'calendar'])];
    assert.deepEqual(one.slice(0, 20), two.slice(20));
    assert.deepEqual(one.slice(20), two.slice(0, 20));
  });

  it('refuses what cannot be made', async () => {
    await assert.rejects(makeStream({ out: at('x'), perDomain: 0 }), { code: 'PRECONDITION' });
    await assert.rejects(makeStream({ out: at('x'), domains: [] }), { code: 'PRECONDITION' });
    await assert.rejects(makeStream({ out: at('x'), perDomain: 1e6 }), { code: 'USAGE' });
    await assert.rejects(makeStream({ out: folder, perDomain: 1 }), { code: 'FILE_UNREADABLE' });
  });
});

describe('importStream', () => {
  it('keeps the published order without a seed', async () => {
    const summary = await importStream({
      format: 'nq-open',
      file: published,
      out: at('i.jsonl'),
      limit: 3,
    });
    assert.equal(summary.read, 50);
    assert.equal(summary.questions, 3);
    const { header, items } = await contentOf(at('i.jsonl'));
    assert.deepEqual(
      items.map((item) => item.id),
      ['nq-open-1', 'nq-open-2', 'nq-open-3'],
    );
    assert.equal(header?.order, 'as published, first 3 of 50');
    assert.equal(header.licence, 'Apache-2.0');
  });

  it('shuffles by the seed and then cuts: a larger limit goes on where a smaller one ends', async () => {
    const ids = async (limit: number, seed: number): Promise<string[]> => {
      await importStream({ format: 'nq-open', file: published, out: at('s.jsonl'), limit, seed });
      return (await contentOf(at('s.jsonl'))).items.map((item) => item.id);
    };
    const ten = await ids(10, 7);
    assert.deepEqual((await ids(20, 7)).slice(0, 10), ten);
    assert.notDeepEqual(await ids(10, 8), ten);
    assert.notDeepEqual(ten.toSorted(), ten);
  });

  it('names file, line and likely format of a wrong file', async () => {
    await assert.rejects(
      importStream({ format: 'gsm8k', file: published, out: at('w.jsonl') }),
      (error: { code: string; message: string; hint: string }) => {
        assert.equal(error.code, 'STREAM_INVALID');
        assert.match(
          error.message,
          /nq\.jsonl, line 1: expected .* \(gsm8k\), found a record of nq-open/,
        );
        assert.match(error.hint, /secl stream import nq-open/);
        return true;
      },
    );
    await assert.rejects(importStream({ format: 'nq', file: published, out: at('w') }), {
      code: 'USAGE',
    });
    await assert.rejects(importStream({ format: 'nq-open', file: published, out: published }), {
      code: 'USAGE',
    });
    await assert.rejects(importStream({ format: 'nq-open', file: folder, out: at('w') }), {
      code: 'STREAM_INVALID',
    });
  });
});

describe('mixStreams', () => {
  it('mixes streams as domains, a sample of each, ids kept apart', async () => {
    await importStream({ format: 'nq-open', file: published, out: at('one.jsonl') });
    await makeStream({ out: at('two.jsonl'), perDomain: 40, domains: ['calendar'] });
    const summary = await mixStreams({
      files: [at('one.jsonl'), at('two.jsonl'), at('one.jsonl')],
      out: at('mixed.jsonl.gz'),
      perDomain: 40,
      blend: { kind: 'recurring', cycles: 2 },
    });
    assert.deepEqual(summary.domains, { 'nq-open': 80, calendar: 40 });
    assert.deepEqual(summary.changes, [20, 40, 60, 80, 100]);
    const { items } = await contentOf(at('mixed.jsonl.gz'));
    assert.equal(new Set(items.map((item) => item.id)).size, 120);
  });

  it('refuses a stream with a bad line, and one that is too short', async () => {
    writeFileSync(at('bad.jsonl'), '{"id":"1","question":"x"}\nnonsense\n');
    await assert.rejects(
      mixStreams({ files: [at('bad.jsonl')], out: at('m') }),
      /line 2: not JSON/,
    );
    await assert.rejects(mixStreams({ files: [at('one.jsonl')], out: at('m'), perDomain: 51 }), {
      code: 'USAGE',
    });
  });
});

describe('loadStream', () => {
  it('parts questions from labels, and keeps bad lines as bytes', async () => {
    writeFileSync(
      at('load.jsonl'),
      '{"format":"secl-stream","version":1,"name":"../my run"}\n{"id":"1","question":"x","accepted":["y"]}\nnonsense\n{"id":"2","question":"z"}\n',
    );
    const input = await loadStream(at('load.jsonl'), { seed: 1 });
    assert.equal(input.name, 'my-run');
    const [first, second, third] = input.items;
    assert.ok(first !== undefined && 'question' in first && !('accepted' in first.question));
    assert.deepEqual(first.feedback?.acceptedAnswers, ['y']);
    assert.ok(second !== undefined && 'bytes' in second);
    assert.equal(new TextDecoder().decode(second.bytes), 'nonsense');
    assert.ok(third !== undefined && 'question' in third && third.feedback === null);
  });

  it('samples by seed in the order of the stream, and the hash says which lines', async () => {
    const load = (limit: number, seed: number): ReturnType<typeof loadStream> =>
      loadStream(at('one.jsonl'), { limit, seed });
    const ids = (input: Awaited<ReturnType<typeof load>>): number[] =>
      input.items.map((item) => ('question' in item ? Number(item.question.id.slice(8)) : -1));
    const input = await load(10, 3);
    assert.deepEqual(
      ids(input),
      ids(input).toSorted((a, b) => a - b),
    );
    assert.equal((await load(10, 3)).hash, input.hash);
    assert.notEqual((await load(10, 4)).hash, input.hash);
    assert.equal((await load(50, 3)).hash, (await load(99, 4)).hash);
  });
});
