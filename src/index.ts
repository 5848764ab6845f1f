/**
 * The public surface: everything that is meant to be imported by others, by name. What is not here may
 * change without notice. The command line is `secl`, not a part of this.
 */

// errors, random
export { ERROR_CODES, type ErrorCode } from './errors/error-code.ts';
export { isRetryable, SeclError, type SeclErrorOptions } from './errors/secl-error.ts';
export { seededRandom, type SeededRandom } from './random/seeded-random.ts';

// events: records
export type { AdapterRecord, BeforeAfter } from './events/adapter.ts';
export { ADAPTER_DECISIONS, type AdapterDecision } from './events/adapter-decision.ts';
export { ADAPTER_SCOPES, type AdapterScope } from './events/adapter-scope.ts';
export type {
  Answer,
  Distractor,
  ForwardTokens,
  GateReading,
  PublishedConfidence,
} from './events/answer.ts';
export type {
  CalibrationWindow,
  WindowDrift,
  WindowEstimate,
  WindowMetric,
} from './events/calibration-window.ts';
export {
  VERDICT_BASES,
  VERDICT_CODES,
  VERDICT_LEVELS,
  type Verdict,
  type VerdictBasis,
  type VerdictCode,
  type VerdictLevel,
} from './events/verdict.ts';
export type { DeadLetter } from './events/dead-letter.ts';
export type { Feedback } from './events/feedback.ts';
export type { AnswerStyle, Choice, GivenAnswer, Question } from './events/question.ts';
export { SCORE_NAMES, type Score, type ScoreName, type ScoreStatus } from './events/score.ts';
export {
  LOSS_NAMES,
  OPTIMIZER_NAMES,
  SAMPLE_ROLES,
  type LoraSettings,
  type LossName,
  type OptimizerName,
  type OptimizerSettings,
  type SampleRole,
  type TrainingBatch,
  type TrainingSample,
} from './events/training-batch.ts';

// ports
export type { AdapterStore } from './ports/adapter-store.ts';
export type {
  Broker,
  ConsumerGroup,
  IncomingRecord,
  OutgoingRecord,
  PartitionBounds,
  PartitionCommit,
  PartitionLease,
  RecordHeaders,
  RecordPosition,
  TopicSpec,
} from './ports/broker.ts';
export type { Clock } from './ports/clock.ts';
export {
  type GenerateRequest,
  type GenerateResult,
  type LanguageModel,
  type LoraAdapter,
  type LoraProjection,
  type LoraSite,
  type ModelDescription,
  type ModelScope,
  type NextTokenRequest,
  type NextTokenResult,
  type Sampling,
  type ScoreRequest,
  type ScoreResult,
  type TokenCandidate,
  type TokenLedger,
  type TokenTrace,
  LORA_PROJECTIONS,
  type ScopeOptions,
} from './ports/language-model.ts';
export type { Codec, Decoded } from './ports/record-codec.ts';
export type { ChatMessage, TokenIds, Tokenizer } from './ports/tokenizer.ts';
export type {
  Attributes,
  Span,
  SpanKind,
  SpanOptions,
  Telemetry,
  TraceContext,
} from './ports/telemetry.ts';
export type { Trainer } from './ports/trainer.ts';

// secl: the method's scores, and the stages that compute them over a model scope
export { freeScores } from './secl/free-scores.ts';
export { judgeAnswers, type JudgeOptions } from './secl/judge-answers.ts';
export {
  dincoWeights,
  NORMALIZATIONS,
  normalizedPTrue,
  type Normalization,
  type WeightedPTrue,
} from './secl/normalized-p-true.ts';
export { pTrue, trueFalseTokens, type PTrue, type TrueFalseTokens } from './secl/p-true.ts';
export { isRefused, planQuestion } from './secl/plan-question.ts';
export { GENERAL_PROMPTS } from './secl/prompts/general-prompts.ts';
export type { PromptSet, PromptTemplate } from './secl/prompts/prompt-set.ts';
export { proposeDistractors } from './secl/propose-distractors.ts';
export { isRestatement } from './secl/restatement.ts';
export { scoreValue, type ScoreOrigin } from './secl/score-of.ts';
export { EVIDENCES, type Evidence, type ScoringOptions } from './secl/scoring-options.ts';
export { sharedPrefixes } from './secl/shared-prefixes.ts';
export { answerProbability, meanEntropyNats, tokenCertainty } from './secl/token-scores.ts';
export { digitTokens, verbalizeAnswers, type VerbalizeOptions } from './secl/verbalize-answers.ts';
export {
  evidenceDigit,
  verbalizedConfidence,
  type VerbalizedConfidence,
} from './secl/verbalized-confidence.ts';
export type {
  PlannedQuestion,
  RefusedQuestion,
  WrittenAnswer,
  SpokenConfidence,
} from './secl/work.ts';
export { writeAnswers } from './secl/write-answers.ts';

