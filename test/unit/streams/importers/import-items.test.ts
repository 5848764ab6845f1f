import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { csvRecords } from '../../../../src/streams/csv-records.ts';
import { importItems } from '../../../../src/streams/importers/import-items.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../../../../src/streams/importers/importers.ts';
import type { StreamItem } from '../../../../src/streams/stream-item.ts';

/** Lines in the published shapes, with content of our own. */
const NQ = '{"question": "who wrote hamlet", "answer": ["William Shakespeare", "Shakespeare"]}';
const CSQA =
  '{"id": "1a", "question": "Where is a book?", "question_concept": "book", "choices": {"label": ["A", "B"], "text": ["library", "sea"]}, "answerKey": "A"}';
const CSQA_NESTED =
  '{"answerKey": "B", "id": "2b", "question": {"question_concept": "fish", "choices": [{"label": "A", "text": "tree"}, {"label": "B", "text": "sea"}], "stem": "Where is a fish?"}}';
const GSM = '{"question": "2 bags of 600?", "answer": "2*600=<<2*600=1200>>1200\\n#### 1,200"}';
const OBQA =
  '{"id": "7-980", "question": {"stem": "The sun is a", "choices": [{"text": "star", "label": "A"}, {"text": "shoe", "label": "B"}]}, "answerKey": "A"}';
const OBQA_FLAT =
  '{"id": "7-981", "question_stem": "Ice is", "choices": {"text": ["hot", "cold"], "label": ["A", "B"]}, "answerKey": "B"}';
const TQA_CSV = `Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source
Adversarial,Myths,"What, if anything, happens?","Nothing ""much"" happens","Nothing happens; It passes",You die; You glow,https://example.org
Non-Adversarial,Law,Is it legal?,Yes,Yes,No; It is a crime,https://example.org
`;
const TQA_MC =
  '{"question": "Is it legal?", "mc1_targets": {"choices": ["Yes", "No", "Never"], "labels": [1, 0, 0]}, "mc2_targets": {}}';
const TQA_TASK =
  '[{"question": "Is it legal?", "mc0_targets": {}, "mc1_targets": {"Yes": 1, "No": 0, "Never": 0}}]';

const SAMPLES: Readonly<Record<ImportFormat, string>> = {
  'nq-open': NQ,
  commonsenseqa: CSQA,
  gsm8k: GSM,
  truthfulqa: TQA_CSV,
  openbookqa: OBQA,
};

const only = (format: ImportFormat, text: string): StreamItem => {
  const [item, ...rest] = importItems(format, text, 1);
  assert.ok(item !== undefined && rest.length === 0);
  return item;
};

/** The error that an import of `text` ends with. */
const errorOf = (format: ImportFormat, text: string): SeclError => {
  try {
    importItems(format, text, 1);
  } catch (error) {
    assert.ok(error instanceof SeclError);
    assert.equal(error.code, 'STREAM_INVALID');
    return error;
  }
  return assert.fail('no error');
};

