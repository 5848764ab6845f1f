import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { capacityOf, GENERATED_DOMAINS } from '../../../src/streams/generated/domains.ts';
import { importItems } from '../../../src/streams/importers/import-items.ts';
import { IMPORT_FORMATS } from '../../../src/streams/importers/importers.ts';
import { matchShort } from '../../../src/streams/match-short.ts';
import { parseStreamLine } from '../../../src/streams/parse-stream-line.ts';
import { extractAnswer } from '../../../src/text/extract-answer.ts';

const matching = readFileSync('docs/matching.md', 'utf8');
const streams = readFileSync('docs/streams.md', 'utf8');

/** Rows of the tables under a heading, as cells. */
const rowsUnder = (heading: string): string[][] =>
  (matching.split(`## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
const bare = (cell: string | undefined): string => (cell ?? '').replace(/^`|`$/g, '');
/** The code blocks: plain text, since a formatter would break lines of JSON. */
const blocks = (text: string): string[] =>
  [...text.matchAll(/```text\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

describe('docs/matching.md', () => {
  it('says of every short answer what the matcher says', () => {
    const rows = rowsUnder('Short answers');
    assert.ok(rows.length > 30);
    for (const [answer, accepted, right] of rows) {
      const options = (accepted ?? '').split(/(?<=`), /).map(bare);
      assert.equal(matchShort(bare(answer), options), right === 'yes', `${answer} ${accepted}`);
    }
  });

  it('says of every choice and reasoning what is extracted', () => {
    const choices = ['bank', 'library', 'department store', 'mall', 'new york'].map((text, i) => ({
      label: 'ABCDE'.charAt(i),
      text,
    }));
    for (const [heading, style] of [
      ['Choices', 'choice'],
      ['Reasoning', 'reasoning'],
    ] as const) {
      const rows = rowsUnder(heading);
      assert.ok(rows.length > 6);
      for (const [text, extracted] of rows)
        assert.equal(
          extractAnswer(style, bare(text), style === 'choice' ? choices : []).extracted,
          extracted === '–' ? null : extracted,
          text,
        );
    }
  });
});

describe('docs/streams.md', () => {
  const [own = '', imports = ''] = streams.split('## secl stream import');

  it('shows stream lines that are read', () => {
    const lines = blocks(own).flatMap((block) => block.trim().split('\n'));
    assert.ok(lines.length >= 5);
    for (const line of lines) assert.notEqual(parseStreamLine(line).kind, 'fault', line);
  });

  it('shows lines of every published format that are imported', () => {
    for (const format of IMPORT_FORMATS) {
      const part = imports.split(`\n\`${format}\` (`)[1]?.split(/\n`[a-z0-9-]+` \(/)[0] ?? '';
      const examples = blocks(part);
      assert.ok(examples.length > 0, format);
      for (const example of examples) assert.ok(importItems(format, example, 1).length > 0, format);
    }
  });

  it('says how many questions each domain has', () => {
    for (const domain of GENERATED_DOMAINS)
      assert.match(
        streams,
        new RegExp(`\`${domain}\` .*\\| ${capacityOf(domain).toLocaleString('en-US')} `),
      );
  });
});
