// The mistakes that this service can be told to make, one at a time, to see whether anybody notices: MISTAKE=name.
import fs from "node:fs";

export const MISTAKES = JSON.parse(fs.readFileSync(new URL("mistakes.json", import.meta.url)));

const chosen = process.env.MISTAKE ?? "";
if (chosen && !(chosen in MISTAKES)) throw new Error(`MISTAKE=${chosen} is none of ${Object.keys(MISTAKES).join(", ")}`);

export const makes = (name) => chosen === name;
