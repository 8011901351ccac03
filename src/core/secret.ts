import { inspect } from 'node:util';
import { z } from 'zod';

/** A string that prints as <secret> wherever it turns up: in templates, JSON, console output and logs. Only reveal() gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself, for the header it belongs in and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [inspect.custom](): string {
    return '<secret>';
  }
}

/** A config value that is a Secret from the moment it is read. */
export const SecretSchema = z
  .union([z.string(), z.instanceof(Secret)])
  .transform((value) => (typeof value === 'string' ? new Secret(value) : value))
  .meta({ secret: true });