// verdict: whether confidence can be trusted now
export { EMPTY_VERDICT, stepVerdict, type VerdictState } from './verdict/step-verdict.ts';
export { verdictAsOf, type ReadVerdict } from './verdict/verdict-as-of.ts';
export type { VerdictRules } from './verdict/verdict-rules.ts';
export type { UnjudgedWindow } from './verdict/window-evidence.ts';

// calibration: metrics over confidences with labels
export { accuracy } from './calibration/accuracy.ts';
export { auroc } from './calibration/auroc.ts';
export { DEFAULT_BINNING, type Binning } from './calibration/binning.ts';
export {
  bootstrapInterval,
  type BootstrapInterval,
  type BootstrapOptions,
} from './calibration/bootstrap-interval.ts';
export { brierScore } from './calibration/brier-score.ts';
export {
  debiasedCalibrationError,
  type DebiasedMetric,
} from './calibration/debiased-calibration-error.ts';
export { decomposeBrier, type BrierDecomposition } from './calibration/decompose-brier.ts';
export { eceFloor, type EceFloor, type EceFloorOptions } from './calibration/ece-floor.ts';
export { eceInterval, type EceIntervalOptions } from './calibration/ece-interval.ts';
export { estimatedAuroc } from './calibration/estimated-auroc.ts';
export { expectedCalibrationError } from './calibration/expected-calibration-error.ts';
export type { Fold } from './calibration/fold.ts';
export { ksCalibrationError } from './calibration/ks-calibration-error.ts';
export {
  labelConfidences,
  type ConfidenceRow,
  type LabelledConfidences,
} from './calibration/labelled-confidences.ts';
export { logLoss, type LogLossMetric } from './calibration/log-loss.ts';
export { maximumCalibrationError } from './calibration/maximum-calibration-error.ts';
export { meanConfidence } from './calibration/mean-confidence.ts';
export type { Metric, MetricDefinition } from './calibration/metric.ts';
export {
  reliabilityDiagram,
  type ReliabilityBin,
  type ReliabilityDiagram,
} from './calibration/reliability-diagram.ts';
export {
  runningCalibration,
  type RunningCalibration,
  type RunningState,
} from './calibration/running-calibration.ts';
export {
  smoothCalibrationError,
  type SmoothMetric,
} from './calibration/smooth-calibration-error.ts';
export {
  summarize,
  summarizeRows,
  type CalibrationRow,
  type CalibrationSummary,
  type DomainSummaries,
  type SummarizeOptions,
} from './calibration/summarize.ts';
export { sweepCalibrationError, type SweepMetric } from './calibration/sweep-calibration-error.ts';
export { wilsonInterval } from './calibration/wilson-interval.ts';
export {
  closeTumblingWindow,
  slidingWindow,
  tumblingWindow,
  type Window,
  type WindowState,
} from './calibration/windows.ts';

// drift, learning: what a topology says of gate and training
export { DETECTORS, type DetectorName } from './drift/detector.ts';
export {
  GATE_KINDS,
  GATE_STATISTICS,
  type GateKind,
  type GateOptions,
  type GateStatistic,
} from './drift/gate-options.ts';
export {
  ACCUMULATIONS,
  TRAINING_MODES,
  type Accumulation,
  type GuardOptions,
  type LearningOptions,
  type TrainingMode,
} from './learning/learning-options.ts';
export type { Objection } from './learning/decide-adapter.ts';
export { MEANS, type Mean } from './secl/combine-signals.ts';
export {
  SIGNAL_NAMES,
  WEIGHTINGS,
  type SignalName,
  type TargetOptions,
  type Weighting,
} from './secl/training-target.ts';

