import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';
import { summarizeRows } from '../../../src/calibration/summarize.ts';
import type { VerdictLevel } from '../../../src/events/verdict.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { judgeEvidence } from '../../../src/verdict/judge-evidence.ts';
import { windowEvidence } from '../../../src/verdict/window-evidence.ts';
import { RULES, sketchWindow } from '../../support/verdict-fixture.ts';

const TRIALS = 60;

/** What windows of 100 labelled answers speak for, one by one, where confidence is too high by `shift`. */
function spoken(shift: number): Readonly<Record<VerdictLevel, number>> {
  const counts = { trust: 0, 'not-enough-data': 0, caution: 0, 'do-not-trust': 0 };
  const random = seededRandom(3);
  for (let trial = 0; trial < TRIALS; trial++) {
    const rows = Array.from({ length: RULES.size }, () => {
      const confidence = random.next();
      return { confidence, correct: random.next() < Math.max(0, confidence - shift) };
    });
    const { eceInterval } = summarizeRows(labelConfidences(rows), {
      resamples: 200,
      simulations: 0,
      seed: trial,
    });
    const band = [eceInterval?.low ?? 0, eceInterval?.high ?? 1] as const;
    const window = windowEvidence(sketchWindow({ ordinal: 0, band }), RULES);
    const evidence = { newest: window, measured: window, noticedAt: 0, answersSeen: RULES.size };
    counts[judgeEvidence(evidence, RULES).level] += 1;
  }
  return counts;
}

test('docs/verdict.md shows what these windows speak for', async () => {
  const page = await readFile('docs/verdict.md', 'utf8');
  const share = (n: number): string => `${Math.round((100 * n) / TRIALS)}%`;
  for (const shift of [0, 0.1, 0.2, 0.3, 0.4]) {
    const { trust, caution, 'do-not-trust': mistrust } = spoken(shift);
    const cells = [shift.toFixed(1), share(trust), share(caution), share(mistrust)];
    const line = new RegExp(`^\\| ${cells.join(' +\\| ')} +\\|$`, 'm');
    assert.match(page, line, `| ${cells.join(' | ')} |`);
  }
});

interface Strategy {
  readonly domains: Readonly<Record<string, { readonly mean: number; readonly ece: number }>>;
}

test('docs/verdict.md says what the recorded comparisons say of the distance from token certainty', async () => {
  const far: number[] = [];
  const trained: number[] = [];
  const trainedOnChoices: number[] = [];
  for (const name of ['published-2000', 'generated-2000', 'published-600-smollm2']) {
    const text = await readFile(`bench/results/compare-${name}.json`, 'utf8');
    const { strategies } = (
      JSON.parse(text) as {
        summary: { strategies: Record<'verbalized' | 'tokenCertainty' | 'secl', Strategy> };
      }
    ).summary;
    for (const [domain, { mean: certainty }] of Object.entries(strategies.tokenCertainty.domains)) {
      const { mean, ece } = strategies.verbalized.domains[domain] ?? { mean: NaN, ece: NaN };
      if (Math.abs(mean - certainty) > RULES.gap) far.push(ece);
      (domain === 'commonsenseqa' ? trainedOnChoices : trained).push(
        Math.abs((strategies.secl.domains[domain]?.mean ?? NaN) - certainty),
      );
    }
  }
  assert.equal(far.length, 8);
  assert.ok(Math.min(...far) > 0.18 && Math.max(...trained) < 0.18);
  assert.ok(Math.max(...trainedOnChoices) < 0.24);
});
