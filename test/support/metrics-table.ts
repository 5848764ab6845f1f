import { INSTRUMENTS, type Instrument } from '../../src/ports/instruments.ts';

/** The name under which Prometheus has an instrument; a histogram's end in `_bucket`, `_sum` and `_count` besides. */
export function prometheusName(name: string, { kind }: Instrument): string {
  return `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`;
}

/** Rows of the table in `docs/metrics.md`, cell by cell. */
export function metricsRows(): string[][] {
  return Object.entries<Instrument>(INSTRUMENTS).map(([name, instrument]) => [
    `\`${name}\``,
    `\`${prometheusName(name, instrument)}\``,
    instrument.kind,
    `\`${instrument.unit}\``,
    instrument.description,
    instrument.attributes.map((attribute) => `\`${attribute}\``).join(', '),
  ]);
}
