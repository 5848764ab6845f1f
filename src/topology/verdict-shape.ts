import { fraction, integer, nullable, object, type Field } from './shape.ts';
import type { TopologyVerdict } from './topology.ts';

/** The verdict's rules as a file says them, before the defaults that depend on the window are filled in. */
export interface VerdictFile extends Omit<TopologyVerdict, 'minimumLabelled' | 'dwell' | 'carry'> {
  readonly minimumLabelled: number | null;
  readonly dwell: number | null;
  readonly carry: number | null;
}

/** The keys under `verdict`. */
export const VERDICT_SHAPE: Field<VerdictFile> = object<VerdictFile>(
  {
    limit: fraction(
      0.15,
      'Calibration error that is tolerated: the 95% band lies below it for trust, above it for mistrust.',
    ),
    margin: fraction(
      0.05,
      'A band that lies further above the limit than this is acted on at once.',
    ),
    minimumLabelled: nullable(
      integer(
        [1, 100_000],
        50,
        'Labelled answers that a window needs to be measured; absent: half its size, at least 20.',
      ),
    ),
    dwell: nullable(
      integer(
        [0, 1_000_000],
        100,
        'Answers over which windows must agree before the verdict changes; absent: the size of a window.',
      ),
    ),
    carry: nullable(
      integer(
        [0, 10_000_000],
        500,
        'Answers for which a measured window goes on speaking, while no change is noticed; absent: five windows.',
      ),
    ),
    gap: fraction(
      0.25,
      'Distance of mean confidence from mean token certainty that is not trusted, where labels are missing.',
    ),
  },
  'When the verdict says that confidence can be trusted.',
);
