/** A squarified treemap (Bruls, Huizing, van Wijk 2000): rectangles in proportion to weights, as square as can be had. */

export interface Weighted {
  readonly name: string;
  readonly weight: number;
}

/** In per cent of the whole. */
export interface Tile extends Weighted {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Room {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** `ratio` is width over height of the place that will be filled. Items of no weight are left out. */
export function treemap(items: readonly Weighted[], ratio: number): Tile[] {
  const sorted = items.filter((i) => i.weight > 0).sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
  const total = sorted.reduce((sum, i) => sum + i.weight, 0);
  const room: Room = { x: 0, y: 0, width: ratio, height: 1 };
  const scale = ratio / total;
  const tiles: Tile[] = [];
  let row: Weighted[] = [];
  for (const item of sorted) {
    const side = Math.min(room.width, room.height);
    if (row.length > 0 && worst([...row, item], side, scale) > worst(row, side, scale)) {
      lay(row, room, scale, tiles);
      row = [];
    }
    row.push(item);
  }
  if (row.length > 0) lay(row, room, scale, tiles);
  return tiles.map((t) => ({ ...t, x: (t.x / ratio) * 100, y: t.y * 100, width: (t.width / ratio) * 100, height: t.height * 100 }));
}

/** The worst ratio of sides in a row along `side`. */
function worst(row: readonly Weighted[], side: number, scale: number): number {
  const areas = row.map((i) => i.weight * scale);
  const sum = areas.reduce((a, b) => a + b, 0);
  const square = (side / sum) ** 2;
  return Math.max(square * Math.max(...areas), 1 / (square * Math.min(...areas)));
}

/** Places a row along the shorter side of the room and takes its strip away. */
function lay(row: readonly Weighted[], room: Room, scale: number, tiles: Tile[]): void {
  const area = row.reduce((sum, i) => sum + i.weight * scale, 0);
  const upright = room.width >= room.height;
  const depth = area / (upright ? room.height : room.width);
  let along = 0;
  for (const item of row) {
    const length = (item.weight * scale) / depth;
    tiles.push(
      upright
        ? { ...item, x: room.x, y: room.y + along, width: depth, height: length }
        : { ...item, x: room.x + along, y: room.y, width: length, height: depth },
    );
    along += length;
  }
  if (upright) {
    room.x += depth;
    room.width -= depth;
  } else {
    room.y += depth;
    room.height -= depth;
  }
}
