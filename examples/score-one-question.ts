/**
 * Asks a model one question and prints every score of its answer.
 *
 *     npm run build
 *     node build/examples/score-one-question.js [MODEL] [QUESTION]
 *
 * MODEL is a name of `secl model list` or the path of a GGUF file; a model that is not there yet is fetched and
 * built first. The default, `stand-in`, is no language model: it needs no download, and its numbers mean nothing.
 */
import { ask, loadTopology, openLanguageModel } from 'secl-stream';

const [name = 'stand-in', text = 'What is the capital of Kenya?'] = process.argv.slice(2);

const topology = await loadTopology();
const model = await openLanguageModel({ ...topology.model, name });
try {
  const question = { text, style: 'short', choices: [], answer: null } as const;
  const { answer, scores, distractors, forwardTokens } = await ask(question, topology, model);

  console.log(`question  ${text}`);
  console.log(`answer    ${answer}`);
  for (const { name: score, value, status, mass } of scores) {
    // A missing score has no number. An ambiguous one has, but the model hardly spoke to the question.
    const number = value === null ? 'missing' : value.toFixed(3);
    const said = mass === null ? '' : `  mass ${mass.toFixed(3)}`;
    console.log(`${score.padEnd(22)}  ${number}  ${status}${said}`);
  }
  for (const { text: rival, pTrue } of distractors)
    console.log(`rival     ${rival}  P(True) ${pTrue?.toFixed(3) ?? 'missing'}`);
  const { answer: written, confidence, scoring } = forwardTokens;
  console.log(`positions ${written} to answer, ${confidence} to verbalize, ${scoring} to judge`);
} finally {
  await model.close();
}
