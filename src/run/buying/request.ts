/** What the create call of a batch job says. */
import { z } from 'zod';

/** What the create call says; part of the intent, so that a later describe can be compared with it. */
export const requestSchema = z.object({
  kind: z.enum(['inference', 'segment']),
  jobName: z.string(),
  solutionVersionArn: z.string(),
  recipe: z.string(),
  filterArn: z.string().nullable().default(null),
  numResults: z.number(),
  inputPath: z.string(),
  outputPath: z.string(),
  roleArn: z.string(),
  kmsKeyArn: z.string().nullable(),
  /** Where themes are wanted. */
  themeItemName: z.string().optional(),
});

export type BatchRequest = z.infer<typeof requestSchema>;

/** Tells whether a request wants themes; `request` as it is stored. */
export function hasThemes(request: unknown): boolean {
  return requestSchema.safeParse(request).data?.themeItemName !== undefined;
}
