import { byId, el, outside, put, row, svg, traceLink } from './dom.js';
import { band, count, fraction, span, time } from './format.js';
import { drawCourse, drawReliability } from './plots.js';

const DASH = '–';

function tile(name, value, note) {
  return el(
    'div',
    {},
    el('dt', {}, name),
    el('dd', { class: 'value' }, value),
    el('dd', { class: 'note' }, note),
  );
}

/** A figure with its 95% band below it. */
function withBand(value, interval) {
  return interval === null
    ? value
    : el('span', {}, value, el('span', { class: 'note' }, ` 95% ${band(interval)}`));
}

/** Words that the verdict may be, with the class that colours them. */
const VERDICTS = {
  trust: 'trust',
  caution: 'caution',
  'do not trust': 'distrust',
  'not enough data': 'unknown',
};

function showVerdict({ head, standing, verdict }) {
  const { word, reason, basis, n, labelled, sinceMs, dataAtMs, scopes } = verdict;
  byId('verdict').className = `verdict ${VERDICTS[word] ?? 'unknown'}`;
  const node = byId('verdict-word');
  if (node.textContent !== word) node.textContent = word;
  put('verdict-reason', outside(reason));
  put(
    'verdict-facts',
    sinceMs === null
      ? ''
      : `Since ${time(sinceMs)} UTC; ${basis === 'none' ? 'rests on nothing yet' : basis}; ` +
          `n ${count(n)}, ${count(labelled)} labelled; newest answer of ${time(dataAtMs)} UTC.`,
  );
  byId('verdict-blind').hidden = basis !== 'estimated';
  put(
    'verdict-rows',
    ...scopes.map((scope) =>
      row(
        el(
          'span',
          {},
          outside(scope.scope === 'pooled' ? 'all domains' : scope.scope),
          `, partition ${scope.partition}`,
        ),
        [scope.word, 'words'],
        [outside(scope.reason), 'words'],
        [scope.basis, 'words'],
        count(scope.n),
        count(scope.labelled),
        scope.sinceMs === null ? DASH : time(scope.sinceMs),
        scope.dataAtMs === null ? DASH : time(scope.dataAtMs),
      ),
    ),
  );
  const { measured } = standing;
  const { counts } = head;
  put(
    'tiles',
    tile('Answers', count(counts.answers), `${count(counts.labelled)} with a label`),
    tile(
      'ECE, measured',
      fraction(measured.ece),
      measured.eceBand === null
        ? `n ${count(measured.n)}`
        : `95% ${band(measured.eceBand)}, n ${count(measured.n)}`,
    ),
    tile(
      'Accuracy, measured',
      fraction(measured.accuracy),
      measured.accuracyBand === null ? 'no label yet' : `95% ${band(measured.accuracyBand)}`,
    ),
    tile(
      'Mean confidence',
      fraction(standing.estimated.accuracy),
      `n ${count(standing.estimated.n)}`,
    ),
    tile(
      'Incidents',
      count(head.incidents),
      head.burst > 0 ? `burst ${head.burst} is open` : 'no burst is open',
    ),
    tile(
      'Adapter',
      head.activeVersion === 0 ? 'none' : `v${head.activeVersion}`,
      head.frozen
        ? 'frozen'
        : `${count(counts.refused)} refused, ${count(counts.rolledBack)} rolled back`,
    ),
    tile(
      'Dead letters',
      count(counts.deadLetters),
      counts.unreadable > 0
        ? `${count(counts.unreadable)} records unreadable`
        : 'with reason below',
    ),
    tile(
      'Speed',
      head.questionsPerSecond === null ? DASH : head.questionsPerSecond.toFixed(2),
      'answers a second',
    ),
  );
}

function showHead({ head }) {
  put('title', head.title);
  put('facts', outside(head.model ?? 'no answer yet'), ', topology ', outside(head.topology));
  document.title = `${head.title} – SECL-Stream`;
}

