import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/app/package-root.ts';

/**
 * What each example prints, with the stand-in model. The numbers come from a hash, so they witness nothing
 * but that nothing changed; three digits leave room for another machine's `exp`.
 */
const OUTPUTS: Readonly<Record<string, string>> = {
  'own-operator': `
5 questions answered and committed
review capital-1: blue oxygen gold (0.400)
review capital-3: carbon Delhi (0.491)
review capital-4: neon Friday copper (0.499)
`,
  'score-one-question': `
question  What is the capital of Kenya?
answer    blue oxygen gold
answerProbability       0.004  present
tokenCertainty          0.063  present
verbalized              0.632  present  mass 0.981
verbalizedWithEvidence  0.400  present  mass 0.991
pTrue                   0.587  present  mass 0.966
normalizedPTrue         0.226  present  mass 0.966
rival     iron Delhi  P(True) 0.378
rival     neon Monday Monday  P(True) 0.683
rival     Lima Friday zinc  P(True) 0.565
rival     July Monday  P(True) 0.380
positions 24 to answer, 119 to verbalize, 147 to judge
`,
};

/** Runs an example as built, as its comment says, and gives what it printed. */
async function run(name: string): Promise<string> {
  const file = path.join(packageRoot(), 'build', 'examples', `${name}.js`);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  return stdout;
}

describe('examples', () => {
  it('are all run here', () => {
    const files = readdirSync(path.join(packageRoot(), 'examples'));
    assert.deepEqual(
      files.toSorted(),
      Object.keys(OUTPUTS).map((name) => `${name}.ts`),
    );
  });

  for (const [name, output] of Object.entries(OUTPUTS)) {
    it(`${name} prints what it says`, async () => {
      assert.equal(await run(name), output.trimStart());
    });
  }

  it('score-one-question adds up: NormPTrue is P(True) over the total', () => {
    // 0.587 / (0.587 + 0.378 + 0.683 + 0.565 + 0.380) = 0.2264. Rounding each P(True) by 0.0005 moves the
    // quotient by at most 0.0003, rounding the printed quotient by 0.0005 more.
    const lines = OUTPUTS['score-one-question'] ?? '';
    const own = Number(/^pTrue +([\d.]+)/m.exec(lines)?.[1]);
    const rivals = [...lines.matchAll(/P\(True\) ([\d.]+)/g)].map((match) => Number(match[1]));
    const printed = Number(/^normalizedPTrue +([\d.]+)/m.exec(lines)?.[1]);
    const total = rivals.reduce((sum, rival) => sum + rival, own);
    assert.equal(rivals.length, 4);
    assert.ok(Math.abs(own / total - printed) < 1e-3);
  });
});
