import assert from 'node:assert/strict';
import { mkdir, readdir, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';

import type { StoreProgress } from '../../../src/adapters/hub/store-progress.ts';
import { buildModelFromStore } from '../../../src/app/build-model-from-store.ts';
import { listModels } from '../../../src/app/list-models.ts';
import { openModelStore, type ModelStore } from '../../../src/app/model-store.ts';
import { pullModel } from '../../../src/app/pull-model.ts';
import { GRAPH_VERSION } from '../../../src/model/model-manifest.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { tinyGguf } from '../../support/tiny-network.ts';
import { gguf } from '../../support/write-gguf.ts';

const folder = temporaryFolder();
let store: ModelStore;
let file: string;
let count = 0;

beforeEach(async () => {
  const place = join(folder, String(count++));
  await mkdir(place);
  file = join(place, 'tiny.gguf');
  await writeFile(file, tinyGguf('llama'));
  store = openModelStore({ cacheFolder: join(place, 'cache'), environment: {}, offline: true });
});

const dataFile = (built: Awaited<ReturnType<typeof buildModelFromStore>>): string =>
  join(built.folder, built.manifest.files.data);

describe('buildModelFromStore', () => {
  it('builds a file by path once for each precision', async () => {
    const seen: StoreProgress[] = [];
    const first = await buildModelFromStore(store, file, { onProgress: (now) => seen.push(now) });
    assert.equal(first.alreadyThere, false);
    assert.equal(first.name, 'tiny');
    assert.match(first.folder, new RegExp(`tiny-[0-9a-f]{12}-int8-g${GRAPH_VERSION}$`));
    assert.equal((await stat(dataFile(first))).size, first.manifest.files.dataBytes);
    const steps = seen.filter(({ phase }) => phase === 'build');
    assert.ok(steps.length > 0 && steps.at(-1)?.done === steps.at(-1)?.total);

    const again = await buildModelFromStore(store, file);
    assert.deepEqual([again.alreadyThere, again.folder], [true, first.folder]);
    assert.deepEqual(again.manifest, first.manifest);
    const other = await buildModelFromStore(store, file, { precision: 'fp32' });
    assert.deepEqual([other.alreadyThere, other.manifest.precision], [false, 'fp32']);
    assert.equal((await buildModelFromStore(store, file, { rebuild: true })).alreadyThere, false);
  });

  it('builds once when two ask at the same time', async () => {
    const both = await Promise.all([file, file].map((path) => buildModelFromStore(store, path)));
    assert.deepEqual(both.map(({ alreadyThere }) => alreadyThere).sort(), [false, true]);
  });

  it('builds another file of the same name apart', async () => {
    const first = await buildModelFromStore(store, file);
    await writeFile(file, tinyGguf('qwen2'));
    const second = await buildModelFromStore(store, file);
    assert.notEqual(second.folder, first.folder);
    assert.equal(second.manifest.config.architecture, 'qwen2');
  });

  it('knows another file in the place of one by its change, though its size and date are the same', async () => {
    await utimes(file, 1, 1);
    const first = await buildModelFromStore(store, file);
    const { size } = await stat(file);
    const metadata = { 'general.name': gguf.text('Tiny other') };
    await writeFile(file, tinyGguf('llama', { metadata }));
    await utimes(file, 1, 1);
    assert.equal((await stat(file)).size, size);
    assert.notEqual((await buildModelFromStore(store, file)).fileSha256, first.fileSha256);
  });

  it('builds again what is damaged, and clears what a killed build left', async () => {
    const first = await buildModelFromStore(store, file);
    const leftover = `${first.folder}.0000.partial`;
    await mkdir(leftover);
    await truncate(dataFile(first), 10);
    const second = await buildModelFromStore(store, file);
    assert.equal(second.alreadyThere, false);
    assert.equal((await stat(dataFile(second))).size, second.manifest.files.dataBytes);
    assert.deepEqual(await readdir(store.cache.builtFolder), [second.folder.split('/').at(-1)]);
    await writeFile(join(second.folder, 'manifest.json'), '{}');
    assert.equal((await buildModelFromStore(store, file)).alreadyThere, false);
  });

  it('builds a model that was stored under a name, and lists what is built', async () => {
    await pullModel(store, 'my-tiny', { from: file });
    const built = await buildModelFromStore(store, 'my-tiny');
    assert.equal(built.name, 'my-tiny');
    // What trains a model lies beside its graph, and is none.
    await mkdir(built.trainingFolder);
    const listed = (await listModels(store)).find(({ name }) => name === 'my-tiny');
    assert.deepEqual(listed?.built, [built.folder.split('/').at(-1)]);
  });

  it('builds a graph of its own where adapters act beyond the usual sites, and keeps one place to train', async () => {
    const sitesOf = ({ manifest }: Awaited<ReturnType<typeof buildModelFromStore>>): string[] =>
      manifest.lora.sites.map(({ layer, projection }) => `${layer}.${projection}`);
    const lora = [{ projections: ['q', 'k'], lastLayers: 8 }];
    const wide = await buildModelFromStore(store, file, { lora });
    const each = ['q', 'k', 'v', 'o'];
    assert.deepEqual(
      sitesOf(wide),
      [0, 1, 2].flatMap((layer) => each.map((p) => `${layer}.${p}`)),
    );
    const usual = await buildModelFromStore(store, file);
    assert.deepEqual(sitesOf(usual), ['2.q', '2.v', '2.o']);
    assert.notEqual(wide.folder, usual.folder);
    assert.equal(wide.trainingFolder, usual.trainingFolder);
    const narrow = [{ projections: ['v'], lastLayers: 1 }];
    assert.equal((await buildModelFromStore(store, file, { lora: narrow })).folder, usual.folder);
    const again = await buildModelFromStore(store, file, { lora });
    assert.deepEqual([again.folder, again.alreadyThere], [wide.folder, true]);
  });

  it('pulls a model of the catalogue first, from where it is told', async () => {
    const built = await buildModelFromStore(store, 'smollm2-135m-instruct', { from: file });
    assert.equal(built.name, 'smollm2-135m-instruct');
    assert.equal(built.ggufPath, join(store.cache.modelFolder(built.name), 'model.gguf'));
    await expectFailure(
      buildModelFromStore(store, 'qwen2.5-coder-0.5b-instruct'),
      'DOWNLOAD_FAILED',
    );
  });

  it('refuses a vocabulary that it cannot read before it builds anything', async () => {
    // TinyLlama is of a known architecture; its graph was built, and then could not be used.
    const metadata = { 'tokenizer.ggml.model': gguf.text('llama') };
    await writeFile(file, tinyGguf('llama', { metadata }));
    await expectFailure(buildModelFromStore(store, file), 'TOKENIZER_UNSUPPORTED');
    const other = { ...metadata, 'general.architecture': gguf.text('gemma') };
    await writeFile(file, tinyGguf('llama', { metadata: other }));
    await expectFailure(buildModelFromStore(store, file), 'MODEL_UNSUPPORTED');
    assert.deepEqual(await readdir(store.cache.builtFolder).catch(() => []), []);
  });

  it('refuses unknown architectures, other files, and stops when told', async () => {
    await expectFailure(buildModelFromStore(store, 'gemma-3-270m'), 'MODEL_UNSUPPORTED');
    await writeFile(file, 'nothing of the kind');
    await expectFailure(buildModelFromStore(store, file), 'GGUF_INVALID');
    await writeFile(file, tinyGguf('llama'));
    const stopped = buildModelFromStore(store, file, { signal: AbortSignal.abort() });
    await expectFailure(stopped, 'CANCELLED');
    assert.deepEqual(await readdir(store.cache.builtFolder).catch(() => []), []);
  });
});