function showStanding({ standing }) {
  const { measured, estimated } = standing;
  const none = el('span', { class: 'quiet' }, 'cannot be estimated');
  const floor = measured.eceFloor;
  put(
    'standing-note',
    `The newest ${count(standing.answers)} answers: ${count(measured.n)} labelled, ` +
      `${count(estimated.n)} with a confidence, ${count(standing.missing)} without.`,
  );
  put(
    'standing',
    row('Answers counted', count(measured.n), count(estimated.n)),
    row(
      'Accuracy',
      withBand(fraction(measured.accuracy), measured.accuracyBand),
      fraction(estimated.accuracy),
    ),
    row('ECE', withBand(fraction(measured.ece), measured.eceBand), none),
    row(
      'ECE under perfect calibration',
      floor === null ? DASH : `${fraction(floor.mean)}, up to ${fraction(floor.p95)}`,
      DASH,
    ),
    row('AUROC', fraction(measured.auroc), fraction(estimated.auroc)),
    row('Brier score', fraction(measured.brier), none.cloneNode(true)),
    row(
      'Mean confidence of these answers',
      fraction(measured.meanConfidence),
      fraction(estimated.accuracy),
    ),
  );
}

function showReliability({ reliability, standing }) {
  drawReliability(byId('reliability-plot'), reliability);
  const { measured } = standing;
  put(
    'reliability-note',
    `n ${count(reliability.n)}, ECE ${fraction(measured.ece)}, 95% ${band(measured.eceBand)}; ${reliability.definition}`,
  );
  put(
    'reliability-rows',
    ...reliability.bins.map((bin) =>
      row(
        `${bin.low.toFixed(1)}–${bin.high.toFixed(1)}`,
        count(bin.n),
        fraction(bin.meanConfidence),
        fraction(bin.accuracy),
        band({ low: bin.accuracyLow, high: bin.accuracyHigh }),
      ),
    ),
  );
}

function keyItem(shape, text) {
  return el('li', {}, svg('svg', { viewBox: '0 0 30 14', 'aria-hidden': 'true' }, shape), text);
}

function showKey() {
  const line = (kind) => svg('path', { class: `line ${kind}`, d: 'M1 7H29' });
  put(
    'course-key',
    keyItem(line('ece'), 'ECE'),
    keyItem(line('floor'), 'ECE under perfect calibration (floor)'),
    keyItem(line('accuracy'), 'accuracy, measured, with 95% band'),
    keyItem(line('estimated'), 'accuracy, estimated: mean confidence'),
    keyItem(svg('rect', { class: 'burst', width: 30, height: 14 }), 'burst'),
    keyItem(svg('path', { class: 'version', d: 'M15 0V14' }), 'another adapter version acts'),
  );
}

/** The least of some round tops that holds every value. */
function topOf(values, tops) {
  const most = Math.max(0, ...values.filter((value) => value !== null));
  return tops.find((top) => most <= top) ?? most * 1.1;
}

function showCourse({ course }) {
  const { points, window, from, to, bursts, changes } = course;
  const marks = { from, to, bursts, changes };
  const last = points.at(-1);
  const pick = (read) => points.map((point) => [point.index, read(point)]);
  const ece = pick((point) => point.ece);
  const floor = pick((point) => point.floor);
  drawCourse(byId('ece-plot'), {
    ...marks,
    label:
      `ECE over answers ${from} to ${to}; now ${fraction(last?.ece ?? null)}, ` +
      `floor ${fraction(last?.floor ?? null)}; ${bursts.length} bursts, ${changes.length} changes of the adapter`,
    nothing: 'needs ten labelled answers',
    lines: [
      { kind: 'floor', points: floor },
      { kind: 'ece', points: ece },
    ],
    top: topOf(
      [...ece, ...floor].map(([, value]) => value),
      [0.2, 0.5, 1],
    ),
  });
  drawCourse(byId('accuracy-plot'), {
    ...marks,
    label:
      `Accuracy over answers ${from} to ${to}; now measured ${fraction(last?.accuracy ?? null)}, ` +
      `estimated ${fraction(last?.estimated ?? null)}`,
    nothing: 'needs an answer',
    band: points.map((point) => [point.index, point.accuracyLow, point.accuracyHigh]),
    lines: [
      { kind: 'accuracy', points: pick((point) => point.accuracy) },
      { kind: 'estimated', points: pick((point) => point.estimated) },
    ],
    top: 1,
  });
  const note = `Rolling over the newest ${window} answers; in the last window n ${count(last?.n ?? 0)}.`;
  put(
    'ece-note',
    `${note} A short window’s ECE is high by chance alone: read it against its floor.`,
  );
  put('accuracy-note', `${note} Where the two part, confidence is not calibrated.`);
  put(
    'course-rows',
    ...points
      .toReversed()
      .map((point) =>
        row(
          String(point.index),
          count(point.n),
          fraction(point.ece),
          fraction(point.floor),
          fraction(point.accuracy),
          point.accuracyLow === null
            ? DASH
            : band({ low: point.accuracyLow, high: point.accuracyHigh }),
          fraction(point.estimated),
        ),
      ),
  );
}

