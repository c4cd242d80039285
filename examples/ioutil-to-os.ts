/** A call renamed with its import: io/ioutil has been deprecated since Go 1.19. What moved unchanged is named anew, under whatever name the file has it. */
import type { Transform } from "gomend";

const moved = { ReadFile: "os", WriteFile: "os", ReadAll: "io", NopCloser: "io", Discard: "io" };

const transform: Transform = (file, api) => {
  for (const [name, pkg] of Object.entries(moved))
    api.fix(api.go(file).references(`io/ioutil.${name}`), { title: `Use ${pkg}.${name}`, applicability: "safe" }, (m) =>
      m.replaceWith(`${pkg}.${name}`),
    );
};

export default transform;
export const triggers = ["ioutil"];
