import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { firstValueFrom, take, toArray } from 'rxjs';
import {
  openEmbeddedLog,
  type EmbeddedLog,
} from '../../../../src/adapters/embedded-log/open-embedded-log.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { bytes, hasCode, readTexts, record } from '../../../contract/broker/broker-scene.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { startProcess } from '../../../support/start-process.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
const clock = manualClock();
const newFolder = (): Promise<string> => mkdtemp(join(root, 'log-'));
const openLog = (folder: string): Promise<EmbeddedLog> => openEmbeddedLog({ folder, clock });

/** Value of the n-th record of {@link writtenLog}; every byte of it matters. */
function valueOf(n: number): string {
  const random = seededRandom(n);
  let value = `${n}:`;
  for (let i = 0; i < 1000; i++) value += String.fromCharCode(97 + random.integer(26));
  return value;
}

/** A closed log of so many transactions, each of one record on either partition of a topic. */
async function writtenLog(transactions: number): Promise<string> {
  const folder = await newFolder();
  const log = await openEmbeddedLog({ folder, clock, sync: false });
  await log.ensureTopics([{ name: 't', partitions: 2 }]);
  for (let n = 0; n < transactions; n++) {
    await log.append([record('t', valueOf(n), 0), record('t', valueOf(n), 1)]);
  }
  await log.close();
  return folder;
}

async function fileOf(folder: string, ending: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(ending));
  const sizes = await Promise.all(files.map(async (f) => (await stat(join(folder, f))).size));
  return join(folder, files[sizes.indexOf(Math.max(...sizes))]!);
}

async function flipBit(file: string, position: number): Promise<void> {
  const handle = await open(file, 'r+');
  const buffer = Buffer.alloc(1);
  await handle.read(buffer, 0, 1, position);
  buffer[0] = buffer[0]! ^ 0x10;
  await handle.write(buffer, 0, 1, position);
  await handle.close();
}

/** Runs a test on a copy of a folder. */
async function onCopy<T>(folder: string, test: (copy: string) => Promise<T>): Promise<T> {
  const copy = await newFolder();
  await cp(folder, copy, { recursive: true });
  try {
    return await test(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

const explains =
  (code: string, ...words: string[]) =>
  (error: unknown) => {
    hasCode(code)(error);
    assert.ok(error instanceof SeclError);
    for (const word of words) {
      assert.ok(
        `${error.message} ${error.hint ?? ''}`.includes(word),
        `${error.message} | ${word}`,
      );
    }
    assert.ok(error.hint, 'there is a hint');
    return true;
  };

describe('a log folder in use', () => {
  it('is refused to a second opener, by whatever path, and stays locked for other processes', async () => {
    const folder = await newFolder();
    const alias = join(root, 'alias');
    await symlink(folder, alias);
    const log = await openLog(folder);
    await log.ensureTopics([{ name: 't' }]);
    const inUse = explains('LOG_IN_USE', folder, 'another folder');
    await assert.rejects(openLog(folder), inUse);
    await assert.rejects(openLog(join(folder, '..', folder.split('/').at(-1)!)), inUse);
    await assert.rejects(openLog(alias), inUse);
    // A refused attempt in this process must not have dropped the process's lock.
    const other = startProcess('log-process', 'try', folder);
    assert.equal(await other.next(), 'LOG_IN_USE');
    await log.append([record('t', 'still mine')]);
    await log.close();
    const again = await openLog(alias);
    assert.deepEqual(await readTexts(again, 't'), ['still mine']);
    await again.close();
  });

  it('is free again when the process that had it is killed', async () => {
    const folder = await newFolder();
    const holder = startProcess('log-process', 'hold', folder);
    assert.equal(await holder.next(), 'open');
    await assert.rejects(openLog(folder), explains('LOG_IN_USE', folder));
    await holder.kill();
    const log = await openLog(folder);
    await log.close();
  });

  it('is free again when opening it failed', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await assert.rejects(openLog(folder), hasCode('LOG_CORRUPT'));
    await rm(join(folder, 'notes.txt'));
    await (await openLog(folder)).close();
  });
});

describe('a folder that is no log', () => {
  it('is made when it is missing', async () => {
    const folder = join(await newFolder(), 'deep', 'down');
    await (await openLog(folder)).close();
    assert.ok((await readdir(folder)).includes('CURRENT'));
  });

  it('is left alone when it holds files of others', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'thesis.tex'), 'mine');
    await assert.rejects(openLog(folder), explains('LOG_CORRUPT', 'thesis.tex', 'empty folder'));
    assert.deepEqual(await readdir(folder), ['thesis.tex']);
  });

  it('is refused when it is a database of another program', async () => {
    const folder = await newFolder();
    const db = new ClassicLevel(folder);
    await db.put('some', 'thing');
    await db.close();
    await assert.rejects(openLog(folder), explains('LOG_CORRUPT', folder, 'not a log'));
  });

  it('is refused when it cannot be made', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    await assert.rejects(openLog(file), explains('STORE_FAILED', file));
    await assert.rejects(openLog(join(file, 'below')), explains('STORE_FAILED', file));
  });

  it('is taken when an earlier opener was killed before it could begin', async () => {
    const folder = await newFolder();
    for (const name of ['LOCK', 'LOG', 'MANIFEST-000001', '000001.dbtmp']) {
      await writeFile(join(folder, name), '');
    }
    const log = await openLog(folder);
    await log.ensureTopics([{ name: 't' }]);
    await log.close();
  });
});

