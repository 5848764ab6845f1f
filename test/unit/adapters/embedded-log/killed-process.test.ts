import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openEmbeddedLog } from '../../../../src/adapters/embedded-log/open-embedded-log.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { checkTransactions } from '../../../support/log-transactions.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { startProcess } from '../../../support/start-process.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
const ROUNDS = 16;

/** Kills a writing process again and again, at any moment of its life; what it was told is committed is. */
async function killRounds(
  seed: number,
): Promise<{ committed: number; killedWhileOpening: number }> {
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(root, 'log-'));
  let committed = 0;
  let killedWhileOpening = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const writer = startProcess('log-process', 'write', folder);
    // Every other one while it writes, the rest while it starts, opens or begins.
    if (round % 4 !== 0) await writer.next();
    if (round % 2 === 1) await writer.next();
    const longestMs = [400, 80, 15, 80][round % 4]!;
    await new Promise((resolve) => setTimeout(resolve, random.next() * longestMs));
    await writer.kill();
    const reported = writer.messages.filter((message) => typeof message === 'number');
    const last = reported.at(-1);
    if (last === undefined) killedWhileOpening += 1;
    const log = await openEmbeddedLog({ folder, clock: manualClock() });
    const count = await checkTransactions(log);
    await log.close();
    const known = last === undefined ? committed : last + 1;
    // The one transaction that was under way may have been committed too.
    assert.ok(count === known || count === known + 1, `${count} are there, ${known} were reported`);
    committed = count;
  }
  return { committed, killedWhileOpening };
}

describe('a process killed while it writes', () => {
  it('leaves a log that opens and holds exactly what was committed', async (t) => {
    const results = await Promise.all([killRounds(1), killRounds(2)]);
    for (const { committed } of results)
      assert.ok(committed > ROUNDS / 2, 'there was work to lose');
    t.diagnostic(JSON.stringify({ kills: 2 * ROUNDS, results }));
  });
});
