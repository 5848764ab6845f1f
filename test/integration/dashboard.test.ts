/**
 * The live page in a real Chromium, during a replay with the stand-in model: hostile answers, a narrow screen, the
 * dark, the keyboard, and what a screen reader finds.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { createMemoryAdapterStore } from '../../src/adapters/memory/memory-adapter-store.ts';
import { createStandInLanguageModel } from '../../src/adapters/memory/stand-in-language-model.ts';
import { loadTopology } from '../../src/app/load-topology.ts';
import { openTrainer } from '../../src/app/open-trainer.ts';
import { replay } from '../../src/app/replay.ts';
import type { ReplayItem } from '../../src/app/replay-input.ts';
import { serveDashboard, type Dashboard } from '../../src/app/serve-dashboard.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { Answer } from '../../src/events/answer.ts';
import { verdictWord } from '../../src/verdict/step-verdict.ts';
import { addToBoard, overallVerdict, type VerdictBoard } from '../../src/verdict/verdict-board.ts';
import { findChromium, openPatientPage, settingUp, startChromium } from '../support/chromium.ts';
import { openProxy } from '../support/cuttable-proxy.ts';
import { answerOf } from '../support/dashboard-fixture.ts';
import { COLOURS, FOCUSED, NAMELESS } from '../support/page-probes.ts';

const found = findChromium();
const codecs = openRecordCodecs();
const demo = await loadTopology('topologies/demo.yaml');
const topology = { ...demo, model: { ...demo.model, name: 'stand-in' } };
const never = new AbortController().signal;

const SCRIPT = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">';
const REORDERED = '\u202egnp.eliforp\u202c \u2066\u2067';
const MEGA = 'W'.repeat(900_000);

/** A question that brings its answer. */
function item(i: number, over: { id?: string; text?: string; domain?: string } = {}): ReplayItem {
  const {
    id = `q${i}`,
    text = `colour ${i % 9}`,
    domain = i < REGULAR / 2 ? 'early' : 'late',
  } = over;
  return {
    question: {
      id,
      text: `What is the colour of thing ${i}?`,
      style: 'short',
      choices: [],
      domain,
      givenAnswer: { text, tokenLogProbabilities: [-0.1 * (i % 20)] },
      deadlineMs: null,
    },
    feedback: {
      questionId: id,
      acceptedAnswers: ['colour 1', 'colour 2', 'colour 3'],
      correct: null,
      labelledAtMs: 0,
    },
  };
}

/** Questions before the hostile ones: some seconds of work. */
const REGULAR = 480;
/** Answers in the end: those, four hostile ones, and one of a megabyte. */
const TOTAL = REGULAR + 5;

const items: readonly ReplayItem[] = [
  ...Array.from({ length: REGULAR }, (_, i) => item(i)),
  { bytes: new TextEncoder().encode(`${SCRIPT} is no record`) },
  item(REGULAR + 0, { id: SCRIPT, text: SCRIPT, domain: SCRIPT }),
  item(REGULAR + 1, { id: `${REORDERED}1`, text: `before ${REORDERED} after`, domain: REORDERED }),
  item(REGULAR + 2, { id: 'M'.repeat(8_000), domain: 'D'.repeat(8_000) }),
  { ...item(REGULAR + 4, { id: 'N'.repeat(600_000) }), feedback: null },
  item(REGULAR + 3, { id: '$(touch /tmp/owned)', text: 'javascript:window.hacked=3' }),
];

/** An answer whose text is as long as a record can be. */
const megaAnswer: Answer = answerOf(900, { questionId: 'mega', text: MEGA, extracted: null });

