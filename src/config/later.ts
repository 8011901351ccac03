import type { ComponentKind } from './schema.ts';

/** Component types that a later build brings: refused by name as long as the registry does not have them, never taken for a slip. */
export const laterTypes: Readonly<Record<ComponentKind, readonly string[]>> = {
  receivers: ['otlp'],
  processors: ['fit', 'redact'],
  exporters: ['file'],
};
