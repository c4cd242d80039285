/**
 * What Ink lays out and the painter draws. Ink's own text goes through a tokenizer for every cell of every frame, which at 200x60 takes longer
 * than a key may; a canvas takes part in the layout alone and hands its rows to the surface.
 */
import { Box, type DOMElement } from "ink";
import { type ComponentProps, createContext, type ReactNode, useContext, useLayoutEffect, useRef } from "react";
import { filled, type Row, slice, widthOf } from "./draw/row.ts";
import type { Drawing } from "./draw/view.ts";
import type { Cursor } from "./term/painter.ts";

type Draw = (width: number, height: number) => Drawing;

interface Entry {
  readonly node: DOMElement;
  readonly draw: Draw;
  readonly layer: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Surface {
  private readonly entries = new Map<object, Entry>();

  set(key: object, entry: Entry): void {
    this.entries.set(key, entry);
  }

  delete(key: object): void {
    this.entries.delete(key);
  }

  /** The rows of the whole screen; later layers lie on top. */
  compose(columns: number, height: number): { rows: Row[]; cursor: Cursor | null } {
    const rows: Row[] = Array.from({ length: height }, () => []);
    let cursor: Cursor | null = null;
    for (const { node, draw } of [...this.entries.values()].sort((a, b) => a.layer - b.layer)) {
      const place = placeOf(node);
      if (place.width < 1 || place.height < 1) continue;
      const drawing = draw(place.width, place.height);
      for (let i = 0; i < Math.min(place.height, height - place.y); i++) {
        rows[place.y + i] = over(rows[place.y + i] ?? [], drawing.rows[i] ?? [], place, columns);
      }
      if (drawing.cursor) cursor = { row: place.y + drawing.cursor.row, column: place.x + drawing.cursor.column };
    }
    return { rows, cursor };
  }
}

/** Where Ink's layout put a box on the screen. */
function placeOf(node: DOMElement): Place {
  let x = 0;
  let y = 0;
  for (let n: DOMElement | undefined = node; n; n = n.parentNode) {
    x += n.yogaNode?.getComputedLeft() ?? 0;
    y += n.yogaNode?.getComputedTop() ?? 0;
  }
  return { x, y, width: node.yogaNode?.getComputedWidth() ?? 0, height: node.yogaNode?.getComputedHeight() ?? 0 };
}

function over(below: Row, row: Row, { x, width }: Place, columns: number): Row {
  const end = Math.min(x + width, columns);
  const wide = widthOf(below);
  if (wide <= x) return [...filled(below, x), ...row];
  return [...slice(below, 0, x), ...filled(row, end - x), ...slice(below, end, columns)];
}

export const SurfaceContext = createContext<Surface | null>(null);

export interface CanvasProps extends Pick<ComponentProps<typeof Box>, "width" | "height" | "flexGrow" | "flexShrink"> {
  readonly draw: Draw;
  readonly layer?: number;
}

/** A box whose rows are drawn for the size that the layout gives it. */
export function Canvas({ draw, layer = 0, ...box }: CanvasProps): ReactNode {
  const surface = useContext(SurfaceContext);
  const ref = useRef<DOMElement>(null);
  useLayoutEffect(() => {
    if (ref.current) surface?.set(ref, { node: ref.current, draw, layer });
  });
  useLayoutEffect(() => () => surface?.delete(ref), [surface]);
  return <Box ref={ref} flexShrink={0} {...box} />;
}
