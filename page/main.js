import { byId } from './dom.js';
import { span } from './format.js';
import { forgetAnswers, showView } from './sections.js';

/** The view as this page knows it, part by part. */
let view = {};
/** Parts that came while the page was paused. */
let waiting = new Set();
let paused = false;
let connected = false;
let ended = false;

const link = byId('link');
const pause = byId('pause');

/** Says whether what is shown is live (read aloud when it changes), and how old it is (not read aloud). */
function showLink() {
  const { source, head } = view;
  const last = head?.lastAnswerAtMs ?? null;
  const unreachable = source?.state === 'unreachable';
  let state = 'live';
  if (ended) state = 'the run has ended';
  else if (!connected) state = 'connection lost, trying again';
  else if (unreachable) state = 'the broker does not answer';
  if (paused) state = `paused (${state})`;
  link.className = !ended && (!connected || unreachable) ? 'trouble' : '';
  set(byId('link-state'), state);
  set(
    byId('link-age'),
    last === null ? '· no answer yet' : `· newest answer ${span(Date.now() - last)} ago`,
  );
}

/** Changes a text only where it is another one. */
function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function receive(text) {
  const { full, sections } = JSON.parse(text);
  if (full) {
    forgetAnswers();
    view = {};
  }
  Object.assign(view, sections);
  for (const name of Object.keys(sections)) waiting.add(name);
  if (view.head !== undefined && !paused) flush(full);
  showLink();
}

function flush(all) {
  const changed = all ? null : waiting;
  waiting = new Set();
  showView(view, changed);
}

function connect() {
  const events = new EventSource('/events');
  events.addEventListener('open', () => {
    connected = true;
    showLink();
  });
  events.addEventListener('view', (event) => {
    connected = true;
    receive(event.data);
  });
  events.addEventListener('end', () => {
    ended = true;
    events.close();
    showLink();
  });
  events.addEventListener('error', () => {
    connected = false;
    showLink();
    // A refusal (too many readers, or the token again) closes for good; try once more later.
    if (events.readyState === EventSource.CLOSED && !ended) setTimeout(connect, 5000);
  });
}

pause.addEventListener('click', () => {
  paused = !paused;
  pause.textContent = paused ? 'Go on' : 'Pause';
  if (!paused && view.head !== undefined) flush(false);
  showLink();
});

let drawnWidth = window.innerWidth;
window.addEventListener('resize', () => {
  if (window.innerWidth === drawnWidth || view.head === undefined) return;
  drawnWidth = window.innerWidth;
  showView(view, null);
});

setInterval(showLink, 1000);
connect();
