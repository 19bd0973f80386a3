// What was stored, as lines of JSON: appended and flushed before anybody is told of it, read again at start.
import fs from "node:fs";

export class Journal {
  constructor(path) {
    this.path = path;
    this.file = fs.openSync(path, "a+");
  }

  // Yields every entry; a last line that a crash cut short never happened.
  *entries() {
    const text = fs.readFileSync(this.path, "utf8");
    const whole = text.lastIndexOf("\n") + 1;
    fs.ftruncateSync(this.file, Buffer.byteLength(text.slice(0, whole)));
    for (const line of text.slice(0, whole).split("\n")) if (line) yield JSON.parse(line);
  }

  append(entry) {
    fs.writeSync(this.file, JSON.stringify(entry) + "\n");
    fs.fsyncSync(this.file);
  }
}
