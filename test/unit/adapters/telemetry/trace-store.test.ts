import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { traceFiles, traceStore } from '../../../../src/adapters/telemetry/trace-store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();

describe('traceStore', () => {
  it('makes its folder when the first line comes', async () => {
    const folder = join(root, 'new', 'traces');
    const append = traceStore(folder, '1', 1000);
    assert.deepEqual(await traceFiles(folder), []);
    await append('a\n');
    await append('b\n');
    const [file, ...others] = await traceFiles(folder);
    assert.deepEqual(others, []);
    assert.equal(await readFile(file!, 'utf8'), 'a\nb\n');
  });

  it('lets the oldest go, and keeps the newest', async () => {
    const folder = join(root, 'bounded');
    const append = traceStore(folder, '1', 1000);
    for (let i = 0; i < 100; i++) await append(`${i} ${'x'.repeat(96)}\n`);
    const files = await traceFiles(folder);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    // Files of 250 bytes and the line that crosses that.
    assert.ok(total <= 1000 + 100, `${total}`);
    const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
    assert.match(text, /^99 /m);
    assert.doesNotMatch(text, /^0 /m);
  });

  it('lets what was written first go, of whichever process', async () => {
    const folder = join(root, 'two');
    const [older, newer] = [traceStore(folder, '1', 1000), traceStore(folder, '2', 1000)];
    const line = (text: string): string => `${text} ${'x'.repeat(250)}\n`;
    for (const [append, text] of [
      [newer, 'first'],
      [older, 'second'],
      [newer, 'third'],
      [older, 'fourth'],
      [newer, 'fifth'],
    ] as const) {
      await append(line(text));
      // A file system may count time in coarse steps.
      await sleep(20);
    }
    const texts = await Promise.all(
      (await traceFiles(folder)).map((file) => readFile(file, 'utf8')),
    );
    const kept = texts.map((text) => text.split(' ')[0]);
    assert.deepEqual(kept.toSorted(), ['fifth', 'fourth', 'third']);
  });

  it('makes room among the files of earlier processes, and leaves others alone', async () => {
    const folder = join(root, 'shared');
    await traceStore(folder, '1', 1000)('x'.repeat(900));
    await writeFile(join(folder, 'notes.txt'), 'y'.repeat(5000));
    await traceStore(folder, '2', 1000)('second\n');
    const files = await traceFiles(folder);
    assert.deepEqual(
      files.map((file) => file.slice(folder.length + 1)),
      ['2-000001.otlp.jsonl'],
    );
    assert.equal((await stat(join(folder, 'notes.txt'))).size, 5000);
  });
});
