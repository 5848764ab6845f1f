import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseStreamLine } from '../../../src/streams/parse-stream-line.ts';
import { formatStreamHeader, type StreamHeader } from '../../../src/streams/stream-header.ts';
import {
  formatStreamItem,
  toFeedback,
  toQuestion,
  type StreamItem,
} from '../../../src/streams/stream-item.ts';

const parse = (value: unknown): ReturnType<typeof parseStreamLine> =>
  parseStreamLine(JSON.stringify(value));
const MINIMAL = { id: 'q1', question: 'Capital of France?' };
const CHOICES = [
  { label: 'A', text: 'bank' },
  { label: 'B', text: 'The library' },
];

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((t) => t.trim() !== '');
const items: fc.Arbitrary<StreamItem> = fc
  .record({
    id: text,
    domain: fc.option(text, { nil: null }),
    question: text,
    style: fc.constantFrom('short' as const, 'reasoning' as const),
    choices: fc.constant([]),
    accepted: fc.array(text, { maxLength: 3 }),
    givenAnswer: fc.option(
      fc.record({
        text,
        tokenLogProbabilities: fc.option(
          fc.array(fc.double({ min: -50, max: 0, noNaN: true }).map((x) => (x === 0 ? 0 : x))),
          { nil: null },
        ),
      }),
      { nil: undefined },
    ),
  })
  // JSON makes plain objects, fast-check makes some without a prototype.
  .map((item) => structuredClone(item))
  .map(({ givenAnswer, ...rest }) => (givenAnswer === undefined ? rest : { ...rest, givenAnswer }));

describe('parseStreamLine', () => {
  it('reads what formatStreamItem writes', () => {
    fc.assert(
      fc.property(items, (item) => {
        assert.deepEqual(parseStreamLine(formatStreamItem(item)), { kind: 'item', item });
      }),
    );
  });

  it('refuses half of a surrogate pair, which no record can hold, and takes a whole one', () => {
    for (const key of ['id', 'question', 'domain']) {
      const line = { ...MINIMAL, [key]: `${'long '.repeat(20)}\ud83d` };
      assert.deepEqual(parse(line), {
        kind: 'fault',
        reason: `${key} holds half of a surrogate pair`,
      });
    }
    assert.equal(parse({ ...MINIMAL, id: '\ud83d\ude00' }).kind, 'item');
  });

  it('fills in what a minimal line leaves out', () => {
    assert.deepEqual(parse(MINIMAL), {
      kind: 'item',
      item: {
        id: 'q1',
        domain: null,
        question: 'Capital of France?',
        style: 'short',
        choices: [],
        accepted: [],
      },
    });
  });

  it('takes a question with choices for one of style choice, and texts of choices for labels', () => {
    const parsed = parse({ ...MINIMAL, choices: CHOICES, accepted: ['library'] });
    assert.ok(parsed.kind === 'item');
    assert.equal(parsed.item.style, 'choice');
    assert.deepEqual(parsed.item.accepted, ['B']);
  });

  it('passes over keys it does not know', () => {
    assert.equal(parse({ ...MINIMAL, difficulty: 3, answerKey: 'B', source: 'me' }).kind, 'item');
  });

  const FAULTS: readonly (readonly [string, unknown, RegExp])[] = [
    ['no id', { question: 'x' }, /^id must be a text$/],
    ['an empty id', { ...MINIMAL, id: ' ' }, /^id is empty$/],
    ['a number as id', { ...MINIMAL, id: 5 }, /^id must be a text$/],
    ['an empty question', { ...MINIMAL, question: '' }, /^question is empty$/],
    ['an unknown style', { ...MINIMAL, style: 'essay' }, /^style must be/],
    ['one choice', { ...MINIMAL, style: 'choice', choices: CHOICES.slice(1) }, /at least two/],
    [
      'choices without texts',
      { ...MINIMAL, choices: [{ label: 'A' }, { label: 'B' }] },
      /choices\[0\]\.text/,
    ],
    ['choices as texts', { ...MINIMAL, choices: ['bank', 'mall'] }, /choices\[0\] must be/],
    ['a label twice', { ...MINIMAL, choices: [CHOICES[0], CHOICES[0]] }, /same label/],
    [
      'too many choices',
      {
        ...MINIMAL,
        choices: Array.from({ length: 101 }, (_, i) => ({ label: `${i}`, text: 'x' })),
      },
      /more than 100/,
    ],
    ['a text as accepted', { ...MINIMAL, accepted: 'Paris' }, /^accepted must be a list$/],
    ['a number in accepted', { ...MINIMAL, accepted: [5] }, /^accepted\[0\] must be a text$/],
    [
      'an accepted answer that is no choice',
      { ...MINIMAL, choices: CHOICES, accepted: ['C'] },
      /neither a label/,
    ],
    ['a key misspelt', { ...MINIMAL, acepted: ['Paris'] }, /slip for "accepted"/],
    [
      'a positive log probability',
      { ...MINIMAL, givenAnswer: { text: 'x', tokenLogProbabilities: [0.1] } },
      /at most 0/,
    ],
    [
      'an empty given answer',
      { ...MINIMAL, givenAnswer: { text: '' } },
      /givenAnswer\.text is empty/,
    ],
    ['a list', [1], /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['a stream of a later version', { format: 'secl-stream', version: 2 }, /version 2 .* unknown/],
  ];
  for (const [name, value, reason] of FAULTS)
    it(`refuses ${name}, with the reason`, () => {
      const parsed = parse(value);
      assert.ok(parsed.kind === 'fault');
      assert.match(parsed.reason, reason);
    });

  it('never throws, and no reason quotes the line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })), (line) => {
        const parsed = parseStreamLine(line);
        assert.ok(['item', 'header', 'fault'].includes(parsed.kind));
      }),
      { numRuns: 1000 },
    );
    const secret = parse({ id: 'my-secret', question: 'my-secret', style: 'my-secret' });
    assert.ok(secret.kind === 'fault' && !secret.reason.includes('my-secret'));
  });

  it('reads the header that formatStreamHeader writes', () => {
    const header: StreamHeader = {
      format: 'secl-stream',
      version: 1,
      name: 'mix',
      items: 4,
      seed: 7,
      licence: 'MIT',
      source: 'here',
      order: 'as published',
      blend: { kind: 'gradual', order: ['a', 'b'], window: 20, cycles: null, changes: [2] },
    };
    assert.deepEqual(parseStreamLine(formatStreamHeader(header)), { kind: 'header', header });
  });

  it('reads a bare header', () => {
    const parsed = parse({ format: 'secl-stream', version: 1, seed: 'x', blend: { kind: 'odd' } });
    assert.ok(parsed.kind === 'header');
    assert.equal(parsed.header.seed, null);
    assert.equal(parsed.header.blend, null);
  });
});

describe('toQuestion and toFeedback', () => {
  it('part the question from its label', () => {
    fc.assert(
      fc.property(items, (item) => {
        const question = toQuestion(item);
        assert.deepEqual(Object.keys(question).toSorted(), [
          'choices',
          'deadlineMs',
          'domain',
          'givenAnswer',
          'id',
          'style',
          'text',
        ]);
        const feedback = toFeedback(item, 5);
        if (item.accepted.length === 0) assert.equal(feedback, null);
        else
          assert.deepEqual(feedback, {
            questionId: item.id,
            acceptedAnswers: item.accepted,
            correct: null,
            labelledAtMs: 5,
          });
      }),
    );
  });
});
