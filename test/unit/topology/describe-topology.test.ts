import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  describeTopology,
  drawTopology,
  outlineTopology,
} from '../../../src/topology/describe-topology.ts';
import { readTopology } from '../../../src/topology/parse-topology.ts';

const QA = readTopology(readFileSync('topologies/qa.yaml', 'utf8'), 'qa.yaml');
const OUTLINE = `qa (seed 1)
  read       qa.questions: 8 a batch, 2 batches in flight, cut by count, order by partition
  limits     16384 characters, 2048 tokens; beyond: qa.dead-letters
  answer     qwen2.5-coder-0.5b-instruct, int8, as many threads as cores, 8192 cache positions
             at most 24 tokens short, 8 choice, 320 reasoning
  verbalize  evidence combination, ambiguous below mass 0.5
  judge      pTrue, normalizedPTrue
             4 distractors of at most 24 tokens, total-above-one
  gate       cusum on hidden, a false alarm in 600 questions; bursts of 24
  train      barrier, two-hot towards the tempered-noisy-or of tokenCertainty, answerProbability; LoRA of rank 8 on q, v, o of 8 layers, at the position
  publish    verbalizedWithEvidence to qa.answers
  calibrate  qa.answers with qa.feedback to qa.calibration
             tumbling windows of 100 answers every 100, the last 10 correctable
             10 bins, 1000 resamples, 200 simulations
`;
const PICTURE = `flowchart LR
  questions[("qa.questions")] --> answer
  answer["answer: qwen2.5-coder-0.5b-instruct, int8, at most 24 / 8 / 320 tokens"] --> verbalize
  verbalize["verbalize: evidence combination"] --> judge
  judge["judge: pTrue, normalizedPTrue, 4 distractors, total-above-one"] --> publish
  gate["gate: cusum on hidden, a false alarm in 600 questions; bursts of 24"] --> learn["train: barrier, two-hot towards the tempered-noisy-or of tokenCertainty, answerProbability; LoRA of rank 8 on q, v, o of 8 layers, at the position"]
  verbalize --> gate
  learn --> batches[("qa.training-batches")]
  batches --> adapters[("qa.adapters")]
  adapters -. swapped between batches .-> verbalize
  publish["publish: verbalizedWithEvidence"] --> answers[("qa.answers")]
  answer -. cannot be read or answered .-> deadLetters[("qa.dead-letters")]
  answers --> calibrate["calibrate: tumbling, 100 answers"]
  feedback[("qa.feedback")] --> calibrate
  calibrate --> calibration[("qa.calibration")]
`;

describe('describeTopology', () => {
  it('outlines and draws the default pipeline', () => {
    assert.equal(outlineTopology(QA), OUTLINE);
    assert.equal(drawTopology(QA), PICTURE);
    assert.equal(describeTopology(QA), `${OUTLINE}\n${PICTURE}`);
  });

  it('leaves out what does not happen', () => {
    const text = 'version: 1\nname: free\nscoring: { when: never }\nmodel: { threads: 2 }\n';
    const free = readTopology(text, 'free.yaml');
    assert.doesNotMatch(outlineTopology(free), /  judge|distractors/);
    assert.match(outlineTopology(free), / 2 threads,/);
    assert.doesNotMatch(drawTopology(free), /judge/);
    assert.match(drawTopology(free), /verbalize\[.*\] --> publish/);
    const plain = readTopology('version: 1\nname: p\nscoring: { distractors: 0 }\n', 'p.yaml');
    assert.match(drawTopology(plain), /judge\["judge: pTrue"\]/);
    assert.doesNotMatch(outlineTopology(plain), /distractors/);
  });

  it('keeps a path with quotes from breaking the picture', () => {
    const text = `version: 1\nname: p\nmodel: { name: 'a "b".gguf' }\n`;
    assert.match(drawTopology(readTopology(text, 'p.yaml')), /a #quot;b#quot;\.gguf/);
  });
});