// operators: the pipeline's stages, for RxJS
export { answerBatches } from './operators/answer-batches.ts';
export { restoreAnswerState, type AnswerState } from './operators/answer-state.ts';
export { calibratePartition, type CalibrateOptions } from './operators/calibrate-partition.ts';
export type { MatchableAnswer, Matcher, WindowOptions } from './operators/calibration-state.ts';
export type { WindowMetricOptions } from './operators/calibration-windows.ts';
export { commitBatches } from './operators/commit-batches.ts';
export { createCredit, type Credit } from './operators/credit.ts';
export { decodeQuestions, type DecodeOptions } from './operators/decode-questions.ts';
export { fromAbortable } from './operators/from-abortable.ts';
export { inScope } from './operators/in-scope.ts';
export { judgeBatches, type JudgedAnswers } from './operators/judge-batches.ts';
export type { LoopCodecs, LoopTopics } from './operators/loop-records.ts';
export { pollBatches, type PollOptions } from './operators/poll-batches.ts';
export {
  publishAnswers,
  type PublishedBatch,
  type PublishOptions,
} from './operators/publish-answers.ts';
export type {
  AnsweredBatch,
  PlannedBatch,
  PlannedRecord,
  RecordBatch,
  ScopedBatch,
  UnanswerableRecord,
  BaseState,
  SettledAdapter,
} from './operators/question-batch.ts';
export type { SeenQuestion, SeenQuestions } from './operators/seen-questions.ts';
export type { TrainingOutcome } from './operators/settle-adapters.ts';
export type { TraceOptions } from './operators/trace-options.ts';
export { verbalizeBatches } from './operators/verbalize-batches.ts';

// topology: pipelines as files
export type { TopologyBroker, TopologySasl, TopologyTls } from './topology/broker-topology.ts';
export type { TopologyAdapter, TopologyGate, TopologyTraining } from './topology/loop-topology.ts';
export { canonicalMethod, canonicalTopology } from './topology/canonical-topology.ts';
export type {
  TopologyMetrics,
  TopologyTelemetry,
  TopologyTraces,
} from './topology/telemetry-topology.ts';
export { describeTopology, drawTopology, outlineTopology } from './topology/describe-topology.ts';
export { parseTopology, readTopology, type ParsedTopology } from './topology/parse-topology.ts';
export type { SettingOrigin } from './topology/setting-origin.ts';
export type { TopologyFault } from './topology/topology-fault.ts';
export { topologyJsonSchema, type JsonSchema } from './topology/topology-json-schema.ts';
export {
  type Precision,
  type ScoringTime,
  type Topology,
  type TopologyAnswer,
  type TopologyBatch,
  type TopologyCalibration,
  type TopologyConfidence,
  type TopologyLimits,
  type TopologyModel,
  type TopologyScoring,
  type TopologyTopics,
  type WindowKind,
  PRECISIONS,
  SCORING_TIMES,
  WINDOW_KINDS,
} from './topology/topology.ts';

// text, streams: answers and questions as files have them
export { BLEND_KINDS, type BlendKind, type BlendOptions } from './streams/blend.ts';
export { GENERATED_DOMAINS, type GeneratedDomain } from './streams/generated/domains.ts';
export { IMPORT_FORMATS, type ImportFormat } from './streams/importers/importers.ts';
export { matchAnswer } from './streams/match-answer.ts';
export { matchFeedback } from './streams/match-feedback.ts';
export { toFeedback, toQuestion, type StreamItem } from './streams/stream-item.ts';
export type { RecordedBlend, StreamHeader } from './streams/stream-header.ts';
export type { StreamSummary } from './streams/stream-summary.ts';
export { normalizeAnswer } from './text/answer-words.ts';
export { extractAnswer } from './text/extract-answer.ts';
export type { LabelledChoice } from './text/extract-choice.ts';
export type { ExtractedAnswer } from './text/extracted-answer.ts';