describe('a damaged log', () => {
  it('is refused when its format is unknown', async () => {
    const folder = await writtenLog(1);
    const db = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    // The format entry of a version 2: key 'F', value 2, and CRC-32 of the bytes 00 00 00 02 46.
    await db.put(Uint8Array.of(0x46), Uint8Array.of(0, 0, 0, 2, 0x6b, 0xab, 0x71, 0x3a));
    await db.close();
    await assert.rejects(openLog(folder), explains('LOG_CORRUPT', 'format 2', 'empty folder'));
  });

  it('is refused when entries are gone without a trace', async () => {
    const folder = await writtenLog(5);
    const log = await openLog(folder);
    const group = await log.join('g', ['t']);
    const lease = await firstValueFrom(group.leases$);
    const state = new Map([['kept', bytes('1')]]);
    await lease.commit({ nextOffset: 1n, records: [], state });
    await log.close();
    const lose = async (kind: string, then: (copy: string) => Promise<void>): Promise<void> => {
      await onCopy(folder, async (copy) => {
        const db = new ClassicLevel<Uint8Array, Uint8Array>(copy, { keyEncoding: 'view' });
        const letter = kind.charCodeAt(0);
        const keys = await db.keys({ gte: bytes(kind), lt: Uint8Array.of(letter + 1) }).all();
        await db.del(keys[0]!);
        await db.close();
        await then(copy);
      });
    };
    for (const kind of ['T', 'P', 'O', 'N']) {
      await lose(kind, async (copy) => {
        await assert.rejects(openLog(copy), explains('LOG_CORRUPT', 'missing'), kind);
      });
    }
    await lose('R', async (copy) => {
      const damaged = await openLog(copy);
      await assert.rejects(readTexts(damaged, 't', 0), explains('LOG_CORRUPT', 'missing'));
      await damaged.close();
    });
    await lose('S', async (copy) => {
      const damaged = await openLog(copy);
      const again = await damaged.join('g', ['t']);
      const leases = firstValueFrom(again.leases$.pipe(take(2), toArray()));
      await assert.rejects(leases, explains('LOG_CORRUPT', '0 state entries of 1'));
      await damaged.close();
    });
  });

  it('is refused when its table of contents is gone', async () => {
    const folder = await writtenLog(5);
    for (const file of ['CURRENT', 'MANIFEST-000002']) {
      await onCopy(folder, async (copy) => {
        await rm(join(copy, file));
        await assert.rejects(openLog(copy), explains('LOG_CORRUPT', copy, 'backup'));
      });
    }
  });

  it('is refused when a table is gone', async () => {
    const folder = await writtenLog(5);
    await (await openLog(folder)).close();
    await rm(await fileOf(folder, '.ldb'));
    await assert.rejects(openLog(folder), explains('LOG_CORRUPT', folder, 'backup'));
  });

  it('loses whole transactions from the end when its last file is cut short, and never more', async () => {
    const folder = await writtenLog(40);
    const { size } = await stat(await fileOf(folder, '.log'));
    const random = seededRandom(5);
    let least = 40;
    for (let i = 0; i < 15; i++) {
      await onCopy(folder, async (copy) => {
        const cut = i === 0 ? 1 : random.integer(size);
        await truncate(await fileOf(copy, '.log'), size - cut);
        const log = await openLog(copy);
        const kept = (await log.topics()).size === 0 ? [] : await readTexts(log, 't', 0);
        const both = (await log.topics()).size === 0 ? [] : await readTexts(log, 't', 1);
        await log.close();
        assert.deepEqual(
          kept,
          kept.map((_, n) => valueOf(n)),
        );
        assert.deepEqual(both, kept);
        // A transaction is about 2.3 kB here.
        assert.ok(kept.length >= 40 - 1 - Math.ceil(cut / 2000), `${kept.length} after ${cut}`);
        least = Math.min(least, kept.length);
      });
    }
    assert.ok(least < 30, 'some cuts were deep');
  });

  it('is refused when a write is missing from the middle', async () => {
    const folder = await writtenLog(100);
    const { size } = await stat(await fileOf(folder, '.log'));
    for (const part of [0.1, 0.3, 0.5]) {
      await onCopy(folder, async (copy) => {
        // LevelDB alone opens this without a word, and goes on after the damage.
        await flipBit(await fileOf(copy, '.log'), Math.floor(part * size));
        await assert.rejects(openLog(copy), explains('LOG_CORRUPT', 'missing'));
      });
    }
  });

  it('never shows wrong or missing records when a table is damaged', async () => {
    const folder = await writtenLog(60);
    await (await openLog(folder)).close();
    const { size } = await stat(await fileOf(folder, '.ldb'));
    const random = seededRandom(6);
    const seen = { refused: 0, unharmed: 0 };
    const expected = Array.from({ length: 60 }, (_, n) => valueOf(n));
    for (let i = 0; i < 60; i++) {
      // Two in three anywhere, the others in the last kilobytes, where the index is.
      const position = i % 3 < 2 ? random.integer(size) : size - 1 - random.integer(2500);
      await onCopy(folder, async (copy) => {
        await flipBit(await fileOf(copy, '.ldb'), position);
        let log: EmbeddedLog | undefined;
        try {
          log = await openLog(copy);
          for (const partition of [0, 1]) {
            assert.deepEqual(await readTexts(log, 't', partition), expected, `at ${position}`);
          }
          seen.unharmed += 1;
        } catch (error) {
          hasCode('LOG_CORRUPT')(error);
          seen.refused += 1;
        } finally {
          await log?.close();
        }
      });
    }
    assert.ok(seen.refused > 30, JSON.stringify(seen));
  });
});

