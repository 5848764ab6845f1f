import assert from 'node:assert/strict';
import { access, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { exportAdapter } from '../../../src/app/export-adapter.ts';
import { importAdapter, type ImportBase } from '../../../src/app/import-adapter.ts';
import { listAdapters } from '../../../src/app/list-adapters.ts';
import { OUTDATED_CODE } from '../../../src/events/adapter-decision.ts';
import { withAdapterLog } from '../../../src/app/adapter-log.ts';
import { decodeAdapter, encodeAdapter } from '../../../src/peft/adapter-weights.ts';
import { PEFT_PROJECTIONS } from '../../../src/peft/peft-names.ts';
import { adapterDecision, adapterRecord, writeAdapterRun } from '../../support/adapter-run.ts';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { tinyBatch } from '../../support/training-batches.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { tinySiteShape } from '../../support/golden-adapter.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const codecs = openRecordCodecs();
const newFolder = (): Promise<string> => mkdtemp(join(root, 'run-'));

/** An adapter that PEFT wrote; see `test/golden/peft/make-golden.py`. */
const THEIRS = 'test/golden/peft/theirs-llama';

const BASE: ImportBase = {
  lineage: 'tiny-bbbbbbbbbbbb',
  baseSha256: 'b'.repeat(64),
  layers: 3,
  sites: [1, 2].flatMap((layer) =>
    PEFT_PROJECTIONS.map((projection) => {
      const site = { layer, projection };
      return { ...site, ...tinySiteShape('llama', site) };
    }),
  ),
};

const BASED = (): Promise<ImportBase> => Promise.resolve(BASE);

describe('importAdapter', () => {
  it('begins a run with what PEFT wrote, which is exported again as it was', async () => {
    const runFolder = await newFolder();
    const imported = await importAdapter(THEIRS, { runFolder, base: BASED });
    assert.deepEqual(
      [imported.version, imported.status, imported.scope, imported.batchId, imported.loss],
      [1, 'undecided', 'conversation', null, null],
    );
    assert.deepEqual(imported.lora, {
      rank: 3,
      alpha: 6,
      projections: ['q', 'v', 'o'],
      lastLayers: 2,
    });
    const out = join(runFolder, 'out');
    await exportAdapter(1, { runFolder, out, baseModel: 'tiny' });
    const read = (folder: string, file: string): Promise<Buffer> => readFile(join(folder, file));
    assert.deepEqual(
      await read(out, 'adapter_model.safetensors'),
      await read(THEIRS, 'adapter_model.safetensors'),
    );
    const config = JSON.parse(String(await read(out, 'adapter_config.json'))) as object;
    const theirs = JSON.parse(String(await read(THEIRS, 'adapter_config.json'))) as {
      target_modules: string[];
    };
    for (const [name, value] of Object.entries(config)) {
      // What is ours to say, and what only training reads. PEFT writes the modules in no order.
      if (['base_model_name_or_path', 'lora_dropout', 'layers_pattern'].includes(name)) continue;
      const expected = { ...theirs, target_modules: ['q_proj', 'v_proj', 'o_proj'] };
      assert.deepEqual(value, (expected as Record<string, unknown>)[name], name);
    }
    assert.deepEqual(theirs.target_modules.toSorted(), ['o_proj', 'q_proj', 'v_proj']);
    const manifest = JSON.parse(String(await read(out, 'manifest.json'))) as typeof imported;
    assert.deepEqual(manifest, imported);
    await expectFailure(exportAdapter(1, { runFolder, out }), 'USAGE');
    // Imported again, it is another version.
    assert.equal((await importAdapter(out, { runFolder, base: BASED })).version, 2);
  });

  it('follows the newest version: its number, and where it acts', async () => {
    const runFolder = await newFolder();
    await writeAdapterRun(runFolder, [adapterRecord({ version: 7, scope: 'turn' })]);
    const { version, scope } = await importAdapter(THEIRS, { runFolder, base: BASED });
    assert.deepEqual([version, scope], [8, 'turn']);
    const other = {
      runFolder,
      base: () => Promise.resolve({ ...BASE, baseSha256: 'c'.repeat(64) }),
    };
    assert.match(
      (await expectFailure(importAdapter(THEIRS, { ...other, lineage: 'qa' }), 'ADAPTER_REFUSED'))
        .message,
      /WRONG_BASE/,
    );
    const elsewhere = await importAdapter(THEIRS, { ...other, lineage: 'other' });
    assert.deepEqual([elsewhere.version, elsewhere.lineage], [1, 'other']);
  });

  it('refuses names that no lineage can have, before anything is written', async () => {
    const runFolder = join(await newFolder(), 'run');
    for (const lineage of ['', 'any', 'x/head', 'a/b', 'x'.repeat(201)])
      await expectFailure(importAdapter(THEIRS, { runFolder, base: BASED, lineage }), 'USAGE');
    await assert.rejects(access(runFolder));
  });

  it('joins the lineage that trains on the same model, else begins the one that a worker would', async () => {
    const runFolder = await newFolder();
    const first = await importAdapter(THEIRS, { runFolder, base: BASED });
    assert.equal(first.lineage, BASE.lineage);
    const base = { ...BASE, lineage: 'other-name-bbbbbbbbbbbb' };
    const second = await importAdapter(THEIRS, { runFolder, base: () => Promise.resolve(base) });
    assert.deepEqual([second.lineage, second.version], [BASE.lineage, 2]);
  });

  it('takes a number that no batch has, and says so in a decision', async () => {
    const runFolder = await newFolder();
    const lineage = BASE.lineage;
    await writeAdapterRun(
      runFolder,
      [adapterRecord({ lineage, version: 2, baseSha256: BASE.baseSha256 })],
      [adapterDecision({ lineage, version: 2, activeVersion: 2 })],
    );
    const broker = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
    await broker.ensureTopics([{ name: 'qa.training-batches' }]);
    const batches = [
      { ...tinyBatch(), lineage, ordinal: 3 },
      { ...tinyBatch(), lineage: 'other', ordinal: 9 },
    ];
    for (const batch of batches)
      await broker.append([
        { topic: 'qa.training-batches', key: null, value: codecs.trainingBatch.encode(batch) },
      ]);
    await broker.close();
    const { version } = await importAdapter(THEIRS, { runFolder, base: BASED });
    assert.equal(version, 4);
    const listed = await listAdapters({ runFolder });
    assert.equal(listed.activeVersion, 2);
    assert.deepEqual(
      listed.versions.map((one) => [one.version, one.status, one.decisions.at(-1)?.decision]),
      [
        [2, 'accepted', 'accepted'],
        [4, 'undecided', 'imported'],
      ],
    );
  });

  it('leaves acting what acts, whatever a batch that came too late names', async () => {
    const runFolder = await newFolder();
    const lineage = BASE.lineage;
    await writeAdapterRun(
      runFolder,
      [adapterRecord({ lineage, version: 2, baseSha256: BASE.baseSha256 })],
      [
        adapterDecision({ lineage, version: 2, activeVersion: 2 }),
        // Another partition's, which has not taken up version 2 yet.
        adapterDecision({
          lineage,
          version: 2,
          decision: 'refused',
          code: OUTDATED_CODE,
          activeVersion: 0,
        }),
      ],
    );
    await importAdapter(THEIRS, { runFolder, base: BASED });
    assert.equal((await listAdapters({ runFolder })).activeVersion, 2);
  });

  it('keeps the bytes in the store and, while they are small, in the record', async () => {
    const runFolder = await newFolder();
    const { sha256 } = await importAdapter(THEIRS, { runFolder, base: BASED });
    await withAdapterLog({ runFolder }, async ({ store, records }) => {
      assert.deepEqual(await store.get(sha256), new Uint8Array(records[0]!.weights!));
    });
  });

  it('refuses before it begins a run, by code', async () => {
    const refused = async (
      code: string,
      change: (folder: string) => Promise<void>,
      base: ImportBase = BASE,
    ): Promise<void> => {
      const folder = join(await newFolder(), 'adapter');
      await cp(THEIRS, folder, { recursive: true });
      await change(folder);
      const runFolder = await newFolder();
      const error = await expectFailure(
        importAdapter(folder, { runFolder, base: () => Promise.resolve(base) }),
        'ADAPTER_REFUSED',
      );
      assert.ok(error.message.includes(`(${code})`), error.message);
      await expectFailure(listAdapters({ runFolder }), 'FILE_UNREADABLE');
    };
    const configure =
      (changes: object) =>
      async (folder: string): Promise<void> => {
        const file = join(folder, 'adapter_config.json');
        const config = JSON.parse(await readFile(file, 'utf8')) as object;
        await writeFile(file, JSON.stringify({ ...config, ...changes }));
      };
    const nothing = (): Promise<void> => Promise.resolve();
    await refused('RSLORA', configure({ use_rslora: true }));
    await refused('CONFIG_INVALID', configure({ layers_to_transform: [2] }));
    await refused('CONFIG_INVALID', configure({ target_modules: ['q_proj', 'v_proj'] }));
    await refused('WRONG_SHAPE', configure({ r: 4 }));
    await refused('DAMAGED', (folder) =>
      writeFile(join(folder, 'adapter_model.safetensors'), 'no weights'),
    );
    await refused('MISSING_SITE', async (folder) => {
      const file = join(folder, 'adapter_model.safetensors');
      const whole = decodeAdapter(new Uint8Array(await readFile(file)), { rank: 3, alpha: 6 });
      await writeFile(file, encodeAdapter({ ...whole, sites: whole.sites.slice(1) }));
    });
    await refused('UNKNOWN_SITE', nothing, { ...BASE, sites: BASE.sites.slice(7) });
    await refused('WRONG_SHAPE', nothing, {
      ...BASE,
      sites: BASE.sites.map((site) => ({ ...site, inputSize: 32 })),
    });
  });

  it('says what is wrong with a folder before a model is fetched for it', async () => {
    const base = (): Promise<ImportBase> => assert.fail('the model is asked for');
    const folder = await newFolder();
    const options = { runFolder: await newFolder(), base };
    const missing = await expectFailure(importAdapter(folder, options), 'FILE_UNREADABLE');
    assert.match(missing.hint ?? '', /adapter_model\.safetensors/);
    await cp(THEIRS, folder, { recursive: true });
    await writeFile(join(folder, 'adapter_model.safetensors'), 'no weights');
    const damaged = await expectFailure(importAdapter(folder, options), 'ADAPTER_REFUSED');
    assert.match(damaged.message, /DAMAGED/);
    // As one without an end would be refused, or a pipe that nobody writes to.
    await rm(join(folder, 'adapter_model.safetensors'));
    await symlink('/dev/null', join(folder, 'adapter_model.safetensors'));
    const device = await expectFailure(importAdapter(folder, options), 'FILE_UNREADABLE');
    assert.match(device.message, /no regular file/);
    await writeFile(join(folder, 'adapter_config.json'), '{}');
    await expectFailure(importAdapter(folder, options), 'ADAPTER_REFUSED');
  });
});
