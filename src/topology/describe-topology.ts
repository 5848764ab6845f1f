import type { Topology } from './topology.ts';

/** Whether answers are judged by P(True), alone or normalised. */
function judgedScores({ scoring }: Topology): string[] {
  if (scoring.when === 'never') return [];
  return scoring.scores.filter((score) => score === 'pTrue' || score === 'normalizedPTrue');
}

function distractorsOf({ scoring }: Topology): number {
  const used = scoring.when !== 'never' && scoring.scores.includes('normalizedPTrue');
  return used ? scoring.distractors : 0;
}

/** When bursts open, in words. */
function gateOf({ gate }: Topology): string {
  const { kind, burst } = gate;
  switch (kind) {
    case 'drift':
      return `${gate.detector} on ${gate.statistics.join(', ')}, a false alarm in ${gate.questionsBetweenFalseAlarms} questions; bursts of ${burst}`;
    case 'periodic':
      return `bursts of ${burst} every ${gate.period} questions`;
    case 'domains':
      return `bursts of ${burst} at every domain`;
    default:
      return kind;
  }
}

/** What is trained on, in words; `null` where nothing is. */
function trainingOf({ training, adapter }: Topology): string | null {
  if (training.mode === 'off') return null;
  const { target, lora } = training;
  return `${training.mode}, ${training.loss} towards the ${target.mean} of ${target.signals.join(', ')}; LoRA of rank ${lora.rank} on ${lora.projections.join(', ')} of ${lora.lastLayers} layers, at the ${adapter.scope}`;
}

/** A label that Mermaid reads as plain text. */
function quoted(label: string): string {
  return `"${label.replace(/"/g, '#quot;')}"`;
}

/**
 * Draws a topology as a Mermaid flowchart: topics as cylinders, steps as boxes. Only what the pipeline
 * reads or writes is drawn.
 */
export function drawTopology(topology: Topology): string {
  const { topics, model, answer, confidence, scoring, calibration } = topology;
  const { short, choice, reasoning } = answer.maxTokens;
  const judged = judgedScores(topology);
  const distractors = distractorsOf(topology);
  const trained = trainingOf(topology);
  const lines = [
    'flowchart LR',
    `  questions[(${quoted(topics.questions)})] --> answer`,
    `  answer[${quoted(`answer: ${model.name}, ${model.precision}, at most ${short} / ${choice} / ${reasoning} tokens`)}] --> verbalize`,
    `  verbalize[${quoted(`verbalize: evidence ${confidence.evidence}`)}] --> ${judged.length > 0 ? 'judge' : 'publish'}`,
  ];
  if (judged.length > 0) {
    const rivals = distractors > 0 ? `, ${distractors} distractors, ${scoring.normalization}` : '';
    lines.push(`  judge[${quoted(`judge: ${judged.join(', ')}${rivals}`)}] --> publish`);
  }
  lines.push(
    ...(trained === null
      ? []
      : [
          `  gate[${quoted(`gate: ${gateOf(topology)}`)}] --> learn[${quoted(`train: ${trained}`)}]`,
          '  verbalize --> gate',
          `  learn --> batches[(${quoted(topics.trainingBatches)})]`,
          `  batches --> adapters[(${quoted(topics.adapters)})]`,
          '  adapters -. swapped between batches .-> verbalize',
        ]),
    `  publish[${quoted(`publish: ${confidence.published}`)}] --> answers[(${quoted(topics.answers)})]`,
    `  answer -. cannot be read or answered .-> deadLetters[(${quoted(topics.deadLetters)})]`,
    `  answers --> calibrate[${quoted(`calibrate: ${calibration.window}, ${calibration.size} answers`)}]`,
    `  feedback[(${quoted(topics.feedback)})] --> calibrate`,
    `  calibrate --> calibration[(${quoted(topics.calibration)})]`,
  );
  return `${lines.join('\n')}\n`;
}

/** A topology as an indented list of what happens to a question, one line a step. */
export function outlineTopology(topology: Topology): string {
  const { topics, model, batch, answer, confidence, scoring, calibration, limits } = topology;
  const { short, choice, reasoning } = answer.maxTokens;
  const judged = judgedScores(topology);
  const distractors = distractorsOf(topology);
  const threads = model.threads === null ? 'as many threads as cores' : `${model.threads} threads`;
  const wait = batch.maxWaitMs === null ? 'cut by count' : `wait ${batch.maxWaitMs} ms`;
  const lines = [
    `${topology.name} (seed ${topology.seed})`,
    `  read       ${topics.questions}: ${batch.maxBatch} a batch, ${batch.maxInFlight} batches in flight, ${wait}, order by ${batch.order}`,
    `  limits     ${limits.maxQuestionChars} characters, ${limits.maxPromptTokens} tokens; beyond: ${topics.deadLetters}`,
    `  answer     ${model.name}, ${model.precision}, ${threads}, ${model.arenaPositions} cache positions`,
    `             at most ${short} tokens short, ${choice} choice, ${reasoning} reasoning`,
    `  verbalize  evidence ${confidence.evidence}, ambiguous below mass ${confidence.minimumMass}`,
  ];
  if (judged.length > 0) {
    lines.push(`  judge      ${judged.join(', ')}`);
    if (distractors > 0) {
      lines.push(
        `             ${distractors} distractors of at most ${scoring.distractorMaxTokens} tokens, ${scoring.normalization}`,
      );
    }
  }
  const trained = trainingOf(topology);
  lines.push(`  gate       ${gateOf(topology)}`);
  if (trained !== null) lines.push(`  train      ${trained}`);
  lines.push(
    `  publish    ${confidence.published} to ${topics.answers}`,
    `  calibrate  ${topics.answers} with ${topics.feedback} to ${topics.calibration}`,
    `             ${calibration.window} windows of ${calibration.size} answers every ${calibration.step}, the last ${calibration.correctable} correctable`,
    `             ${calibration.bins} bins, ${calibration.bootstrap} resamples, ${calibration.simulations} simulations`,
  );
  return `${lines.join('\n')}\n`;
}

/** Outline and picture together, as `secl topology describe` prints them. */
export function describeTopology(topology: Topology): string {
  return `${outlineTopology(topology)}\n${drawTopology(topology)}`;
}
