/** What a value in a topology file may be. Both the parser and the JSON Schema are made from it. */
export type Shape =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'number'; readonly minimum: number; readonly maximum: number }
  | {
      readonly kind: 'text';
      /** Source of a regular expression that the whole text matches. */
      readonly pattern: string;
      /** The pattern in words, after "must be". */
      readonly rule: string;
      /** What does not match may hold a secret: no message repeats it. @defaultValue false */
      readonly hidden?: boolean;
    }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'object'; readonly fields: Fields };

/** Fields of an object by key, in the order in which they are documented. */
export type Fields = Readonly<Record<string, Field>>;

/** One key of a topology file; `T` is the type of its value once read. */
export interface Field<T = unknown> {
  readonly shape: Shape;
  /** One sentence for the reader of the file. */
  readonly description: string;
  /** Whether the file must have the key. */
  readonly required: boolean;
  /** Whether the file may say `null`. */
  readonly nullable: boolean;
  /** What holds where the key is absent; of no meaning where it is required. */
  readonly fallback: T | undefined;
}

/** The fields that make an object of type `T`: exactly its keys, each of the right type. */
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<T[K]> };

function field<T>(shape: Shape, description: string, fallback: T, nullable = false): Field<T> {
  return { shape, description, required: false, nullable, fallback };
}

/** The same key, but the file must have it. */
export function required<T>(optional: Field<T>): Field<T> {
  return { ...optional, required: true };
}

/** The same key, but the file may say `null`, which is also what holds where it is absent. */
export function nullable<T>(plain: Field<T>): Field<T | null> {
  return { ...plain, nullable: true, fallback: null };
}

/** Exactly this number. */
export function constant<const V extends number>(value: V, description: string): Field<V> {
  return field<V>({ kind: 'constant', value }, description, value);
}

/** An integer in `[minimum, maximum]`. */
export function integer(
  range: readonly [minimum: number, maximum: number],
  fallback: number,
  description: string,
): Field<number> {
  const [minimum, maximum] = range;
  return field({ kind: 'integer', minimum, maximum }, description, fallback);
}

/** A number in `[minimum, maximum]`. */
export function number(
  range: readonly [minimum: number, maximum: number],
  fallback: number,
  description: string,
): Field<number> {
  const [minimum, maximum] = range;
  return field({ kind: 'number', minimum, maximum }, description, fallback);
}

/** A number in `[0, 1]`. */
export function fraction(fallback: number, description: string): Field<number> {
  return number([0, 1], fallback, description);
}

/** `true` or `false`. */
export function flag(fallback: boolean, description: string): Field<boolean> {
  return field<boolean>({ kind: 'flag' }, description, fallback);
}

/** A text; see {@link Shape} for pattern and rule. */
export function text(
  match: { readonly pattern: string; readonly rule: string; readonly hidden?: boolean },
  fallback: string,
  description: string,
): Field<string> {
  return field({ kind: 'text', ...match }, description, fallback);
}

/** One of some words. */
export function choice<V extends string>(
  values: readonly V[],
  fallback: NoInfer<V>,
  description: string,
): Field<V> {
  return field<V>({ kind: 'choice', values }, description, fallback);
}

/** A list of different words, at least one. Where it is absent, all that the other settings allow. */
export function listOf<V extends string>(
  values: readonly V[],
  description: string,
): Field<readonly V[] | null> {
  return field<readonly V[] | null>({ kind: 'list', values }, description, null);
}

/** A list of different words, at least one. */
export function list<V extends string>(
  values: readonly V[],
  fallback: readonly NoInfer<V>[],
  description: string,
): Field<readonly V[]> {
  return field<readonly V[]>({ kind: 'list', values }, description, fallback);
}

/** An object; where it is absent, all its fields have their defaults. */
export function object<T>(fields: FieldsOf<T>, description: string): Field<T> {
  return {
    shape: { kind: 'object', fields },
    description,
    required: false,
    nullable: false,
    fallback: undefined,
  };
}
