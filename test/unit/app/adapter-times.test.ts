import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isTrialCode } from '../../../src/learning/end-trial.ts';
import type { OutgoingRecord } from '../../../src/ports/broker.ts';
import { codecs, run, topology } from '../../support/loop-run.ts';

it('dates an adapter by the end of its training, not by the commit that its answers wait for', async () => {
  const records: OutgoingRecord[] = [];
  const { adapters, decisions } = await run({
    onCommit: (commit) => {
      records.push(...commit.records.filter(({ topic }) => topic === topology.topics.adapters));
    },
  });
  const decided = decisions.filter(({ code }) => !isTrialCode(code));
  const dated = records.filter(({ timestampMs }) => timestampMs !== undefined);
  assert.ok(adapters.length > 0 && dated.length >= adapters.length);
  for (const { value, timestampMs } of dated) {
    const decoded = codecs.adapter.decode(value ?? new Uint8Array());
    assert.ok(decoded.ok);
    const { version } = decoded.value;
    const decision = decided.find((made) => made.version === version);
    assert.ok((timestampMs ?? Infinity) <= (decision?.decidedAtMs ?? 0), `version ${version}`);
  }
});
