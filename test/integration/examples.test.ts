import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { createStandInLanguageModel } from '../../src/adapters/memory/stand-in-language-model.ts';
import { loadTopology } from '../../src/app/load-topology.ts';
import { packageRoot } from '../../src/app/package-root.ts';
import { replay } from '../../src/app/replay.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { Answer } from '../../src/events/answer.ts';
import { SCORE_NAMES } from '../../src/events/score.ts';

/** Runs an example as built, as its comment says, and gives the lines it printed. */
async function run(name: string): Promise<string[]> {
  const file = path.join(packageRoot(), 'build', 'examples', `${name}.js`);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  return stdout.trimEnd().split('\n');
}

/** What the main pipeline says of the examples' questions, with the same settings and model. */
async function answersTo(texts: readonly string[]): Promise<readonly Answer[]> {
  const never = new AbortController().signal;
  const items = texts.map((text, i) => ({
    question: {
      id: `capital-${i + 1}`,
      text,
      style: 'short' as const,
      choices: [],
      domain: null,
      givenAnswer: null,
      deadlineMs: null,
    },
    feedback: null,
  }));
  const { answers } = await replay({
    input: { name: 'examples', items, hash: '' },
    topology: await loadTopology(),
    model: createStandInLanguageModel(),
    broker: createMemoryBroker({ clock: SYSTEM_CLOCK }),
    codecs: openRecordCodecs(),
    clock: SYSTEM_CLOCK,
    drain: never,
    abort: never,
  });
  return answers;
}

// The stand-in's words and numbers change with every letter of a prompt, so none of them stand here:
// what the examples print is held against the main pipeline, and against itself.
describe('examples', () => {
  it('are all run here', () => {
    const files = readdirSync(path.join(packageRoot(), 'examples'));
    assert.deepEqual(files.toSorted(), [
      ...['own-detector.ts', 'own-model.ts', 'own-operator.ts', 'score-one-question.ts'],
    ]);
  });

  it('score-one-question prints every score, and they add up', async () => {
    const text = 'What is the capital of Kenya?';
    const [answer] = await answersTo([text]);
    assert.ok(answer);
    const lines = await run('score-one-question');
    assert.deepEqual(lines.slice(0, 2), [`question  ${text}`, `answer    ${answer.text}`]);
    const printed = new Map(
      lines.flatMap((line) => {
        const match = /^(\w+) +(0\.\d{3}|1\.000|missing) {2}(present|ambiguous|missing)/.exec(line);
        return match === null ? [] : [[match[1], Number(match[2])]];
      }),
    );
    assert.deepEqual([...printed.keys()].toSorted(), [...SCORE_NAMES].toSorted());
    for (const { name, value } of answer.scores) {
      // Three digits are printed.
      assert.ok(value !== null && Math.abs((printed.get(name) ?? NaN) - value) <= 0.0005, name);
    }
    // NormPTrue is P(True) over the total, where that exceeds 1. Rounding five P(True) by 0.0005 moves the
    // quotient by less than 5 · 0.0005, rounding the quotient by 0.0005 more.
    const own = printed.get('pTrue') ?? NaN;
    const rivals = lines.flatMap((line) => /^rival .+ P\(True\) ([\d.]+)$/.exec(line)?.[1] ?? []);
    assert.equal(rivals.length, answer.distractors.length);
    const total = rivals.reduce((sum, rival) => sum + Number(rival), own);
    const normalized = printed.get('normalizedPTrue') ?? NaN;
    assert.ok(Math.abs(own / Math.max(1, total) - normalized) < 0.003);
    assert.match(lines.at(-1) ?? '', /^positions \d+ to answer, \d+ to verbalize, \d+ to judge$/);
  });

  it('own-operator sends exactly the unsure answers to review', async () => {
    const countries = ['Kenya', 'Peru', 'Norway', 'Egypt', 'Ecuador'];
    const answers = await answersTo(countries.map((name) => `What is the capital of ${name}?`));
    const unsure = answers.filter(({ published }) => (published.value ?? 0) < 0.5);
    // Otherwise the threshold would prove nothing; another one would then have to be chosen.
    assert.ok(unsure.length > 0 && unsure.length < answers.length);
    assert.deepEqual(await run('own-operator'), [
      '5 questions answered and committed',
      ...unsure.map(
        ({ questionId, text, published }) =>
          `review ${questionId}: ${text} (${published.value?.toFixed(3)})`,
      ),
    ]);
  });

  it('own-detector fires once, right after the stream changes', async () => {
    const lines = await run('own-detector');
    assert.equal(lines.length, 2);
    // Choices begin at 20; a fast mean of 0.3 may take two more to leave what is usual.
    const at = Number(/^change at answer (\d+): /.exec(lines[0] ?? '')?.[1]);
    assert.ok(at >= 20 && at <= 22, lines[0]);
    assert.equal(lines[1], '40 answers watched');
  });

  it('own-model is asked as any other, and its numbers come out as they must', async () => {
    // 0.9 lies on one digit d, and 0.1 / 259 on each of the ten: the expected value of the bins' centres,
    // (0.9 (d + 0.5) / 10 + 5 r) / (0.9 + 10 r), is 0.948 for 9 and 0.251 for 2.
    const r = 0.1 / 259;
    const confidence = (digit: number): string =>
      ((0.09 * (digit + 0.5) + 5 * r) / (0.9 + 10 * r)).toFixed(3);
    assert.deepEqual(await run('own-model'), [
      `Kenya: Nairobi (${confidence(9)})`,
      `Peru: Lima (${confidence(9)})`,
      `Wakanda: Atlantis (${confidence(2)})`,
    ]);
  });
});
