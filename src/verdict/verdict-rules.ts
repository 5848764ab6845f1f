/** When a verdict says what; `docs/verdict.md` has the reasons of the defaults. */
export interface VerdictRules {
  /** Calibration error that is tolerated, a fraction: the 95% band lies below it for trust, above it for mistrust. */
  readonly limit: number;
  /** A band that lies above the limit by more than this ends trust at once, without `dwell`. A fraction. */
  readonly margin: number;
  /** Labelled answers that a window needs, for its calibration error to count. */
  readonly minimumLabelled: number;
  /** Answers over which every window must speak for another level before it is taken. */
  readonly dwell: number;
  /** Answers after which a measured window no longer speaks for what is answered now. */
  readonly carry: number;
  /** Distance of mean confidence from mean token certainty, a fraction, that is taken for overconfidence or the reverse. */
  readonly gap: number;
  /** Answers in a window, and from one window's start to the next's. */
  readonly size: number;
  readonly step: number;
}