// gguf, tokenizer: model files
export { memoryByteSource, type ByteSource } from './gguf/byte-source.ts';
export type { GgufMetadata, GgufValue, GgufArray, GgufNumberType } from './gguf/metadata.ts';
export { readGguf, type GgufHeader } from './gguf/read-gguf.ts';
export type { GgufTensor } from './gguf/read-tensors.ts';
export type { TensorType } from './gguf/tensor-type.ts';
export type { LoraTargets } from './graph/lora-sites.ts';
export type { NetworkConfig, Projection } from './graph/network.ts';
export type { Precision as GraphPrecision } from './graph/lower-inference.ts';
export type { ModelManifest, ArenaLayer, LoraSiteInputs } from './model/model-manifest.ts';
export { createTokenizer } from './tokenizer/create-tokenizer.ts';

// report
export { renderReport } from './report/render-report.ts';
export { renderTable } from './report/render-table.ts';
export type { ReplayReport } from './report/replay-report.ts';
export type { AdapterFate } from './report/adapter-fates.ts';
export type { LabelCounts } from './report/label-counts.ts';
export {
  type LoopSummary,
  type ReplayRow,
  type ReplaySummary,
  type AdapterCounts,
  type ReportedScore,
  type SummaryDefinition,
  type ScopeSummary,
  type ScoreMetrics,
  REPORTED_SCORES,
} from './report/replay-summary.ts';

// adapters: implementations of the ports
export {
  avroCodec,
  type AvroCodec,
  type AvroCodecOptions,
  type RecordSchemas,
} from './adapters/avro/avro-codec.ts';
export type { NamedSchemas, SchemaJson } from './adapters/avro/avro-schema.ts';
export { openRecordCodecs, type RecordCodecs } from './adapters/avro/record-codecs.ts';
export type { KafkaSasl, KafkaTls } from './adapters/kafka/kafka-broker-options.ts';
export { openKafkaBroker, type KafkaBrokerOptions } from './adapters/kafka/open-kafka-broker.ts';
export {
  openEmbeddedLog,
  type EmbeddedLog,
  type EmbeddedLogOptions,
} from './adapters/embedded-log/open-embedded-log.ts';
export { openFileByteSource, type FileByteSource } from './adapters/files/file-byte-source.ts';
export { readStream, type StreamLine } from './adapters/files/read-stream.ts';
export type { ParsedLine } from './streams/parse-stream-line.ts';
export { createMemoryBroker, type MemoryBrokerOptions } from './adapters/memory/memory-broker.ts';
export {
  createStandInLanguageModel,
  type StandInOptions,
} from './adapters/memory/stand-in-language-model.ts';
export {
  openOnnxLanguageModel,
  type OnnxLanguageModelOptions,
} from './adapters/onnx/open-onnx-language-model.ts';

// app: all of it put together
export {
  answerPartition,
  type AnswerPartitionOptions,
  type PartitionTracing,
} from './app/answer-partition.ts';
export { ask, type AskedAnswer, type AskedQuestion } from './app/ask.ts';
export { askQuestion, type AskQuestionOptions } from './app/ask-question.ts';
export { buildModel, type BuildModelOptions, type BuildProgress } from './app/build-model.ts';
export { importStream, type ImportStreamOptions, type ImportSummary } from './app/import-stream.ts';
export type { LabelsByPosition } from './app/label-answers.ts';
export { loadStream, type LoadStreamOptions } from './app/load-stream.ts';
export { loadTopology } from './app/load-topology.ts';
export { makeStream, type MakeStreamOptions } from './app/make-stream.ts';
export { mixStreams, type MixStreamsOptions } from './app/mix-streams.ts';
export { openLanguageModel, STAND_IN, type OpenModelOptions } from './app/open-language-model.ts';
export type { OnStoreProgress, StoreProgress, Environment } from './app/model-store.ts';
export { renderReplay, summaryJson } from './app/render-replay.ts';
export { replay, type ReplayOptions, type ReplayResult, runFingerprint } from './app/replay.ts';
export type { ReplayInput, ReplayItem } from './app/replay-input.ts';
export { replayOutcome, type ReplayOutcome } from './app/replay-outcome.ts';
export type { ReplayProgress } from './app/replay-progress.ts';
export {
  replayStream,
  type ReplayStreamOptions,
  type ReplayStreamResult,
} from './app/replay-stream.ts';
export { scoringOptionsOf } from './app/scoring-options-of.ts';
export { SYSTEM_CLOCK } from './app/system-clock.ts';
export type { DashboardListen } from './app/serve-dashboard.ts';
export type { TrainingDesk, TrainingDeskOptions } from './app/training-desk.ts';
