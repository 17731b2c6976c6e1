// A grid world from above: heat, greedy arrows, walls, paths, the agent. With `keys`, it is driven by arrow keys.
const SVG = "http://www.w3.org/2000/svg";
const [U, MIDDLE] = [60, 25]; // side of a cell; where its arrows meet, so that the value fits below
const TURN = { Right: 0, Down: 90, Left: 180, Up: 270 };
const SIDES = { Right: [1, 0, 1, 1], Left: [0, 0, 0, 1], Up: [0, 0, 1, 0], Down: [0, 1, 1, 1] };
const centre = ([row, column]) => [column * U + U / 2, row * U + MIDDLE];

export default function ({ data, parentElement, setTriggerValue }) {
  let box = parentElement.querySelector(".rl-grid");
  if (!box) {
    box = document.createElement("div");
    box.className = "rl-grid";
    parentElement.append(box);
  }
  listen(box, data, setTriggerValue);
  const before = box.dataset.agent;
  box.dataset.agent = data.agent ?? "";
  box.replaceChildren(picture(data, setTriggerValue), ...legend(data.legend));
  const agent = box.querySelector(".agent");
  if (agent && before && before !== box.dataset.agent) glide(agent, before.split(","), data.agent);
}

function listen(box, data, report) {
  if (!data.keys) return;
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", data.keys_label);
  box.onkeydown = (event) => {
    const action = data.keys[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // the same key may belong to another stage of the page
    report("pressed", action);
  };
}

function picture(data, report) {
  const [width, height] = [data.columns * U, data.rows * U + (data.feet ? 20 : 0)];
  const svg = node("svg", { viewBox: `-3 -3 ${width + 6} ${height + 6}`, role: "img" });
  svg.style.maxWidth = `${data.columns * 92}px`;
  svg.style.minWidth = `${data.columns * 36}px`; // below that the numbers cannot be read: it scrolls
  svg.setAttribute("aria-label", data.alt);
  hatch(svg);
  data.cells.forEach((cell) => drawCell(svg, cell, data.pick && (() => report("picked", [cell.row, cell.column]))));
  data.paths.forEach((path, i) => drawPath(svg, path, i, data.paths.length));
  data.cells.forEach((cell) => drawContent(svg, cell));
  data.walls.forEach(([row, column, side]) => {
    const [x1, y1, x2, y2] = SIDES[side];
    const ends = { x1: (column + x1) * U, y1: (row + y1) * U, x2: (column + x2) * U, y2: (row + y2) * U };
    node("line", { ...ends, class: "wall" }, svg);
  });
  (data.feet ?? []).forEach((text, column) => {
    node("text", { x: column * U + U / 2, y: data.rows * U + 16, class: "foot" }, svg).textContent = text;
  });
  if (data.agent) {
    const [cx, cy] = centre(data.agent);
    node("circle", { cx, cy, r: 9, class: "agent" }, svg);
  }
  return svg;
}

function hatch(svg) {
  const pattern = node("pattern", { id: "rl-hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, node("defs", {}, svg));
  node("line", { x1: 0, y1: 0, x2: 0, y2: 8, class: "hatch" }, pattern);
}

function drawCell(svg, cell, pick) {
  const group = node("g", { transform: `translate(${cell.column * U} ${cell.row * U})`, class: `cell ${cell.kind}` }, svg);
  Object.assign(group.dataset, cell.data ?? {});
  const square = node("rect", { width: U, height: U, class: "floor" }, group);
  if (cell.heat !== null) square.style.setProperty("--heat", `${5 + 55 * cell.heat}%`);
  if (cell.kind === "cliff") node("rect", { width: U, height: U, fill: "url(#rl-hatch)" }, group);
  if (cell.kind === "hole") node("circle", { cx: U / 2, cy: U / 2 + 4, r: 17, class: "pit" }, group);
  if (cell.kind === "goal" || cell.kind === "end") node("rect", { x: 4, y: 4, width: U - 8, height: U - 8, class: "rim" }, group);
  if (pick) {
    group.classList.add("pick");
    group.onclick = pick;
  }
}

function drawContent(svg, cell) {
  const [x, y] = centre([cell.row, cell.column]);
  node("text", { x, y: cell.row * U + U - 6, class: "value" }, svg).textContent = cell.text;
  const low = cell.kind === "goal" || cell.kind === "end";
  const at = low ? { x, y: cell.row * U + U - 12, class: "note middle" } : { x: cell.column * U + 4, y: cell.row * U + 12, class: "note" };
  node("text", at, svg).textContent = cell.note;
  for (const arrow of cell.arrows) {
    if (arrow in TURN) {
      node("path", { d: "M 3 0 H 12 M 18 0 L 11 -4.5 V 4.5 Z", transform: `translate(${x} ${y}) rotate(${TURN[arrow]})`, class: "arrow" }, svg);
    } else {
      node("text", { x, y: y + 5, class: "act" }, svg).textContent = arrow;
    }
  }
}

function drawPath(svg, path, i, of) {
  if (path.points.length < 2) return;
  const aside = 7 * (i - (of - 1) / 2); // two paths on the same cells lie side by side
  const points = path.points.map((point) => centre(point).map((at) => at + aside));
  const line = node("polyline", { points: points.join(" "), class: `path path${i}` }, svg);
  line.style.stroke = path.colour;
  const [[x1, y1], [x2, y2]] = points.slice(-2);
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  const tip = node("path", { d: "M 9 0 L -6 -8 V 8 Z", transform: `translate(${x2} ${y2}) rotate(${angle})`, class: "tip" }, svg);
  tip.style.fill = path.colour;
}

function legend(texts) {
  if (!texts) return [];
  const bar = document.createElement("div");
  bar.className = "legend";
  const [low, scale, high] = ["span", "i", "span"].map((tag) => document.createElement(tag));
  [low.textContent, high.textContent] = texts;
  bar.append(low, scale, high);
  return [bar];
}

function glide(agent, [row, column], to) {
  if (!to || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const [dx, dy] = [(column - to[1]) * U, (row - to[0]) * U];
  agent.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: "none" }], { duration: 180, easing: "ease-out" });
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}