describe('importItems', () => {
  it('reads NQ-Open', () => {
    assert.deepEqual(only('nq-open', NQ), {
      id: 'nq-open-1',
      domain: 'nq-open',
      question: 'who wrote hamlet',
      style: 'short',
      choices: [],
      accepted: ['William Shakespeare', 'Shakespeare'],
    });
  });

  it('reads CommonsenseQA, flat and nested', () => {
    const flat = only('commonsenseqa', CSQA);
    assert.deepEqual(flat, {
      id: 'commonsenseqa-1a',
      domain: 'commonsenseqa',
      question: 'Where is a book?',
      style: 'choice',
      choices: [
        { label: 'A', text: 'library' },
        { label: 'B', text: 'sea' },
      ],
      accepted: ['A'],
    });
    const nested = only('commonsenseqa', CSQA_NESTED);
    assert.equal(nested.question, 'Where is a fish?');
    assert.deepEqual(nested.accepted, ['B']);
  });

  it('reads GSM8K, the number without separators', () => {
    const item = only('gsm8k', GSM);
    assert.equal(item.style, 'reasoning');
    assert.deepEqual(item.accepted, ['1200']);
  });

  it('reads OpenBookQA, nested and flat', () => {
    assert.deepEqual(only('openbookqa', OBQA).accepted, ['A']);
    const flat = only('openbookqa', OBQA_FLAT);
    assert.equal(flat.question, 'Ice is');
    assert.deepEqual(flat.accepted, ['B']);
  });

  it('reads TruthfulQA from CSV: quotes, commas, and the best answer among the incorrect ones', () => {
    const items = importItems('truthfulqa', TQA_CSV, 1);
    assert.equal(items.length, 2);
    const [first] = items;
    assert.equal(first?.question, 'What, if anything, happens?');
    assert.equal(first.style, 'choice');
    assert.deepEqual(first.choices.map((c) => c.text).toSorted(), [
      'Nothing "much" happens',
      'You die',
      'You glow',
    ]);
    const right = first.choices.find((choice) => choice.label === first.accepted[0]);
    assert.equal(right?.text, 'Nothing "much" happens');
  });

  it('reads the multiple choice of TruthfulQA in both published shapes', () => {
    assert.deepEqual(only('truthfulqa', TQA_MC), only('truthfulqa', TQA_TASK));
  });

  it('does not put the right choice of TruthfulQA always in one place', () => {
    const text = Array.from({ length: 60 }, () => TQA_MC).join('\n');
    const labels = importItems('truthfulqa', text, 1).map((item) => item.accepted[0]);
    for (const label of ['A', 'B', 'C'])
      assert.ok(labels.filter((one) => one === label).length > 5, label);
  });

  it('takes a record without a key for unlabelled, as in hidden test splits', () => {
    assert.deepEqual(only('commonsenseqa', CSQA.replace(', "answerKey": "A"', '')).accepted, []);
  });

  it('reads CRLF, blank lines and a missing last line break', () => {
    assert.equal(importItems('nq-open', `${NQ}\r\n\r\n${NQ}`, 1).length, 2);
    assert.equal(importItems('truthfulqa', TQA_CSV.replaceAll('\n', '\r\n'), 1).length, 2);
  });

  for (const format of IMPORT_FORMATS)
    for (const other of IMPORT_FORMATS) {
      if (format === other) continue;
      it(`${format} refuses ${other} by name`, () => {
        const error = errorOf(format, SAMPLES[other]);
        assert.match(error.message, /^line \d+: expected /);
        assert.match(error.hint ?? '', new RegExp(`looks like ${other}`));
      });
    }

  const FAULTS: readonly (readonly [string, ImportFormat, string, RegExp])[] = [
    ['an empty file', 'nq-open', '', /holds no questions/],
    [
      'a web page',
      'nq-open',
      '<!DOCTYPE html>\n<html></html>',
      /line 1: .*found an HTML or XML page/,
    ],
    ['a table', 'nq-open', 'a,b\n1,2', /found no text under "question"/],
    ['broken JSON in line 2', 'nq-open', `${NQ}\n{"question": `, /^line 2: .*found not JSON/],
    ['an empty list of answers', 'nq-open', '{"question": "x", "answer": []}', /an empty list/],
    [
      'a number as question',
      'nq-open',
      '{"question": 5, "answer": ["x"]}',
      /no text under "question"/,
    ],
    [
      'a solution without number',
      'gsm8k',
      GSM.replace('#### 1,200', '#### many'),
      /no number after/,
    ],
    [
      'a key that is no label',
      'commonsenseqa',
      CSQA.replace('"answerKey": "A"', '"answerKey": "F"'),
      /no label of a choice/,
    ],
    ['lists of unequal length', 'commonsenseqa', CSQA.replace('"library", ', ''), /no choices/],
    ['an id twice', 'openbookqa', `${OBQA}\n${OBQA}`, /^line 2: .*an id that came before/],
    [
      'two right choices',
      'truthfulqa',
      TQA_MC.replace('[1, 0, 0]', '[1, 1, 0]'),
      /no single right answer/,
    ],
    [
      'a row cut short',
      'truthfulqa',
      `${TQA_CSV}Adversarial,Myths\n`,
      /^line 4: .*found 2 fields where the header has 7/,
    ],
    ['a quote that never ends', 'truthfulqa', `${TQA_CSV}A,"B`, /never ends/],
    ['a stream', 'nq-open', '{"format": "secl-stream", "version": 1}', /needs no import/],
  ];
  for (const [name, format, text, message] of FAULTS)
    it(`refuses ${name}`, () => {
      assert.match(errorOf(format, text).message, message);
    });

  it('gives items or a coded error for any text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...IMPORT_FORMATS),
        fc.oneof(fc.string(), fc.json(), fc.constantFrom(...Object.values(SAMPLES))),
        fc.nat(200),
        (format, text, at) => {
          const mutated = text.slice(0, at) + text.slice(at + 1);
          try {
            importItems(format, mutated, 1);
          } catch (error) {
            assert.ok(error instanceof SeclError, String(error));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('csvRecords', () => {
  it('reads what a writer by RFC 4180 writes', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 })), (rows) => {
        const text = rows
          .map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');
        assert.deepEqual(
          [...csvRecords(text)].map((record) => record?.fields),
          rows,
        );
      }),
    );
  });

  it('says on which line a record begins', () => {
    const lines = [...csvRecords('a,b\n"1\n2",c\n\nd,e')].map((record) => record?.line);
    assert.deepEqual(lines, [1, 2, 5]);
  });
});

describe('importItems on the published files', () => {
  // Tests run in the repository's root; the sets lie beside it and are not part of it.
  const folder = ['../shared/data', 'shared/data'].find((each) => existsSync(each));
  const files: readonly (readonly [ImportFormat, string, number])[] = [
    ['nq-open', 'nq-open-dev.jsonl', 3610],
    ['commonsenseqa', 'commonsenseqa-dev.jsonl', 1221],
    ['gsm8k', 'gsm8k-test.jsonl', 1319],
  ];
  for (const [format, name, count] of files)
    it(
      `reads all of ${name}`,
      { skip: folder === undefined ? 'the published question sets are not here' : false },
      () => {
        const items = importItems(format, readFileSync(path.join(folder ?? '', name), 'utf8'), 1);
        assert.equal(items.length, count);
        assert.equal(new Set(items.map((item) => item.id)).size, count);
        assert.ok(items.every((item) => item.accepted.length > 0));
      },
    );
});
