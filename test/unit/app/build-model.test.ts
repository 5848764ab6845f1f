import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { buildModel } from '../../../src/app/build-model.ts';
import type { BuildProgress } from '../../../src/app/build-model.ts';
import { parseModelManifest } from '../../../src/model/model-manifest.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

describe('buildModel', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'tiny.gguf');
  const bytes = tinyGguf('qwen2');
  writeFileSync(file, bytes);

  it('writes the folder that its manifest describes, and reports progress to the end', async () => {
    const out = join(folder, 'out');
    const progress: BuildProgress[] = [];
    const manifest = await buildModel(file, out, { onProgress: (each) => progress.push(each) });
    assert.deepEqual(
      parseModelManifest(readFileSync(join(out, 'manifest.json'), 'utf8')),
      manifest,
    );
    assert.equal(manifest.source.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.equal(manifest.source.sizeBytes, bytes.length);
    assert.equal(statSync(join(out, manifest.files.data)).size, manifest.files.dataBytes);
    assert.ok(existsSync(join(out, manifest.files.graph)));
    assert.ok(existsSync(join(out, manifest.files.portableGraph)));
    const done = progress.map(({ bytesDone }) => bytesDone);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.equal(done.at(-1), manifest.files.dataBytes);
    assert.equal(progress[0]?.bytesTotal, manifest.files.dataBytes);
  });

  it('writes the same bytes again', async () => {
    const digest = async (name: string): Promise<string[]> => {
      const out = join(folder, name);
      const { files } = await buildModel(file, out, { precision: 'int4' });
      return [files.graph, files.portableGraph, files.data, 'manifest.json'].map((each) =>
        createHash('sha256')
          .update(readFileSync(join(out, each)))
          .digest('hex'),
      );
    };
    assert.deepEqual(await digest('first'), await digest('second'));
  });

  it('takes a known hash, stops when told, and passes on what is wrong with the file', async () => {
    const sourceSha256 = 'cd'.repeat(32);
    const out = join(folder, 'hashed');
    assert.equal((await buildModel(file, out, { sourceSha256 })).source.sha256, sourceSha256);
    const never = join(folder, 'never');
    await expectFailure(buildModel(file, never, { signal: AbortSignal.abort() }), 'CANCELLED');
    await expectFailure(buildModel(join(folder, 'none'), never), 'FILE_UNREADABLE');
    writeFileSync(join(folder, 'broken.gguf'), bytes.subarray(0, bytes.length / 2));
    await expectFailure(buildModel(join(folder, 'broken.gguf'), never), 'GGUF_INVALID');
    assert.equal(existsSync(never), false);
  });
});
