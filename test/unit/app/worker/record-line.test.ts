import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordLine } from '../../../../src/app/worker/record-line.ts';
import type { ReadBack } from '../../../../src/app/worker/read-topic.ts';

const record = (value: unknown, over: Partial<ReadBack> = {}): ReadBack => ({
  topic: 't',
  partition: 1,
  offset: 7,
  key: 'k',
  writtenAtMs: 0,
  value,
  fault: null,
  ...over,
});

describe('recordLine', () => {
  it('says in a line what a record is', () => {
    const answer = {
      questionId: 'q',
      extracted: null,
      text: 'Nairobi',
      published: { value: 0.25, source: 'verbalized', adapterVersion: 3 },
    };
    assert.equal(
      recordLine('answers', record(answer)),
      '1/7  q  0.250 (Verbalized, adapter 3)  Nairobi',
    );
    const letter = {
      sourceTopic: 's',
      sourcePartition: 0,
      sourceOffset: 4,
      code: 'X',
      reason: 'why',
    };
    assert.equal(recordLine('deadLetters', record(letter)), '1/7  s/0/4  X: why');
    assert.equal(recordLine('adapters', record(null)), '1/7  k deleted');
    const adapter = { version: 1, parentVersion: 0, loss: null, sizeBytes: 792_648, trainer: 't' };
    // It said "version 1 of 0".
    assert.equal(
      recordLine('adapters', record(adapter)),
      '1/7  k  version 1 from base, 792.6 kB, by t',
    );
    assert.match(
      recordLine('adapters', record({ ...adapter, version: 3, parentVersion: 2 })),
      /version 3 from 2,/,
    );
    assert.equal(
      recordLine('answers', record(null, { fault: 'no Avro' })),
      '1/7  cannot be read: no Avro',
    );
  });

  it('says of a decision which version acts, but where its partition may not know', () => {
    const made = { lineage: 'l', version: 1, decision: 'refused', reason: 'why', activeVersion: 0 };
    const line = (code: string): string => recordLine('decisions', record({ ...made, code }));
    assert.equal(line('MEAN_MOVED'), '1/7  l/1  refused: why; version 0 acts');
    assert.equal(line('OUTDATED'), '1/7  l/1  refused: why');
  });

  it('says of a window when it mixes adapter versions', () => {
    const window = {
      ...{ ordinal: 2, revision: 0, scope: 'pooled', answers: 100, labelled: 90 },
      metrics: [{ score: 'published', ece: 0.5, eceFloor: 0.25, auroc: null }],
    };
    const line = (adapterVersions: number[]): string =>
      recordLine('metrics', record({ ...window, adapterVersions }));
    const plain =
      '1/7  window 2.0 pooled  100 answers, 90 labelled, ECE 0.500, floor 0.250, AUROC –';
    assert.equal(line([3]), plain);
    assert.equal(line([0, 2, 5]), `${plain}, under 3 adapter versions, 0 to 5`);
  });

  it('keeps what steers a terminal, and long texts, out of it', () => {
    const line = recordLine(
      'questions',
      record({ id: 'q', text: `\u001b[31m${'x'.repeat(200)}\n` }),
    );
    assert.ok(!line.includes('\u001b') && !line.includes('\n'));
    assert.ok(line.length < 80);
  });

  it('keeps it out of ids, keys and topics as well', () => {
    const bad = 'a\u001b[2J\nb\u202ec';
    const published = { value: 0.5, source: 'pTrue', adapterVersion: 0 };
    const lines = [
      recordLine('questions', record({ id: bad, text: 't' })),
      recordLine('answers', record({ questionId: bad, extracted: null, text: 't', published })),
      recordLine('feedback', record({ questionId: bad, acceptedAnswers: [], correct: true })),
      recordLine('adapters', record(null, { key: bad })),
      recordLine('answers', record(null, { fault: bad })),
      recordLine(
        'deadLetters',
        record({ sourceTopic: bad, sourcePartition: 0, sourceOffset: 0, code: bad, reason: 'r' }),
      ),
      recordLine(
        'decisions',
        record({
          lineage: bad,
          version: 1,
          decision: 'd',
          code: 'c',
          reason: 'r',
          activeVersion: 0,
        }),
      ),
    ];
    for (const line of lines) {
      assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/, JSON.stringify(line));
      assert.match(line, /a \[2J b c/);
    }
  });
});
