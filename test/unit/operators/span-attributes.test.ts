import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import type { Answer } from '../../../src/events/answer.ts';
import {
  CONVENTION,
  contentAttributes,
  evaluationAttributes,
  EVALUATION_EVENT,
  gateAttributes,
  questionIdOf,
} from '../../../src/operators/span-attributes.ts';
import { recordOf } from '../../support/operator-fixture.ts';
import { written } from '../../support/secl-fixture.ts';

describe('CONVENTION', () => {
  it('names what the conventions name', () => {
    const known = new Set<unknown>(Object.values(conventions));
    for (const name of Object.values(CONVENTION)) assert.ok(known.has(name), name);
    assert.ok(known.has(EVALUATION_EVENT));
  });
});

describe('questionIdOf', () => {
  const key = (bytes: Uint8Array | null): string =>
    questionIdOf(recordOf(7, null, { key: bytes }), undefined);

  it('is the key of what could not be read, or else its place', () => {
    assert.equal(key(Buffer.from('q7')), 'q7');
    assert.equal(key(null), 'questions/2/7');
    assert.equal(key(Buffer.from('')), 'questions/2/7');
    assert.equal(key(new Uint8Array([0xff])), 'questions/2/7');
    assert.equal(key(Buffer.from('x'.repeat(129))), 'questions/2/7');
  });

  it('is the id of what was answered', () => {
    assert.equal(questionIdOf(recordOf(7, {}), { questionId: 'a' } as Answer), 'a');
  });
});

describe('evaluationAttributes', () => {
  const of = (value: number | null): unknown =>
    evaluationAttributes({
      published: { value, source: 'verbalized', adapterVersion: 0 },
      scores: value === null ? [{ name: 'verbalized', reason: 'no digit' }] : [],
    } as unknown as Answer);

  it('labels thirds, and says why there is none', () => {
    const labels = [0, 0.33, 1 / 3, 0.66, 2 / 3, 1].map(
      (value) => (of(value) as Record<string, unknown>)['gen_ai.evaluation.score.label'],
    );
    assert.deepEqual(labels, ['low', 'low', 'medium', 'medium', 'high', 'high']);
    assert.deepEqual(of(null), {
      'gen_ai.evaluation.name': 'verbalized',
      'gen_ai.evaluation.score.label': 'missing',
      'gen_ai.evaluation.explanation': 'no digit',
    });
  });
});

describe('gateAttributes', () => {
  it('holds each statistic beside its threshold', () => {
    assert.deepEqual(
      gateAttributes({
        burst: 1,
        positionInBurst: 2,
        incident: 3,
        alarm: true,
        statistics: { hidden: 4 },
        thresholds: { hidden: 5 },
      }),
      {
        'secl.gate.burst': 1,
        'secl.gate.position_in_burst': 2,
        'secl.gate.incident': 3,
        'secl.gate.alarm': true,
        'secl.gate.statistic.hidden': 4,
        'secl.gate.threshold.hidden': 5,
      },
    );
  });
});

describe('contentAttributes', () => {
  it('is what the conventions have as messages', () => {
    const answer = written('Paris');
    const { [CONVENTION.inputMessages]: input, [CONVENTION.outputMessages]: output } =
      contentAttributes(answer);
    assert.deepEqual(
      JSON.parse(String(input)),
      answer.messages.map(({ role, content }) => ({ role, parts: [{ type: 'text', content }] })),
    );
    assert.deepEqual(JSON.parse(String(output)), [
      {
        role: 'assistant',
        parts: [{ type: 'text', content: answer.text }],
        finish_reason: answer.finishReason,
      },
    ]);
  });
});
