import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readLines } from '../../../../src/adapters/files/read-lines.ts';
import { readStream, type StreamLine } from '../../../../src/adapters/files/read-stream.ts';
import { writeStream } from '../../../../src/adapters/files/write-stream.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import type { StreamHeader } from '../../../../src/streams/stream-header.ts';
import type { StreamItem } from '../../../../src/streams/stream-item.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** All values of an asynchronous sequence (Node 20 has no Array.fromAsync). */
async function listOf<T>(sequence: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of sequence) values.push(value);
  return values;
}

const folder = temporaryFolder();
let files = 0;
const fileOf = (content: string | Uint8Array): string => {
  files += 1;
  const path = join(folder, `${files}.txt`);
  writeFileSync(path, content);
  return path;
};
const read = async (path: string): Promise<StreamLine[]> => listOf(readStream(path));
const errorOf = async (path: string): Promise<SeclError> => {
  try {
    await read(path);
  } catch (error) {
    assert.ok(error instanceof SeclError, String(error));
    return error;
  }
  return assert.fail('no error');
};

const LINE = '{"id":"q1","question":"Capital of France?","accepted":["Paris"]}';
const ITEM: StreamItem = {
  id: 'q1',
  domain: null,
  question: 'Capital of France?',
  style: 'short',
  choices: [],
  accepted: ['Paris'],
};
const HEADER: StreamHeader = {
  format: 'secl-stream',
  version: 1,
  name: 'test',
  items: 1,
  seed: null,
  licence: null,
  source: null,
  order: null,
  blend: null,
};

