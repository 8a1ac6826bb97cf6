// Tools on the map: coordinates under the pointer, measuring, the grid, swiping, opacity.
"use strict";

(() => {
  const { data, words, state, element, vector, sentence, say, geodesy } = townland;

  // The plane at a place: that of the town which lies there, else of the chosen one.
  function planeAt(latlng) {
    const town = (latlng && townland.townAt(latlng)) ?? state.town ?? 0;
    return data.towns[town].plane;
  }

  // ---- coordinates -----------------------------------------------------------------------------

  function printed(latlng) {
    const lines = [];
    const plane = planeAt(latlng);
    if (plane) {
      const [east, north] = geodesy.toPlane(latlng.lat, latlng.lng, plane);
      lines.push(plane.title, `X ${north.toFixed(3)}  Y ${(east + plane.prefix_m).toFixed(3)}`);
    }
    if (plane && !plane.degrees) return lines;
    lines.push(`${Math.abs(latlng.lng).toFixed(7)}° ${latlng.lng < 0 ? "W" : "E"}  ${Math.abs(latlng.lat).toFixed(7)}° ${latlng.lat < 0 ? "S" : "N"}`);
    return lines;
  }

  function showPlace(latlng) {
    state.place.replaceChildren(...printed(latlng || state.map.getCenter()).map((line) => element("span", {}, line)));
  }

  function startCoordinates(map) {
    state.place = element("div", { class: "place", title: words.coordinates });
    townland.control("bottomleft", () => state.place);
    showPlace(null);
    // a finger has no pointer: the middle of the map stands for it
    map.on("moveend", () => { if (!matchMedia("(hover: hover)").matches) showPlace(null); });
  }

  // ---- measuring -------------------------------------------------------------------------------

  const measuring = { points: [], pointer: null, layer: null, done: false };
  state.measuring = measuring;

  function areaWords(m2) {
    const { rounded } = geodesy;
    const whole = rounded(m2, 2);
    return `${whole.toFixed(2)} ${words.m2} · ${rounded(whole / 10000, 4).toFixed(4)} ${words.ha} · ${rounded((whole * 3) / 2000, 2).toFixed(2)} ${words.mu}`;
  }

  function measured() {
    const { points } = measuring;
    const plane = points.length ? planeAt(points[0]) : null;
    let length = 0;
    for (let n = 1; n < points.length; n += 1) length += geodesy.distance(points[n - 1], points[n], plane);
    const lines = [];
    if (state.tool === "length") lines.push(sentence(words.length, { metres: length.toFixed(2) }));
    else {
      if (points.length > 2) length += geodesy.distance(points[points.length - 1], points[0], plane);
      lines.push(sentence(words.official_area, { area: areaWords(geodesy.areaOf(points, plane)) }));
      lines.push(sentence(words.perimeter, { metres: length.toFixed(2) }));
    }
    return lines;
  }

  function paintMeasure(pen, view) {
    const all = measuring.pointer && !measuring.done ? [...measuring.points, measuring.pointer] : measuring.points;
    if (!all.length) return;
    const places = all.map(({ lat, lng }) => {
      const [x, y] = townland.mercator(lat, lng);
      return [x * view.scale - view.left, y * view.scale - view.top];
    });
    const path = new Path2D();
    places.forEach(([x, y], n) => (n ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (state.tool === "area") path.closePath();
    pen.globalAlpha = 0.15;
    pen.fillStyle = "#0b57d0";
    if (state.tool === "area") pen.fill(path);
    for (const [line, width] of [["#fff", 5], ["#0b57d0", 2.5]]) {
      pen.globalAlpha = 1;
      pen.strokeStyle = line;
      pen.lineWidth = width;
      pen.stroke(path);
    }
    pen.fillStyle = "#0b57d0";
    for (const [x, y] of places) pen.fillRect(x - 3, y - 3, 6, 6);
  }

  function showMeasure() {
    const { points, done } = measuring;
    const box = document.getElementById("measure");
    box.hidden = !state.tool;
    const hint = done ? words.measure_again : words.measure_hint;
    box.replaceChildren(
      ...(points.length > 1 ? measured().map((line) => element("p", { class: "measured" }, line)) : []),
      element("p", {}, hint),
    );
    measuring.layer.redraw();
  }

  function addPoint(latlng) {
    if (measuring.done) Object.assign(measuring, { points: [], done: false });
    measuring.points.push(latlng);
    showMeasure();
  }

  function finish() {
    measuring.done = true;
    measuring.pointer = null;
    showMeasure();
    say(measured().join(" "));
  }

  function setTool(tool) {
    state.tool = state.tool === tool ? null : tool;
    Object.assign(measuring, { points: [], pointer: null, done: false });
    state.map.closePopup();
    state.map.getContainer().classList.toggle("measuring", Boolean(state.tool));
    state.map.doubleClickZoom[state.tool ? "disable" : "enable"]();
    for (const name of ["length", "area"]) press(name, state.tool === name);
    showMeasure();
  }

  function startMeasure(map) {
    measuring.layer = new townland.OnSheet(paintMeasure, { pane: "highlight" }).addTo(map);
    map.on("click", (event) => { if (state.tool) addPoint(event.latlng); });
    map.on("mousemove", (event) => {
      if (!state.tool || measuring.done || !measuring.points.length) return;
      measuring.pointer = event.latlng;
      measuring.layer.redraw();
    });
    map.on("dblclick", () => {
      if (!state.tool) return;
      measuring.points.pop(); // the second of the two clicks
      finish();
    });
    // by keyboard: the arrow keys move the map, the blank sets a point at its middle
    map.getContainer().addEventListener("keydown", (event) => {
      if (!state.tool || event.target !== map.getContainer()) return;
      if (event.key === " ") addPoint(map.getCenter());
      else if (event.key === "Enter") finish();
      else if (event.key === "Backspace") {
        measuring.points.pop();
        showMeasure();
      } else if (event.key === "Escape") setTool(state.tool);
      else return;
      event.preventDefault();
    });
  }

  // ---- the grid --------------------------------------------------------------------------------

  const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
  const APART = 110; // pixels between two lines at least

  // What the grid counts in: metres of a plane, or degrees; from pixels of a view and back.
  function gridPlane(view) {
    const plane = planeAt(townland.latlng((view.box[0] + view.box[2]) / 2, (view.box[1] + view.box[3]) / 2));
    const there = ([px, py]) => {
      const place = townland.latlng((px + view.left) / view.scale, (py + view.top) / view.scale);
      return plane ? geodesy.toPlane(place.lat, place.lng, plane) : [place.lng * 1e5, place.lat * 1e5];
    };
    const back = (east, north) => {
      const [lat, lng] = plane ? geodesy.toDegrees(east, north, plane) : [north / 1e5, east / 1e5];
      const [x, y] = townland.mercator(lat, lng);
      return [x * view.scale - view.left, y * view.scale - view.top];
    };
    const words_of = (value, prefix) => (plane ? String(Math.round(value + prefix)) : `${(value / 1e5).toFixed(5)}°`);
    return { plane, there, back, words_of };
  }

  function label(pen, text, x, y) {
    pen.lineWidth = 3;
    pen.strokeStyle = "rgba(255,255,255,.9)";
    pen.strokeText(text, x, y);
    pen.fillText(text, x, y);
  }

  // Draw the lines of a frame, with their coordinates along its left and upper edge.
  function paintGrid(pen, view) {
    if (!state.grid) return;
    const [left, top, right, bottom] = view.frame || [0, 0, view.size.x, view.size.y];
    const { plane, there, back, words_of } = gridPlane(view);
    const corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map(there);
    const [west, east] = [Math.min(...corners.map(([e]) => e)), Math.max(...corners.map(([e]) => e))];
    const [south, north] = [Math.min(...corners.map(([, n]) => n)), Math.max(...corners.map(([, n]) => n))];
    const step = STEPS.find((each) => (each / (east - west)) * (right - left) >= APART) || STEPS[STEPS.length - 1];
    pen.font = "11px sans-serif";
    pen.fillStyle = pen.strokeStyle = "#1a1a1a";
    const lines = [];
    for (let value = Math.ceil(west / step) * step; value <= east; value += step) {
      const ends = [back(value, north), back(value, south)];
      lines.push([ends, words_of(value, plane ? plane.prefix_m : 0), ends[0][0] + 3, top + 12]);
    }
    for (let value = Math.ceil(south / step) * step; value <= north; value += step) {
      const ends = [back(west, value), back(east, value)];
      lines.push([ends, words_of(value, 0), left + 50, ends[0][1] - 3]);
    }
    for (const [[from, to], text, x, y] of lines) {
      pen.globalAlpha = 0.45;
      pen.lineWidth = 0.8;
      pen.strokeStyle = "#1a1a1a";
      pen.beginPath();
      pen.moveTo(...from);
      pen.lineTo(...to);
      pen.stroke();
      pen.globalAlpha = 1;
      if (x > left && x < right - 20 && y > top + 8 && y < bottom) label(pen, text, x, y);
    }
  }

  function setGrid(on) {
    state.grid = on;
    press("grid", on);
    state.gridLayer.redraw();
    townland.remember();
  }

  // ---- swiping between present and planned use ---------------------------------------------------

  function clip() {
    const { map, swipe } = state;
    const size = map.getSize();
    const [start, end] = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(size)];
    const middle = start.x + size.x * swipe;
    const box = (left, right) => `polygon(${[[left, start.y], [right, start.y], [right, end.y], [left, end.y]]
      .map(([x, y]) => `${x}px ${y}px`).join(",")})`;
    map.getPane("land").style.clipPath = swipe === null ? "" : box(start.x, middle);
    map.getPane("plan").style.clipPath = swipe === null ? "" : box(middle, end.x);
    if (swipe === null) return;
    state.divider.style.left = `${swipe * 100}%`;
    state.divider.setAttribute("aria-valuenow", Math.round(swipe * 100));
  }

  function setSwipe(swipe) {
    const changed = (swipe === null) !== (state.swipe === null);
    state.swipe = swipe;
    state.divider.hidden = swipe === null;
    press("swipe", swipe !== null);
    clip();
    if (changed && townland.sheets.has("plan")) townland.sheets.get("plan").soon();
    townland.remember();
  }

  function startSwipe(map) {
    state.divider = element(
      "div", { class: "divider", role: "slider", tabindex: "0", "aria-label": words.swipe, "aria-valuemin": "0", "aria-valuemax": "100", hidden: "" },
      element("span", { class: "is" }, words.present), element("span", { class: "will" }, words.planned),
    );
    map.getContainer().append(state.divider);
    L.DomEvent.disableClickPropagation(state.divider);
    state.divider.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      state.divider.focus();
      state.divider.setPointerCapture(event.pointerId);
    });
    state.divider.addEventListener("pointermove", (event) => {
      if (!state.divider.hasPointerCapture(event.pointerId)) return;
      const box = map.getContainer().getBoundingClientRect();
      setSwipe(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)));
    });
    state.divider.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      setSwipe(Math.max(0, Math.min(1, state.swipe + by)));
    });
    map.on("move zoomend viewreset resize", () => { if (state.swipe !== null) clip(); });
  }

  // ---- opacity ---------------------------------------------------------------------------------

  function setAlpha(pane, alpha) {
    if (!state.sliders.has(pane)) return;
    state.alpha[pane] = alpha;
    state.map.getPane(pane).style.opacity = alpha;
    state.sliders.get(pane).value = Math.round(alpha * 100);
    townland.remember();
  }

  function startAlpha() {
    state.sliders = new Map();
    const kinds = new Set([...townland.layers.values()].map((layer) => layer.kind));
    const panes = [["background", words.background, data.backgrounds.length], ["land", words.present, kinds.has("land")],
      ["plan", words.planned, kinds.has("plan")], ["measure", words.evidence, kinds.has("measure")]];
    const list = document.getElementById("alpha");
    for (const [pane, title, there] of panes) {
      if (!there) continue;
      const slider = element("input", { type: "range", min: "0", max: "100", step: "5", value: "100" });
      slider.addEventListener("input", () => setAlpha(pane, slider.value / 100));
      state.sliders.set(pane, slider);
      list.append(element("li", {}, element("label", {}, element("span", {}, title), slider)));
    }
  }

  // ---- the buttons -----------------------------------------------------------------------------

  const ICONS = {
    length: "M1 12L12 1l3 3L4 15zM4 9l2 2M7 6l2 2M10 3l2 2",
    area: "M2 5l6-3 6 4-2 8H4zM2 5h0M8 2h0",
    swipe: "M8 1v14M5 5L2 8l3 3M11 5l3 3-3 3",
    grid: "M1 5h14M1 11h14M5 1v14M11 1v14",
    picture: "M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3",
    print: "M4 6V1h8v5M4 12H1V6h14v6h-3M4 9h8v6H4z",
  };

  function press(name, on) {
    document.getElementById(`tool-${name}`)?.setAttribute("aria-pressed", String(on));
  }

  function startTools(map) {
    startSwipe(map);
    startMeasure(map);
    startAlpha();
    startCoordinates(map);
    state.gridLayer = new townland.OnSheet(paintGrid, { pane: "grid" }).addTo(map);
    const actions = {
      length: () => setTool("length"), area: () => setTool("area"),
      swipe: () => setSwipe(state.swipe === null ? 0.5 : null), grid: () => setGrid(!state.grid),
      picture: () => townland.savePicture(), print: () => window.print(),
    };
    const both = ["land", "plan"].every((kind) => [...townland.layers.values()].some((layer) => layer.kind === kind));
    const box = element("div", { class: "leaflet-bar tools", role: "toolbar", "aria-label": words.tools });
    for (const [name, act] of Object.entries(actions)) {
      if (name === "swipe" && !both) continue;
      const toggles = ["picture", "print"].includes(name) ? {} : { "aria-pressed": "false" };
      const icon = vector("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, vector("path", { d: ICONS[name] }));
      const title = words[`tool_${name}`];
      const button = element("button", { type: "button", id: `tool-${name}`, title, "aria-label": title, ...toggles }, icon);
      button.addEventListener("click", act);
      box.append(button);
    }
    L.DomEvent.disableClickPropagation(box);
    townland.control("topleft", () => box);
  }

  Object.assign(townland, { startTools, showPlace, setSwipe, setGrid, setAlpha, setTool, addPoint, areaWords, planeAt, paintMeasure });
})();
