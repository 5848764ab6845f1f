import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAdapterLoader } from '../../../src/app/open-trainer.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import { decodeAdapter, encodeAdapter } from '../../../src/peft/adapter-weights.ts';
import { disk, OFF, QUESTIONS, run, topology, type Disk } from '../../support/loop-run.ts';

/** Lets a trainer's adapters be changed after they were made. */
type Change = (record: AdapterRecord, on: Disk) => AdapterRecord | Promise<AdapterRecord>;

/** A record with other bytes, which the store keeps. */
const withBytes = async (
  record: AdapterRecord,
  bytes: Uint8Array,
  { store }: Disk,
): Promise<AdapterRecord> => ({
  ...record,
  sha256: await store.put(bytes),
  sizeBytes: bytes.length,
  weights: bytes,
});

/** Changes an adapter's numbers. */
const withSites =
  (change: (a: Float32Array, b: Float32Array) => readonly [Float32Array, Float32Array]): Change =>
  (record, on) => {
    const weights = decodeAdapter(record.weights ?? assert.fail('it is large'), record.lora);
    const sites = weights.sites.map((site) => {
      const [a, b] = change(site.a, site.b);
      return { ...site, a, b };
    });
    return withBytes(record, encodeAdapter({ ...weights, sites }), on);
  };

const HOSTILE: readonly (readonly [what: string, code: RegExp, change: Change])[] = [
  ['a weight that is no number', /NOT_FINITE/, withSites((a, b) => [a.with(0, NaN), b])],
  ['an infinite weight', /NOT_FINITE/, withSites((a, b) => [a, b.with(0, Infinity)])],
  ['weights that are absurdly large', /NOT_FINITE/, withSites((a, b) => [a, b.map(() => 1e5)])],
  [
    'weights that lead too far',
    /DRIFTED/,
    withSites((a, b) => [a.map(() => 1e3), b.map(() => 1e3)]),
  ],
  ['another shape', /WRONG_SHAPE/, withSites((a, b) => [a.subarray(0, a.length / 2), b])],
  ['another base', /WRONG_BASE/, (record) => ({ ...record, baseSha256: 'b'.repeat(64) })],
  ['another hash', /WRONG_HASH/, (record) => ({ ...record, sha256: '0'.repeat(64) })],
  ['no bytes', /MISSING/, (record) => ({ ...record, sha256: '0'.repeat(64), weights: null })],
  ['another size', /WRONG_HASH/, (record) => ({ ...record, sizeBytes: record.sizeBytes + 1 })],
  [
    'a rank beyond the limit',
    /TOO_LARGE/,
    (record) => ({ ...record, lora: { ...record.lora, rank: 257 } }),
  ],
  ['no safetensors', /DAMAGED/, (record, on) => withBytes(record, Uint8Array.of(1, 2, 3), on)],
  ['another scope', /WRONG_SCOPE/, (record) => ({ ...record, scope: 'conversation' })],
  [
    'a loss that is no number',
    /TRAINING_FAILED.*loss that is not finite/,
    (record) => ({ ...record, loss: { before: 1, after: NaN } }),
  ],
];

const STAND_IN = { ...topology, model: { ...topology.model, name: 'stand-in' } };

/** Lets everything pass that the guards of learning look at but for the distance from base. */
const OPEN = {
  ...topology,
  training: {
    ...topology.training,
    guard: { ...topology.training.guard, maxMeanShift: 1, maxHeldOutRise: 1 },
  },
};

describe('adapters that must not act, through the whole pipeline', () => {
  for (const [what, code, change] of HOSTILE)
    it(`refuses one of ${what}, and answers on with base weights`, async () => {
      const on = disk();
      const load = await openAdapterLoader(STAND_IN, on);
      const result = await run({
        topology: OPEN,
        on,
        load,
        questions: QUESTIONS.slice(0, 16),
        trainer: (usual) => ({
          ...usual,
          train: async (batch, signal) => change(await usual.train(batch, signal), on),
        }),
      });
      assert.ok(result.decisions.length > 0);
      for (const { decision, code: given, reason, activeVersion } of result.decisions) {
        assert.deepEqual([decision, activeVersion], ['refused', 0]);
        assert.match(`${given} ${reason}`, code);
      }
      assert.ok(result.answers.every(({ published }) => published.adapterVersion === 0));
      const base = await run({ topology: OFF, questions: QUESTIONS.slice(0, 16) });
      assert.deepEqual(
        result.answers.map(({ published, text }) => [text, published.value]),
        base.answers.map(({ published, text }) => [text, published.value]),
      );
    });

  it('rests after so many refusals in a row, and then trains on', async () => {
    const { guard } = OPEN.training;
    const result = await run({
      topology: {
        ...topology,
        training: { ...topology.training, guard: { ...guard, refusals: 2, restQuestions: 12 } },
      },
      trainer: (usual) => ({
        ...usual,
        train: async (batch, signal) => ({
          ...(await usual.train(batch, signal)),
          loss: { before: 1, after: NaN },
        }),
      }),
    });
    // Batches of four questions, one of which is none, each decided about before the next. Two are refused by the
    // eighth answer; the rest ends with the twentieth, which the sixth batch brings; its and the seventh's come next.
    assert.deepEqual(
      result.decisions.map(({ version, code }) => [version, code]),
      [1, 2, 3, 4].map((version) => [version, 'TRAINING_FAILED']),
    );
  });
});
