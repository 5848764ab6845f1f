import { labelConfidences } from '../calibration/labelled-confidences.ts';
import { reliabilityDiagram } from '../calibration/reliability-diagram.ts';
import { adapterChanges } from './adapter-changes.ts';
import { burstRuns } from './burst-runs.ts';
import { coursePlot } from './course-plot.ts';
import { courseOf, courseWindow, domainRuns } from './course.ts';
import { eceOverviewPlot } from './ece-overview-plot.ts';
import { formatBand, formatCount, formatFraction, formatShare } from './format-number.ts';
import { loopSection } from './loop-section.ts';
import { html, type Markup } from './markup.ts';
import { metricsTable } from './metrics-table.ts';
import { courseKey, overviewKey } from './plot-keys.ts';
import { courseNumbers, reliabilityNumbers } from './plot-numbers.ts';
import { reliabilityPlot } from './reliability-plot.ts';
import type { ReplayReport } from './replay-report.ts';
import { REPORTED_SCORES, type ReportedScore } from './replay-summary.ts';
import { reportPage } from './report-page.ts';
import { scoreCaption } from './score-caption.ts';
import { scoreTitle, sourceTitle } from './score-title.ts';
import { verdictSection } from './verdict-section.ts';

/** The figures a reader looks for first. */
function drawTiles({ summary }: ReplayReport): Markup {
  const { questions, answered, deadLettered, pooled, meanDomainEce, definition } = summary;
  const measured = Object.values(summary.domains).filter(({ published }) => published.ece !== null);
  const withoutBand =
    definition.interval.resamples === 0 ? 'no band was asked for' : 'too few answers for a band';
  const { ece, eceInterval, auroc } = pooled.published;
  const tiles: readonly (readonly [string, string, string])[] = [
    ['Questions', formatCount(questions), `${formatCount(answered)} answered`],
    ['Dead letters', formatCount(deadLettered), 'could not be read or answered'],
    ['Accuracy', formatFraction(pooled.accuracy), `n ${formatCount(pooled.n)}`],
    [
      'ECE, published',
      formatFraction(ece),
      eceInterval === null ? withoutBand : `95% ${formatBand(eceInterval)}`,
    ],
    [
      'Mean of domains’ ECEs',
      formatFraction(meanDomainEce.published),
      `of ${measured.length} with labels`,
    ],
    ['AUROC, published', formatFraction(auroc), '0.5 is chance'],
    [
      'Forward tokens',
      formatCount(summary.forwardTokens.total),
      `trained on ${formatShare(summary.trainedFraction)} of answers`,
    ],
  ];
  return html`<div class="tiles">
    ${tiles.map(
      ([name, value, note]) =>
        html`<div class="tile"><span>${name}</span><b>${value}</b><span>${note}</span></div>`,
    )}
  </div>`;
}

/** The page's plots of every score that has answers. */
function drawPlots(report: ReplayReport, scores: readonly ReportedScore[]): Markup {
  const { rows, seed, summary } = report;
  const runs = domainRuns(rows);
  const domains = Object.keys(summary.domains);
  const bursts = burstRuns(rows);
  const changes = adapterChanges(rows);
  const titleOf = (score: ReportedScore): string =>
    score === 'published'
      ? `${scoreTitle(score, summary)}: ${sourceTitle(report.publishedSource)}`
      : scoreTitle(score, summary);
  const courseFigure = (score: ReportedScore, width: number, height: number): Markup => {
    const course = courseOf(rows, score, { bins: summary.definition.bins, seed });
    return html`<figure>
      <h3>${titleOf(score)}</h3>
      ${coursePlot({
        course,
        runs,
        domains,
        ...(score === 'published' ? { bursts, changes } : {}),
        name: scoreTitle(score, summary),
        width,
        height,
      })}
      <figcaption>
        Windows of the newest ${courseWindow(rows.length)} answers, drawn from the tenth on. Whole
        run: ${scoreCaption(summary.pooled[score])}
      </figcaption>
      ${score === 'published' ? courseNumbers(course) : ''}
    </figure>`;
  };
  const others = scores.filter((score) => score !== 'published');
  return html`<h2>Reliability</h2>
    <p class="quiet">
      A bin on the diagonal is calibrated; one below it is too sure of itself, one above it not sure
      enough. Whiskers: 95% Wilson interval of the bin’s accuracy. Small bars: answers in the bin.
    </p>
    <div class="grid-of-plots">
      ${scores.map((score) => {
        const data = labelConfidences(
          rows.map(({ confidences, correct }) => ({
            confidence: confidences[score] ?? null,
            correct,
          })),
        );
        const diagram = reliabilityDiagram(data, {
          kind: 'equal-width',
          bins: summary.definition.bins,
        });
        return html`<figure>
          <h3>${titleOf(score)}</h3>
          ${reliabilityPlot(diagram, scoreTitle(score, summary))}
          <figcaption>${scoreCaption(summary.pooled[score])}</figcaption>
          ${reliabilityNumbers(diagram)}
        </figure>`;
      })}
    </div>
    <h2>Course of the run</h2>
    <p class="quiet">
      Rolling over the stream; a window that spans two domains mixes
      them${changes.length > 0 ? ', one that spans a change of the adapter its versions' : ''}. A
      short window’s ECE is high by chance alone: read it against its floor.
    </p>
    ${courseKey(domains, bursts.length > 0, changes.length > 0)}
    ${scores.includes('published') ? courseFigure('published', 1000, 320) : ''}
    <div class="grid-of-courses">${others.map((score) => courseFigure(score, 480, 240))}</div>`;
}

