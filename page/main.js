import { byId } from './dom.js';
import { span } from './format.js';
import { forgetAnswers, showView } from './sections.js';

/** The view as this page knows it, part by part. */
let view = {};
/** The view as it is drawn: while the page is paused, an older one. */
let drawn;
/** Parts that came since it was drawn; `null`: all of them, as of another process. */
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
    view = {};
    waiting = null;
  }
  Object.assign(view, sections);
  for (const name of Object.keys(sections)) waiting?.add(name);
  flush();
  showLink();
}

/** Draws what came, unless the page is paused. */
function flush() {
  if (paused || view.head === undefined) return;
  if (waiting === null) forgetAnswers();
  drawn = { ...view };
  showView(drawn, waiting);
  waiting = new Set();
}

function connect() {
  const events = new EventSource('/events');
  events.addEventListener('open', () => {
    connected = true;
    ended = false;
    showLink();
  });
  events.addEventListener('view', (event) => {
    connected = true;
    receive(event.data);
  });
  events.addEventListener('end', () => {
    ended = true;
    connected = false;
    events.close();
    showLink();
    // A worker that is started again may come to the same place.
    setTimeout(connect, 5000);
  });
  events.addEventListener('error', () => {
    connected = false;
    showLink();
    // A refusal closes for good. Too many readers: try once more later.
    if (events.readyState !== EventSource.CLOSED) return;
    askForToken();
    setTimeout(connect, 5000);
  });
}

/** Goes to the sign-in where the server wants the token again: another process does not know this page. */
function askForToken() {
  fetch('/events', { method: 'HEAD' }).then(
    ({ status }) => {
      if (status === 401) location.reload();
    },
    // It is away: the next attempt to connect finds out.
    () => undefined,
  );
}

pause.addEventListener('click', () => {
  paused = !paused;
  pause.textContent = paused ? 'Go on' : 'Pause';
  flush();
  showLink();
});

let drawnWidth = window.innerWidth;
window.addEventListener('resize', () => {
  if (window.innerWidth === drawnWidth || drawn === undefined) return;
  drawnWidth = window.innerWidth;
  showView(drawn, null);
});

setInterval(showLink, 1000);
connect();
