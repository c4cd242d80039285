/** A flow question asked: is a region of runtime/trace ended on every path? */
import type { Transform } from "gomend";

export const title = "trace region that is not ended on every path";
export const why = "A region that is left open swallows all that follows in the goroutine's trace.";
export const triggers = ["StartRegion"];

const transform: Transform = (file, api) => {
  const root = api.go(file);
  const ends = root.calls("runtime/trace.(*Region).End");
  for (const start of root.pattern("$region := trace.StartRegion($$$)")) {
    const region = start.get("region");
    const path = start.escape(ends.filter((end) => end.get("receiver")?.binding === region?.binding));
    if (!path) continue;
    api.fix(
      start,
      {
        title: `End ${region?.text} when the function returns`,
        message: `${region?.text} is not ended on every path`,
        because: "it ends later than before",
      },
      () => start.insertAfter("defer $region.End()"),
    );
  }
};

export default transform;