/** Conventions and provenance. */
function drawDetails(report: ReplayReport, absent: readonly ReportedScore[]): Markup {
  const { definition, forwardTokens } = report.summary;
  const names = absent.map((score) => scoreTitle(score, report.summary)).join(', ');
  const { answer, confidence, scoring, training, total } = forwardTokens;
  const facts: readonly (readonly [string, string])[] = [
    ['Model', report.model],
    ['Topology', report.topology],
    ['Seed', String(report.seed)],
    ['Started', report.startedAt],
    ['Published', sourceTitle(report.publishedSource)],
    [
      'Forward tokens',
      `answer ${formatCount(answer)}, confidence ${formatCount(confidence)}, scoring ` +
        `${formatCount(scoring)}, training ${formatCount(training)}, total ${formatCount(total)}`,
    ],
    ...report.provenance.map(({ name, value }) => [name, value] as const),
  ];
  return html`<h2>What the numbers mean</h2>
    <p>
      ECE: ${definition.estimator}, ${definition.bins} bins, ${definition.edgeRule}: the mean
      distance between stated confidence and accuracy, 0 at best.
      ${
        definition.interval.resamples === 0
          ? ''
          : html`Its 95% band is a bootstrap over answers
            (${formatCount(definition.interval.resamples)} resamples, reflected, clipped to 0–1,
            none below 20 answers), widened by Wilson’s interval where all are right, or all wrong.
            It covers sampling error alone.`
      }
      ${
        definition.floorSimulations === 0
          ? ''
          : html`Floor: the ECE that perfect calibration would show with these confidences and this
              n (${formatCount(definition.floorSimulations)} simulations); an ECE marked
              <sup>*</sup> lies below its 95th percentile, so it is no evidence of miscalibration.`
      }
      Bold: the lowest ECE of its block, whether or not the difference exceeds the bands. AUROC: how
      often a right answer is surer than a wrong one, ties half; a dash where all answers are right,
      or all wrong. Brier: mean squared distance between confidence and outcome, lower is better.
      Missing confidences are left out and counted, never replaced by a number.
    </p>
    ${absent.length === 0 ? '' : html`<p>No answer has a value for: ${names}.</p>`}
    <h2>Provenance</h2>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
}

/**
 * The report page: one HTML document with its style and pictures inside. It loads nothing, runs no
 * script, follows the reader's light or dark setting, and escapes every text it is given.
 *
 * @throws {@link SeclError} `PRECONDITION` if a confidence is NaN or outside `[0, 1]`.
 * @remarks Deterministic. About 1 s and 300 KB for 2,000 answers.
 */
export function renderReport(report: ReplayReport): string {
  const { summary } = report;
  const present = REPORTED_SCORES.filter((score) => summary.pooled[score].n > 0);
  const absent = REPORTED_SCORES.filter((score) => summary.pooled[score].n === 0);
  return reportPage(
    `${report.title} – calibration report`,
    html`<h1>${report.title}</h1>
      <p class="quiet">
        ${report.model}, topology ${report.topology}, seed ${report.seed}, started
        ${report.startedAt}
      </p>
      ${
        report.complete
          ? ''
          : html`<p class="warning">
              This run was stopped before its end; it shows what was committed.
            </p>`
      }
      ${(report.notes ?? []).map((note) => html`<p class="warning">${note}</p>`)}
      ${verdictSection(report.verdict ?? null)} ${drawTiles(report)}
      ${
        present.length === 0
          ? html`<p class="warning">No answer has a label, so nothing can be measured yet.</p>`
          : html`<h2>Calibration error by confidence</h2>
              <figure>${eceOverviewPlot(summary, present)}${overviewKey()}</figure>
              <h2>Metrics</h2>
              ${metricsTable(summary, present)} ${drawPlots(report, present)}`
      }
      ${loopSection(report)} ${drawDetails(report, absent)}`,
  );
}
