import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { prepareTrainingFolder } from '../../../../src/adapters/trainer/training-folder.ts';
import type { TrainingPaths } from '../../../../src/adapters/trainer/training-folder.ts';
import { memoryByteSource } from '../../../../src/gguf/byte-source.ts';
import { readGguf } from '../../../../src/gguf/read-gguf.ts';
import type { LoraTargets } from '../../../../src/graph/lora-sites.ts';
import { describeNetwork } from '../../../../src/model/describe-network.ts';
import { tensorRows } from '../../../../src/model/tensor-rows.ts';
import { trainingLayout } from '../../../../src/training/plan-training.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tinyGguf } from '../../../support/tiny-network.ts';
import { TINY_SHA256 } from '../../../support/training-batches.ts';

const file = memoryByteSource(tinyGguf('qwen2'));
const header = readGguf(file);
const network = describeNetwork(header);
const prepare = (folder: string, changes: LoraTargets = {}): Promise<TrainingPaths> =>
  prepareTrainingFolder(
    folder,
    TINY_SHA256,
    network,
    { lastLayers: 2, projections: ['q', 'v'], ...changes },
    tensorRows(header, file),
  );

describe('prepareTrainingFolder', () => {
  it('writes weights once, whatever is trained, and graphs by what is', async () => {
    const folder = temporaryFolder();
    const first = await prepare(folder);
    const data = join(dirname(first.trained), 'weights.data');
    assert.equal(statSync(data).size, trainingLayout(network).totalBytes);
    const { mtimeMs } = statSync(data);
    const other = await prepare(folder, { lastLayers: 3 });
    assert.equal(statSync(data).mtimeMs, mtimeMs);
    assert.notEqual(other.trained, first.trained);
    assert.equal(other.below, undefined);
    assert.deepEqual(
      readdirSync(dirname(data)).filter((name) => name.endsWith('.partial')),
      [],
    );
  });

  it('names the graphs by projections in any order', async () => {
    const folder = temporaryFolder();
    assert.deepEqual(
      await prepare(folder, { projections: ['v', 'q'] }),
      await prepare(folder, { projections: ['q', 'v'] }),
    );
  });

  it('writes weights again that are not whole', async () => {
    const folder = temporaryFolder();
    const data = join(dirname((await prepare(folder)).trained), 'weights.data');
    const bytes = readFileSync(data);
    truncateSync(data, 100);
    await prepare(folder);
    assert.deepEqual(readFileSync(data), bytes);
  });

  // A process that is killed while it writes the weights leaves gigabytes behind, each time.
  it('removes what killed processes left, but nothing that is being written', async () => {
    const folder = temporaryFolder();
    const inside = dirname((await prepare(folder)).trained);
    const [old, young] = ['old', 'young'].map((name) =>
      join(inside, `weights.data.${name}.partial`),
    ) as [string, string];
    for (const path of [old, young]) writeFileSync(path, 'part');
    const before = Date.now() / 1000 - 3600;
    utimesSync(old, before, before);
    await prepare(folder);
    assert.deepEqual([existsSync(old), existsSync(young)], [false, true]);
  });

  it('leaves graphs that are there as they are, so that a cache may be read-only', async () => {
    const folder = temporaryFolder();
    const { trained } = await prepare(folder);
    const { ino } = statSync(trained);
    await prepare(folder);
    assert.equal(statSync(trained).ino, ino);
    truncateSync(trained, 10);
    await prepare(folder);
    assert.ok(statSync(trained).size > 10);
  });

  it('fails where it cannot write', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'a file, not a folder');
    await expectFailure(prepare(path), 'STORE_FAILED');
  });
});
