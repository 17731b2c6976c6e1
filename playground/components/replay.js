// The same start played by the policies of several moments of a training, side by side, in step.
const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, RAIL, POLE, SCALE] = [240, 130, 104, 72, 46]; // pixels; SCALE per metre
const SECOND = 50; // frames: the cart moves every 0.02 s

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".rl-replay") ?? build(parentElement);
  const film = (root.film ??= { frame: 0, playing: false });
  if (film.id !== data.id) Object.assign(film, { id: data.id, frame: 0, playing: false });
  film.length = Math.max(1, ...data.moments.map((moment) => moment.x.length)) - 1;

  const scenes = data.moments.map((moment) => ({ moment, ...drawScene(moment) }));
  root.querySelector(".scenes").replaceChildren(...scenes.map((scene) => scene.figure));
  const [button, scrub, clock] = root.querySelectorAll("button, input, output");
  scrub.max = film.length;
  scrub.ariaLabel = data.labels.time;

  const show = () => {
    scrub.value = film.frame;
    clock.textContent = `${(film.frame / SECOND).toFixed(1)} s`;
    button.textContent = film.playing ? `❚❚ ${data.labels.pause}` : `▶ ${data.labels.play}`;
    scenes.forEach((scene) => pose(scene, Math.floor(film.frame)));
  };
  let before, request;
  const tick = (now) => {
    film.frame = Math.min(film.length, film.frame + ((now - (before ?? now)) / 1000) * SECOND);
    before = now;
    if (film.frame >= film.length) film.playing = false;
    show();
    if (film.playing) request = requestAnimationFrame(tick);
  };
  const play = () => {
    before = undefined;
    cancelAnimationFrame(request);
    if (film.playing) request = requestAnimationFrame(tick);
    show();
  };
  button.onclick = () => {
    film.playing = !film.playing;
    if (film.playing && film.frame >= film.length) film.frame = 0;
    play();
  };
  scrub.oninput = () => {
    film.playing = false;
    film.frame = Number(scrub.value);
    play();
  };
  play();
  return () => cancelAnimationFrame(request);
}

function build(parentElement) {
  const root = document.createElement("div");
  root.className = "rl-replay";
  root.innerHTML =
    '<div class="scenes"></div><div class="controls"><button type="button"></button>' +
    '<input type="range" min="0" step="1" value="0"><output></output></div>';
  parentElement.append(root);
  return root;
}

function drawScene(moment) {
  const figure = document.createElement("figure");
  const svg = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, figure);
  svg.setAttribute("aria-label", `${moment.title}: ${moment.outcome}`);
  node("line", { x1: 0, x2: WIDTH, y1: RAIL, y2: RAIL, class: "rail" }, svg);
  for (const end of [-2.4, 2.4]) {
    const x = WIDTH / 2 + SCALE * end;
    node("line", { x1: x, x2: x, y1: RAIL - 8, y2: RAIL + 8, class: "end" }, svg);
  }
  const cart = node("g", {}, svg);
  node("rect", { x: -20, y: RAIL - 11, width: 40, height: 22, rx: 4, class: "cart" }, cart);
  const pole = node("line", { x1: 0, x2: 0, y1: RAIL - 11, y2: RAIL - 11 - POLE, class: "pole" }, cart);
  const caption = document.createElement("figcaption");
  const outcome = document.createElement("span");
  caption.append(Object.assign(document.createElement("b"), { textContent: moment.title }), outcome);
  figure.append(caption);
  return { figure, cart, pole, outcome };
}

function pose({ moment, figure, cart, pole, outcome }, frame) {
  const last = moment.x.length - 1;
  const t = Math.min(frame, last);
  cart.setAttribute("transform", `translate(${WIDTH / 2 + SCALE * moment.x[t]} 0)`);
  pole.setAttribute("transform", `rotate(${(moment.theta[t] * 180) / Math.PI} 0 ${RAIL - 11})`);
  const over = frame >= last;
  figure.className = over && moment.fell ? "fell" : "";
  outcome.textContent = over ? moment.outcome : `${t}`;
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}
