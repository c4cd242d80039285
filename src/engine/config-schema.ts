/** The shape of `.gomend.yml`. */
import { z } from "zod";

const names = z.array(z.string(), { error: "expected a list of names" });

export const configSchema = z.strictObject({
  select: names.optional(),
  ignore: names.optional(),
  exclude: names.optional(),
  "extend-safe": names.optional(),
  "extend-unsafe": names.optional(),
  go: z
    .union([z.string(), z.number()], { error: 'expected a Go version such as "1.22"' })
    .transform(String)
    .pipe(z.string().regex(/^1\.\d+(\.\d+)?$/, 'expected a Go version such as "1.22" (in quotes, so that 1.20 is not 1.2)'))
    .optional(),
  "per-file": z.array(z.strictObject({ files: names, select: names.optional(), ignore: names.optional() })).optional(),
});
