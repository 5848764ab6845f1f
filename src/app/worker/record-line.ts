import { OUTDATED_CODE, type AdapterDecision } from '../../events/adapter-decision.ts';
import type { AdapterRecord } from '../../events/adapter.ts';
import type { Answer } from '../../events/answer.ts';
import type { CalibrationWindow } from '../../events/calibration-window.ts';
import type { DeadLetter } from '../../events/dead-letter.ts';
import type { Feedback } from '../../events/feedback.ts';
import type { Question } from '../../events/question.ts';
import { sourceTitle } from '../../report/score-title.ts';
import { formatBytes } from '../model-choices.ts';
import type { ReadBack } from './read-topic.ts';
import type { Readable } from './readable.ts';

/** Longest text that a line shows, and longest name: that is copied into the next command. */
const TEXT_CHARS = 60;
const NAME_CHARS = 200;

/** A text on one line, without what would steer a terminal. */
function short(text: string, most = TEXT_CHARS): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}

/** Ids, keys and topics are texts of others as well. */
const named = (text: string): string => short(text, NAME_CHARS);

const number = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** A record as one line for people. */
export function recordLine(what: Readable, record: ReadBack): string {
  const { partition, offset, fault, value } = record;
  const place = `${partition}/${offset}`;
  if (fault !== null) return `${place}  cannot be read: ${named(fault)}`;
  if (value === null) return `${place}  ${named(record.key ?? '')} deleted`;
  return `${place}  ${factsOf(what, value, record.key)}`;
}

function factsOf(what: Readable, value: unknown, key: string | null): string {
  switch (what) {
    case 'questions': {
      const { id, text } = value as Question;
      return `${named(id)}  ${short(text)}`;
    }
    case 'answers': {
      const { questionId, extracted, text, published } = value as Answer;
      const { value: confidence, source, adapterVersion } = published;
      const adapter = adapterVersion === 0 ? '' : `, adapter ${adapterVersion}`;
      return `${named(questionId)}  ${number(confidence)} (${short(sourceTitle(source))}${adapter})  ${short(extracted ?? text)}`;
    }
    case 'feedback': {
      const { questionId, acceptedAnswers, correct } = value as Feedback;
      return `${named(questionId)}  ${correct === null ? short(acceptedAnswers.join(' | ')) : String(correct)}`;
    }
    case 'metrics': {
      const { ordinal, revision, scope, answers, labelled, metrics, adapterVersions } =
        value as CalibrationWindow;
      const mixed =
        adapterVersions.length > 1
          ? `, under ${adapterVersions.length} adapter versions, ${adapterVersions[0]} to ${adapterVersions.at(-1)}`
          : '';
      const published = metrics.find(({ score }) => score === 'published');
      return `window ${ordinal}.${revision} ${short(scope)}  ${answers} answers, ${labelled} labelled, ECE ${number(published?.ece ?? null)}, floor ${number(published?.eceFloor ?? null)}, AUROC ${number(published?.auroc ?? null)}${mixed}`;
    }
    case 'adapters': {
      const { version, parentVersion, loss, sizeBytes, trainer } = value as AdapterRecord;
      const change = loss === null ? '' : `, loss ${number(loss.before)} to ${number(loss.after)}`;
      const parent = parentVersion === 0 ? 'base' : String(parentVersion);
      return `${named(key ?? '')}  version ${version} from ${parent}${change}, ${formatBytes(sizeBytes)}, by ${short(trainer)}`;
    }
    case 'decisions': {
      const { lineage, version, decision, code, reason, activeVersion } = value as AdapterDecision;
      // Of a batch that came too late: its partition may not know yet what acts.
      const acts = code === OUTDATED_CODE ? '' : `; version ${activeVersion} acts`;
      return `${named(lineage)}/${version}  ${decision}: ${short(reason)}${acts}`;
    }
    case 'deadLetters': {
      const { sourceTopic, sourcePartition, sourceOffset, code, reason } = value as DeadLetter;
      return `${named(sourceTopic)}/${sourcePartition}/${sourceOffset}  ${named(code)}: ${short(reason)}`;
    }
  }
}
