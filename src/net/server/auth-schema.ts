import { z } from 'zod';

/** `auth` of a listener. */
export const AuthSchema = z
  .strictObject({
    basic: z
      .strictObject({
        users_file: z
          .string()
          .min(1)
          .describe('One `user:bcrypt[:tenant[,tenant]]` a line, as `htpasswd -B` writes the first two; read again when it changes'),
      })
      .optional()
      .describe('User and password'),
    bearer: z
      .strictObject({ tokens_file: z.string().min(1).describe('One `token [tenant[,tenant]]` a line; read again when it changes') })
      .optional()
      .describe('A token'),
  })
  .superRefine(({ basic, bearer }, context) => {
    if (basic === undefined || bearer === undefined) return;
    context.addIssue({ code: 'custom', path: ['bearer'], message: 'at most one of basic and bearer' });
  });

export type AuthConfig = z.output<typeof AuthSchema>;
