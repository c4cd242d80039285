/** The HTML page in a browser: keyboard, filters, map, thousands of findings, what a screen reader is told. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/report.ts";
import { html } from "../../src/report/html.ts";
import { render } from "../../src/report/index.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { CHROMIUM_ARGS, chromiumPath } from "../house/chromium.ts";
import { context, sample } from "./sample.ts";

const executablePath = chromiumPath();
const dir = mkdtempSync(join(tmpdir(), "gomend-page-"));
let browser: Browser;
let page: Page;
const said: string[] = [];

beforeAll(async () => {
  if (executablePath) browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
});
afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(async () => {
  await page?.close();
  expect(said.splice(0)).toEqual([]);
});

async function open(report: Report, hash = "", colorScheme: "light" | "dark" = "light"): Promise<void> {
  const file = join(dir, "report.html");
  writeFileSync(file, render(html, report, { ...context(), ownersOf: (path) => (path.startsWith("poll/") ? ["@org/poll"] : []) }));
  page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 } });
  page.on("console", (m) => said.push(m.text()));
  page.on("pageerror", (e) => said.push(String(e)));
  page.on("request", (r) => {
    if (!r.url().startsWith("file:")) said.push(`asked for ${r.url()}`);
  });
  await page.goto(pathToFileURL(file).href + hash);
}

function many(n: number): Report {
  const [first] = sample.findings.filter((f) => f.rule === "lost-cancel");
  const findings = Array.from({ length: n }, (_, i): Finding => ({ ...(first as Finding), message: `cancel ${i} is not called` }));
  return { ...sample, findings, left: findings, fingerprints: new Map(findings.map((f, i) => [f, `fp-${i}`])) };
}

const chosen = () => page.locator('[role="option"][aria-selected="true"]');
const status = () => page.locator("#count").textContent();

describe.runIf(executablePath !== null)("the page in a browser", () => {
  it("shows the first finding, and goes through them by keyboard", async () => {
    await open(sample);
    expect(await chosen().count()).toBe(1);
    const title = () => page.locator("#detail-title").textContent();
    const first = await title();
    await page.keyboard.press("j");
    expect(await title()).not.toBe(first);
    await page.keyboard.press("k");
    expect(await title()).toBe(first);
    await page.locator("#list").focus();
    await page.keyboard.press("End");
    expect(await chosen().getAttribute("aria-posinset")).toBe(String(sample.findings.length));
    expect(await page.locator("#list").getAttribute("aria-activedescendant")).toBe(await chosen().getAttribute("id"));
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("detail-title");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("list");
  });

  it("filters by each field, keeps the filter in its address, and takes it from there", async () => {
    await open(sample);
    await page.selectOption("#rule", "select-without-done");
    expect(await status()).toBe(`2 of ${sample.findings.length} findings`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("way out");
    expect(await status()).toBe(`1 of ${sample.findings.length} findings`);
    expect(page.url()).toContain("rule=select-without-done&search=way+out");
    await page.click("#clear");
    expect(await status()).toBe(`${sample.findings.length} findings`);
    await page.selectOption("#owner", "@org/poll");
    expect(await status()).toContain(" of ");
    const { hash } = new URL(page.url());
    await page.close();
    await open(sample, hash);
    expect(await page.inputValue("#owner")).toBe("@org/poll");
    expect(await status()).toContain(" of ");
  });

  it("maps packages, and a tile is a filter", async () => {
    await open(sample);
    await page.getByRole("button", { name: /^poll, \d+ findings$/ }).click();
    expect(await page.inputValue("#path")).toBe("poll");
    expect(await status()).toContain(" of ");
  });

  it("shows code, reason and diffs, and says aloud what colour says", async () => {
    await open(sample, "#rule=lost-cancel");
    const detail = page.locator("#detail");
    expect(await detail.locator(".diff .add").first().textContent()).toMatch(/^added: \+\s+defer cancel\(\)/);
    expect(await detail.locator(".code .own").first().textContent()).toContain("found here: ");
    expect(await detail.locator(".diff .keyword").count()).toBeGreaterThan(0);
    await page.selectOption("#rule", "time-after-in-select");
    expect(await detail.textContent()).toContain("Not safe by itself: the first interval starts before the loop");
    expect(await detail.textContent()).toContain("gomend fix --select time-after-in-select poll/poller.go");
  });

  it("works with 5,000 findings", async () => {
    await open(many(5_000));
    expect(await status()).toBe("5,000 findings");
    expect(await page.locator('[role="option"]').count()).toBeLessThan(500);
    await page.fill("#search", "cancel 4999 ");
    expect(await status()).toBe("1 of 5,000 findings");
    await page.fill("#search", "");
    await page.locator("#list").focus();
    await page.keyboard.press("End");
    expect(await page.locator("#detail-title").textContent()).toBe("cancel 4999 is not called");
    expect(await chosen().getAttribute("aria-setsize")).toBe("5000");
  });

  it("is readable in light and in dark: text stands out from its ground", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await open(sample, "", scheme);
      const ratios = await page.evaluate(() => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
        const luminance = (color: string): number => {
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
          const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) =>
            v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
          );
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (e: Element | null): string => {
          for (let at = e; at; at = at.parentElement) {
            const { backgroundColor } = getComputedStyle(at);
            if (!/^rgba\(.*, 0\)$|transparent/.test(backgroundColor)) return backgroundColor;
          }
          return "white";
        };
        return ["h1", ".totals dt", ".totals .safe dd", ".where", ".tag", ".place", "#count", ".code .row", "#map button", "label"].map(
          (selector) => {
            const element = document.querySelector(selector) as Element;
            const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
            return { selector, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
          },
        );
      });
      expect(ratios.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
      if (scheme === "light") await page.close();
    }
  });

  it("has a name for every control", async () => {
    await open(sample);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, input, select, [role=listbox], pre[tabindex]")]
        .filter(
          (e) =>
            !(e as HTMLElement).hidden &&
            !e.getAttribute("aria-label") &&
            !e.textContent?.trim() &&
            !(e as HTMLInputElement).labels?.length,
        )
        .map((e) => e.outerHTML.slice(0, 80)),
    );
    expect(nameless).toEqual([]);
  });

  it("says so when there is nothing", async () => {
    await open({ ...sample, findings: [], left: [], problems: [] });
    expect(await status()).toBe("0 findings");
    expect(await page.locator("#detail").textContent()).toBe("No finding is chosen.");
  });
});
