/** A schema as a registry has it. */
export interface RegisteredSchema {
  /** What it is written in, `AVRO` mostly. */
  readonly type: string;
  /** The schema itself. */
  readonly text: string;
  /** How many other subjects it refers to. */
  readonly references: number;
}

/** The newest version of a subject. */
export interface SubjectVersion extends RegisteredSchema {
  readonly id: number;
  readonly version: number;
}

/**
 * A schema registry that gives schemas numbers. What it does not know is a value; every call throws a SeclError
 * `REGISTRY_FAILED` where it cannot be reached (`retryable`) or refuses.
 */
export interface SchemaRegistry {
  /** Where it is, as a sentence says it; holds no secret. */
  readonly place: string;
  /** The schema of an id, which never changes; `undefined`: the registry says that it knows none. */
  schemaOf(id: number): Promise<RegisteredSchema | undefined>;
  /** The id of an Avro schema under a subject; `undefined`: it is not registered there. */
  idOf(subject: string, schema: string): Promise<number | undefined>;
  /** Registers an Avro schema under a subject, which it may begin; the same one again has the same id. */
  register(subject: string, schema: string): Promise<number>;
  /** The newest version of a subject; `undefined`: there is no such subject. */
  newest(subject: string): Promise<SubjectVersion | undefined>;
  /** Why a subject would refuse an Avro schema as its next version; empty: it would take it. */
  objections(subject: string, schema: string): Promise<readonly string[]>;
}
