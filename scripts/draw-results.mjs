/**
 * Tables and plots of `docs/results.md` from the recorded comparisons in `bench/results/{compare,ablation}-*.json`, each
 * `{ command, commit, machine, note?, summary }` with the summary that `secl compare --json` printed. `--check` only
 * compares. Needs a build: the page's own plots and cells are used.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { updateBlock } from './generated-block.mjs';

const report = new URL('../build/src/report/', import.meta.url);
const [
  { comparisonPlot },
  { comparesRuns, comparisonRows },
  cells,
  { REPORT_STYLE },
  { formatFraction },
] = await Promise.all(
  ['comparison-plot', 'comparison-rows', 'comparison-cells', 'report-style', 'format-number'].map(
    (name) => import(new URL(`${name}.js`, report)),
  ),
);

const results = new URL('../bench/results/', import.meta.url);
const pictures = new URL('../docs/results/', import.meta.url);
const COMMAND = 'npm run docs:results';
const checking = process.argv.includes('--check');

/** A picture that stands alone: its style inside, and a ground, since a viewer's page may be of any colour. */
function standalone(summary) {
  const style = String(REPORT_STYLE).replace(
    'svg { display: block; width: 100%; height: auto; }',
    '',
  );
  return String(comparisonPlot(summary))
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(
      '>',
      `><style>${style}</style><rect width="100%" height="100%" style="fill:var(--page)"/>`,
    );
}

function writePicture(name, text) {
  const file = new URL(name, pictures);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (checking) {
    console.error(`docs/results/${name} is stale: run "${COMMAND}" and commit the result.`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(pictures, { recursive: true });
  writeFileSync(file, text);
}

const row = (texts) => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (headings, rows) =>
  [row(headings), row(headings.map(() => '---')), ...rows.map(row)].join('\n');

function domainTable(rows) {
  const domains = [...new Set(rows.flatMap(({ strategy }) => Object.keys(strategy.domains)))];
  const cell = (domain) =>
    domain === undefined ? '–' : `${formatFraction(domain.ece)} / ${formatFraction(domain.brier)}`;
  return table(
    ['ECE / Brier', ...domains],
    rows.map(({ name, strategy }) => [
      name,
      ...domains.map((domain) => cell(strategy.domains[domain])),
    ]),
  );
}

function section(file) {
  const { command, commit, machine, note, title, summary } = JSON.parse(
    readFileSync(new URL(file, results), 'utf8'),
  );
  const picture = file.replace('.json', '.svg');
  writePicture(picture, `${standalone(summary)}\n`);
  const rows = comparisonRows(summary);
  const { runs } = summary;
  const onSample = cells.sampleCells(rows);
  return [
    `### ${title}`,
    [
      `${summary.questions} questions, ${summary.model}, commit ${commit}, ${machine}`,
      ...(runs.length > 1 ? [`${runs.length} runs`] : []),
      `[${file}](../bench/results/${file})`,
    ].join('; ') + '.',
    ...(note === undefined ? [] : [note]),
    ['```sh', ...[command].flat(), '```'].join('\n'),
    `![${title}: ECE by ${comparesRuns(summary) ? 'run' : 'strategy'}](results/${picture})`,
    table(cells.STRATEGY_HEADINGS, rows.map(cells.strategyCells)),
    ...(summary.strategies.verbalized === undefined
      ? []
      : [
          table(
            ['against verbalized and NormPTrue', ...cells.REDUCTION_HEADINGS.slice(1)],
            rows.map(cells.reductionCells),
          ),
        ]),
    domainTable(rows),
    ...(onSample.length === 0
      ? []
      : ['On the sampled questions alone:', table(cells.SAMPLE_HEADINGS, onSample)]),
    ...(runs.length < 2
      ? []
      : [
          `Mean ± standard deviation over ${runs.length} runs:`,
          table(
            cells.SPREAD_HEADINGS,
            Object.keys(summary.strategies).map((name) => cells.spreadCells(name, summary)),
          ),
        ]),
  ].join('\n\n');
}

for (const [block, pattern] of [
  ['comparisons', /^compare-.*\.json$/],
  ['ablations', /^ablation-.*\.json$/],
]) {
  const files = readdirSync(results).filter((name) => pattern.test(name));
  await updateBlock('docs/results.md', block, files.sort().map(section).join('\n\n'), COMMAND);
}
