/** Tokens stay where they are: whatever is printed goes through here first. */

const HIDDEN = "[hidden]";

/** The text without the secrets, as they are, percent-encoded, or in Base64 as part of a header. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === "") continue;
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, HIDDEN);
  }
  return clean;
}

function formsOf(secret: string): string[] {
  const base64 = ["", "x", "xx"].map((before) => {
    const whole = Buffer.from(before + secret)
      .toString("base64")
      .replaceAll("=", "");
    // The signs at both ends depend on what stands beside the secret.
    return whole.slice(before === "" ? 0 : 4, (secret.length + before.length) % 3 === 0 ? undefined : -1);
  });
  return [secret, encodeURIComponent(secret), ...base64.filter((form) => form.length >= 8)];
}

/** Tokens of the environment: none of them is ever printed, whichever is used. */
export function secretsOf(env: NodeJS.ProcessEnv): string[] {
  return ["GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "GH_TOKEN"]
    .flatMap((name) => env[name] ?? [])
    .filter((secret) => secret.length >= 4);
}
