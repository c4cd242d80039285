/** The page: filters, map, list and detail, tied together. The address keeps the filter, so that a link shows what its sender saw. */
import type { PageData } from "./data.ts";
import { detail, SAFETY } from "./detail.ts";
import { byId, count, h } from "./dom.ts";
import { FindingList } from "./list.ts";
import { byPackage, EVERYTHING, type Filter, NOBODY, select } from "./select.ts";
import { treemap } from "./treemap.ts";

const TILES = 60;

const data = JSON.parse(byId("data").textContent ?? "{}") as PageData;
const fields = Object.keys(EVERYTHING) as (keyof Filter)[];
const list = new FindingList(data, byId("list"), (index) => {
  const finding = data.findings[index];
  byId("detail").replaceChildren(...(finding ? detail(data, finding) : [h("p", {}, "No finding is chosen.")]));
  byId("detail").scrollTop = 0;
});

function fill(id: string, values: Iterable<readonly [value: string, label: string]>): void {
  for (const [value, label] of values) byId(id).append(h("option", { value }, label));
}

function tally(of: (index: number) => readonly string[]): [string, string][] {
  const counts = new Map<string, number>();
  data.findings.forEach((_, i) => {
    for (const key of of(i)) counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([key, n]) => [key, `${key} (${n})`]);
}

function current(): Filter {
  return Object.fromEntries(fields.map((name) => [name, byId<HTMLInputElement>(name).value.trim()])) as unknown as Filter;
}

function set(filter: Partial<Filter>): void {
  for (const name of fields) byId<HTMLInputElement>(name).value = filter[name] ?? "";
  update();
}

function update(): void {
  const filter = current();
  const shown = select(data, filter);
  const all = data.findings.length;
  byId("count").textContent =
    shown.length === all ? count(all, "finding") : `${shown.length.toLocaleString("en")} of ${count(all, "finding")}`;
  byId("clear").hidden = fields.every((name) => filter[name] === "");
  drawMap(shown);
  list.show(shown);
  const parameters = new URLSearchParams(fields.filter((name) => filter[name] !== "").map((name) => [name, filter[name]]));
  history.replaceState(null, "", parameters.size > 0 ? `#${parameters}` : location.pathname + location.search);
}

function drawMap(shown: readonly number[]): void {
  const map = byId("map");
  const tiles = treemap(byPackage(data, shown, TILES), map.clientWidth / Math.max(1, map.clientHeight));
  const largest = Math.max(1, ...tiles.map((t) => t.weight));
  map.replaceChildren(
    ...tiles.map(({ name, weight, x, y, width, height }) => {
      const label = name === "" ? "other packages" : name;
      const heat = Math.round(20 + 50 * Math.sqrt(weight / largest));
      const tile = h(
        "button",
        {
          type: "button",
          title: `${label}: ${count(weight, "finding")}`,
          "aria-label": `${label}, ${count(weight, "finding")}`,
          disabled: name === "",
        },
        // A tile too small for words has its title.
        ...(width > 3 && height > 16 ? [h("span", { class: "name" }, label), h("span", { class: "weight" }, String(weight))] : []),
      );
      // Set by script: the page's policy allows no style attributes.
      Object.assign(tile.style, { left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` });
      tile.style.setProperty("--heat", `${heat}%`);
      tile.addEventListener("click", () => set({ ...current(), path: current().path === name ? "" : name }));
      return tile;
    }),
  );
}

function start(): void {
  fill(
    "rule",
    tally((i) => [data.rules[data.findings[i]?.rule ?? -1]?.id ?? ""]),
  );
  fill(
    "safety",
    Object.entries(SAFETY).filter(([key]) => data.findings.some((f) => f.safety === key)),
  );
  const owners = tally((i) => (data.findings[i]?.owners.length ? (data.findings[i]?.owners ?? []) : [NOBODY]));
  fill("owner", owners);
  byId("owner-field").hidden = owners.length === 1 && owners[0]?.[0] === NOBODY;
  for (const name of fields) byId(name).addEventListener(name === "search" || name === "path" ? "input" : "change", update);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => set({}));
  document.addEventListener("keydown", onKey);
  let width = 0;
  new ResizeObserver(() => {
    if (byId("map").clientWidth === width) return;
    width = byId("map").clientWidth;
    drawMap(select(data, current()));
  }).observe(byId("map"));
  set(Object.fromEntries(new URLSearchParams(location.hash.slice(1))) as Partial<Filter>);
}

function onKey(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === "Escape") byId("list").focus();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "/") byId("search").focus();
  else if (event.key === "j") list.move(1);
  else if (event.key === "k") list.move(-1);
  else return;
  event.preventDefault();
}

start();
