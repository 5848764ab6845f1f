import { renderTrace, type QuestionTrace } from '../report/render-trace.ts';

/** A question's way for a terminal. */
export function renderTraceOf(trace: QuestionTrace): string {
  return renderTrace(trace);
}