describe('readStream', () => {
  for (const name of ['plain.jsonl', 'packed.jsonl.gz'])
    it(`reads what writeStream writes: ${name}`, async () => {
      const path = join(folder, 'made', name);
      const items = Array.from({ length: 3000 }, (_, i) => ({
        ...ITEM,
        id: `q${i}`,
        question: `é ${i}?`,
      }));
      await writeStream(path, HEADER, items);
      const lines = await read(path);
      assert.deepEqual(lines[0]?.kind, 'header');
      assert.deepEqual(
        lines.slice(1).map((line) => (line.kind === 'item' ? line.item : null)),
        items,
      );
      assert.equal(lines.at(-1)?.line, 3001);
    });

  it('gives a bad line as a value, with its number, its bytes and the reason', async () => {
    const lines = await read(fileOf(`${LINE}\n\nnonsense\n${LINE}`));
    assert.deepEqual(
      lines.map((line) => [line.line, line.kind]),
      [
        [1, 'item'],
        [3, 'fault'],
        [4, 'item'],
      ],
    );
    const bad = lines[1];
    assert.ok(bad?.kind === 'fault');
    assert.equal(bad.reason, 'not JSON');
    assert.equal(new TextDecoder().decode(bad.bytes), 'nonsense');
  });

  it('keeps the bytes of a line that is not UTF-8', async () => {
    const bytes = Uint8Array.of(0x7b, 0xff, 0x7d);
    const lines = await read(fileOf(Buffer.concat([Buffer.from(`${LINE}\n`), bytes])));
    const bad = lines[1];
    assert.ok(bad?.kind === 'fault');
    assert.match(bad.reason, /UTF-8/);
    assert.deepEqual(Uint8Array.from(bad.bytes), bytes);
  });

  it('cuts a line that is too long, in bounded memory, and reads on', async () => {
    const long = `{"id":"x","question":"${'y'.repeat(3 * 1024 * 1024)}"}`;
    const lines = await read(fileOf(`${LINE}\n${long}\n${LINE}`));
    const bad = lines[1];
    assert.ok(bad?.kind === 'fault');
    assert.match(bad.reason, /longer than 1 MiB/);
    assert.equal(bad.bytes.length, 1024 * 1024);
    assert.equal(lines[2]?.kind, 'item');
  });

  it('reads a byte order mark and CR LF', async () => {
    const lines = await read(fileOf(`\ufeff${LINE}\r\n${LINE}\r\n`));
    assert.deepEqual(
      lines.map((line) => line.kind),
      ['item', 'item'],
    );
  });

  it('knows gzip by its first bytes, not by its name', async () => {
    assert.equal((await read(fileOf(gzipSync(`${LINE}\n`)))).length, 1);
  });

  const WRONG: readonly (readonly [string, string | Uint8Array, RegExp, RegExp])[] = [
    ['an empty file', '', /an empty file/, /docs\/streams\.md/],
    ['blank lines', '\n\n\n', /an empty file/, /docs\/streams\.md/],
    ['a web page', '<!DOCTYPE html>\n<html>', /HTML/, /docs\/streams\.md/],
    ['a table', 'id,question\n1,x\n', /CSV/, /docs\/streams\.md/],
    ['prose', 'Dear reader,', /plain text/, /docs\/streams\.md/],
    ['UTF-16', Buffer.from(`\ufeff${LINE}`, 'utf16le'), /not text in UTF-8/, /docs/],
    ['zeros', new Uint8Array(64), /binary|UTF-8/, /docs/],
    ['one JSON list', `[${LINE}]`, /one JSON list/, /docs/],
    [
      'NQ-Open',
      '{"question": "x", "answer": ["y"]}',
      /line 1 is bad: id must be a text/,
      /secl stream import nq-open/,
    ],
    [
      'GSM8K',
      '{"question": "x", "answer": "y #### 5"}',
      /line 1 is bad/,
      /secl stream import gsm8k/,
    ],
    [
      'TruthfulQA',
      'Question,Best Answer,Incorrect Answers\na,b,c',
      /CSV/,
      /secl stream import truthfulqa/,
    ],
    ['a header alone', '{"format":"secl-stream","version":1}', /nothing but a header/, /docs/],
    ['a later version', `{"format":"secl-stream","version":9}`, /version 9/, /docs/],
    ['two hundred bad lines', `${'{}\n'.repeat(200)}${LINE}`, /no stream of questions/, /docs/],
  ];
  for (const [name, content, message, hint] of WRONG)
    it(`refuses ${name}`, async () => {
      const error = await errorOf(fileOf(content));
      assert.equal(error.code, 'STREAM_INVALID');
      assert.match(error.message, message);
      assert.match(error.hint ?? '', hint);
    });

  it('refuses a folder, a device, a missing file and damaged gzip, each by its code', async () => {
    mkdirSync(join(folder, 'sub'));
    assert.equal((await errorOf(join(folder, 'sub'))).code, 'STREAM_INVALID');
    // A named pipe was waited for without end, and so was the end of /dev/zero.
    const device = await errorOf('/dev/null');
    assert.equal(device.code, 'STREAM_INVALID');
    assert.match(device.message, /a pipe or a device/);
    assert.equal((await errorOf(join(folder, 'none.jsonl'))).code, 'FILE_UNREADABLE');
    const packed = gzipSync(`${LINE}\n`.repeat(100));
    const damaged = await errorOf(fileOf(packed.subarray(0, packed.length - 12)));
    assert.equal(damaged.code, 'FILE_UNREADABLE');
    assert.match(damaged.message, /damaged or cut off/);
  });
});

describe('readLines', () => {
  it('lets a reader stop early', async () => {
    const path = fileOf('a\n'.repeat(200_000));
    let seen = 0;
    for await (const { line } of readLines(path)) {
      seen = line;
      if (line === 3) break;
    }
    assert.equal(seen, 3);
  });

  it('gives lines that cross chunks whole', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i}`.repeat(5000));
    const lines = await listOf(readLines(fileOf(rows.join('\n'))));
    assert.deepEqual(
      lines.map(({ bytes }) => new TextDecoder().decode(bytes)),
      rows,
    );
  });
});

describe('writeStream', () => {
  it('leaves the old file alone when writing fails', async () => {
    const path = join(folder, 'kept.jsonl');
    writeFileSync(path, 'old');
    function* failing(): Generator<StreamItem> {
      yield ITEM;
      throw new Error('drawn short');
    }
    await assert.rejects(writeStream(path, HEADER, failing()), { code: 'FILE_UNREADABLE' });
    assert.equal(readFileSync(path, 'utf8'), 'old');
  });

  it('says what is wrong where a file stands in the place of its folder', async () => {
    const file = join(folder, 'no-folder');
    writeFileSync(file, '');
    const error = await expectFailure(
      writeStream(join(file, 'out.jsonl'), HEADER, [ITEM]),
      'FILE_UNREADABLE',
    );
    assert.match(error.message, /no-folder/);
  });
});