function showDrift({ drift, course }) {
  const values = drift.lines.flatMap(({ points }) => points.map(([, ratio]) => ratio));
  drawCourse(byId('drift-plot'), {
    from: drift.from,
    to: drift.to,
    label:
      `Drift statistics over their thresholds, answers ${drift.from} to ${drift.to}: ` +
      `${drift.incidents.length} incidents, ${drift.alarms.length} alarms`,
    nothing: 'this gate keeps no statistic',
    lines: drift.lines.map(({ points }, i) => ({ kind: `drift${i}`, points })),
    bursts: course.bursts,
    incidents: drift.incidents,
    alarms: drift.alarms,
    threshold: 1,
    top: topOf(values, [1.25, 2, 5]),
  });
  const several = new Set(drift.lines.map(({ partition }) => partition)).size > 1;
  const names = drift.lines.map(({ name, partition }) =>
    several ? `${name} of partition ${partition}` : name,
  );
  const leftOut = drift.linesLeftOut === 0 ? '' : ` (${count(drift.linesLeftOut)} more, not drawn)`;
  put(
    'drift-note',
    `${names.join(', ') || 'no statistic'}${leftOut}; n ${count(drift.lines.length === 0 ? 0 : drift.to - drift.from + 1)}. ` +
      'Dashed line across: threshold. Dashed line down: incident. Dot: alarm. Shaded: burst.',
  );
  put(
    'burst-rows',
    ...course.bursts
      .toReversed()
      .map((burst) =>
        row(String(burst.burst), burst.from, burst.to, count(burst.answers), burst.incident),
      ),
  );
}

const WORDS = {
  batch: 'questions collected',
  trained: 'trained',
  accepted: 'accepted, acts',
  refused: 'refused',
  'rolled-back': 'rolled back',
  frozen: 'training frozen',
  unfrozen: 'training goes on',
  imported: 'imported',
};

function showAdapters({ adapters, course, head }) {
  const steps = [[course.from, 0]];
  let acting = 0;
  for (const { index, version } of course.changes) {
    steps.push([index, acting], [index, version]);
    acting = version;
  }
  steps.push([course.to, acting]);
  const most = Math.max(1, ...course.changes.map(({ version }) => version));
  drawCourse(byId('adapter-plot'), {
    from: course.from,
    to: course.to,
    label: `Adapter version that acts over the answers; now ${head.activeVersion}; ${course.changes.length} changes`,
    lines: [{ kind: 'acting', points: course.changes.length === 0 ? [] : steps }],
    nothing: 'no adapter has acted yet',
    bursts: course.bursts,
    top: most,
  });
  put(
    'adapter-note',
    `${head.counts.trained} trained, ${head.counts.refused} refused, ${head.counts.rolledBack} rolled back.`,
  );
  put(
    'adapter-rows',
    ...adapters.map((event) =>
      row(
        time(event.atMs),
        String(event.version),
        [WORDS[event.kind] ?? event.kind, `words ${event.kind}`],
        event.samples === null ? DASH : count(event.samples),
        event.heldOutError === null
          ? DASH
          : `${event.heldOutError.before.toFixed(4)} → ${event.heldOutError.after.toFixed(4)}`,
        [
          outside(event.code === 'none' ? event.reason : `${event.reason} (${event.code})`),
          'words',
        ],
      ),
    ),
  );
}

/** Nodes of the answers shown, by index: those that stay keep their focus. */
const answerNodes = new Map();

function copyButton(command) {
  if (navigator.clipboard === undefined) return [];
  const button = el('button', { type: 'button', 'aria-label': `Copy: ${command}` }, 'Copy');
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(command).then(
      () => {
        button.textContent = 'Copied';
      },
      () => {
        button.textContent = 'Not allowed';
      },
    );
  });
  return [' ', button];
}

function outcome(correct) {
  if (correct === null) return el('span', { class: 'outcome quiet' }, 'no label');
  return correct
    ? el('span', { class: 'outcome right' }, '✓ right')
    : el('span', { class: 'outcome wrong' }, '✗ wrong');
}

/** What a command that shows a trace begins with; its id follows. */
const COMMAND = 'secl trace ';

