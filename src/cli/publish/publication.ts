/** What senders have in common. */
import type { Plan, PlannedComment } from "../../forge/plan.ts";
import type { Item } from "../../forge/subject.ts";

/** What became of a plan. */
export interface Publication {
  /** "owner/repo#12", "group/project!12". */
  readonly where: string;
  readonly plan: Plan | null;
  readonly posted: number;
  readonly refused: ReadonlyMap<Item, string>;
  readonly summary: boolean;
  /** The commit that the pull request is at now, when it is no longer the one that was checked; nothing more was published then. */
  readonly moved: string | null;
}

/** Where progress and trouble are told, and what a dry run would send is shown. */
export interface Console {
  say(line: string): void;
  /** One request, exactly as it would be sent. */
  show(method: string, url: string, body: unknown): void;
}

/** The pull request is at another commit than was checked. */
export class Moved extends Error {
  readonly head: string;

  constructor(head: string) {
    super(`the head is ${head} now`);
    this.head = head;
  }
}

/** A request whose outcome is unknown: the connection broke, or the server failed after it may have done the work. */
export class Uncertain extends Error {}

/** A request that the service understood and did not take. */
export class Refused extends Error {}

/** How often a request of unknown outcome is tried. */
const TRIES = 4;

/**
 * Posts comments in groups. What the service refuses is halved until the bad ones stand alone: they come back with the reason, all others are posted.
 * After an uncertain outcome `present` is asked which are there, so that none is lost or doubled.
 */
export async function postAll(
  groups: readonly (readonly PlannedComment[])[],
  post: (comments: readonly PlannedComment[]) => Promise<void>,
  present: () => Promise<ReadonlySet<string>>,
  pause: (attempt: number) => Promise<void>,
): Promise<Map<Item, string>> {
  const refused = new Map<Item, string>();
  const send = async (comments: readonly PlannedComment[]): Promise<void> => {
    let left = comments;
    for (let attempt = 1; left.length > 0; attempt++) {
      try {
        await post(left);
        return;
      } catch (error) {
        if (error instanceof Refused) {
          if (left.length > 1) return halves(left);
          refused.set((left[0] as PlannedComment).item, error.message);
          return;
        }
        if (!(error instanceof Uncertain) || attempt === TRIES) throw error;
        await pause(attempt);
        const there = await present();
        left = left.filter(({ item }) => !there.has(item.fingerprint));
      }
    }
  };
  const halves = async (comments: readonly PlannedComment[]): Promise<void> => {
    const middle = comments.length >> 1;
    await send(comments.slice(0, middle));
    await send(comments.slice(middle));
  };
  for (const group of groups) await send(group);
  return refused;
}

/** A request that makes something, once: after an uncertain outcome `isThere` is asked before it is sent again. */
export async function once(
  make: () => Promise<unknown>,
  isThere: () => Promise<boolean>,
  pause: (attempt: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await make();
      return;
    } catch (error) {
      if (!(error instanceof Uncertain) || attempt === TRIES) throw error;
      await pause(attempt);
      if (await isThere()) return;
    }
  }
}

export function seconds(n: number): Promise<void> {
  return new Promise((done) => setTimeout(done, n * 1_000));
}
