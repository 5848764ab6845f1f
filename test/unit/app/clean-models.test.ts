import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';

import { withFolderLock } from '../../../src/adapters/hub/folder-lock.ts';
import { buildModelFromStore } from '../../../src/app/build-model-from-store.ts';
import { cleanModels } from '../../../src/app/clean-models.ts';
import { openModelStore, type ModelStore } from '../../../src/app/model-store.ts';
import { outdatedBuilds } from '../../../src/app/outdated-builds.ts';
import { pullModel } from '../../../src/app/pull-model.ts';
import { GRAPH_VERSION } from '../../../src/model/model-manifest.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

const OLD = 'tiny-0123456789ab-int8-g1';
const folder = temporaryFolder();
let store: ModelStore;
let count = 0;

const built = async (name: string, bytes = 0): Promise<string> => {
  const path = join(store.cache.builtFolder, name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'model.onnx.data'), new Uint8Array(bytes));
  return path;
};

beforeEach(async () => {
  const place = join(folder, String(count++));
  await mkdir(place);
  store = openModelStore({ cacheFolder: join(place, 'cache'), environment: {}, offline: true });
});

describe('cleanModels', () => {
  it('removes what older versions built, and nothing else', async () => {
    const file = join(folder, 'tiny.gguf');
    await writeFile(file, tinyGguf('llama'));
    await pullModel(store, 'my-tiny', { from: file });
    const { folder: present, trainingFolder } = await buildModelFromStore(store, 'my-tiny');
    await mkdir(trainingFolder);
    await built(OLD, 100);
    await built(`${OLD}-lora8-q.v`, 20);
    await mkdir(await built(`${OLD}.training/0123456789ab-fp32-t1`, 3), { recursive: true });
    await built(`${OLD}.0a1b-2c.partial`);
    const others = ['notes', `tiny-0123456789ab-int8-g${GRAPH_VERSION + 1}`, 'tiny-int8-g1'];
    for (const name of others) await built(name);
    await symlink(folder, join(store.cache.builtFolder, 'linked-0123456789ab-int8-g1'));

    const dry = await cleanModels(store, { dryRun: true });
    assert.deepEqual(dry.removed, [
      { name: OLD, bytes: 100 },
      { name: `${OLD}-lora8-q.v`, bytes: 20 },
      { name: `${OLD}.0a1b-2c.partial`, bytes: 0 },
      { name: `${OLD}.training`, bytes: 3 },
    ]);
    assert.equal((await outdatedBuilds(store)).length, 4, 'a dry run removes nothing');

    const done = await cleanModels(store);
    assert.deepEqual(done, { ...dry, dryRun: false });
    assert.equal(done.bytes, 123);
    const left = [
      ...[present, trainingFolder].map((path) => path.split('/').at(-1)),
      ...[...others, 'linked-0123456789ab-int8-g1'],
    ];
    assert.deepEqual((await readdir(store.cache.builtFolder)).sort(), left.sort());
    assert.ok(await store.cache.find('my-tiny'), 'the model file stays');
    assert.equal((await buildModelFromStore(store, 'my-tiny')).alreadyThere, true);
  });

  it('keeps what a process builds now, and says so', async () => {
    await built(OLD);
    const other = await built('other-0123456789ab-fp32-g1');
    const lock = { sleep: store.sleep };
    const { removed, kept } = await withFolderLock(store.cache.lockFolder('build', OLD), lock, () =>
      cleanModels(store),
    );
    assert.deepEqual(
      removed.map(({ name }) => name),
      [other.split('/').at(-1)],
    );
    assert.equal(kept[0]?.name, OLD);
    assert.match(kept[0]?.reason ?? '', /Another process/);
    assert.deepEqual(await readdir(store.cache.builtFolder), [OLD]);
  });

  it('has nothing to do in an empty cache', async () => {
    const nothing = { dryRun: false, removed: [], kept: [], bytes: 0 };
    assert.deepEqual(await cleanModels(store), nothing);
  });
});