function answerNode(answer, traces) {
  const { text, extracted } = answer;
  const tags = [
    answer.burst > 0 ? `burst ${answer.burst}` : '',
    answer.alarm ? 'alarm' : '',
    answer.late ? 'late' : '',
    answer.repeated ? 'repeated id' : '',
    answer.finishReason === 'length' ? 'cut by its token limit' : '',
    text.cut ? `${count(text.length)} letters in all` : '',
  ].filter((tag) => tag !== '');
  const part = extracted !== null && extracted.text !== text.text;
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'top' },
      el(
        'span',
        { class: 'confidence' },
        answer.confidence === null ? 'no confidence' : `confidence ${fraction(answer.confidence)}`,
      ),
      outcome(answer.correct),
      el(
        'span',
        { class: 'small' },
        outside(answer.questionId),
        answer.domain === null ? '' : ', ',
        answer.domain === null ? '' : outside(answer.domain),
      ),
      ...tags.map((tag) => el('span', { class: 'tag' }, tag)),
    ),
    el('p', { class: 'said' }, outside(text.text)),
    ...(part
      ? [el('p', { class: 'small' }, 'Taken as the answer: ', outside(extracted.text))]
      : []),
    el(
      'div',
      { class: 'small' },
      `${time(answer.answeredAtMs)} UTC, ${span(answer.durationMs)}, ${answer.source}, `,
      answer.adapterVersion === 0 ? 'no adapter. ' : `adapter ${answer.adapterVersion}. `,
      ...(answer.trace === null
        ? ['Its id is not safe to copy into a shell.']
        : [
            ...(traces ? [traceLink(answer.trace.slice(COMMAND.length)), ' '] : []),
            el('code', {}, answer.trace),
            ...copyButton(answer.trace),
          ]),
    ),
  );
}

function showAnswers({ answers, source }) {
  const list = byId('answers');
  const known = new Set(answers.map(({ index }) => index));
  for (const [index, node] of answerNodes) {
    if (known.has(index)) continue;
    node.remove();
    answerNodes.delete(index);
  }
  let before = list.firstChild;
  for (const answer of answers) {
    const node = answerNodes.get(answer.index);
    if (node === undefined) {
      const made = answerNode(answer, source.traces);
      answerNodes.set(answer.index, made);
      list.insertBefore(made, before);
    } else {
      node.querySelector('.outcome').replaceWith(outcome(answer.correct));
      before = node.nextSibling;
    }
  }
}

/** Forgets the answers shown: indices of another process mean others. */
export function forgetAnswers() {
  for (const node of answerNodes.values()) node.remove();
  answerNodes.clear();
}

function showLetters({ deadLetters }) {
  const codes = Object.entries(deadLetters.codes);
  put(
    'letters-note',
    codes.length === 0
      ? 'None: every record so far could be read and answered.'
      : codes.map(([code, n]) => `${code} ${count(n)}`).join(', '),
  );
  put(
    'letter-rows',
    ...deadLetters.letters.map((letter) =>
      row(
        time(letter.failedAtMs),
        [outside(letter.code), 'words'],
        [outside(letter.reason), 'words'],
        [outside(`${letter.topic}/${letter.partition} at ${letter.offset}`), 'words'],
        letter.bytes === null ? DASH : count(letter.bytes),
      ),
    ),
  );
}

function showWindows({ windows }) {
  put(
    'window-rows',
    ...windows.map((window) =>
      row(
        window.partition === 0
          ? String(window.ordinal)
          : `${window.ordinal} of partition ${window.partition}`,
        window.revision,
        count(window.answers),
        count(window.labelled),
        fraction(window.ece),
        fraction(window.eceFloor),
        fraction(window.accuracy),
        fraction(window.mean),
        time(window.closedAtMs),
      ),
    ),
  );
}

/** Sections of the page, with the parts of the view that they show. */
const SECTIONS = [
  { show: showHead, parts: ['head'] },
  { show: showVerdict, parts: ['head', 'standing', 'verdict'] },
  { show: showStanding, parts: ['standing'] },
  { show: showReliability, parts: ['reliability', 'standing'] },
  { show: showKey, parts: [] },
  { show: showCourse, parts: ['course'] },
  { show: showDrift, parts: ['drift', 'course'] },
  { show: showAdapters, parts: ['adapters', 'course', 'head'] },
  { show: showAnswers, parts: ['answers'] },
  { show: showLetters, parts: ['deadLetters'] },
  { show: showWindows, parts: ['windows'] },
];

/** Shows a view; of sections whose parts did not change, nothing is touched. `changed`: null for all. */
export function showView(view, changed) {
  for (const { show, parts } of SECTIONS)
    if (changed === null || parts.some((part) => changed.has(part))) show(view);
}
