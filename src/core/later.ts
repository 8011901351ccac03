import { z } from 'zod';

/**
 * A key of the contract that is not in force in this build: refused by name, never ignored. Nothing may run without the protection its file
 * asks for.
 */
export function notInThisBuild(description: string): z.ZodType<undefined> {
  return z
    .unknown()
    .optional()
    .superRefine((value, context) => {
      if (value !== undefined) context.addIssue({ code: 'custom', message: 'not in this build: nothing would act on it' });
    })
    .transform(() => undefined)
    .meta({ description, later: true });
}