describe('the live page in Chromium', { skip: found.skip }, () => {
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  const store = createMemoryAdapterStore();
  let browser: Browser;
  let dashboard: Dashboard;
  let page: Page;
  // What the set-up did not come to is not there to be closed.
  const closing: (() => Promise<unknown>)[] = [];
  /** What a page may not do: errors, refused scripts, dialogs, requests elsewhere. */
  const faults: string[] = [];
  /** Answers that the page showed while half the stream was still to come. */
  let shownHalfway = 0;

  const answersShown = async (): Promise<number> =>
    Number(
      (await page
        .locator('#tiles dt:text-is("Answers") + dd')
        .textContent()
        .catch(() => '0')) ?? '0',
    );

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const opened = await openPatientPage(browser, options);
    opened.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    opened.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    opened.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    opened.on('request', (request) => {
      if (!request.url().startsWith(dashboard.url)) faults.push(`request: ${request.url()}`);
    });
    await opened.goto(dashboard.url);
    await opened.locator('#tiles dt').first().waitFor();
    return opened;
  }

  /** Replays the stream, from where it stands up to so many records or its end. */
  async function replayUpTo(records: number): Promise<void> {
    const enough = new AbortController();
    const training = await openTrainer(topology, { store });
    await replay({
      input: { name: 'hostile', items, hash: 'h' },
      topology,
      model: createStandInLanguageModel(),
      broker,
      codecs,
      ...(training === undefined ? {} : { training }),
      clock: SYSTEM_CLOCK,
      drain: enough.signal,
      abort: never,
      onBatch: ({ state }) => {
        if (state.consumed >= records) enough.abort();
      },
    });
  }

  /** Why a set-up that waits for the page may wait in vain. */
  const seen = async (): Promise<string> => {
    const [link, tiles] = await Promise.all(
      ['#link', '#tiles'].map((part) => page.locator(part).innerText({ timeout: 10_000 })),
    );
    return `the page says "${link}" and shows ${tiles?.replaceAll('\n', ' ')}; its faults: ${faults.join('; ') || 'none'}`;
  };

  before(async () => {
    assert.ok(found.path !== undefined);
    const { path } = found;
    browser = await settingUp('starting Chromium', () => startChromium(path));
    closing.push(() => browser.close());
    dashboard = await settingUp('serving the page', () =>
      serveDashboard(
        { broker, codecs, topology, title: `a run called ${SCRIPT}`, listen: { port: 0 } },
        {},
      ),
    );
    closing.push(() => dashboard.close());
    page = await settingUp('opening the page', () => open());
    await settingUp('replaying half the stream', () => replayUpTo(REGULAR / 2));
    await settingUp(
      'waiting for its answers',
      () => page.locator('#answers li').first().waitFor(),
      seen,
    );
    shownHalfway = await answersShown();
    await settingUp('replaying the rest', () => replayUpTo(Infinity));
    await broker.append([
      { topic: topology.topics.answers, key: null, value: codecs.answer.encode(megaAnswer) },
    ]);
    await settingUp(
      'waiting for the last answer',
      () => page.locator('#answers', { hasText: '900,000 letters in all' }).waitFor(),
      seen,
    );
  });
  after(async () => {
    for (const close of closing) await close();
  });

  it('shows what was committed', async () => {
    assert.equal(await answersShown(), TOTAL);
    const tiles = (await page.locator('#tiles').textContent()) ?? '';
    assert.match(tiles, /ECE, measured0\.\d{3}95% 0\.\d{3}–0\.\d{3}, n \d+/);
    assert.match(
      (await page.locator('#letters-note').textContent()) ?? '',
      /^RECORD_INVALID 1, RECORD_TOO_LARGE 1$/,
    );
    assert.equal(await page.locator('#answers li').count(), 20);
    assert.ok((await page.locator('#window-rows tr').count()) >= 2);
    for (const id of ['reliability-plot', 'ece-plot', 'accuracy-plot', 'drift-plot'])
      assert.equal(await page.locator(`#${id} svg[role=img]`).count(), 1, id);
  });

  it('shows bursts, incidents and adapters of a loop', async () => {
    assert.ok((await page.locator('#ece-plot rect.burst').count()) > 0);
    assert.ok((await page.locator('#burst-rows tr').count()) > 0);
    assert.match((await page.locator('#adapter-rows').textContent()) ?? '', /questions collected/);
  });

  it('shows hostile answers as text', async () => {
    assert.equal(await page.evaluate('window.hacked'), undefined);
    assert.equal(await page.locator('main script, main img, main iframe, main a[href]').count(), 0);
    const answers = (await page.locator('#answers').textContent()) ?? '';
    assert.ok(answers.includes('<script>window.hacked = 1</script>'));
    assert.ok((await page.locator('#title').textContent())?.includes('<script>'));
  });

  it('keeps marks from reordering what stands around them', async () => {
    const text = (await page.locator('main').textContent()) ?? '';
    assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069]/);
    assert.ok(text.includes('before \ufffdgnp.eliforp\ufffd \ufffd\ufffd after'));
    assert.ok((await page.locator('#answers bdi[dir=auto]').count()) > 20);
  });

  it('cuts megabyte strings, on the wire too', async () => {
    const text = (await page.locator('main').textContent()) ?? '';
    assert.ok(text.length < 100_000, String(text.length));
    assert.ok(text.includes('900,000 letters in all'));
    const response = await page.request.get(`${dashboard.url}view.json`);
    assert.ok((await response.body()).length < 500_000);
  });

  it('offers to copy no command that a shell would read otherwise', async () => {
    const commands = await page.locator('#answers code').allTextContents();
    assert.ok(commands.includes(`secl trace q${REGULAR - 1}`));
    assert.ok(commands.every((command) => /^secl trace [A-Za-z0-9_]+$/.test(command)));
  });

  it('needs no sideways scrolling at 360 px, and keeps its letters readable', async () => {
    const narrow = await open({ viewport: { width: 360, height: 740 } });
    const widths = await narrow.evaluate<number[]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    assert.equal(widths[0], widths[1]);
    const sizes = await narrow.evaluate<number[]>(
      "[...document.querySelectorAll('svg text')].map((text) => text.getBoundingClientRect().height)",
    );
    assert.ok(sizes.length > 20 && Math.min(...sizes) >= 10, String(Math.min(...sizes)));
    // Opened tables scroll in their own frame.
    await narrow.evaluate(
      "document.querySelectorAll('details').forEach((d) => { d.open = true; })",
    );
    assert.equal(await narrow.evaluate('document.documentElement.scrollWidth'), 360);
    await narrow.close();
  });

  it('is readable in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const shown = await open({ colorScheme });
      const colours = await shown.evaluate<Colours[]>(COLOURS);
      assert.ok(colours.length > 100);
      for (const { text, ink, ground } of colours)
        assert.ok(
          contrast(ink, ground) >= 4.5,
          `${colorScheme}: ${text}: ${ink.join()} on ${ground.join()}`,
        );
      await shown.close();
    }
  });

  it('says the verdict first, as the newest record has it: word, colour, reason, and what it rests on', async () => {
    let board: VerdictBoard = new Map();
    const { earliest } = await broker.bounds(topology.topics.calibration, 0);
    for await (const { value } of broker.read(topology.topics.calibration, 0, earliest)) {
      const decoded = codecs.calibrationWindow.decode(value ?? new Uint8Array());
      assert.ok(decoded.ok);
      board = addToBoard(board, decoded.value, 50);
    }
    const verdict = overallVerdict(board)?.verdict;
    assert.ok(verdict !== undefined);
    assert.equal(await page.locator('#verdict-word').textContent(), verdictWord(verdict.level));
    assert.equal(await page.locator('#verdict-reason').textContent(), verdict.reason);
    assert.match(
      (await page.locator('#verdict-facts').textContent()) ?? '',
      new RegExp(
        `^Since .* UTC; .*; n ${verdict.n}, ${verdict.labelled} labelled; newest answer of`,
      ),
    );
    const { colour, quiet } = await page.evaluate<{ colour: string; quiet: string }>(
      `({ colour: getComputedStyle(document.querySelector('#verdict-word')).color,
          quiet: getComputedStyle(document.querySelector('#verdict h2')).color })`,
    );
    if (verdict.level !== 'not-enough-data') assert.notEqual(colour, quiet);
    assert.equal(await page.locator('#verdict-blind').isVisible(), verdict.basis === 'estimated');
    assert.ok((await page.locator('#verdict-rows tr').count()) > 1);
    assert.equal(await page.locator('main > :first-child').getAttribute('id'), 'verdict');
  });

  it('can be used with the keyboard', async () => {
    const keyed = await open();
    const focused = (): Promise<string> => keyed.evaluate<string>(FOCUSED);
    await keyed.keyboard.press('Tab');
    assert.match(await focused(), /^A {2}skip/);
    assert.notEqual(
      await keyed.evaluate('document.activeElement.getBoundingClientRect().left'),
      -999,
    );
    await keyed.keyboard.press('Enter');
    assert.match(await focused(), /^MAIN main/);
    await keyed.keyboard.press('Shift+Tab');
    assert.match(await focused(), /^BUTTON pause/);
    const outline = await keyed.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    assert.equal(outline, 'solid');
    await keyed.keyboard.press('Enter');
    assert.match((await keyed.locator('#link-state').textContent()) ?? '', /^paused/);
    await keyed.keyboard.press('Space');
    assert.equal(await keyed.locator('#link-state').textContent(), 'live');
    // Tables behind the plots open without a mouse.
    await keyed
      .locator('details', { has: keyed.locator('#reliability-rows') })
      .locator('summary')
      .focus();
    await keyed.keyboard.press('Enter');
    assert.ok((await keyed.locator('#reliability-rows tr').count()) > 0);
    assert.ok(await keyed.locator('#reliability-rows').isVisible());
    await keyed.close();
  });

  it('says to a screen reader what it shows', async () => {
    const problems = await page.evaluate<string[]>(NAMELESS);
    assert.deepEqual(problems, []);
    const label = await page.locator('#reliability-plot svg').getAttribute('aria-label');
    assert.match(
      label ?? '',
      /^Reliability diagram, mean confidence → accuracy by bin, of \d+ answers: /,
    );
    // What changes every second is not read aloud every second.
    assert.equal(await page.locator('#link-age').getAttribute('role'), null);
    assert.equal(await page.locator('#verdict-word[role=status]').count(), 1);
  });

  it('keeps the focus where it is while answers come', async () => {
    const watched = await open();
    const button = watched.locator('#answers button').first();
    await button.focus();
    await broker.append([
      {
        topic: topology.topics.answers,
        key: null,
        value: codecs.answer.encode(answerOf(901, { questionId: 'newer' })),
      },
    ]);
    await watched.locator('#answers', { hasText: 'secl trace newer' }).waitFor();
    assert.equal(await watched.evaluate('document.activeElement.tagName'), 'BUTTON');
    await watched.close();
  });

  it('moved while the stream went on', () => {
    assert.ok(shownHalfway > 0 && shownHalfway < TOTAL, `${shownHalfway}`);
  });

  /** A page as the reader of a process that is replaced sees it. */
  async function behindProxy(environment: Record<string, string>): Promise<{
    readonly watched: Page;
    /** Puts another process in the place of the one before, which breaks off or closes. */
    replace(how: 'broken off' | 'closed'): Promise<void>;
    close(): Promise<void>;
  }> {
    const served: Dashboard[] = [];
    const serve = async (): Promise<void> => {
      const choice = { broker, codecs, topology, title: 'a run', listen: { port: 0 } };
      served.push(await serveDashboard(choice, environment));
    };
    await serve();
    const proxy = await openProxy(() => Number(new URL(served.at(-1)?.url ?? '').port));
    const watched = await openPatientPage(browser);
    await watched.goto(`http://127.0.0.1:${proxy.port}/`);
    return {
      watched,
      replace: async (how) => {
        const before = served.at(-1);
        if (how === 'closed') await before?.close();
        await serve();
        await proxy.cut(0);
      },
      close: async () => {
        await watched.close();
        for (const one of served) await one.close();
        await proxy.close();
      },
    };
  }

  it('comes back to a process that takes the place of the one before; paused, it keeps what it shows', async () => {
    const { watched, replace, close } = await behindProxy({});
    const state = (text: string): Promise<void> =>
      watched.locator(`#link-state:text-is("${text}")`).waitFor();
    await watched.locator('#answers li').first().waitFor();
    await watched.locator('#pause').click();
    await replace('broken off');
    await state('paused (connection lost, trying again)');
    await state('paused (live)');
    assert.equal(await watched.locator('#answers li').count(), 20);
    await watched.locator('#pause').click();
    assert.equal(await watched.locator('#answers li').count(), 20);
    await replace('closed');
    await state('the run has ended');
    await state('live');
    assert.equal(await watched.locator('#answers li').count(), 20);
    await close();
  });

  it('asks for the token again when another process does not know it', async () => {
    const token = 'a-token-of-some-length';
    const { watched, replace, close } = await behindProxy({ SECL_DASHBOARD_TOKEN: token });
    const signIn = async (): Promise<void> => {
      await watched.locator('h1:text-is("Token needed")').waitFor();
      await watched.locator('#token').fill(token);
      await watched.locator('button[type=submit]').click();
      await watched.locator('#answers li').first().waitFor();
    };
    await signIn();
    await replace('broken off');
    await signIn();
    await close();
  });

  it('did nothing that its policy forbids', () => {
    assert.deepEqual(faults, []);
  });

  it('says so when the run has ended', async () => {
    await dashboard.close();
    await page.locator('#link-state', { hasText: 'the run has ended' }).waitFor();
    assert.equal(await answersShown(), TOTAL + 1);
  });
});

/** A text of the page, its colour and the one behind it. */
interface Colours {
  readonly text: string;
  readonly ink: readonly number[];
  readonly ground: readonly number[];
}

/** Relative luminance of WCAG 2.2. */
function luminance(colour: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of WCAG 2.2: 4.5 is enough for text of any size. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [high = 1, low = 1] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}
