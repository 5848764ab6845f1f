/** One confidence prompt with its target, on its own enough to train on. */
export interface TrainingSample {
  readonly questionId: string;
  /** The whole confidence prompt. */
  readonly tokenIds: readonly number[];
  /** First position the adapter acts on. */
  readonly adaptFrom: number;
  /** Confidence the sample should move towards, in `[0, 1]`. */
  readonly target: number;
  /** Confidence when the sample was taken, in `[0, 1]`. */
  readonly confidence: number;
  /** Whether it was drawn from earlier samples. */
  readonly replayed: boolean;
}

/** What a trainer needs, and nothing it must look up, on `qa.training-batches`. May still change. */
export interface TrainingBatch {
  /** Hash of lineage and ordinal. */
  readonly batchId: string;
  readonly lineage: string;
  readonly ordinal: number;
  readonly scope: 'position' | 'turn' | 'conversation';
  /** Ids of the ten digit tokens, 0 to 9. */
  readonly confidenceTokenIds: readonly number[];
  readonly loss: string;
  readonly lossParameters: Readonly<Record<string, number>>;
  readonly parentVersion: number;
  readonly baseSha256: string;
  readonly seed: number;
  readonly samples: readonly TrainingSample[];
}
