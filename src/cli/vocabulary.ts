import { AdminSchema } from '../admin/schema.ts';
import { components } from '../components.ts';
import type { Vocabulary } from '../config/read.ts';
import { TelemetrySchema } from '../telemetry/schema.ts';

/** What a configuration of this build may be made of. */
export const vocabulary: Vocabulary = { registry: components, admin: AdminSchema, telemetry: TelemetrySchema };
