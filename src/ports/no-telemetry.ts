import type { Span, Telemetry } from './telemetry.ts';

const NOTHING: Span = {
  context: { traceparent: '' },
  recording: false,
  set: () => undefined,
  link: () => undefined,
  event: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** Telemetry that is off. */
export const NO_TELEMETRY: Telemetry = {
  on: false,
  captureContent: false,
  span: () => NOTHING,
  measure: () => undefined,
  forget: () => undefined,
  close: () => Promise.resolve(),
};
