/** The screen: which parts there are, by its size. */
import { Box } from "ink";
import type { ReactNode } from "react";
import { bodyDrawing } from "./draw/body.ts";
import { FOOTER, footerDrawing, HEADER, headerDrawing } from "./draw/chrome.ts";
import { SPLIT_FROM } from "./draw/diff.ts";
import { overlayRows } from "./draw/overlay.ts";
import { row, span, widthOf } from "./draw/row.ts";
import { treeDrawing, treeWidth } from "./draw/tree.ts";
import type { View } from "./draw/view.ts";
import { Canvas } from "./surface.tsx";

/** A smaller terminal has room for a plain prompt only. */
export const SMALLEST = { columns: 40, rows: 10 };

export interface AppProps {
  readonly view: View;
  readonly columns: number;
  readonly rows: number;
}

export function App({ view, columns, rows }: AppProps): ReactNode {
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return <TooSmall columns={columns} rows={rows} />;
  const tree = treeWidth(columns);
  const split = view.state.split && columns >= SPLIT_FROM;
  // Absolute: Ink writes its own output for a box in the flow, cell by cell, and there is nothing in it.
  return (
    <Box position="absolute" width={columns} height={rows} flexDirection="column">
      <Canvas width={columns} height={HEADER} draw={(width) => headerDrawing(view, width)} />
      <Box flexGrow={1}>
        {tree > 0 && <Canvas width={tree} draw={(width, height) => treeDrawing(view, width, height)} />}
        <Canvas flexGrow={1} flexShrink={1} draw={(width, height) => bodyDrawing(view, width, height, split)} />
      </Box>
      <Canvas width={columns} height={FOOTER} draw={(width) => footerDrawing(view, width)} />
      <Over view={view} columns={columns} rows={rows} />
    </Box>
  );
}

/** What lies over the middle: a page as large as it, or a box in its middle. */
function Over({ view, columns, rows }: AppProps): ReactNode {
  const height = rows - HEADER - FOOTER;
  const drawn = overlayRows(view, columns, height);
  if (!drawn) return null;
  const width = Math.max(...drawn.map(widthOf));
  return (
    <Box position="absolute" width={columns} height={height} marginTop={HEADER} alignItems="center" justifyContent="center">
      <Canvas layer={1} width={width} height={drawn.length} draw={() => ({ rows: drawn })} />
    </Box>
  );
}

function TooSmall({ columns, rows }: Omit<AppProps, "view">): ReactNode {
  const text = `gomend wants ${SMALLEST.columns}x${SMALLEST.rows}`;
  return (
    <Box position="absolute" width={columns} height={rows}>
      <Canvas width={columns} height={rows} draw={() => ({ rows: [row(span(text))] })} />
    </Box>
  );
}