describe('backup', () => {
  it('copies a log as it was at the call, while it goes on being written', async () => {
    const folder = await writtenLog(30);
    const log = await openLog(folder);
    const group = await log.join('g', ['t']);
    const target = join(await newFolder(), 'copy');
    const copying = log.backup(target);
    for (let n = 0; n < 20; n++) await log.append([record('t', 'later', 0)]);
    await copying;
    await group.leave();
    const copy = await openLog(target);
    assert.deepEqual(
      await readTexts(copy, 't', 0),
      Array.from({ length: 30 }, (_, n) => valueOf(n)),
    );
    // 30 transactions of a record and a marker.
    assert.deepEqual(await copy.bounds('t', 1), { earliest: 0n, end: 60n });
    await copy.append([record('t', 'own', 0)]);
    assert.equal((await readTexts(log, 't', 0)).length, 50);
    await copy.close();
    await log.close();
  });

  it('writes into no folder that holds something, and leaves nothing of a copy that failed', async () => {
    const log = await openLog(await writtenLog(3));
    const target = await newFolder();
    await writeFile(join(target, 'mine'), '');
    await assert.rejects(log.backup(target), hasCode('PRECONDITION'));
    assert.deepEqual(await readdir(target), ['mine']);
    const parent = await newFolder();
    const doomed = join(parent, 'copy');
    const copying = log.backup(doomed);
    const failed = assert.rejects(copying, hasCode('BROKER_CLOSED'));
    await log.close();
    await failed;
    assert.deepEqual(await readdir(parent), []);
    await assert.rejects(log.backup(doomed), hasCode('BROKER_CLOSED'));
  });

  it('is not taken for a log before it is finished', async () => {
    const folder = await writtenLog(3);
    const db = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view' });
    await db.del(Uint8Array.of(0x46));
    await db.close();
    await assert.rejects(openLog(folder), explains('LOG_CORRUPT', 'unfinished copy'));
  });
});

