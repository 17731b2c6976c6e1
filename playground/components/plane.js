// A map of two parameters: heat below; curves, a box, arrows, the way so far and a point above.
const SVG = "http://www.w3.org/2000/svg";
const [SIDE, LEFT, TOP, FOOT] = [520, 46, 8, 44];

export default function ({ data, parentElement, setTriggerValue }) {
  const [low, high] = data.range;
  const x = (value) => LEFT + ((value - low) / (high - low)) * SIDE;
  const y = (value) => TOP + ((high - value) / (high - low)) * SIDE;
  const at = ([a, b]) => [x(a), y(b)];
  const text = ([a, b]) => at([a, b]).map((value) => value.toFixed(1)).join(",");

  const view = { viewBox: `0 0 ${LEFT + SIDE + 8} ${TOP + SIDE + FOOT}`, class: "rl-plane", role: "img" };
  const svg = node("svg", view);
  svg.setAttribute("aria-label", data.alt);
  Object.assign(svg.dataset, { x: data.now[0], y: data.now[1] });
  const frame = { x: LEFT, y: TOP, width: SIDE, height: SIDE };
  const clip = node("clipPath", { id: "rl-plane-clip" }, svg);
  node("rect", frame, clip);
  const inside = node("g", { "clip-path": "url(#rl-plane-clip)" }, svg);
  node("image", { ...frame, href: data.image, preserveAspectRatio: "none" }, inside);
  drawAxes(svg, data, x, y);
  data.heights.forEach((height) => write(inside, at(height.at), height.text, "height"));

  if (data.box) {
    const [[left, bottom], [right, top]] = data.box.map(at);
    node("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "box" }, inside);
  }
  for (const { kind, points } of data.curves) {
    node("polyline", { points: points.map(text).join(" "), class: `curve ${kind}` }, inside);
  }
  if (data.path.length > 1) node("polyline", { points: data.path.map(text).join(" "), class: "way" }, inside);
  data.path.forEach((point) => dot(inside, at(point), 4, "before"));
  data.arrows.forEach((arrow) => drawArrow(inside, at(arrow.from), at(arrow.to), arrow.kind));
  data.tries.forEach((attempt) => drawTry(inside, at(attempt.at), attempt.ok));
  dot(inside, at(data.now), 8, "now");
  for (const { at: place, text: said, kind, anchor } of data.names) {
    const margin = anchor === "middle" ? 60 : 6; // so that it is not cut off
    const name = write(inside, at(place), said, `name ${kind}`, margin);
    if (anchor !== "start") name.setAttribute("text-anchor", anchor);
  }
  const rim = node("rect", { ...frame, class: "rim" }, svg);
  rim.addEventListener("click", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const back = (share) => low + (high - low) * Math.min(Math.max(share, 0), 1);
    setTriggerValue("picked", [back((place.x - LEFT) / SIDE), back(1 - (place.y - TOP) / SIDE)]);
  });

  const before = parentElement.querySelector("svg");
  before ? before.replaceWith(svg) : parentElement.append(svg);
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function write(parent, [x, y], text, kind, margin = 6) {
  const inner = [Math.min(Math.max(x, LEFT + margin), LEFT + SIDE - margin), Math.min(Math.max(y, TOP + 14), TOP + SIDE - 6)];
  const element = node("text", { x: inner[0], y: inner[1], class: kind }, parent);
  element.textContent = text;
  if (inner[0] > LEFT + 0.72 * SIDE) element.setAttribute("text-anchor", "end");
  return element;
}

function dot(parent, [cx, cy], r, kind) {
  node("circle", { cx, cy, r, class: kind }, parent);
}

function drawAxes(svg, data, x, y) {
  const [low, high] = data.range;
  for (let value = low; value <= high; value += 2) {
    const text = String(value).replace("-", "−");
    node("text", { x: x(value), y: TOP + SIDE + 17, class: "tick middle" }, svg).textContent = text;
    node("text", { x: LEFT - 7, y: y(value) + 4, class: "tick end" }, svg).textContent = text;
  }
  const middle = TOP + SIDE / 2;
  node("text", { x: LEFT + SIDE / 2, y: TOP + SIDE + 37, class: "axis" }, svg).textContent = data.axes[0];
  const side = { x: 14, y: middle, transform: `rotate(-90 14 ${middle})`, class: "axis" };
  node("text", side, svg).textContent = data.axes[1];
}

function drawArrow(parent, from, to, kind) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < 1) return;
  const [ux, uy] = [dx / length, dy / length];
  const size = Math.min(11, length * 0.6);
  const neck = [to[0] - ux * size, to[1] - uy * size];
  node("line", { x1: from[0], y1: from[1], x2: neck[0], y2: neck[1], class: `arrow ${kind}` }, parent);
  const wing = (side) => [neck[0] - side * uy * size * 0.55, neck[1] + side * ux * size * 0.55].join(",");
  node("polygon", { points: `${to.join(",")} ${wing(1)} ${wing(-1)}`, class: `tip ${kind}` }, parent);
}

function drawTry(parent, [x, y], ok) {
  if (ok) return dot(parent, [x, y], 6, "good");
  for (const side of [1, -1]) {
    node("line", { x1: x - 6, y1: y - 6 * side, x2: x + 6, y2: y + 6 * side, class: "bad" }, parent);
  }
}