describe('a quota', () => {
  it('refuses what would exceed it, whole, and takes it again after cleaning', async () => {
    const folder = await newFolder();
    const options = { folder, clock, maxTotalBytes: 3300 };
    let log = await openEmbeddedLog(options);
    await log.ensureTopics([{ name: 't', partitions: 2 }, { name: 'u' }]);
    // 1100 bytes each: 1000 of value, 100 for the record itself.
    const kilobyte = 'x'.repeat(1000);
    await log.append([record('t', kilobyte, 0), record('t', kilobyte, 1)]);
    await assert.rejects(
      log.append([record('t', kilobyte, 0), record('u', kilobyte)]),
      explains('STORE_FAILED', '4400', '3300', 'raise the quota'),
    );
    assert.equal((await readTexts(log, 't', 0)).length, 1);
    await log.append([record('u', kilobyte)]);
    await log.close();
    // Counted anew when it is opened.
    log = await openEmbeddedLog(options);
    await assert.rejects(log.append([record('u', '')]), hasCode('STORE_FAILED'));
    await log.ensureTopics([{ name: 't', retentionBytes: 0 }]);
    await log.clean();
    await log.append([record('u', kilobyte), record('u', kilobyte)]);
    await log.close();
  });

  it('lets a group commit its offset even when it is full', async () => {
    const log = await openEmbeddedLog({ folder: await newFolder(), clock, maxTotalBytes: 100 });
    await log.ensureTopics([{ name: 't' }]);
    await log.append([record('t', '')]);
    const group = await log.join('g', ['t']);
    const committed = new Promise((resolve, reject) => {
      group.leases$.subscribe((lease) => {
        const state = new Map([['n', bytes('1')]]);
        lease.commit({ nextOffset: 1n, records: [], state }).then(resolve, reject);
      });
    });
    await committed;
    assert.equal(await log.committedOffset('g', 't', 0), 1n);
    await log.close();
  });
});

describe('an option', () => {
  it('moves the limit for records', async () => {
    const folder = join(await newFolder(), 'log');
    await mkdir(folder);
    const log = await openEmbeddedLog({ folder, clock, maxRecordBytes: 200 });
    await log.ensureTopics([{ name: 't' }]);
    await log.append([record('t', 'x'.repeat(100))]);
    await assert.rejects(log.append([record('t', 'x'.repeat(101))]), hasCode('RECORD_TOO_LARGE'));
    await log.close();
  });
});
